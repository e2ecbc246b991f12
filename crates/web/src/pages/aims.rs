//! Objectives with where they stood, where they are to be, and the readings between: on their way or not, by the readings.

use askama::Template;
use axum::{
    extract::{RawQuery, State as Held},
    response::Html,
};
use desk::{Shown, rights};
use engines::aims::{Aim, Course, is_stale};
use kinds::{governance::objective, shared};
use model::{Act, Date, Decimal, Kind, Refusal, Value};

use super::pictures::reach::Reach;
use crate::{
    App, Refused, Seat,
    pages::{
        lines,
        road::facts::{STANDS, all, rows},
        staff,
    },
    record::address::{Address, segment},
    view::{
        parts::{Empty, Figure, Link, Mark, Person, Shape, Tone},
        shell::Shell,
        state, time,
    },
};

/// Objectives that are drawn; all of them stand in the list.
const DRAWN: usize = 40;
const JUDGED: [&str; 6] = ["6.2.1-1", "6.2.1.b", "6.2.1.d", "6.2.1.f", "6.2.2-1", "6.3-1"];
/// States in which nothing is to be reached any more, as checks read them.
const ENDED: [&str; 3] = ["closed", "met", "reached"];

#[derive(Template)]
#[template(path = "page/aims.html")]
struct AimsPage {
    shell: Shell,
    figures: Vec<Figure>,
    aims: Vec<Line>,
    more: usize,
    judged: Vec<staff::Judged>,
    nothing: Empty,
    may_create: bool,
}

struct Line {
    link: Link,
    number: String,
    measure: String,
    owner: Person,
    state: Mark,
    course: Mark,
    /// Whether the latest reading is too old to tell much.
    is_stale: bool,
    baseline: String,
    target: String,
    latest: String,
    due: String,
    unit: String,
    policy: Link,
    reach: Option<Reach>,
    readings: Vec<(String, String, String)>,
    add: String,
}

/// `GET /aims`
pub async fn open(seat: Seat, Held(app): Held<App>, RawQuery(query): RawQuery) -> Result<Html<String>, Refused> {
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let catalog = desk.catalog();
    let kind = catalog.find("objective").ok_or(Refusal::NotFound)?;
    if actor.customer.is_some() || !rights::may(actor, kind, Act::Read, None) {
        return Err(Refused::not_found());
    }
    let here = Address::read("/aims", &query.unwrap_or_default());
    if let Some((other, _)) = here.pairs().first() {
        return Err(Refusal::Query(format!("there is no parameter \"{other}\": all objectives are shown")).into());
    }
    let mut found = all(desk, actor, "objective", STANDS, "due", now).await?;
    found.sort_by_key(|shown| ENDED.contains(&shown.state()));
    let owner = |shown: &Shown| objective::OWNER.get(shown.fields()).map(|owner| owner.0).unwrap_or_default();
    let policies = found.iter().filter_map(|shown| objective::POLICY_LINK.get(shown.fields())).map(|policy| policy.0);
    let names = desk.names_of(actor, policies.collect(), found.iter().map(owner).collect(), now).await?;
    let today = now.date();
    let aims: Vec<Line> = found.iter().map(|shown| line(kind, shown, &names, today)).collect();
    let count = |word: &str| aims.iter().filter(|line| line.course.word == word).count();
    let figure = |label: &str, count: usize| Figure {
        label: label.into(),
        value: Link::new(count.to_string(), ""),
        whole: String::new(),
    };
    let may_create = rights::may(actor, kind, Act::Create, None);
    let words = [Course::Reached, Course::OnTrack, Course::Behind, Course::Missed, Course::Unread].map(mark);
    let page = AimsPage {
        figures: std::iter::once(figure("Objectives", aims.len()))
            .chain(words.iter().map(|mark| figure(&mark.word, count(&mark.word))))
            .collect(),
        more: aims.len().saturating_sub(DRAWN),
        aims: aims.into_iter().take(DRAWN).collect(),
        judged: staff::judged(&app, &seat, &JUDGED),
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "No objective is on record."),
            text: "Write down what will be better, by which measure, where it stands today, where it is to be and by when; then read it at least every three months.".into(),
            step: may_create.then(|| Link::new("Write down an objective", "/objectives/new")),
        },
        may_create,
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/aims").await },
    };
    Ok(Html(page.render()?))
}

fn mark(course: Course) -> Mark {
    match course {
        Course::Reached => Mark::new(Shape::Met, Tone::Ok, "Reached"),
        Course::OnTrack => Mark::new(Shape::Ring, Tone::Ok, "On track"),
        Course::Behind => Mark::new(Shape::Risk, Tone::Warn, "Behind"),
        Course::Missed => Mark::new(Shape::Nonconforming, Tone::Bad, "Missed"),
        Course::Unread => Mark::new(Shape::Gap, Tone::Bad, "No reading yet"),
    }
}

fn plain(number: Decimal) -> String {
    number.round_dp(2).normalize().to_string()
}

/// Day and value of each reading, the oldest first.
fn readings(shown: &Shown) -> Vec<(Date, Decimal)> {
    let reading = |row: &Value| {
        let day = row.part("at").and_then(Value::as_moment)?.date();
        Some((day, row.part("value").and_then(Value::as_number)?))
    };
    let mut readings: Vec<(Date, Decimal)> = rows(shown, objective::READINGS.name).filter_map(reading).collect();
    readings.sort_by_key(|reading| reading.0);
    readings
}

fn line(kind: &Kind, shown: &Shown, names: &desk::Names, today: Date) -> Line {
    let fields = shown.fields();
    let readings = readings(shown);
    let (baseline, target) = (objective::BASELINE.get(fields), objective::TARGET.get(fields));
    let due = objective::DUE.get(fields);
    let begun = shared::APPROVED_ON.get(fields).unwrap_or_else(|| shown.created().date());
    // What was read before it was approved belongs to it as well.
    let begin = readings.first().map_or(begun, |first| first.0.min(begun));
    let aim = match (baseline, target, due) {
        (Some(baseline), Some(target), Some(due)) => Some(Aim { begin, due, baseline, target }),
        _ => None,
    };
    let course = aim.map_or_else(
        || Mark::new(Shape::Gap, Tone::Bad, "Cannot be measured"),
        |aim| mark(aim.course(&readings, today)),
    );
    let told = |number: Option<Decimal>| number.map(plain).unwrap_or_default();
    let owner = objective::OWNER.get(fields).map(|owner| owner.0).unwrap_or_default();
    let policy = objective::POLICY_LINK.get(fields).map(|policy| policy.0).unwrap_or_default();
    let href = format!("/objectives/{}", segment(shown.number()));
    let row = |(day, value): &(Date, Decimal)| {
        let expected = aim.map(|aim| plain(aim.expected(*day))).unwrap_or_default();
        (time::day(*day), plain(*value), expected)
    };
    Line {
        number: shown.number().into(),
        measure: objective::MEASURE.get(fields).map(|measure| measure.0).unwrap_or_default(),
        owner: lines::person(&owner, names),
        state: state::mark(kind, shown.state()),
        is_stale: !ENDED.contains(&shown.state()) && is_stale(&readings, today),
        baseline: told(baseline),
        target: told(target),
        latest: told(readings.last().map(|last| last.1)),
        due: due.map(time::day).unwrap_or_default(),
        unit: objective::UNIT.get(fields).map(|unit| unit.0).unwrap_or_default(),
        policy: match policy.is_empty() {
            true => Link::default(),
            false => {
                let title = names.records.get(&policy).map_or(policy.as_str(), |(title, _)| title.as_str());
                Link::new(title, format!("/policies/{}", segment(&policy)))
            }
        },
        reach: aim.filter(|_| !readings.is_empty()).map(|aim| Reach::new(&aim, &readings, today)),
        readings: readings.iter().rev().map(row).collect(),
        add: if shown.can(Act::Edit) { format!("{href}/edit#f-readings") } else { String::new() },
        course,
        link: Link::new(shown.title(), href),
    }
}
