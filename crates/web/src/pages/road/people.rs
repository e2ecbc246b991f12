//! Those whom the way to the certificate moves: influence by stance as a picture, what holds them back with what is done about
//! it, and what is to be told to whom by when.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{extract::State as Held, response::Html};
use desk::{Desk, Names, Shown, rights};
use engines::rules::dates::{add_days, add_months, days_between};
use jiff::civil::Date;
use kinds::{
    information::{communication, communication_plan as line},
    road::stakeholder as holder,
};
use model::{Act, Actor, Moment, Refusal, lifecycle::sentence_case, words::counted};

use super::{
    cycle::until,
    facts::{STANDS, all, rows},
};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Figure, Link, Mark, Person, Shape, Tone},
        shell::Shell,
        time,
    },
};

/// Months after which somebody is looked at again.
const LOOK_MONTHS: i32 = 3;
const INFLUENCES: [&str; 3] = ["high", "medium", "low"];

#[derive(Template)]
#[template(path = "page/road_people.html")]
pub struct PeoplePage {
    pub shell: Shell,
    pub lede: String,
    pub figures: Vec<Figure>,
    pub picture: Picture,
    pub holders: Vec<Holder>,
    pub lines: Vec<Line>,
    pub may_create: bool,
}

/// Influence from top to bottom, stance from left to right, as many as stand there in a circle.
pub struct Picture {
    pub words: String,
    pub stances: Vec<(String, String)>,
    pub influences: Vec<(String, String)>,
    pub dots: Vec<Dot>,
    pub height: usize,
}

pub struct Dot {
    pub x: String,
    pub y: String,
    pub radius: usize,
    pub count: usize,
    pub names: String,
}

pub struct Holder {
    pub link: Link,
    pub group: String,
    pub influence: String,
    pub stance: Mark,
    /// `was against it`; empty where it never was another one.
    pub before: String,
    pub resistance: String,
    pub answer: String,
    pub owner: Person,
    pub looked: Mark,
    pub told_by: Vec<Link>,
}

/// A line of the communication plan with when it is due next.
pub struct Line {
    pub link: Link,
    pub when: String,
    pub whom: Vec<Link>,
    /// Stakeholders that it reaches.
    pub reaches: Vec<Link>,
    pub how: String,
    pub who: Person,
    pub last: Link,
    pub due: Mark,
    pub day: String,
}

/// `GET /road/people`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let catalog = desk.catalog();
    let kind = catalog.find("stakeholder").ok_or(Refusal::NotFound)?;
    if !rights::may(actor, kind, Act::Read, None) {
        return Err(Refused::not_found());
    }
    let found = all(desk, actor, "stakeholder", STANDS, "number", now).await?;
    let plan = all(desk, actor, "communication_plan", STANDS, "number", now).await?;
    let sent = all(desk, actor, "communication", "sent_on is filled", "-sent_on", now).await?;
    let names = names(desk, actor, &found, &plan, now).await?;
    let today = now.date();
    let mut lines = Vec::with_capacity(plan.len());
    for shown in &plan {
        let newest = newest(desk, actor, shown, &sent, now).await?;
        lines.push((due(shown, newest, today), newest, shown));
    }
    // What is late or due next first; what has no day comes last.
    lines.sort_by_key(|(due, ..)| due.unwrap_or(Date::MAX));
    let late = lines.iter().filter(|(due, ..)| due.is_some_and(|due| due < today)).count();
    let holders: Vec<Holder> = found.iter().map(|shown| one(shown, &names, today)).collect();
    let against = found.iter().filter(|shown| matches!(stance(shown).as_str(), "doubtful" | "against-it")).count();
    let again = holders.iter().filter(|holder| holder.looked.tone == Tone::Bad).count();
    let figure = |label: &str, count: usize, href: &str, whole: String| Figure {
        label: label.into(),
        value: Link::new(count.to_string(), href),
        whole,
    };
    let page = PeoplePage {
        lede: match (against, late) {
            (0, 0) => "Nobody stands against it, and everything was told in time.".into(),
            (against, late) => {
                let late = counted(late, "message is overdue", "messages are overdue");
                format!("{against} of {} doubt it or stand against it; {late}.", found.len())
            }
        },
        figures: vec![
            figure("Doubtful or against", against, "#log", format!("of {}", found.len())),
            figure("To be looked at again", again, "#log", String::new()),
            figure("Messages overdue", late, "#tell", format!("of {}", counted(lines.len(), "line", "lines"))),
        ],
        picture: picture(&found),
        holders,
        lines: lines
            .into_iter()
            .map(|(due, newest, shown)| told(shown, (due, newest), &found, &names, today))
            .collect(),
        may_create: rights::may(actor, kind, Act::Create, None),
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/road").await },
    };
    Ok(Html(page.render()?))
}

async fn names(desk: &Desk, actor: &Actor, found: &[Shown], plan: &[Shown], now: Moment) -> Result<Names, Refusal> {
    let catalog = desk.catalog();
    let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
    for shown in found.iter().chain(plan) {
        if let Some(kind) = catalog.find(shown.kind()) {
            desk::read::references(kind, shown, &mut numbers, &mut mails);
        }
    }
    desk.names_of(actor, numbers, mails, now).await
}

fn stance(shown: &Shown) -> String {
    holder::STANCE.get(shown.fields()).map_or_else(|| "neutral".into(), |stance| stance.0)
}

fn influence(shown: &Shown) -> String {
    holder::INFLUENCE.get(shown.fields()).map_or_else(|| "medium".into(), |influence| influence.0)
}

fn in_words(choice: &str) -> String {
    choice.replace('-', " ")
}

fn picture(found: &[Shown]) -> Picture {
    let mut cells: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    let place = |among: &[&str], name: &str| among.iter().position(|known| *known == name);
    for shown in found {
        let (Some(row), Some(column)) = (place(&INFLUENCES, &influence(shown)), place(holder::STANCES, &stance(shown)))
        else {
            continue;
        };
        cells.entry((row, column)).or_default().push(shown.title());
    }
    let across = |column: usize| format!("{}%", 10 + 20 * column);
    let down = |row: usize| 44 + 64 * row;
    let told = cells.iter().map(|((row, column), names)| {
        format!("{} of {} influence {}", names.len(), INFLUENCES[*row], in_words(holder::STANCES[*column]))
    });
    let told: Vec<String> = told.collect();
    Picture {
        words: match told.is_empty() {
            true => "Nobody is on record".into(),
            false => format!("Influence by stance: {}", told.join(", ")),
        },
        stances: holder::STANCES.iter().enumerate().map(|(at, name)| (across(at), in_words(name))).collect(),
        influences: INFLUENCES
            .iter()
            .enumerate()
            .map(|(at, name)| ((down(at) + 30).to_string(), format!("{name} influence")))
            .collect(),
        dots: cells
            .iter()
            .map(|((row, column), names)| Dot {
                x: across(*column),
                y: down(*row).to_string(),
                radius: (12 + 3 * names.len()).min(24),
                count: names.len(),
                names: names.join(", "),
            })
            .collect(),
        height: 64 * INFLUENCES.len() + 40,
    }
}

fn one(shown: &Shown, names: &Names, today: Date) -> Holder {
    let fields = shown.fields();
    let stance = stance(shown);
    let (shape, tone) = match stance.as_str() {
        "carries-it" | "for-it" => (Shape::Met, Tone::Ok),
        "doubtful" => (Shape::Risk, Tone::Warn),
        "against-it" => (Shape::Nonconforming, Tone::Bad),
        _ => (Shape::Ring, Tone::Mute),
    };
    let earlier =
        rows(shown, holder::TALKS.name).filter_map(|row| row.part("stance")?.as_text().map(str::to_owned)).next();
    let looked = holder::REVIEWED_ON.get(fields);
    let again = looked.and_then(|day| add_months(day, LOOK_MONTHS).ok());
    let plans = holder::TOLD_BY.get(fields).map(|plans| plans.0).unwrap_or_default();
    Holder {
        link: Link::new(shown.title(), format!("/stakeholders/{}", shown.number())),
        group: holder::GROUP.get(fields).map(|group| group.0).unwrap_or_default(),
        influence: influence(shown),
        before: earlier
            .filter(|earlier| *earlier != stance)
            .map_or(String::new(), |earlier| format!("was {}", in_words(&earlier))),
        stance: Mark::new(shape, tone, sentence_case(&stance)),
        resistance: holder::RESISTANCE.get(fields).map(|text| text.0).unwrap_or_default(),
        answer: holder::ANSWER.get(fields).map(|text| text.0).unwrap_or_default(),
        owner: person(names, holder::OWNER.get(fields).map(|owner| owner.0)),
        looked: match (looked, again) {
            (Some(_), Some(again)) if again < today => {
                Mark::new(Shape::Nonconforming, Tone::Bad, format!("Overdue since {}", time::day(again)))
            }
            (Some(looked), _) => Mark::new(Shape::Met, Tone::Mute, time::day(looked)),
            (None, _) => Mark::new(Shape::Nonconforming, Tone::Bad, "Never"),
        },
        told_by: plans
            .into_iter()
            .map(|plan| Link::new(plan.0.clone(), format!("/communication_plans/{}", plan.0)))
            .collect(),
    }
}

fn person(names: &Names, email: Option<String>) -> Person {
    let Some(email) = email else { return Person::default() };
    match names.people.get(&email) {
        Some((name, number)) => Person { name: name.clone(), href: format!("/people/{number}") },
        None => Person { name: email, href: String::new() },
    }
}

/// The newest message that carries out a line of the plan.
async fn newest<'s>(
    desk: &Desk,
    actor: &Actor,
    shown: &Shown,
    sent: &'s [Shown],
    now: Moment,
) -> Result<Option<&'s Shown>, Refusal> {
    let links = desk.whole(actor, "communication_plan", shown.number(), now).await?.links;
    let tied: BTreeSet<&str> = links.iter().map(|tie| tie.link.to.as_str()).collect();
    let is_past = |message: &&Shown| communication::SENT_ON.get(message.fields()).is_some_and(|on| on <= now.date());
    Ok(sent.iter().find(|message| tied.contains(message.number()) && is_past(message)))
}

/// The day by which it is to be told again; none for what is told when something happens.
fn due(shown: &Shown, newest: Option<&Shown>, today: Date) -> Option<Date> {
    let when = line::WHEN.get(shown.fields())?.0;
    let last =
        newest.and_then(|message| communication::SENT_ON.get(message.fields())).unwrap_or(shown.created().date());
    let months = |months: i32| add_months(last, months).ok();
    let due = match when.as_str() {
        "daily" => add_days(last, 1).ok(),
        "weekly" => add_days(last, 7).ok(),
        "monthly" => months(1),
        "quarterly" => months(3),
        "half-yearly" => months(6),
        "yearly" => months(12),
        _ => None,
    };
    // What was written down today has its first day ahead of it.
    due.map(|due| if newest.is_none() && last == today { due.max(today) } else { due })
}

fn told(
    shown: &Shown,
    (due, newest): (Option<Date>, Option<&Shown>),
    holders: &[Shown],
    names: &Names,
    today: Date,
) -> Line {
    let fields = shown.fields();
    let whom = line::WHOM.get(fields).map(|whom| whom.0).unwrap_or_default();
    let reaches = |one: &&Shown| {
        holder::TOLD_BY.get(one.fields()).is_some_and(|plans| plans.0.iter().any(|plan| plan.0 == shown.number()))
    };
    Line {
        link: Link::new(shown.title(), format!("/communication_plans/{}", shown.number())),
        when: line::WHEN.get(fields).map(|when| in_words(&when.0)).unwrap_or_default(),
        whom: whom
            .into_iter()
            .map(|whom| match names.records.get(&whom.0) {
                Some((title, _)) => Link::new(title.clone(), format!("/customers/{}", whom.0)),
                None => Link::new(whom.0, ""),
            })
            .collect(),
        reaches: holders
            .iter()
            .filter(reaches)
            .map(|one| Link::new(one.title(), format!("/stakeholders/{}", one.number())))
            .collect(),
        how: line::HOW.get(fields).map(|how| how.0).unwrap_or_default(),
        who: person(names, line::WHO.get(fields).map(|who| who.0)),
        last: newest.map_or_else(Link::default, |message| {
            let day = communication::SENT_ON.get(message.fields()).map(time::day).unwrap_or_default();
            Link::new(day, format!("/communications/{}", message.number()))
        }),
        day: due.map_or_else(|| "when it happens".into(), time::day),
        due: match due.map(|due| (days_between(today, due), due)) {
            None => Mark::new(Shape::Nothing, Tone::Mute, "No day"),
            Some((..0, due)) => Mark::new(Shape::Nonconforming, Tone::Bad, format!("Overdue, {}", until(due, today))),
            Some((0..=7, due)) => Mark::new(Shape::Risk, Tone::Warn, format!("Due, {}", until(due, today))),
            Some((_, due)) => Mark::new(Shape::Ring, Tone::Mute, sentence_case(&until(due, today))),
        },
    }
}
