//! What the standard wants in writing: each piece with what satisfies it now, what is missing, and a draft to begin with.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query, State as Held},
    response::{Html, Response},
};
use desk::{Desk, rights};
use engines::conformity::{Assessment, catalogue, catalogue::Documented};
use model::{Act, Actor, Command, Input, Moment, Refusal, query::EVERY};
use serde::Deserialize;
use serde_json::json;

use super::starter::{self, Starter};
use crate::{
    App, Refused, Seat, flash,
    pages::{
        lines::{self, counted},
        road::facts::STANDS,
        verdicts,
    },
    view::{
        parts::{Figure, Link, Mark, Tab},
        shell::Shell,
    },
};

#[derive(Template)]
#[template(path = "page/papers.html")]
pub struct PapersPage {
    pub shell: Shell,
    pub figures: Vec<Figure>,
    pub tabs: Vec<Tab>,
    pub groups: Vec<Group>,
}

pub struct Group {
    pub clause: Link,
    pub lines: Vec<Line>,
}

/// One piece of documented information.
pub struct Line {
    pub name: String,
    /// Whether it is kept current or kept as evidence, and whether the standard says so in as many words.
    pub mode: &'static str,
    pub requirement: Link,
    pub state: Mark,
    pub is_missing: bool,
    /// The newest records that satisfy it, and the list of all of them.
    pub found: Vec<Link>,
    pub all: Link,
    pub draft: Option<Draft>,
    /// What was made of the draft before: it is gone on with, not made twice.
    pub begun: Link,
}

pub struct Draft {
    pub name: &'static str,
    pub title: String,
    pub label: String,
}

/// Where the record is found, if it is not simply whatever the first record type of the requirement holds: the id of the
/// documented information, the kind, and the condition.
const FOUND: &[(&str, &str, &str)] = &[
    ("scope", "document", "kind = scope and state = approved"),
    ("policy", "policy", "kind = \"service-management\" and state = approved"),
    ("change-policy", "policy", "kind = change and state = approved"),
    ("security-policy", "policy", "kind = \"information-security\" and state = approved"),
    ("release-types", "policy", "kind = release and state = approved"),
    ("objectives", "document", "kind = objectives and state = approved"),
    ("plan", "management_plan", "state = approved"),
    ("own-documents", "document", "state = approved"),
    ("external-documents", "document", "origin = external and state = approved"),
    ("records", "document", "kind = procedure and state = approved"),
    ("procedures", "document", "subject = \"major-incident\" and state = approved"),
    ("major-procedure", "document", "subject = \"major-incident\" and state = approved"),
    ("availability-risks", "risk", "area = availability"),
    ("continuity-risks", "risk", "area = continuity"),
    ("security-risks", "risk", "area = \"information-security\""),
];

/// Records that are named one by one.
const NAMED: usize = 3;

/// An unknown parameter is refused, never ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    view: Option<String>,
}

/// `GET /papers`
pub async fn open(seat: Seat, Held(app): Held<App>, Query(asked): Query<Asked>) -> Result<Html<String>, Refused> {
    let view = asked.view.as_deref().unwrap_or("all");
    if !matches!(view, "all" | "missing") {
        let hint = model::suggest::hint(view, ["all", "missing"]);
        return Err(Refusal::Query(format!("there is no view \"{view}\"{hint}")).into());
    }
    Ok(Html(page(&app, &seat, view).await?.render()?))
}

async fn page(app: &App, seat: &Seat, view: &str) -> Result<PapersPage, Refusal> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let assessment = desk.assessment(actor, now).await?;
    let mut groups: Vec<Group> = Vec::new();
    let (mut all, mut missing) = (0, 0);
    let mut known = BTreeMap::new();
    let begun = begun(desk, actor, now).await?;
    for documented in &catalogue().documented {
        let line = line(desk, actor, &assessment, documented, (&mut known, &begun), now).await?;
        all += 1;
        missing += usize::from(line.is_missing);
        if view == "missing" && !line.is_missing {
            continue;
        }
        let title = catalogue().clause(&documented.clause).map_or("", |clause| clause.title.as_str());
        let words = format!("{} {title}", documented.clause);
        match groups.last_mut().filter(|group| group.clause.text == words) {
            Some(group) => group.lines.push(line),
            None => {
                let clause = Link::new(words, format!("/conformity/{}", documented.clause));
                groups.push(Group { clause, lines: vec![line] });
            }
        }
    }
    let tab = |name: &str, label: &str, count: usize| Tab {
        label: label.into(),
        href: format!("/papers?view={name}"),
        count: count.to_string(),
        current: view == name,
    };
    Ok(PapersPage {
        figures: figures(desk, actor, (all - missing, all), now).await?,
        tabs: vec![tab("all", "All", all), tab("missing", "Missing", missing)],
        groups,
        shell: Shell { views: true, ..crate::shell(app, seat, "/documents").await },
    })
}

/// What was counted for a kind and a condition before: several pieces are found in the same place.
type Known = BTreeMap<(String, String), (Vec<Link>, Link)>;

async fn line(
    desk: &Desk,
    actor: &Actor,
    assessment: &Assessment,
    documented: &Documented,
    (known, begun): (&mut Known, &BTreeMap<String, Link>),
    now: Moment,
) -> Result<Line, Refusal> {
    let requirement = catalogue().requirement(&documented.requirement);
    let default = requirement.and_then(|requirement| requirement.from.first()).map_or("document", String::as_str);
    let place = FOUND.iter().find(|(id, ..)| *id == documented.id).map(|(_, kind, filter)| (*kind, *filter));
    let (kind, filter) = place.unwrap_or((default, STANDS));
    let key = (kind.to_owned(), filter.to_owned());
    if !known.contains_key(&key) {
        known.insert(key.clone(), found(desk, actor, kind, filter, now).await?);
    }
    let (found, all) = known.get(&key).cloned().unwrap_or_default();
    let verdict = assessment.find(&documented.requirement);
    let covers = |starter: &&Starter| starter.covers.contains(&documented.id);
    let starter = starter::starters().iter().find(covers);
    let state = verdict.map_or_else(Mark::default, |verdict| verdicts::mark(verdict.state));
    Ok(Line {
        name: documented.name.clone(),
        mode: match (documented.mode.as_str(), documented.basis.as_str()) {
            ("keep-current", "explicit") => "kept current",
            ("keep-current", _) => "kept current, follows from the text",
            (_, "explicit") => "kept as evidence",
            _ => "kept as evidence, follows from the text",
        },
        requirement: Link::new(
            &documented.requirement,
            format!("/conformity/{}/{}", documented.clause, lines::encoded(&documented.requirement)),
        ),
        is_missing: verdict.is_none_or(|verdict| verdict.state == engines::conformity::State::Gap) || found.is_empty(),
        state,
        found,
        all,
        begun: starter.and_then(|starter| begun.get(&starter.title)).cloned().unwrap_or_default(),
        draft: starter.filter(|starter| !begun.contains_key(&starter.title)).map(|starter| Draft {
            name: starter.name,
            title: starter.title.clone(),
            label: if starter.record == "policy" { "Draft the policy".into() } else { "Draft it".into() },
        }),
    })
}

/// What was made of the drafts before, by their titles.
async fn begun(desk: &Desk, actor: &Actor, now: Moment) -> Result<BTreeMap<String, Link>, Refusal> {
    let catalog = desk.catalog();
    let mut told = BTreeMap::new();
    for (name, place) in [("document", "papers"), ("policy", "policies")] {
        let kind = catalog.find(name).ok_or(Refusal::NotFound)?;
        if !rights::may(actor, kind, Act::Read, None) {
            continue;
        }
        let own = starter::starters().iter().filter(|starter| (starter.record == "policy") == (name == "policy"));
        let titles: Vec<String> = own.map(|starter| format!("\"{}\"", starter.title)).collect();
        let filter = format!("{STANDS} and title in ({})", titles.join(", "));
        let query = lines::query_of(kind, Some(kind.name), &filter, "-changed", titles.len())?;
        for shown in &desk.list(actor, &query, now).await?.records {
            let link = Link::new("Go on with it", format!("/{place}/{}", shown.number()));
            told.entry(shown.title().to_owned()).or_insert(link);
        }
    }
    Ok(told)
}

/// The newest records of a kind under a condition, and the list of all of them.
async fn found(
    desk: &Desk,
    actor: &Actor,
    kind: &str,
    filter: &str,
    now: Moment,
) -> Result<(Vec<Link>, Link), Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
    if !rights::may(actor, kind, Act::Read, None) {
        return Ok((Vec::new(), Link::new(format!("{}: not for you", kind.labels), "")));
    }
    let mut query = lines::query_of(kind, Some(kind.name), filter, "-changed", NAMED)?;
    query.columns = vec![EVERY.into()];
    let count = desk.count(actor, &query, now).await?;
    let page = desk.list(actor, &query, now).await?;
    let place = if kind.name == "document" { "papers" } else { kind.plural };
    let link = |shown: &desk::Shown| {
        let title = if shown.title().is_empty() { shown.number() } else { shown.title() };
        Link::new(title, format!("/{place}/{}", shown.number()))
    };
    let label = if count == 1 { &kind.label } else { &kind.labels };
    let all = Link::new(format!("{} {}", counted(count), label.to_lowercase()), lines::list_address(kind, filter));
    Ok((page.records.iter().map(link).collect(), all))
}

async fn figures(
    desk: &Desk,
    actor: &Actor,
    (there, all): (usize, usize),
    now: Moment,
) -> Result<Vec<Figure>, Refusal> {
    let mut told = vec![Figure {
        label: "In writing".into(),
        value: Link::new(there.to_string(), "/papers"),
        whole: format!("of {all}"),
    }];
    let today = now.date();
    let counts = [
        ("Documents in force", "document", "state = approved".to_owned()),
        ("Review overdue", "document", format!("state = approved and review_due < {today}")),
        ("Being written or decided", "document_version", "phase != done".into()),
        ("Words waited for", "acknowledgement", "phase != done".into()),
        ("Of these late", "acknowledgement", format!("phase != done and due < {today}")),
    ];
    let catalog = desk.catalog();
    for (label, kind, filter) in counts {
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        if !rights::may(actor, kind, Act::Read, None) {
            continue;
        }
        let count = desk.count(actor, &lines::query_of(kind, Some(kind.name), &filter, "", 1)?, now).await?;
        let value = Link::new(counted(count), lines::list_address(kind, &filter));
        told.push(Figure { label: label.into(), value, whole: String::new() });
    }
    Ok(told)
}

/// `POST /papers/drafts/{name}`: makes the draft of that name, filled from the records.
pub async fn start(seat: Seat, Held(app): Held<App>, Path(name): Path<String>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let number = draft(&app.desk, &seat.actor, &name, seat.now).await?;
    let is_policy = starter::find(&name).is_some_and(|starter| starter.record == "policy");
    let place = if is_policy { format!("/policies/{number}") } else { format!("/papers/{number}") };
    Ok(flash::said(&place, "It is a draft made from your records. What stands in italics is yours to say."))
}

/// Makes the record of a draft, a policy or a document with its first version, and answers its number.
///
/// # Errors
/// `NotFound` for a draft that there is not; what the door refuses.
pub async fn draft(desk: &Desk, actor: &Actor, name: &str, now: Moment) -> Result<String, Refusal> {
    let starter = starter::find(name).ok_or(Refusal::NotFound)?;
    let words = starter::words(desk, actor, now).await?;
    let text = starter.draw(&words).map_err(Refusal::Query)?;
    if starter.record == "policy" {
        let fields =
            json!({"title": starter.title, "kind": starter.kind, "text": text, "owner": actor.email, "version": 1});
        return Ok(desk.perform(actor, create("policy", fields), now).await?.number);
    }
    let subject = (!starter.subject.is_empty()).then_some(&starter.subject);
    let fields = json!({"title": starter.title, "kind": starter.kind, "subject": subject, "owner": actor.email, "access": ["staff"],
        "origin": "internal", "retention": "Six years after it ends", "review_months": 12});
    let document = desk.perform(actor, create("document", fields), now).await?;
    let version = json!({"document": document.number, "text": text, "author": actor.email});
    desk.perform(actor, create("document_version", version), now).await?;
    Ok(document.number)
}

fn create(kind: &str, fields: serde_json::Value) -> Command {
    let input = match fields {
        serde_json::Value::Object(fields) => Input::json(fields),
        _ => Input::default(),
    };
    Command::Create { kind: kind.into(), number: None, input }
}
