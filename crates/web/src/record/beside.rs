//! What helps with a record, beside it: what resembles it and what helped there, what changed before it, and who of its team
//! has room. What is compared is declared on the kind.

use askama::Template;
use axum::{
    extract::{Path, RawForm, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use desk::{Shown, Tie, similar::Told};
use engines::assigning::Member;
use model::{
    Act, Command, Fields, Input, Kind, Link as Bond, Phase, Refusal, Target, Value,
    command::Raw,
    handling::{Helped, Likeness, Used},
};

use super::{
    act::is_fragment,
    address::pairs,
    doors::html,
    list::kind_of,
    piece::{Lens, record_address},
    sent::Sent,
};
use crate::{
    App, Refused, Seat, flash, shell,
    view::{
        parts::{Link, Mark},
        shell::Shell,
        state, text, time,
    },
};

/// Most records of one sort that are shown.
const MOST: usize = 4;
/// People of a team whose load is shown.
const PEOPLE: usize = 30;
/// Letters of what helped that are shown.
const HELP: usize = 280;

/// The sections beside a record.
#[derive(Default)]
pub struct Beside {
    pub helps: Vec<Help>,
    /// What changed before it, under its label.
    pub before: Option<Help>,
    pub team: Option<Team>,
    /// The field of whoever has it.
    pub owner: &'static str,
}

/// Records of one sort under a label.
pub struct Help {
    pub label: &'static str,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub number: String,
    pub title: String,
    pub href: String,
    pub state: Mark,
    /// What helped, or when it happened.
    pub text: String,
    /// What is said of it already, such as "helped here"; empty for nothing.
    pub used: &'static str,
    /// What the reader may say of it, on a button; empty for nothing.
    pub may_use: &'static str,
}

/// The people of a team with how much each has open.
pub struct Team {
    pub team: Link,
    pub people: Vec<Person>,
}

pub struct Person {
    pub name: String,
    pub mail: String,
    /// `4 open`, `away`.
    pub load: String,
    pub has_it: bool,
}

/// The same list while a new record is written.
#[derive(Template)]
#[template(path = "record/alike.html")]
pub struct Alike {
    pub helps: Vec<Help>,
}

impl Beside {
    fn is_nothing(&self) -> bool {
        self.helps.is_empty() && self.before.is_none() && self.team.is_none()
    }
}

/// The sections alone, for the page of the record and for one of their own.
#[derive(Template)]
#[template(path = "record/beside.html")]
struct Sections {
    beside: Beside,
    here: String,
    csrf: String,
    version: i64,
}

#[derive(Template)]
#[template(path = "record/part_page.html")]
struct PartPage {
    shell: Shell,
    crumbs: Vec<Link>,
    heading: String,
    sections: String,
}

/// A part of a record's page that comes after it: alone for the script that puts it there, else as a page of its own.
pub(super) async fn part(
    (app, seat): (&App, &Seat),
    headers: &HeaderMap,
    (kind, number): (&Kind, &str),
    (crumb, heading): (&str, String),
    sections: &(impl Template + Sync),
) -> Result<Response, Refused> {
    if is_fragment(headers) {
        return html(StatusCode::OK, sections);
    }
    let (list, here) = (format!("/{}", kind.plural), record_address(kind, number));
    let page = PartPage {
        shell: shell(app, seat, &list).await,
        crumbs: vec![Link::new(&kind.labels, &list), Link::new(number, &here), Link::new(crumb, "")],
        heading,
        sections: sections.render()?,
    };
    html(StatusCode::OK, &page)
}

/// Whether help is looked for: for what is open, by the provider's own people.
pub fn is_asked(seat: &Seat, kind: &Kind, shown: &Shown) -> bool {
    let declared = !kind.alike.is_empty() || kind.before.is_some() || kind.assignment.is_some();
    declared && seat.actor.customer.is_none() && kind.phase(shown.state()) != Phase::Done
}

/// `GET /{plural}/{number}/beside`: a part of the record's page that comes after it, or a page of its own.
pub(super) async fn open(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
    if !is_asked(&seat, kind, &shown) {
        return Err(Refused::not_found());
    }
    let ties = app.desk.links(&seat.actor, kind.name, &number, seat.now).await?;
    let names = desk::Names::default();
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let beside = beside(&app, &seat, &lens, kind, &shown, &ties).await?;
    let here = record_address(kind, &number);
    let sections = Sections { beside, here: here.clone(), csrf: seat.csrf.clone(), version: shown.version() };
    let told = ("What helps", format!("What helps with {number}"));
    part((&app, &seat), &headers, (kind, &number), told, &sections).await
}

/// Everything that helps with an open record.
async fn beside(
    app: &App,
    seat: &Seat,
    lens: &Lens<'_>,
    kind: &Kind,
    shown: &Shown,
    ties: &[Tie],
) -> Result<Beside, Refusal> {
    let told = Told { title: shown.title(), fields: shown.fields(), number: shown.number() };
    let may_use = shown.can(Act::Link);
    let helps = helps(app, seat, lens, kind, told, ties, may_use).await?;
    let owner = kind.assignment.map(|assignment| assignment.owner).unwrap_or_default();
    let before = before(app, seat, lens, kind, shown).await?;
    Ok(Beside { helps, before, team: team(app, seat, lens, kind, shown).await?, owner })
}

/// What resembles a record, of each declared sort; sorts of which nothing is found are left out.
pub async fn helps(
    app: &App,
    seat: &Seat,
    lens: &Lens<'_>,
    kind: &Kind,
    told: Told<'_>,
    ties: &[Tie],
    may_use: bool,
) -> Result<Vec<Help>, Refusal> {
    let mut helps = Vec::new();
    for likeness in &kind.alike {
        let found = app.desk.alike(&seat.actor, likeness, told, MOST, seat.now).await?;
        let Some(there) = lens.catalog.find(likeness.kind).filter(|_| !found.is_empty()) else { continue };
        let row = |shown: &Shown| {
            let used = likeness.used.is_some_and(|used| is_used(used, told.fields, ties, shown.number()));
            let (said, says) = words(likeness.used);
            let helped = shown.value(there, likeness.helps);
            Row {
                text: helped.map(|value| brief(there, likeness, &value)).unwrap_or_default(),
                used: if used { said } else { "" },
                may_use: if may_use && !used { says } else { "" },
                ..plain(there, shown)
            }
        };
        helps.push(Help { label: likeness.label, rows: found.iter().map(row).collect() });
    }
    Ok(helps)
}

fn brief(kind: &Kind, likeness: &Likeness, value: &Value) -> String {
    let ty = super::timeline::type_of(kind, likeness.helps);
    text::shortened(&value.as_text().map_or_else(|| ty.print(value), str::to_string), HELP)
}

fn plain(kind: &Kind, shown: &Shown) -> Row {
    Row {
        number: shown.number().into(),
        title: shown.title().into(),
        href: record_address(kind, shown.number()),
        state: state::mark(kind, shown.state()),
        text: String::new(),
        used: "",
        may_use: "",
    }
}

/// Whether it is kept of another record that it helped or is the same again.
fn is_used(used: Used, fields: &Fields, ties: &[Tie], number: &str) -> bool {
    match used {
        Used::Helped(helped) => {
            ties.iter().any(|tie| !tie.back && tie.link.name == helped.link && tie.link.to == number)
        }
        Used::Named(field) => named(fields, field).iter().any(|known| known == number),
    }
}

/// What stands beside one of which it is kept, and on the button that keeps it.
fn words(used: Option<Used>) -> (&'static str, &'static str) {
    match used {
        Some(Used::Helped(_)) => ("helped here", "This helped"),
        Some(Used::Named(_)) => ("the same again", "The same again"),
        None => ("", ""),
    }
}

fn named(fields: &Fields, field: &str) -> Vec<String> {
    let entries = fields.get(field).map(Value::entries).unwrap_or_default();
    entries.iter().filter_map(Value::as_text).map(str::to_string).collect()
}

async fn before(app: &App, seat: &Seat, lens: &Lens<'_>, kind: &Kind, shown: &Shown) -> Result<Option<Help>, Refusal> {
    let Some(before) = kind.before else { return Ok(None) };
    let Some(there) = lens.catalog.find(before.kind) else { return Ok(None) };
    let found = app.desk.came_before(&seat.actor, &before, shown.fields(), MOST, seat.now).await?;
    let row = |shown: &Shown| {
        let when = shown.value(there, before.when).and_then(|value| value.as_moment());
        Row { text: when.map(time::exact).unwrap_or_default(), ..plain(there, shown) }
    };
    let rows: Vec<Row> = found.iter().map(row).collect();
    Ok((!rows.is_empty()).then_some(Help { label: before.label, rows }))
}

/// The people of the record's team, those first to whom a rule would give it first.
async fn team(app: &App, seat: &Seat, lens: &Lens<'_>, kind: &Kind, shown: &Shown) -> Result<Option<Team>, Refusal> {
    let Some(assignment) = kind.assignment.filter(|_| shown.can(Act::Edit)) else { return Ok(None) };
    let text = |name: &str| shown.fields().get(name).and_then(Value::as_text);
    let Some(number) = text(assignment.team) else { return Ok(None) };
    let (team, members) = match app.desk.room(&seat.actor, &assignment, number, seat.now).await {
        Ok(room) => room,
        Err(Refusal::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    if members.is_empty() {
        return Ok(None);
    }
    let owner = text(assignment.owner);
    let person = |member: &Member| Person {
        name: member.name.clone(),
        load: member.told(),
        has_it: owner == Some(member.person.as_str()),
        mail: member.person.clone(),
    };
    let there = lens.catalog.find(team.kind());
    let href = there.map(|there| record_address(there, team.number())).unwrap_or_default();
    let people = members.iter().take(PEOPLE).map(person).collect();
    Ok(Some(Team { team: Link::new(team.title(), href), people }))
}

/// What resembles a record that is being written, by what stands in its form.
///
/// # Errors
/// What the desk refuses.
pub async fn typed(app: &App, seat: &Seat, kind: &Kind, sent: &Sent) -> Result<Alike, Refusal> {
    let catalog = app.desk.catalog();
    let names = desk::Names::default();
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let mut fields = Fields::new();
    let compared = kind.alike.iter().flat_map(|own| own.shares.iter().map(|(here, _)| here).chain(own.own_words));
    for name in compared {
        let text = sent.text(name);
        if !text.trim().is_empty() {
            fields.insert((*name).into(), Value::text(text.trim()));
        }
    }
    let title = sent.text("title");
    let told = Told { title: &title, fields: &fields, number: "" };
    let nothing = title.trim().is_empty() && fields.is_empty();
    let helps = if nothing { Vec::new() } else { helps(app, seat, &lens, kind, told, &[], false).await? };
    Ok(Alike { helps })
}

/// `POST /{plural}/{number}/helped`: says that another record helped with this one and counts it there, in one transaction, or
/// that it is the same again.
pub(super) async fn helped(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let sent = Sent::new(pairs(&body));
    let to = sent.text("to").trim().to_string();
    let here = record_address(kind, &number);
    for _ in 0..TRIES {
        let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
        let other = app.desk.find(&seat.actor, &to, seat.now).await?;
        let known = kind.alike.iter().find(|likeness| likeness.kind == other.kind()).and_then(|own| own.used);
        let used = known.ok_or_else(|| Refused::field("to", format!("nothing is kept of whether {to} helped")))?;
        let (commands, said) = match used {
            Used::Named(field) => match name_it(kind, &shown, field, &to) {
                Some(command) => (vec![command], format!("{to} stands as the same again.")),
                None => return Ok(flash::said(&here, format!("{to} stands there already."))),
            },
            Used::Helped(helped) => {
                let links = app.desk.own_links(&seat.actor, kind.name, &number, None, seat.now).await?;
                if links.iter().any(|link| link.name == helped.link && link.to == to) {
                    return Ok(flash::said(&here, format!("{to} was said to help already.")));
                }
                (commands(kind, &shown, &other, &helped), format!("{to} helped; it is counted there."))
            }
        };
        match app.desk.perform_all(&seat.actor, commands, seat.now, true).await {
            Ok(_) => return Ok(flash::said(&here, said)),
            // Somebody else counted at the same moment.
            Err(Refusal::Stale { .. }) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Stale { expected: 0, found: 0 }.into())
}

/// How often a count is tried again that others write at the same moment.
const TRIES: usize = 5;

/// Adds a number to the list in a field; `None` where it stands there.
fn name_it(kind: &Kind, shown: &Shown, field: &str, to: &str) -> Option<Command> {
    let mut all = named(shown.fields(), field);
    if to == shown.number() || all.iter().any(|known| known == to) {
        return None;
    }
    all.push(to.to_string());
    let target = Target { kind: kind.name.into(), number: shown.number().into(), version: Some(shown.version()) };
    let fields = [(field.to_string(), Raw::Json(serde_json::json!(all)))];
    Some(Command::Edit { target, input: Input { fields: fields.into() } })
}

fn commands(kind: &Kind, shown: &Shown, other: &Shown, used: &Helped) -> Vec<Command> {
    let own = Target { kind: kind.name.into(), number: shown.number().into(), version: None };
    let link = Bond { name: used.link.into(), to: other.number().into() };
    let count = other.fields().get(used.count).and_then(Value::as_number).unwrap_or_default();
    let counted = Raw::Text((count + model::Decimal::ONE).to_string());
    let there = Target { kind: other.kind().into(), number: other.number().into(), version: Some(other.version()) };
    let mut commands = vec![
        Command::Link { target: own.clone(), link },
        Command::Edit { target: there, input: Input { fields: [(used.count.to_string(), counted)].into() } },
    ];
    if !used.flag.is_empty() {
        let input = Input::text([(used.flag.to_string(), "yes".to_string())]);
        commands.push(Command::Edit { target: own, input });
    }
    commands
}
