//! The golden thread of a record, as an auditor follows it from an incident: what was agreed, the clocks, what was at fault,
//! the problem, the change and who approved it, the release, the supplier, what was said, what was counted and decided. What
//! is missing or leads nowhere stands in red.

mod faults;
mod read;

use std::collections::HashSet;

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    response::Html,
};
use desk::thread::{Knot, Thread};
use model::{Catalog, Kind, Moment, Value};

use self::{faults::Broken, read::Case};
use crate::{
    App, Refused, Seat,
    record::{address::segment, clocks},
    view::{
        parts::{Link, Mark, Shape, Tone},
        shell::Shell,
        state, text, time,
    },
};

/// Where an auditor stops on the way from an incident, and which kinds are met there.
const STATIONS: [(&str, &[&str]); 11] = [
    ("Service and agreement", &["service", "sla", "catalogue_entry", "service_requirement", "customer"]),
    ("Configuration items", &["ci", "asset"]),
    ("Supplier", &["other_party", "contract", "internal_agreement", "supplier_result", "dispute"]),
    ("Problem and known error", &["problem", "known_error", "knowledge_article"]),
    ("Change with its approval", &["change"]),
    ("Release", &["release", "acceptance", "transition_plan"]),
    ("Communication", &["communication", "complaint"]),
    ("Review of a major incident", &["major_incident_review"]),
    ("Outage and results", &["outage", "availability_result", "sla_result"]),
    ("Report", &["report"]),
    ("Decisions and actions", &["management_review", "action", "improvement", "nonconformity", "risk"]),
];

/// Kinds that say where or when work is done, not what became of it.
const SURROUNDINGS: [&str; 4] = ["team", "location", "service_calendar", "person"];

/// Longest word that is quoted of a record, in characters.
const QUOTED: usize = 140;

#[derive(Template)]
#[template(path = "page/thread.html")]
struct ThreadPage {
    shell: Shell,
    crumbs: Vec<Link>,
    number: String,
    title: String,
    words: String,
    state: Mark,
    bad: Mark,
    broken: Vec<(Link, String)>,
    clocks: Vec<(&'static str, Mark, String)>,
    no_clock: String,
    said: Vec<(String, String)>,
    stations: Vec<Station>,
    is_cut: bool,
}

struct Station {
    title: String,
    knots: Vec<KnotLine>,
    /// Words where nothing is met here.
    none: Mark,
    /// Whether the notes that the customer could read belong here.
    says: bool,
}

struct KnotLine {
    link: Link,
    title: String,
    kind: String,
    told: String,
    state: Mark,
    by: String,
    is_broken: bool,
}

/// Where the thread of a record is.
pub fn address(number: &str) -> String {
    format!("/thread/{}", segment(number))
}

/// Whether the page of a record of this kind leads to its thread: work that runs through other work.
pub fn is_followed(kind: &Kind) -> bool {
    const FOLLOWED: [&str; 9] = [
        "incident",
        "service_request",
        "problem",
        "change",
        "release",
        "security_incident",
        "major_incident_review",
        "outage",
        "complaint",
    ];
    FOLLOWED.contains(&kind.name)
}

/// `GET /thread/{number}`
pub async fn open(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let case = Case::read(&app, &seat, &number).await?;
    let list = format!("/{}", case.kind.plural);
    let shell = Shell { views: true, ..crate::shell(&app, &seat, &list).await };
    Ok(Html(page(shell, &app.desk.catalog(), &case, seat.now).render()?))
}

fn page(shell: Shell, catalog: &Catalog, case: &Case, now: Moment) -> ThreadPage {
    let first = &case.thread.knots[0].shown;
    let broken = faults::all(case, now);
    let mut lines: Vec<(Link, String)> = Vec::new();
    for Broken { number, why } in &broken {
        lines.push((Link::new(number, place(catalog, &case.thread, number)), why.clone()));
    }
    let clocks = case.clocks.iter().map(|clock| {
        let told = clocks::told(clock, now);
        let label = match clock.name {
            engines::clocks::Name::Response => "First response",
            engines::clocks::Name::Resolution => "Resolution",
            engines::clocks::Name::Workaround => "Workaround",
            engines::clocks::Name::Fulfilment => "Fulfilment",
            engines::clocks::Name::Update => "Next update",
            engines::clocks::Name::Leg => "Leg",
        };
        let under = match clock.agreement.as_str() {
            "" => format!("{}, standard target for {}", told.more, clock.priority),
            agreement => format!("{}, {agreement} for {}", told.more, clock.priority),
        };
        (label, told.mark, under)
    });
    ThreadPage {
        crumbs: vec![
            Link::new(&case.kind.labels, format!("/{}", case.kind.plural)),
            Link::new(first.number(), format!("/{}/{}", case.kind.plural, segment(first.number()))),
            Link::new("Thread", ""),
        ],
        number: first.number().into(),
        title: first.title().trim_end_matches('.').into(),
        words: words(&case.thread, broken.len()),
        state: state::mark(&case.kind, first.state()),
        bad: Mark::new(Shape::Nonconforming, Tone::Bad, "Broken"),
        clocks: clocks.collect(),
        no_clock: if case.kind.clocked { "No clock ran.".into() } else { String::new() },
        said: case.said.iter().map(|(at, said)| (time::exact(*at), text::shortened(said, QUOTED))).collect(),
        stations: stations(catalog, case, &broken),
        is_cut: case.thread.is_cut,
        broken: lines,
        shell,
    }
}

fn words(thread: &Thread, broken: usize) -> String {
    let others = thread.knots.iter().skip(1).filter(|knot| !SURROUNDINGS.contains(&knot.shown.kind())).count();
    let others = match others {
        0 => "Nothing hangs together with it".to_string(),
        1 => "One record hangs together with it".to_string(),
        many => format!("{many} records hang together with it"),
    };
    let broken = match broken {
        0 => "nothing is broken".to_string(),
        1 => "one place is broken".to_string(),
        many => format!("{many} places are broken"),
    };
    format!("{others}; {broken}.")
}

/// Where a record of the thread has its page.
fn place(catalog: &Catalog, thread: &Thread, number: &str) -> String {
    let knot = thread.knots.iter().find(|knot| knot.shown.number() == number);
    let kind = knot.and_then(|knot| catalog.find(knot.shown.kind()));
    kind.map(|kind| format!("/{}/{}", kind.plural, segment(number))).unwrap_or_default()
}

/// The stations of an auditor, for an incident the empty ones as well, then whatever else there is, by kind.
fn stations(catalog: &Catalog, case: &Case, broken: &[Broken]) -> Vec<Station> {
    let others = || case.thread.knots.iter().skip(1);
    let line = |knot: &Knot| knot_line(catalog, case, knot, broken);
    let is_incident = case.kind.name == "incident";
    let mut met: HashSet<&str> = HashSet::from(SURROUNDINGS);
    let mut stations = Vec::new();
    for (title, kinds) in STATIONS {
        met.extend(kinds);
        let knots: Vec<KnotLine> = others().filter(|knot| kinds.contains(&knot.shown.kind())).map(line).collect();
        let says = kinds.contains(&"communication");
        if !knots.is_empty() || is_incident || (says && !case.said.is_empty()) {
            let none = Mark::new(Shape::Nothing, Tone::Mute, "None on record");
            stations.push(Station { title: title.into(), knots, none, says });
        }
    }
    for kind in catalog.kinds().iter().filter(|kind| !met.contains(kind.name)) {
        let knots: Vec<KnotLine> = others().filter(|knot| knot.shown.kind() == kind.name).map(line).collect();
        if !knots.is_empty() {
            stations.push(Station { title: kind.labels.clone(), knots, none: Mark::default(), says: false });
        }
    }
    stations
}

fn knot_line(catalog: &Catalog, case: &Case, knot: &Knot, broken: &[Broken]) -> KnotLine {
    let shown = &knot.shown;
    let kind = catalog.find(shown.kind()).unwrap_or_else(|| catalog.any());
    let faults: Vec<&str> =
        broken.iter().filter(|one| one.number == shown.number()).map(|one| one.why.as_str()).collect();
    let is_broken = !faults.is_empty();
    KnotLine {
        link: Link::new(shown.number(), format!("/{}/{}", kind.plural, segment(shown.number()))),
        title: if shown.title().is_empty() { shown.number().into() } else { shown.title().into() },
        kind: kind.label.clone(),
        told: if is_broken { faults.join("; ") } else { decided(case, knot) },
        state: state::mark(kind, shown.state()),
        by: if knot.from.is_empty() { knot.words.clone() } else { format!("{} {}", knot.from, knot.words) },
        is_broken,
    }
}

/// Who decided on it and when, or what was decided.
fn decided(case: &Case, knot: &Knot) -> String {
    let shown = &knot.shown;
    let text_of = |field: &str| shown.fields().get(field).and_then(Value::as_text).unwrap_or_default();
    let person = |field: &str| case.person(text_of(field));
    let at = |field: &str| shown.fields().get(field).and_then(Value::as_moment);
    let day = |field: &str| at(field).map(|at| format!(", {}", time::day(at.date()))).unwrap_or_default();
    match shown.kind() {
        "change" | "improvement" if !text_of("decided_by").is_empty() => {
            let decision = text_of("decision");
            let decision = if decision.is_empty() { "decided" } else { decision };
            format!("{decision} by {}{}", person("decided_by"), day("decided_on"))
        }
        "change" if shown.fields().get("standard") == Some(&Value::Flag(true)) => {
            "standard, approved beforehand".into()
        }
        "release" if !text_of("approved_by").is_empty() => format!("approved by {}", person("approved_by")),
        "report" => quoted(shown.fields().get("decisions")),
        "ci" => match text_of("last_change") {
            "" => String::new(),
            change => format!("last changed by {change}"),
        },
        "action" if !text_of("owner").is_empty() => format!("{}{}", person("owner"), day("done_on")),
        _ => String::new(),
    }
}

/// The entries of a list as one sentence.
fn quoted(list: Option<&Value>) -> String {
    let entries = list.map(Value::entries).unwrap_or_default();
    let words: Vec<&str> = entries.iter().filter_map(Value::as_text).filter(|words| *words != "none").collect();
    text::shortened(&words.join("; "), QUOTED)
}
