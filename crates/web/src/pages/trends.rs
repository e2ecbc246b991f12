//! Trends: incidents that come back on the same item, with the same symptom or of the same sort, and the problem that they
//! ask for.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Query as Ask, State},
    response::Html,
};
use desk::Shown;
use model::{
    Act, Filter, Kind, Moment, Order, Query, Refusal, Value,
    filter::{Op, Operand},
    time::DAY,
    words::counted,
};
use serde::Deserialize;

use crate::{
    App, Refused, Seat,
    record::{address::segment, offer, piece::record_address},
    shell,
    view::{
        parts::{Link, Mark, Shape, Tone},
        shell::Shell,
        time,
    },
};

/// Incidents that are looked through, the newest first, and how many are read at a time.
const MOST: usize = 2_000;
const PAGE: usize = 500;
/// So many make a pattern; so many patterns are shown.
const PATTERN: usize = 3;
const SHOWN: usize = 40;
/// Incidents from which a problem is begun.
const BEGUN: usize = 25;
/// Three in a row within so many days without a problem do not pass check 8.6.3-1.
const ROW_DAYS: i64 = 30;
const SPANS: [i64; 3] = [30, 90, 365];

#[derive(Template)]
#[template(path = "page/trends.html")]
struct TrendsPage {
    shell: Shell,
    spans: Vec<(i64, bool)>,
    patterns: Vec<Pattern>,
    looked: String,
    may_raise: bool,
}

struct Pattern {
    /// In what they are alike: `Configuration item`, `Symptom`, `Service and category`.
    sort: &'static str,
    what: Link,
    count: usize,
    span: String,
    newest: Vec<Link>,
    problems: Vec<Link>,
    /// Whether it asks for a problem that nobody has raised.
    mark: Mark,
    raise: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    days: Option<i64>,
}

/// `GET /trends`
pub async fn open(seat: Seat, State(app): State<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let days = asked.days.unwrap_or(SPANS[1]);
    if !SPANS.contains(&days) {
        return Err(Refused::field("days", "is 30, 90 or 365"));
    }
    let catalog = app.desk.catalog();
    let (Some(incident), Some(problem)) = (catalog.find("incident"), catalog.find("problem")) else {
        return Err(Refused::not_found());
    };
    let (found, whole) = incidents(&app, &seat, incident, days).await?;
    let mut groups: BTreeMap<(usize, String), Vec<&Shown>> = BTreeMap::new();
    for shown in &found {
        for (sort, key) in keys(shown) {
            groups.entry((sort, key)).or_default().push(shown);
        }
    }
    groups.retain(|_, group| group.len() >= PATTERN);
    let numbers: BTreeSet<String> =
        found.iter().flat_map(|shown| ["ci", "service"].into_iter().filter_map(|name| text(shown, name))).collect();
    let names = app.desk.names_of(&seat.actor, numbers, BTreeSet::new(), seat.now).await?;
    let draw = |((sort, key), group): (&(usize, String), &Vec<&Shown>)| {
        pattern(&names, &catalog, (incident, problem), *sort, key, group)
    };
    let mut patterns: Vec<Pattern> = groups.iter().map(draw).collect();
    // What asks for a problem first, then the largest.
    patterns.sort_by_key(|pattern| (pattern.mark.tone != Tone::Bad, usize::MAX - pattern.count));
    patterns.truncate(SHOWN);
    let looked = match whole {
        true => format!("{} of the last {days} days.", counted(found.len(), "incident", "incidents")),
        false => format!("The newest {} incidents of the last {days} days; there are more.", found.len()),
    };
    let page = TrendsPage {
        shell: shell(&app, &seat, "/trends").await,
        spans: SPANS.iter().map(|span| (*span, *span == days)).collect(),
        patterns,
        looked,
        may_raise: desk::rights::may(&seat.actor, problem, Act::Create, None),
    };
    Ok(Html(page.render()?))
}

/// Incidents raised since then, the newest first, and whether these are all.
async fn incidents(app: &App, seat: &Seat, kind: &Kind, days: i64) -> Result<(Vec<Shown>, bool), Refusal> {
    let since = Operand::Value(Value::Instant(seat.now.minus(days * DAY)));
    let columns = ["title", "service", "ci", "category", "symptom", "problem", "raised_on"];
    let query = Query {
        filter: Filter::Compare { path: "raised_on".into(), op: Op::AtLeast, value: since },
        order: vec![Order { path: "raised_on".into(), descending: true }],
        columns: columns.map(str::to_string).to_vec(),
        size: PAGE,
        ..Query::of(kind.name)
    };
    app.desk.list_on(&seat.actor, query, MOST, seat.now).await
}

const SORTS: [&str; 3] = ["Configuration item", "Symptom", "Service and category"];

fn text(shown: &Shown, name: &str) -> Option<String> {
    let text = shown.fields().get(name).and_then(Value::as_text).map(str::trim)?;
    (!text.is_empty()).then(|| text.to_string())
}

/// In what an incident may be like others: the sort, and what it has in common with them.
fn keys(shown: &Shown) -> Vec<(usize, String)> {
    let both = text(shown, "service").zip(text(shown, "category"));
    let keys = [
        text(shown, "ci"),
        text(shown, "symptom").map(|symptom| symptom.to_lowercase()),
        both.map(|(service, category)| format!("{service} {category}")),
    ];
    keys.into_iter().enumerate().filter_map(|(sort, key)| Some((sort, key?))).collect()
}

fn pattern(
    names: &desk::Names,
    catalog: &model::Catalog,
    (incident, problem): (&Kind, &Kind),
    sort: usize,
    key: &str,
    group: &[&Shown],
) -> Pattern {
    let raised = |shown: &&Shown| shown.fields().get("raised_on").and_then(Value::as_moment);
    let times: Vec<Moment> = group.iter().filter_map(raised).collect();
    let span = match (times.last(), times.first()) {
        (Some(first), Some(last)) => format!("{} to {}", time::day(first.date()), time::day(last.date())),
        _ => String::new(),
    };
    let link = |kind: &Kind, number: &str| Link::new(number, record_address(kind, number));
    let problems: BTreeSet<String> = group.iter().filter_map(|shown| text(shown, "problem")).collect();
    let open: Vec<&&Shown> = group.iter().filter(|shown| text(shown, "problem").is_none()).collect();
    let asks = sort == 0 && a_row_without_problem(group);
    let mark = match (asks, problems.is_empty()) {
        (true, _) => Mark::new(Shape::Nonconforming, Tone::Bad, "Asks for a problem"),
        (false, true) => Mark::new(Shape::Risk, Tone::Warn, "No problem yet"),
        (false, false) => Mark::new(Shape::Met, Tone::Ok, "Has a problem"),
    };
    let from: Vec<String> =
        open.iter().take(BEGUN).map(|shown| format!("{}={}", offer::FROM, segment(shown.number()))).collect();
    let raise = match from.is_empty() {
        true => String::new(),
        false => format!("/{}/new?source=trend&{}", problem.plural, from.join("&")),
    };
    Pattern {
        sort: SORTS[sort],
        what: what(names, catalog, sort, key),
        count: group.len(),
        span,
        newest: group.iter().take(PATTERN).map(|shown| link(incident, shown.number())).collect(),
        problems: problems.iter().take(PATTERN).map(|number| link(problem, number)).collect(),
        mark,
        raise,
    }
}

/// Three in a row within thirty days of which none has a problem (check 8.6.3-1).
fn a_row_without_problem(group: &[&Shown]) -> bool {
    let at = |shown: &Shown| shown.fields().get("raised_on").and_then(Value::as_moment);
    group.windows(PATTERN).any(|row| {
        let without = row.iter().all(|shown| text(shown, "problem").is_none());
        let (Some(last), Some(first)) = (at(row[0]), at(row[PATTERN - 1])) else { return false };
        without && last.0 - first.0 <= ROW_DAYS * DAY
    })
}

fn what(names: &desk::Names, catalog: &model::Catalog, sort: usize, key: &str) -> Link {
    let (number, rest) = key.split_once(' ').map_or((key, ""), |(number, rest)| (number, rest));
    match (sort, names.records.get(number)) {
        (0 | 2, Some((title, kind))) => {
            let href = catalog.find(kind).map(|kind| record_address(kind, number)).unwrap_or_default();
            let words = if rest.is_empty() { title.clone() } else { format!("{title}, {rest}") };
            Link::new(words, href)
        }
        _ => Link::new(key, ""),
    }
}
