//! The page of one document: the text of a version, what differs from another one, who signed, who has read it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query, State as Held},
    response::{Html, Response},
};
use desk::{FileRow, Names, Shown, rights};
use engines::conformity::{catalogue, requirements_of_kind};
use kinds::information::document;
use model::{Act, Command, Input, Refusal, Target};
use serde_json::json;

use super::{
    edition::{Edition, editions, pick},
    readers::{self, Reading},
    sheet::{self, Sheet},
    versions::{self, Asked, ReadText, Versions},
};
use crate::{
    App, Refused, Seat, flash,
    pages::{
        due::{self, kept},
        lines,
    },
    view::{
        parts::{Link, Mark, Notice, Person, Shape, Tab, Tone},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "page/paper.html")]
pub struct PaperPage {
    pub shell: Shell,
    pub number: String,
    pub title: String,
    pub group: Link,
    pub sheet: Sheet,
    pub notices: Vec<Notice>,
    pub tabs: Vec<Tab>,
    pub text: ReadText,
    pub signed: Vec<Signed>,
    pub moves: Vec<Link>,
    pub versions: Versions,
    pub files: Vec<Link>,
    pub governs: Vec<(String, String)>,
    pub reading: Reading,
    /// What the reader of the page is asked to confirm: the record, and the version that it is about.
    pub asked: Option<(String, String)>,
    pub proves: Vec<(Link, String)>,
    pub may_draft: bool,
    /// Where the version shown is a PDF; none where nothing is written.
    pub pdf: Option<String>,
}

/// A signature, or what is still waited for.
pub struct Signed {
    pub person: Person,
    pub what: &'static str,
    pub mark: Mark,
}

/// `GET /papers/{number}`: the text in force, or with `?version=` another one, with `?against=` what differs between the two.
pub async fn open(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &number, &asked).await?.render()?))
}

async fn page(app: &App, seat: &Seat, number: &str, asked: &Asked) -> Result<PaperPage, Refusal> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let of = desk.show(actor, "document", number, None, now).await?;
    let editions = editions(desk, actor, &of, now).await?;
    let nothing = Edition::default();
    let (shown, other) = asked.of(&editions)?;
    let shown = shown.unwrap_or(&nothing);
    let names = sheet::names(desk, actor, &of, &editions, now).await?;
    let catalog = desk.catalog();
    let versions_kind = catalog.find("document_version").ok_or(Refusal::NotFound)?;
    let reading = readers::reading(desk, actor, &of, now).await?;
    let here = super::address(number);
    Ok(PaperPage {
        sheet: sheet::made(&desk.settings().organisation, (&of).into(), shown, &names),
        notices: [notices(&of, &editions, shown, now.date()), due::of_record(desk, actor, &of, now).await?].concat(),
        tabs: versions::tabs(&here, &editions, shown, other),
        text: ReadText::of(shown, other),
        signed: signed(shown, &names),
        moves: moves(app, seat, shown).await?,
        versions: with_retention(Versions::of(&here, &editions, shown, other), &of, &editions),
        files: files(app, seat, &of, shown).await?,
        governs: governs(app, &of),
        asked: readers::asked_of(desk, actor, &of, now).await?,
        reading,
        proves: proves(app, seat, number),
        pdf: (!editions.is_empty()).then(|| format!("/papers/{number}/pdf?version={}", shown.key())),
        // One that is being written is written on, not begun again.
        may_draft: rights::may(actor, versions_kind, Act::Create, None)
            && of.state() != "archived"
            && !editions.iter().any(|one| !one.is_over() && !one.is_in_force() && !one.record.is_empty()),
        group: group(&of),
        number: number.to_owned(),
        title: of.title().to_owned(),
        shell: Shell { views: true, ..crate::shell(app, seat, "/documents").await },
    })
}

fn group(of: &Shown) -> Link {
    let kind = document::KIND.get(of.fields()).map(|kind| kind.0).unwrap_or_default();
    let filter = lines::encoded(&format!("kind = \"{kind}\""));
    if kind.is_empty() {
        Link::default()
    } else {
        Link::new(model::lifecycle::sentence_case(&kind), format!("/documents?filter={filter}"))
    }
}

fn notices(of: &Shown, editions: &[Edition], shown: &Edition, today: model::Date) -> Vec<Notice> {
    let mut all = Vec::new();
    let mut say = |shape, tone, word: &str, text: String, links: Vec<Link>| {
        all.push(Notice { mark: Mark::new(shape, tone, word), text, links });
    };
    let waits = editions.iter().find(|one| matches!(one.state.as_str(), "in_review" | "reviewed" | "approved"));
    if let Some(waits) = waits {
        let word = format!("Version {}", waits.number());
        let text = match waits.state.as_str() {
            "approved" => format!("comes into force on {}.", waits.effective_on.map(time::day).unwrap_or_default()),
            "reviewed" => format!("is reviewed and waits for the approval of {}.", waits.approver),
            _ => format!("waits for {}.", if waits.reviewer.is_empty() { &waits.approver } else { &waits.reviewer }),
        };
        say(
            Shape::Half,
            Tone::Info,
            &word,
            text,
            vec![Link::new("Open it", format!("/papers/{}?version={}", of.number(), waits.key()))],
        );
    }
    let due = document::REVIEW_DUE.get(of.fields()).filter(|due| shown.is_in_force() && *due < today);
    if let Some(due) = due {
        say(Shape::Stale, Tone::Warn, "Review is overdue", format!("since {}.", time::day(due)), Vec::new());
    }
    all
}

fn signed(shown: &Edition, names: &Names) -> Vec<Signed> {
    let person = |mail: &str| lines::person(mail, names);
    let done = |day: model::Date| Mark::new(Shape::Proved, Tone::Ok, time::day(day));
    let mut all: Vec<Signed> = shown
        .writers
        .iter()
        .map(|mail| Signed { person: person(mail), what: "wrote", mark: Mark::new(Shape::Pen, Tone::Mute, "Text") })
        .collect();
    match &shown.reviewed {
        Some((by, on)) => all.push(Signed { person: person(by), what: "reviewed", mark: done(*on) }),
        None if !shown.reviewer.is_empty() => {
            let mark = Mark::new(Shape::New, Tone::Mute, "Waits");
            all.push(Signed { person: person(&shown.reviewer), what: "reviews", mark });
        }
        None => {}
    }
    match &shown.approved {
        Some((by, on)) => all.push(Signed { person: person(by), what: "approved", mark: done(*on) }),
        None if !shown.approver.is_empty() => {
            let mark = Mark::new(Shape::New, Tone::Mute, "Waits");
            all.push(Signed { person: person(&shown.approver), what: "approves", mark });
        }
        None => {}
    }
    all
}

/// The steps that the reader may take with the version shown; each asks on a page of its own.
async fn moves(app: &App, seat: &Seat, shown: &Edition) -> Result<Vec<Link>, Refusal> {
    if shown.record.is_empty() {
        return Ok(Vec::new());
    }
    let catalog = app.desk.catalog();
    let kind = catalog.find("document_version").ok_or(Refusal::NotFound)?;
    let record = app.desk.show(&seat.actor, kind.name, &shown.record, None, seat.now).await?;
    let here = format!("/document_versions/{}", shown.record);
    let mut links = Vec::new();
    if record.can(Act::Edit) && record.state() == "draft" {
        links.push(Link::new("Write", format!("{here}/edit")));
    }
    if record.can(Act::Step) {
        let onward = |to: &str| !(WAYS_OUT.contains(&to) || to == "in_force" || record.state() == "in_force");
        let steps = kind.lifecycle.steps_from(record.state()).filter(|step| onward(step.to));
        links.extend(steps.map(|step| Link::new(format!("{}…", step.label), format!("{here}/step?to={}", step.to))));
    }
    Ok(links)
}

/// What is done on the record itself and offered to nobody who reads.
const WAYS_OUT: [&str; 3] = ["withdrawn", "cancelled", "superseded"];

/// How long each version is kept once it is out of force.
fn with_retention(mut versions: Versions, of: &Shown, editions: &[Edition]) -> Versions {
    for (row, one) in versions.rows.iter_mut().zip(editions) {
        if let Some(kept) = kept::of_edition(of, one.ended_on) {
            row.words = [std::mem::take(&mut row.words), kept::words(&kept)].join(", ");
        }
    }
    versions
}

/// Files that belong to the version: those that were attached before it was approved.
async fn files(app: &App, seat: &Seat, of: &Shown, shown: &Edition) -> Result<Vec<Link>, Refusal> {
    let (kind, plural, number) = if shown.record.is_empty() {
        ("document", "documents", of.number())
    } else {
        ("document_version", "document_versions", shown.record.as_str())
    };
    let rows = app.desk.files(&seat.actor, kind, number, seat.now).await?;
    let in_time = |row: &&FileRow| {
        let approved = shown.approved.as_ref().map(|(_, day)| *day);
        approved.is_none_or(|day| row.added.date() <= day)
    };
    Ok(rows
        .iter()
        .filter(in_time)
        .map(|row| Link::new(&row.name, format!("/{plural}/{number}/files/{}", row.id)))
        .collect())
}

/// The settings that the document states: label and value.
fn governs(app: &App, of: &Shown) -> Vec<(String, String)> {
    let settings = app.desk.settings();
    let ours = |name: &str| settings.governed.get(name).is_some_and(|by| by.number == of.number());
    let value = |setting: &desk::settings::Setting| {
        let value = if setting.value.is_empty() { &setting.offered } else { &setting.value };
        format!("{value} {}", setting.unit).trim().to_string()
    };
    settings
        .listed()
        .iter()
        .filter(|setting| ours(&setting.name))
        .map(|setting| (setting.label.clone(), value(setting)))
        .collect()
}

/// Requirements that the document was looked at for, by clause.
fn proves(app: &App, seat: &Seat, number: &str) -> Vec<(Link, String)> {
    let Some(assessment) = app.desk.known_assessment(&seat.actor, seat.now) else { return Vec::new() };
    let Some((place, _)) = assessment.records.find(number) else { return Vec::new() };
    let mut clauses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for requirement in requirements_of_kind("document") {
        let looked = assessment.find(&requirement.id).is_some_and(|verdict| verdict.seen.has_looked_at(place));
        if looked {
            clauses.entry(requirement.clause.clone()).or_default().push(requirement.id.clone());
        }
    }
    let told = |(clause, ids): (String, Vec<String>)| {
        let title = catalogue().clause(&clause).map_or("", |clause| clause.title.as_str());
        (Link::new(format!("{clause} {title}"), format!("/conformity/{clause}")), ids.join(", "))
    };
    clauses.into_iter().map(told).collect()
}

/// `POST /papers/{number}/draft`: begins the next version with the text of the one in force.
pub async fn begin(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let of = desk.show(actor, "document", &number, None, now).await?;
    let editions = editions(desk, actor, &of, now).await?;
    let open = editions.iter().find(|one| !one.is_over() && !one.is_in_force() && !one.record.is_empty());
    if let Some(open) = open {
        let words = format!("Version {} is being written already.", open.number());
        return Ok(flash::said(&format!("/papers/{number}?version={}", open.key()), words));
    }
    let text = pick(&editions, None)?.map_or(String::new(), |edition| edition.text.clone());
    let mut fields = vec![("document".to_owned(), json!(number))];
    if !text.is_empty() {
        fields.push(("text".into(), json!(text)));
    }
    let title = format!("{}, next version", of.title());
    if of.title().is_empty() {
        fields.push(("title".into(), json!(title)));
    }
    let command = Command::Create { kind: "document_version".into(), number: None, input: Input::json(fields) };
    let done = desk.perform(actor, command, now).await?;
    Ok(flash::said(
        &format!("/document_versions/{}/edit", done.number),
        "The next version is a copy of the text. Write in it.",
    ))
}

/// `POST /papers/{number}/confirm`: the reader has read and understood the version in force.
pub async fn confirm(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let of = desk.show(actor, "document", &number, None, now).await?;
    let back = format!("/papers/{number}");
    let Some((record, version)) = readers::asked_of(desk, actor, &of, now).await? else {
        return Ok(flash::said(&back, "Nothing of it waits for your word."));
    };
    let target = Target { kind: "acknowledgement".into(), number: record, version: None };
    let step = Command::Step { target, to: "confirmed".into(), input: Input::default(), note: None, public: false };
    desk.perform(actor, step, now).await?;
    Ok(flash::said(&back, format!("You have read and understood version {version}.")))
}
