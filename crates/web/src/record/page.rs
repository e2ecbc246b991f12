//! The page of one record: where it stands, what it says, what happened, what hangs together with it.

use std::collections::BTreeSet;

use askama::Template;
use desk::{FileRow, Names, Shown, ShownEntry, Tie, rights};
use engines::{clocks::Clock, conformity::catalogue};
use model::{
    Act, Catalog, Column, Kind, Moment, Phase, Refusal, Type, Value,
    approval::{Approval, Asked},
    lifecycle::WITHDRAWN,
    words::counted,
};

use super::{
    address::Address,
    around::{self, Around},
    clocks::{self, Board},
    edit::token,
    facts::{Facts, facts},
    monitored::{self, AlertRow},
    piece::{Lens, record_address},
    procedure,
    timeline::{Audience, Part, Timeline, link_label, timeline},
};
use crate::{
    App, Seat,
    pages::offered::{Offer, offers},
    shell,
    view::{
        parts::{Link, Mark, Place, Shape, Step, Tone, When},
        shell::Shell,
        state, text, time,
    },
};

#[derive(Template)]
#[template(path = "record/page.html")]
pub struct RecordPage {
    pub shell: Shell,
    pub crumbs: Vec<Link>,
    pub number: String,
    pub heading: String,
    pub state: Mark,
    pub lede: String,
    pub version: i64,
    pub here: String,
    pub past: Option<String>,
    /// Why nothing of it can be changed any more; empty where it can.
    pub sealed: String,
    pub steps: Vec<Step>,
    /// The step that most often comes next.
    pub primary: Option<Link>,
    /// All others.
    pub moves: Vec<Link>,
    /// Pages of their own that belong to it.
    pub ways: Vec<Link>,
    pub may_edit: bool,
    pub clocks: Option<Board>,
    pub around: Around,
    pub facts: Facts,
    pub customer: Option<Link>,
    /// Whether the customer stands among the facts already, under the name that the kind gives it.
    pub customer_is_fact: bool,
    pub created: When,
    pub changed: When,
    pub journal: Timeline,
    pub composer: Option<Composer>,
    pub links: Vec<LinkRow>,
    pub may_link: bool,
    pub link_names: Vec<(String, String)>,
    pub files: Vec<FileView>,
    pub may_attach: bool,
    pub evidence: Vec<Evidence>,
    /// What monitoring says about it.
    pub alerts: Vec<AlertRow>,
    pub once: String,
    /// From when on the page must be told what is written, in milliseconds, and to whom.
    pub since: i64,
    pub me: String,
}

pub struct Composer {
    pub action: String,
    /// Empty where nobody outside can see the record.
    pub customer: String,
    pub provider: String,
}

pub struct LinkRow {
    pub label: String,
    pub number: String,
    pub title: String,
    pub href: String,
    pub state: Option<Mark>,
    /// Name of the link where the reader may take it away; empty for one that the other record holds.
    pub name: String,
}

pub struct FileView {
    pub href: String,
    pub name: String,
    pub size: String,
    pub added: When,
    pub by: String,
    pub internal: bool,
    pub is_image: bool,
}

pub struct Evidence {
    pub href: String,
    pub id: String,
    pub text: String,
    pub mark: Option<Mark>,
    pub why: String,
    /// Ties that would close the gap.
    pub offers: Vec<Offer>,
}

/// Everything of a record for its page, now or as it was on record then.
///
/// # Errors
/// `NotFound` for what is not there or not for the reader; `Query` for an instant that is none.
pub async fn page(app: &App, seat: &Seat, kind: &Kind, number: &str, here: &Address) -> Result<RecordPage, Refusal> {
    let as_of = as_of(here)?.filter(|at| *at < seat.now);
    let mut whole = app.desk.whole(&seat.actor, kind.name, number, seat.now).await?;
    if let Some(at) = as_of {
        whole.shown = app.desk.show(&seat.actor, kind.name, number, Some(at), seat.now).await?;
        whole.entries.retain(|shown| shown.entry.at <= at);
        whole.worked = app.desk.worked(&seat.actor, kind.name, number, Some(at), seat.now).await?;
    }
    let kind = &super::shape::shaped(app, seat, kind, whole.shown.fields()).await?;
    let names = names(app, seat, kind, &whole.shown, &whole.entries, &whole.worked.clocks).await?;
    let catalog = app.desk.catalog();
    let lens = Lens { catalog: &catalog, names: &names, now: as_of.unwrap_or(seat.now) };
    let shown = &whole.shown;
    let outer = seat.actor.customer.is_some();
    let address = record_address(kind, shown.number());
    let customer = shown.customer().map(|number| customer_link(&lens, number));
    let frame = shell(app, seat, &format!("/{}", kind.plural)).await;
    let provider = if frame.organisation.is_empty() { "our people".to_string() } else { frame.organisation.clone() };
    let customer_name = customer.as_ref().map(|link| link.text.clone()).unwrap_or_default();
    let audience = Audience { customer: &customer_name, provider: if outer { "" } else { &provider } };
    let hearers = procedure::hearers(kind, shown, &customer_name);
    let part = Part::named(here.get("journal").unwrap_or_default());
    let skip = here.get("skip").and_then(|skip| skip.parse().ok()).unwrap_or_default();
    let sealed = app.desk.sealed(&seat.actor, kind, shown, seat.now).await?;
    // Of the past and of what stays as it was told nothing is changed from here; words and files may still come to the latter.
    let still = as_of.is_some();
    let fixed = still || sealed.is_some();
    let (primary, moves) = offered(kind, shown, &address, fixed, outer);
    let is_plain = outer || still;
    let ways = if is_plain { Vec::new() } else { crate::pages::ways::from_record(seat, kind, shown) };
    let known = |at: Moment| if at == Moment::UNKNOWN { When::default() } else { time::when(at, seat.now) };
    let files = whole.files.iter().filter(|file| as_of.is_none_or(|at| file.added <= at));
    let evidence = if outer { Vec::new() } else { evidence(app, seat, kind, shown.number(), still).await? };
    Ok(RecordPage {
        crumbs: vec![Link::new(&kind.labels, format!("/{}", kind.plural)), Link::new(shown.number(), "")],
        number: shown.number().into(),
        heading: if shown.title().is_empty() { shown.number().into() } else { shown.title().into() },
        state: state::mark(kind, shown.state()),
        lede: lede(&lens, kind, shown, &whole.entries),
        version: shown.version(),
        past: as_of.map(time::exact),
        sealed: sealed.filter(|_| !still).unwrap_or_default(),
        steps: stepper(&lens, kind, shown, &whole.entries),
        primary,
        moves,
        ways,
        may_edit: !fixed && shown.can(Act::Edit),
        clocks: clocks::board(&lens, kind, &whole.worked, if still { &[] } else { &whole.steps }),
        around: if still { Around::default() } else { around::around(app, seat, &lens, kind, &whole).await? },
        facts: facts(&lens, kind, shown, outer, fixed),
        created: known(shown.created()),
        changed: known(shown.changed()),
        journal: timeline(&lens, kind, &whole.entries, &audience, (part, skip), &address),
        composer: composer(shown, &address, still, outer, hearers, written(&frame.organisation)),
        links: whole.links.iter().map(|tie| link_row(&catalog, kind, tie)).collect(),
        may_link: !fixed && shown.can(Act::Link),
        link_names: kind.links.iter().map(|link| (link.name.clone(), link.label.clone())).collect(),
        files: files.map(|file| file_view(&lens, &address, file)).collect(),
        may_attach: !still && shown.can(Act::Attach),
        evidence,
        alerts: monitored::alerts(app, seat, shown).await?,
        once: token(),
        since: seat.now.0,
        me: seat.actor.email.clone(),
        here: address,
        customer_is_fact: kind.customer_field.is_some_and(|name| kind.has_field(name)),
        customer,
        shell: frame,
    })
}

/// The provider's people at the beginning of a sentence.
fn written(organisation: &str) -> &str {
    if organisation.is_empty() { "Our people" } else { organisation }
}

/// The instant of `?as_of=`.
pub fn as_of(here: &Address) -> Result<Option<Moment>, Refusal> {
    let Some(text) = here.get("as_of").filter(|text| !text.is_empty()) else { return Ok(None) };
    let refuse = || Refusal::Query(format!("as_of: \"{text}\" is not an instant such as 2026-11-12T07:14:00Z."));
    Moment::parse(text).map(Some).ok_or_else(refuse)
}

/// Names of everything that the record and its journal refer to, in one statement.
pub async fn names(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    entries: &[ShownEntry],
    clocks: &[Clock],
) -> Result<Names, Refusal> {
    let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
    let legs = clocks.iter().filter(|clock| !clock.leg.is_empty());
    numbers.extend(legs.flat_map(|clock| [clock.leg.clone(), clock.agreement.clone()]));
    desk::read::references(kind, shown, &mut numbers, &mut mails);
    for entry in entries {
        mails.extend(entry.entry.by.clone());
        let values = entry.entry.changes.iter().chain(&entry.entry.base).chain(&entry.before);
        for (name, value) in values {
            if let (Some(field), Some(value)) = (kind.find(name), value) {
                desk::read::collect(&field.ty, value, &mut numbers, &mut mails);
            }
        }
    }
    app.desk.names_of(&seat.actor, numbers, mails, seat.now).await
}

fn customer_link(lens: &Lens<'_>, number: &str) -> Link {
    match lens.names.records.get(number) {
        Some((title, kind)) => {
            let href = lens.catalog.find(kind).map(|kind| record_address(kind, number)).unwrap_or_default();
            Link::new(title, href)
        }
        None => Link::new(number, ""),
    }
}

/// One sentence: since when it is so, who has it, when it is due.
fn lede(lens: &Lens<'_>, kind: &Kind, shown: &Shown, entries: &[ShownEntry]) -> String {
    let mut sentence = kind.state_label(shown.state());
    let since =
        entries.iter().rev().find(|entry| entry.entry.changes.contains_key("state")).map(|entry| entry.entry.at);
    match since {
        Some(at) if at != Moment::UNKNOWN => sentence.push_str(&format!(" since {}.", time::exact(at))),
        _ => sentence.push('.'),
    }
    let held = |column: Column| {
        let field = kind.fields.iter().find(|field| field.column == Some(column))?;
        Some((field, shown.fields().get(&field.name)))
    };
    let due = shown.due();
    let done = kind.phase(shown.state()) == Phase::Done;
    match held(Column::Owner) {
        Some((_, Some(Value::Text(mail)))) if !done => {
            sentence.push_str(&format!(" {} has it.", lens.person(mail).name));
        }
        Some((_, None)) if !done => sentence.push_str(" Nobody has it yet."),
        _ => {}
    }
    if let Some((field, _)) = held(Column::Due)
        && !done
        && let Some(due) = due
    {
        let when = if field.ty == Type::Date { time::day(due.date()) } else { time::exact(due) };
        let late = if due < lens.now { "was due" } else { "is due" };
        sentence.push_str(&format!(" It {late} {when}."));
    }
    sentence
}

/// States on the way: those passed with their times, the present one, and those that lie ahead.
fn stepper(lens: &Lens<'_>, kind: &Kind, shown: &Shown, entries: &[ShownEntry]) -> Vec<Step> {
    let mut passed: Vec<(String, Moment)> = Vec::new();
    for entry in entries {
        let state = entry.entry.changes.get("state").or_else(|| entry.entry.base.get("state")).cloned().flatten();
        let Some(state) = state.as_ref().and_then(Value::as_text) else { continue };
        if passed.last().is_none_or(|last| last.0 != state) {
            passed.push((state.to_string(), entry.entry.at));
        }
    }
    if passed.last().is_none_or(|last| last.0 != shown.state()) {
        passed.push((shown.state().to_string(), Moment::UNKNOWN));
    }
    // A long way back and forth is told by the journal; here the last visit of each state counts.
    let last = passed.len() - 1;
    let visited: Vec<(usize, &(String, Moment))> = passed
        .iter()
        .enumerate()
        .filter(|(at, (state, _))| !passed[at + 1..].iter().any(|later| later.0 == *state))
        .collect();
    let told = |at: Moment| if at == Moment::UNKNOWN { String::new() } else { near(at, lens.now) };
    let mut steps: Vec<Step> = visited
        .iter()
        .map(|(at, (state, since))| Step {
            label: kind.state_label(state),
            place: if *at == last { Place::Here } else { Place::Past },
            note: if *at == last && !told(*since).is_empty() {
                format!("since {}", told(*since))
            } else {
                told(*since)
            },
        })
        .collect();
    steps.extend(ahead(kind, shown.state()).into_iter().map(|state| Step {
        label: kind.state_label(state),
        place: Place::Ahead,
        note: String::new(),
    }));
    steps
}

/// The shortest way onwards to an end, along the declared steps, without waiting or giving up.
fn ahead(kind: &Kind, from: &str) -> Vec<&'static str> {
    let states = &kind.lifecycle.states;
    let place = |name: &str| states.iter().position(|state| state.name == name).unwrap_or_default();
    let mut way = Vec::new();
    let mut here = from.to_string();
    while way.len() < states.len() {
        let onward = |to: &&'static str| {
            let forward = place(to) > place(&here) || kind.phase(&here) == Phase::Waiting;
            forward && kind.phase(to) != Phase::Waiting && !WITHDRAWN.contains(to) && !way.contains(to) && *to != from
        };
        let next = kind.lifecycle.steps_from(&here).map(|step| step.to).filter(onward).min_by_key(|to| place(to));
        let Some(next) = next else { break };
        way.push(next);
        here = next.to_string();
    }
    way
}

/// `07:57` today, else `12 Nov 07:57`, else with the year.
fn near(at: Moment, now: Moment) -> String {
    let exact = time::exact(at);
    let words: Vec<&str> = exact.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let [_, day, month, year, clock, ..] = words[..] else { return exact };
    if at.date() == now.date() {
        clock.into()
    } else if at.date().year() == now.date().year() {
        format!("{day} {month} {clock}")
    } else {
        format!("{day} {month} {year}")
    }
}

/// The steps that are offered, and where it says whose answer is awaited, with the link for whoever has no account.
fn offered(kind: &Kind, shown: &Shown, here: &str, fixed: bool, outer: bool) -> (Option<Link>, Vec<Link>) {
    let (primary, mut moves) = if fixed { (None, Vec::new()) } else { moves(kind, shown, here) };
    let is_asked = |approval: Approval| {
        let by_name = approval.asked == Asked::AtOnce || shown.fields().contains_key(approval.rows);
        approval.waiting == shown.state() && by_name
    };
    if kind.approval.is_some_and(is_asked) && shown.can(Act::Step) && !outer {
        moves.push(Link::new("Who approves…", format!("/approvals/{}", super::address::segment(shown.number()))));
    }
    (primary, moves)
}

/// The step that leads on, and all others that the reader may take.
fn moves(kind: &Kind, shown: &Shown, here: &str) -> (Option<Link>, Vec<Link>) {
    if !shown.can(Act::Step) {
        return (None, Vec::new());
    }
    let next = ahead(kind, shown.state()).first().copied();
    let link = |step: &model::Step| Link::new(format!("{}…", step.label), format!("{here}/step?to={}", step.to));
    let mut steps: Vec<&model::Step> = kind.lifecycle.steps_from(shown.state()).collect();
    let mut seen = BTreeSet::new();
    steps.retain(|step| seen.insert(step.to));
    let primary = steps.iter().find(|step| Some(step.to) == next).map(|step| link(step));
    let moves = steps.iter().filter(|step| Some(step.to) != next).map(|step| link(step)).collect();
    (primary, moves)
}

fn composer(shown: &Shown, here: &str, still: bool, outer: bool, customer: &str, provider: &str) -> Option<Composer> {
    if still || !shown.can(Act::Note) {
        return None;
    }
    let customer = if outer { "both sides".into() } else { customer.to_string() };
    Some(Composer {
        action: format!("{here}/note"),
        customer,
        provider: if outer { String::new() } else { provider.into() },
    })
}

fn link_row(catalog: &Catalog, kind: &Kind, tie: &Tie) -> LinkRow {
    let other_kind = tie.other.as_ref().and_then(|other| catalog.find(&other.kind));
    let label = match (tie.back, other_kind) {
        (false, _) => link_label(kind, &tie.link.name),
        (true, Some(other)) => {
            let known = other.links.iter().find(|link| link.name == tie.link.name);
            known.map_or_else(|| format!("{} of", link_label(other, &tie.link.name)), |link| link.back.clone())
        }
        (true, None) => tie.link.name.replace('_', " "),
    };
    LinkRow {
        label,
        number: tie.link.to.clone(),
        title: tie.other.as_ref().map(|other| other.title.clone()).unwrap_or_default(),
        href: other_kind.map(|kind| record_address(kind, &tie.link.to)).unwrap_or_default(),
        state: tie.other.as_ref().zip(other_kind).map(|(other, kind)| state::mark(kind, &other.state)),
        name: if tie.back { String::new() } else { tie.link.name.clone() },
    }
}

fn file_view(lens: &Lens<'_>, here: &str, file: &FileRow) -> FileView {
    FileView {
        href: format!("{here}/files/{}", file.id),
        name: file.name.clone(),
        size: size(file.size),
        added: time::when(file.added, lens.now),
        by: lens.person(&file.added_by).name,
        internal: !file.public,
        is_image: super::files::is_picture(&file.media),
    }
}

/// `840 bytes`, `12 KB`, `3.4 MB`
pub fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => counted(bytes, "byte", "bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Requirements that records of this kind give evidence for, and what the last assessment says of this one.
async fn evidence(app: &App, seat: &Seat, kind: &Kind, number: &str, still: bool) -> Result<Vec<Evidence>, Refusal> {
    let assessment = app.desk.known_assessment(&seat.actor, seat.now);
    let place = assessment.as_ref().and_then(|assessment| assessment.records.find(number)).map(|found| found.0);
    let mut told = Vec::new();
    for requirement in catalogue::requirements_of_kind(kind.name) {
        let verdict = assessment.as_ref().and_then(|assessment| assessment.find(&requirement.id));
        let said = verdict.zip(place).and_then(|(verdict, place)| match verdict.seen.blamed_for(place) {
            Some(why) => Some((Mark::new(Shape::Nonconforming, Tone::Bad, "Fails"), why)),
            None if verdict.seen.has_looked_at(place) => {
                Some((Mark::new(Shape::Proved, Tone::Ok, "Proves"), String::new()))
            }
            None => None,
        });
        let (mark, why) = said.map_or((None, String::new()), |(mark, why)| (Some(mark), why));
        let of = (requirement.id.as_str(), requirement.clause.as_str());
        told.push(Evidence {
            href: format!("/conformity/{}#{}", requirement.clause, requirement.id),
            id: requirement.id.clone(),
            text: text::shortened(&requirement.text, 90),
            mark,
            offers: match still {
                true => Vec::new(),
                false => offers(&app.desk, &seat.actor, of, number, &why, seat.now).await?,
            },
            why,
        });
    }
    Ok(told)
}

/// Whether the reader may know that the kind is there at all.
pub fn readable(seat: &Seat, kind: &Kind) -> Result<(), Refusal> {
    if rights::may(&seat.actor, kind, Act::Read, None) { Ok(()) } else { Err(Refusal::NotFound) }
}
