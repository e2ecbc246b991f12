//! Makes a report: counts its figures once, freezes them with their digest, and never touches them again. A correction is a new
//! edition that says what changed.

use desk::{Desk, Shown, rights};
use engines::reporting::{
    figures::Window,
    periods::{Every, Terms, spanned},
};
use kinds::{
    performance::{report, report_definition as definition},
    shared,
};
use model::{
    Act, Actor, Command, Decimal, FieldError, Filter, Input, Moment, Query, Refusal, Target, Value, Via, filter_text,
    query::{EVERY, PAGE_MAX},
    time::time_of_day,
};
use serde_json::{Map, Value as Json, json};

use super::{
    figure::{self, Figure},
    gather::{Reader, not, outages, read, withdrawn},
    sections,
    trends::{self, Trend},
};

/// Which report is wanted.
#[derive(Clone, Debug, Default)]
pub struct Asked<'a> {
    pub definition: &'a str,
    pub period: &'a str,
    /// An instant of the past as of which the records are read; `None` for now.
    pub as_of: Option<Moment>,
    /// What changed against the edition that stands; needed where one does.
    pub change_note: &'a str,
}

fn machine() -> Actor {
    Actor::system("service reports", Via::Job)
}

fn target(kind: &str, number: &str) -> Target {
    Target { kind: kind.into(), number: number.into(), version: None }
}

/// Makes the report of a period that is over, and answers its number.
///
/// # Errors
/// `NotFound` for a definition that is not there or not for whoever asks, `Forbidden` for whoever makes no reports, `Invalid`
/// beside `period` or `change_note`.
pub async fn make(desk: &Desk, by: &Actor, asked: &Asked<'_>, now: Moment) -> Result<String, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("report").ok_or(Refusal::NotFound)?;
    rights::provider(by)?;
    let of = desk.show(by, "report_definition", asked.definition, None, now).await?;
    rights::permit(by, kind, Act::Create, None, now)?;
    let zone = desk.settings().time_zone();
    let (from, until) = spanned(asked.period, &zone)
        .ok_or_else(|| Refusal::field("period", "is no period such as 2026-11, 2026-Q4, 2026-H2 or 2026"))?;
    let at = asked.as_of.unwrap_or(now);
    if until > at || at > now {
        let why = if at > now { "lies ahead".into() } else { format!("is not over before {until}") };
        return Err(Refusal::field(if at > now { "as_of" } else { "period" }, why));
    }
    let issues = issues(desk, asked.definition, asked.period, now).await?;
    let frozen = issues.iter().rev().find(|issue| is_frozen(issue));
    if let (Some(frozen), true) = (frozen, asked.change_note.trim().is_empty()) {
        let why = format!("{} is frozen for this period: say what changed, and a new edition is made", frozen.number());
        return Err(Refusal::field("change_note", why));
    }
    let reader = reader(desk, &of, (now, asked.as_of), Window { from, until }, zone).await?;
    let sections = texts(&of, definition::FIGURES.name);
    let sections: Vec<&str> = sections.iter().map(String::as_str).collect();
    let figures = sections::figures(&reader, &sections, asked.period).await?;
    let trends = trends::trends(&reader, asked.period).await?;
    let counted = counted(&reader, &of, asked.period, &figures, &trends, now)?;
    let number = match issues.iter().find(|issue| issue.state() == "planned") {
        Some(planned) => planned.number().to_string(),
        None => begun(desk, by, &of, asked.period, now).await?,
    };
    freeze(desk, &number, counted, frozen, asked.change_note, now).await?;
    Ok(number)
}

/// Every issue of a definition for a period that stands, the oldest first.
pub async fn issues(desk: &Desk, definition: &str, period: &str, now: Moment) -> Result<Vec<Shown>, Refusal> {
    let own = Filter::equal("definition", definition).and(Filter::equal("period", period));
    let mut found = read(desk, &machine(), (now, None), "report", own.and(not(withdrawn())), &[]).await?;
    found.sort_by_key(|issue| (edition(issue), issue.created()));
    Ok(found)
}

pub fn is_frozen(issue: &Shown) -> bool {
    report::DIGEST.get(issue.fields()).is_some()
}

pub fn edition(issue: &Shown) -> Decimal {
    report::EDITION.get(issue.fields()).unwrap_or_default()
}

fn texts(shown: &Shown, field: &str) -> Vec<String> {
    let held = shown.fields().get(field).map(Value::entries).unwrap_or_default();
    held.iter().filter_map(Value::as_text).map(str::to_string).collect()
}

/// Whom it is counted for: the services that the definition names, else the live ones of its customer or of all.
async fn reader<'r>(
    desk: &'r Desk,
    of: &Shown,
    (now, as_of): (Moment, Option<Moment>),
    window: Window,
    zone: jiff::tz::TimeZone,
) -> Result<Reader<'r>, Refusal> {
    let customer = definition::FOR_CUSTOMER.get(of.fields()).map(|one| one.0).unwrap_or_default();
    reader_of(desk, texts(of, definition::SERVICES.name), customer, (now, as_of), window, zone).await
}

/// The same for services by their numbers, all live ones where none is named.
///
/// # Errors
/// `Invalid` where there is no such service.
pub(super) async fn reader_of<'r>(
    desk: &'r Desk,
    named: Vec<String>,
    customer: String,
    (now, as_of): (Moment, Option<Moment>),
    window: Window,
    zone: jiff::tz::TimeZone,
) -> Result<Reader<'r>, Refusal> {
    let live = Filter::equal("stage", "live");
    let wanted = match (named.is_empty(), customer.is_empty()) {
        (false, _) => super::gather::one_of("number", named.iter().map(String::as_str)),
        (true, true) => live,
        (true, false) => live.and(Filter::equal("customers", &customer)),
    };
    let actor = machine_ref();
    let mut services = read(desk, actor, (now, as_of), "service", wanted, &[]).await?;
    services.sort_by(|one, other| one.title().cmp(other.title()).then(one.number().cmp(other.number())));
    if services.is_empty() {
        let why = "names no service that was on record and none is live: there is nothing to report";
        return Err(Refusal::field("definition", why));
    }
    let numbers: Vec<&str> = services.iter().map(Shown::number).collect();
    let outages = outages(desk, actor, (now, as_of), &numbers, window).await?;
    Ok(Reader {
        agreements: desk.agreed(as_of).await?,
        desk,
        actor,
        now,
        as_of,
        window,
        zone,
        services,
        customer,
        outages,
    })
}

/// The program's own eyes: figures do not depend on who asks for them.
fn machine_ref() -> &'static Actor {
    static MACHINE: std::sync::LazyLock<Actor> = std::sync::LazyLock::new(machine);
    &MACHINE
}

/// What is frozen, as fields of the record.
fn counted(
    reader: &Reader<'_>,
    of: &Shown,
    period: &str,
    figures: &[Figure],
    trends: &[Trend],
    now: Moment,
) -> Result<Map<String, Json>, Refusal> {
    let figures: Vec<Json> = figures.iter().map(Figure::json).collect();
    let trends: Vec<Json> = trends.iter().map(Trend::json).collect();
    let mut told = Map::new();
    let mut add = |name: &str, value: Json| drop(told.insert(name.into(), value));
    add(report::DEFINITION.name, of.number().into());
    add(report::PERIOD.name, period.into());
    if !reader.customer.is_empty() {
        add(shared::CUSTOMER.name, reader.customer.clone().into());
    }
    add(report::BEGINS.name, reader.window.from.to_string().into());
    add(report::ENDS.name, reader.window.until.to_string().into());
    add(report::AS_OF.name, reader.at().to_string().into());
    add(report::FIGURES.name, figures.into());
    add(report::TRENDS.name, trends.into());
    let digest = sealed(&told)?;
    told.insert(report::DIGEST.name.into(), digest.into());
    told.insert(report::MADE_ON.name.into(), now.date().to_string().into());
    Ok(told)
}

/// The digest over the values as they will stand on the record.
fn sealed(told: &Map<String, Json>) -> Result<String, Refusal> {
    let kind = report::kind();
    let mut fields = model::Fields::new();
    for (name, json) in told {
        let ty = kind.type_of(name).ok_or(Refusal::NotFound)?;
        let value = ty.read(json).map_err(|why| desk::Fault::new(format!("a figure cannot be kept: {name}: {why}")))?;
        fields.extend(value.map(|value| (name.clone(), value)));
    }
    Ok(figure::digest(&fields))
}

/// The record of a new issue, by whoever makes it.
async fn begun(desk: &Desk, by: &Actor, of: &Shown, period: &str, now: Moment) -> Result<String, Refusal> {
    let mut fields = json!({"title": format!("{}, {period}", of.title()), "definition": of.number(), "period": period});
    let owner = definition::OWNER.get(of.fields()).map(|owner| owner.0);
    let owner = Some(by.email.clone()).filter(|mail| model::types::is_mail(mail)).or(owner);
    if let Some(owner) = owner {
        fields["owner"] = owner.into();
    }
    if let Some(customer) = definition::FOR_CUSTOMER.get(of.fields()) {
        fields["customer"] = customer.0.into();
    }
    let create = Command::Create { kind: "report".into(), number: None, input: input(fields) };
    Ok(desk.perform(by, create, now).await?.number)
}

pub fn input(fields: Json) -> Input {
    match fields {
        Json::Object(fields) => Input::json(fields),
        _ => Input::default(),
    }
}

/// Writes the figures down and ends the edition before, in one transaction. What was decided and told goes over.
async fn freeze(
    desk: &Desk,
    number: &str,
    mut fields: Map<String, Json>,
    earlier: Option<&Shown>,
    change_note: &str,
    now: Moment,
) -> Result<(), Refusal> {
    let next = earlier.map_or(Decimal::ONE, |earlier| edition(earlier) + Decimal::ONE);
    fields.insert(report::EDITION.name.into(), Value::Number(next).to_json());
    let step = |number: &str, to: &str, fields: Json, note: Option<String>| Command::Step {
        target: target("report", number),
        to: to.into(),
        input: input(fields),
        note,
        public: false,
    };
    let mut commands = Vec::new();
    if let Some(earlier) = earlier {
        fields.insert(report::REPLACES.name.into(), earlier.number().into());
        fields.insert(report::CHANGE_NOTE.name.into(), change_note.trim().into());
        for name in [report::DECISIONS.name, report::DECIDED.name, report::ACTIONS.name, report::TOLD.name] {
            if let Some(value) = earlier.fields().get(name) {
                fields.insert(name.into(), value.to_json());
            }
        }
        let note = format!("{number} takes its place: {}", change_note.trim());
        commands.push(step(earlier.number(), "superseded", Json::Null, Some(note)));
    }
    commands.push(step(number, "done", Json::Object(fields), None));
    desk.perform_all(&machine(), commands, now, true).await.map(drop)
}

/// When the reports of a definition are due; `None` where it makes none by itself.
pub fn terms(desk: &Desk, of: &Shown) -> Option<Terms> {
    let fields = of.fields();
    let every = Every::parse(&definition::FREQUENCY.get(fields)?.0)?;
    let wait = definition::WAIT_DAYS.get(fields).unwrap_or_default();
    let at = definition::AT.get(fields).and_then(|at| time_of_day(&at.0)).unwrap_or_default();
    Some(Terms { every, wait_days: i64::try_from(wait).unwrap_or_default(), at, zone: desk.settings().time_zone() })
}

/// Makes what is due, and reckons the next turn. A turn that was slept through is made when the house wakes. Answers how many
/// reports were made.
///
/// # Errors
/// A fault of ours, which is tried again; what is wrong with one definition is told on it.
pub async fn make_due(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("report_definition").ok_or(Refusal::NotFound)?;
    let waiting = "by_itself = yes and state = current and (next_on is empty or next_on <= now)";
    let filter = filter_text::parse(waiting, kind).map_err(Refusal::Query)?;
    let query = Query { filter, columns: vec![EVERY.into()], size: PAGE_MAX, ..Query::of(kind.name) };
    let mut made = 0;
    // What is left over waits for the next look.
    let mut found = desk.list(&machine(), &query, now).await?.records;
    found.sort_by(|one, other| one.created().cmp(&other.created()).then(one.number().cmp(other.number())));
    for of in found {
        made += usize::from(turn(desk, &of, now).await?);
    }
    Ok(made)
}

async fn turn(desk: &Desk, of: &Shown, now: Moment) -> Result<bool, Refusal> {
    let Some(terms) = terms(desk, of) else { return Ok(false) };
    let Some(at) = definition::NEXT_ON.get(of.fields()) else {
        write_next(desk, of.number(), &terms, now, now).await?;
        return Ok(false);
    };
    let mut made = false;
    if let Some(due) = terms.last(at) {
        let stands = issues(desk, of.number(), &due.period, now).await?.iter().any(is_frozen);
        let asked = Asked { definition: of.number(), period: &due.period, ..Asked::default() };
        made = !stands
            && match make(desk, &machine(), &asked, now).await {
                Ok(_) => true,
                Err(Refusal::Fault(id)) => return Err(Refusal::Fault(id)),
                Err(why) => {
                    complain(desk, of, &due.period, &why, now).await?;
                    false
                }
            };
    }
    write_next(desk, of.number(), &terms, at, now).await?;
    Ok(made)
}

async fn write_next(desk: &Desk, number: &str, terms: &Terms, after: Moment, now: Moment) -> Result<(), Refusal> {
    let next = terms.next(after).map_or(Json::Null, |turn| turn.at.to_string().into());
    let mut fields = Map::new();
    fields.insert(definition::NEXT_ON.name.into(), next);
    let edit = Command::Edit { target: target("report_definition", number), input: Input::json(fields) };
    desk.perform(&machine(), edit, now).await.map(drop)
}

/// Its owner is named, so that it waits on their list.
async fn complain(desk: &Desk, of: &Shown, period: &str, why: &Refusal, now: Moment) -> Result<(), Refusal> {
    let owner = definition::OWNER.get(of.fields()).map(|owner| format!("@{}: ", owner.0)).unwrap_or_default();
    let why = match why {
        Refusal::Invalid(errors) => errors.iter().map(sentence).collect::<Vec<_>>().join("; "),
        other => other.sentence(),
    };
    let text = format!("{owner}the report of {period} could not be made: {why}");
    let note = Command::Note { target: target("report_definition", of.number()), text, public: false };
    desk.perform(&machine(), note, now).await.map(drop)
}

fn sentence(error: &FieldError) -> String {
    format!("{} {}", error.field, error.message)
}
