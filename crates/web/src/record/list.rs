//! The list of a kind: which records, which columns, in what order, and every way to change that.

use std::collections::BTreeSet;

use askama::Template;
use desk::{COUNT_CAP, Desk, Names, Page, rights, views::Group};
use model::{
    Act, Actor, Catalog, Column, Filter, Kind, Moment, Order, Query, Refusal, Type,
    filter::{Op, Operand},
};

use super::{
    address::Address,
    chip,
    form::editable,
    narrow,
    piece::Lens,
    rows::{Head, Row, heads, rows},
    tabs::{Tabs, ViewForm},
};
use crate::pages::{handover::Handover, report};
use crate::view::{
    field::Pick,
    parts::{Chip, Empty, Link, Mark, Shape, Tab, Tone},
    shell::Shell,
    time,
};

#[derive(Template)]
#[template(path = "record/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub heading: String,
    pub about: String,
    pub path: String,
    pub tabs: Vec<Tab>,
    /// Teams with whom a view can be shared.
    pub groups: Vec<Group>,
    /// The saved view that is shown, where it is the reader's to change.
    pub own_view: Option<ViewForm>,
    /// Everything of this address that a small form must carry along.
    pub carried: Vec<(String, String)>,
    pub words: String,
    pub filter: String,
    pub filter_error: String,
    pub chips: Vec<Chip>,
    pub picks: Vec<PickList>,
    pub fields: Vec<Pick>,
    pub chooser: Vec<Pick>,
    pub heads: Vec<Head>,
    pub rows: Vec<Row>,
    pub count: String,
    pub first: String,
    pub next: String,
    /// The same list as files: `Export XLSX`.
    pub files: Vec<Link>,
    pub as_of: Option<AsOf>,
    pub create: Option<Link>,
    pub bulk: Vec<Pick>,
    /// The field that says who has it, where the reader may give records to themselves.
    pub mine: Option<Mine>,
    /// New records that follow from those that are ticked: kind and words.
    pub offers: Vec<(&'static str, &'static str)>,
    pub empty: Empty,
    /// What the shift before told the team.
    pub handovers: Vec<Handover>,
    /// From when on the page must be told what is written, in milliseconds.
    pub since: i64,
    /// The address of this very view, to be saved; and where it becomes a report.
    pub here: String,
    pub report: String,
    pub may_share: bool,
}

/// A field to choose from: check boxes for closed lists, an input with suggestions for records and people.
pub struct PickList {
    pub id: String,
    pub field: String,
    pub label: String,
    pub options: Vec<Pick>,
    /// Where the type-ahead asks; empty for none.
    pub suggest: String,
    pub value: String,
}

pub struct AsOf {
    pub words: String,
    pub now: String,
}

/// How the reader takes a record: by their e-mail in this field.
pub struct Mine {
    pub field: String,
    pub email: String,
}

/// What a list is made of besides its address.
pub struct Room<'a> {
    pub desk: &'a Desk,
    pub actor: &'a Actor,
    /// The reader's teams.
    pub groups: &'a [Group],
    pub now: Moment,
}

/// The rows of a list alone, with its tabs: what changes while somebody looks.
#[derive(Template)]
#[template(path = "record/rows.html")]
pub struct RowsPart {
    pub tabs: Vec<Tab>,
    pub rows: Vec<Row>,
    pub bulk: bool,
}

/// The page of a list. A filter that cannot be read is shown with its sentence instead of rows.
///
/// # Errors
/// `NotFound` for a kind that the actor may not read, `Query` for what else of the address cannot be understood.
pub async fn page(room: &Room<'_>, shell: Shell, kind: &Kind, here: &Address) -> Result<ListPage, Refusal> {
    if !rights::may(room.actor, kind, Act::Read, None) {
        return Err(Refusal::NotFound);
    }
    let catalog = room.desk.catalog();
    let (query, filter_error) = read(room.actor, kind, here)?;
    let columns = columns(room.actor, kind, &query);
    let asked = Query { columns: columns.clone(), ..query.clone() };
    let (page, names, count) = if filter_error.is_empty() {
        let page = room.desk.list(room.actor, &asked, room.now).await?;
        let names = names(room, kind, &page, &query).await?;
        let count = counted(room, &query, &page).await?;
        (page, names, count)
    } else {
        (Page { records: Vec::new(), next: None }, Names::default(), String::new())
    };
    let tabs = Tabs::of(room, kind, here).await?;
    let lens = Lens { catalog: &catalog, names: &names, now: query.as_of.unwrap_or(room.now) };
    let whole = here.without(&["page_token"]);
    let next = page.next.as_ref().map(|next| whole.with("page_token", next.write()).to_string());
    Ok(ListPage {
        heading: kind.labels.clone(),
        about: kind.about.to_string(),
        path: here.path.clone(),
        own_view: tabs.own,
        tabs: tabs.tabs,
        groups: room.groups.to_vec(),
        carried: whole.pairs().to_vec(),
        words: query.words.clone().unwrap_or_default(),
        filter: here.get("filter").unwrap_or_default().to_string(),
        chips: if filter_error.is_empty() { chip::chips(&query.filter, kind, &names, here) } else { Vec::new() },
        filter_error,
        picks: picks(kind, &columns, &query),
        fields: fields(room.actor, kind),
        chooser: chooser(room.actor, kind, &columns),
        heads: heads(kind, &columns, &query, &whole),
        rows: rows(&lens, kind, &columns, &page.records, query.as_of.is_some()),
        count: told(&count, page.records.len(), &query, kind),
        first: here.get("page_token").map(|_| whole.to_string()).unwrap_or_default(),
        next: next.unwrap_or_default(),
        files: sheets::Format::ALL.map(|format| file(kind, format, &whole)).into(),
        as_of: query.as_of.map(|at| AsOf { words: time::exact(at), now: whole.without(&["as_of"]).to_string() }),
        create: rights::may(room.actor, kind, Act::Create, None)
            .then(|| Link::new(format!("New {}", kind.label.to_lowercase()), format!("/{}/new", kind.plural))),
        bulk: bulk_fields(room.actor, kind, query.as_of.is_some()),
        mine: mine(room.actor, kind).filter(|_| query.as_of.is_none()),
        offers: bulk_offers(room, kind, query.as_of.is_some()),
        empty: empty(room.actor, kind, here),
        handovers: Vec::new(),
        since: room.now.0,
        here: whole.query(),
        report: report::of_list(kind, &whole),
        may_share: room.actor.customer.is_none(),
        shell,
    })
}

fn file(kind: &Kind, format: sheets::Format, whole: &Address) -> Link {
    let address = Address::read(format!("/{}.{}", kind.plural, format.name()), &whole.query());
    Link::new(format.name().to_uppercase(), address.to_string())
}

/// Most rows that are asked for anew at a time.
const ANEW: usize = 60;

/// Some rows of a list as they stand now, by their numbers; what the list does not hold any more is missing.
///
/// # Errors
/// As [`page`]; a filter that cannot be read is refused.
pub async fn some(room: &Room<'_>, kind: &Kind, here: &Address) -> Result<RowsPart, Refusal> {
    if !rights::may(room.actor, kind, Act::Read, None) {
        return Err(Refusal::NotFound);
    }
    let catalog = room.desk.catalog();
    let (query, filter_error) = read(room.actor, kind, &here.without(&["page_token"]))?;
    if !filter_error.is_empty() {
        return Err(Refusal::Query(filter_error));
    }
    let numbers: Vec<Operand> = here
        .get(ONLY)
        .unwrap_or_default()
        .split(',')
        .filter(|number| !number.is_empty())
        .take(ANEW)
        .map(|number| Operand::Value(model::Value::text(number)))
        .collect();
    let tabs = Tabs::of(room, kind, here).await?.tabs;
    let columns = columns(room.actor, kind, &query);
    let mut records = Page { records: Vec::new(), next: None };
    if !numbers.is_empty() {
        let only = Filter::In { path: "number".into(), values: numbers };
        // In the order of the numbers: in that of the list a planner would walk the list to find them.
        let order = vec![by("number")];
        let filter = only.and(query.filter.clone());
        let asked = Query { filter, order, columns: columns.clone(), size: ANEW, ..query.clone() };
        records = room.desk.list(room.actor, &asked, room.now).await?;
    }
    let names = names(room, kind, &records, &query).await?;
    let lens = Lens { catalog: &catalog, names: &names, now: room.now };
    let bulk = !bulk_fields(room.actor, kind, false).is_empty();
    Ok(RowsPart { tabs, rows: rows(&lens, kind, &columns, &records.records, false), bulk })
}

/// The field that says who has a record, where the reader may set it.
pub fn mine(actor: &Actor, kind: &Kind) -> Option<Mine> {
    let field = kind.fields.iter().find(|field| field.column == Some(Column::Owner))?;
    let person = matches!(field.ty, Type::Person) && editable(kind, &field.name) && actor.email.contains('@');
    let may = actor.customer.is_none() && rights::may(actor, kind, Act::Edit, None);
    (person && may).then(|| Mine { field: field.name.clone(), email: actor.email.clone() })
}

/// Open work that somebody of ours looks at: what is due next comes first where nothing else is asked for.
fn is_queue(actor: &Actor, kind: &Kind, query: &Query) -> bool {
    let done = |value: &Operand| matches!(value, Operand::Value(value) if value.as_text() == Some("done"));
    let unfinished = |part: &Filter| match part {
        Filter::Not(inner) => {
            matches!(&**inner, Filter::Compare { path, op: Op::Equal, value } if path == "phase" && done(value))
        }
        _ => false,
    };
    kind.clocked
        && actor.customer.is_none()
        && query.as_of.is_none()
        && chip::conjuncts(&query.filter).iter().any(unfinished)
}

fn by(path: &str) -> Order {
    Order { path: path.into(), descending: false }
}

/// Names the rows that are asked for anew.
const ONLY: &str = "only";
/// Parameters of the page itself, beside those of every query.
const PAGE_ONLY: &[&str] = &["view", ONLY];

/// The query of an address, in the order of a queue where that is what it shows; where only the filter is wrong, the query
/// without it and the sentence.
pub fn read(actor: &Actor, kind: &Kind, here: &Address) -> Result<(Query, String), Refusal> {
    let (mut query, error) = typed(kind, here)?;
    if query.order.is_empty() && is_queue(actor, kind, &query) {
        let due = kind.fields.iter().filter(|field| field.column == Some(Column::Due));
        query.order.extend(due.map(|field| by(&field.name)));
    }
    Ok((query, error))
}

fn typed(kind: &Kind, here: &Address) -> Result<(Query, String), Refusal> {
    let pairs = |here: &Address| here.without(PAGE_ONLY).pairs().to_vec();
    let whole = |pairs: &[(String, String)]| {
        Query::read(kind, false, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    };
    match whole(&pairs(here)) {
        Ok(query) => Ok((query, String::new())),
        Err(Refusal::Query(why)) if why.starts_with("filter") => Ok((whole(&pairs(&here.without(&["filter"])))?, why)),
        Err(other) => Err(other),
    }
}

/// What is shown: what was asked for, else what the kind declares and the reader may see, else number and title.
pub fn columns(actor: &Actor, kind: &Kind, query: &Query) -> Vec<String> {
    match (query.columns.is_empty(), kind.columns.is_empty()) {
        (false, _) => query.columns.clone(),
        (true, false) => desk::read::offered_columns(actor, kind),
        (true, true) => ["number", "title", "state"].map(str::to_string).into(),
    }
}

/// Names of what the rows and the filter refer to, in one statement.
async fn names(room: &Room<'_>, kind: &Kind, page: &Page, query: &Query) -> Result<Names, Refusal> {
    let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
    for shown in &page.records {
        desk::read::references(kind, shown, &mut numbers, &mut mails);
    }
    for text in chip::named(&query.filter) {
        if text.contains('@') {
            mails.insert(text)
        } else {
            numbers.insert(text)
        };
    }
    room.desk.names_of(room.actor, numbers, mails, room.now).await
}

/// How many there are in all: `1,000+`; a first page that holds everything needs no counting.
async fn counted(room: &Room<'_>, query: &Query, page: &Page) -> Result<String, Refusal> {
    if query.after.is_none() && page.next.is_none() {
        return Ok(page.records.len().to_string());
    }
    if query.as_of.is_some_and(|at| at < room.now) {
        return Ok("more".into());
    }
    let count = room.desk.count(room.actor, query, room.now).await?;
    Ok(if count > COUNT_CAP { "1,000+".into() } else { count.to_string() })
}

/// `50 of 1,000+, newest first`
fn told(count: &str, here: usize, query: &Query, kind: &Kind) -> String {
    if count.is_empty() {
        return String::new();
    }
    let order = match query.order.first() {
        None => "newest first".to_string(),
        Some(order) => {
            let way = if order.descending { ", from the top" } else { "" };
            format!("by {}{way}", chip::label_of(kind, &order.path).to_lowercase())
        }
    };
    format!("{here} of {count}, {order}")
}

/// Choices, states, references and people among the columns.
fn picks(kind: &Kind, columns: &[String], query: &Query) -> Vec<PickList> {
    let mut found = Vec::new();
    for path in columns {
        let path = kind.common_name(path);
        let Some(ty) = kind.type_of(path) else { continue };
        let chosen = chosen(query, path);
        let pick = |value: &str, label: &str| Pick {
            value: value.into(),
            label: label.into(),
            chosen: chosen.iter().any(|one| one == value),
        };
        let (options, suggest) = match &ty {
            Type::Choice(choices) if choices.options.len() <= 30 => {
                (choices.options.iter().map(|(value, label)| pick(value, label)).collect(), String::new())
            }
            Type::Ref(refs) if !refs.kinds.is_empty() => {
                (Vec::new(), format!("/lookup?kinds={}", refs.kinds.join(",")))
            }
            Type::Person => (vec![pick("me", "Me")], "/lookup?people=yes".to_string()),
            _ => continue,
        };
        let mut options: Vec<Pick> = options;
        options.push(pick(narrow::NOTHING, "Nobody or nothing"));
        if path == "state" || matches!(kind.find(path), Some(field) if field.required) {
            options.pop();
        }
        let value = chosen.iter().find(|one| !options.iter().any(|option| option.value == **one)).cloned();
        found.push(PickList {
            id: format!("pick-{}", path.replace('.', "-")),
            field: path.into(),
            label: chip::label_of(kind, path),
            options,
            suggest,
            value: value.unwrap_or_default(),
        });
    }
    found
}

/// Values that the filter already names for a field.
fn chosen(query: &Query, path: &str) -> Vec<String> {
    let text = |operand: &Operand| match operand {
        Operand::Me => Some("me".to_string()),
        Operand::Value(value) => value.as_text().map(str::to_string),
        Operand::Now(_) => None,
    };
    let parts = chip::conjuncts(&query.filter);
    let about = parts.iter().filter(|part| chip::path_of(part) == Some(path));
    about
        .flat_map(|part| match part {
            Filter::Compare { value, .. } => text(value).into_iter().collect(),
            Filter::In { values, .. } => values.iter().filter_map(text).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// Every field that the reader may see and a filter may name, by label.
fn fields(actor: &Actor, kind: &Kind) -> Vec<Pick> {
    let mut names: Vec<&str> = vec!["title", "number", "state", "created", "changed"];
    let seen = |field: &&model::Field| field.alias.is_none() && (actor.customer.is_none() || !field.internal);
    names.extend(kind.fields.iter().filter(seen).map(|field| field.name.as_str()));
    let pick = |name: &str| Pick { value: name.into(), label: chip::label_of(kind, name), chosen: false };
    names.into_iter().map(pick).collect()
}

/// Columns in their order, the chosen ones first.
fn chooser(actor: &Actor, kind: &Kind, columns: &[String]) -> Vec<Pick> {
    let pick = |name: &str, chosen| Pick { value: name.into(), label: chip::label_of(kind, name), chosen };
    let mut found: Vec<Pick> = columns.iter().map(|name| pick(name, true)).collect();
    let others = fields(actor, kind).into_iter().filter(|field| {
        !columns.iter().any(|column| kind.common_name(column) == field.value || *column == field.value)
    });
    found.extend(others);
    found
}

fn bulk_fields(actor: &Actor, kind: &Kind, past: bool) -> Vec<Pick> {
    if past {
        return Vec::new();
    }
    let mut found = Vec::new();
    if rights::may(actor, kind, Act::Step, None) {
        found.push(Pick { value: "state".into(), label: "State".into(), chosen: false });
    }
    if rights::may(actor, kind, Act::Edit, None) {
        let fields = kind.fields.iter().filter(|field| editable(kind, &field.name) && field.ty.is_scalar());
        let seen = fields.filter(|field| actor.customer.is_none() || !field.internal);
        found.extend(seen.map(|field| Pick { value: field.name.clone(), label: field.label.clone(), chosen: false }));
    }
    found
}

/// What follows from several records as well as from one: where the new record names all of them.
fn bulk_offers(room: &Room<'_>, kind: &Kind, past: bool) -> Vec<(&'static str, &'static str)> {
    let catalog = room.desk.catalog();
    let fits = |offer: &&model::handling::Offer| {
        catalog.find(offer.kind).is_some_and(|to| {
            let names_all = offer.carries.iter().any(|(field, from)| {
                *from == "number" && to.find(field).is_some_and(|field| matches!(field.ty, model::Type::List(_)))
            });
            names_all && room.actor.customer.is_none() && rights::may(room.actor, to, Act::Create, None)
        })
    };
    let offers = kind.offers.iter().filter(|_| !past).filter(fits);
    offers.map(|offer| (offer.kind, offer.label)).collect()
}

fn empty(actor: &Actor, kind: &Kind, here: &Address) -> Empty {
    let narrowed = ["filter", "q", "as_of"].iter().any(|name| here.get(name).is_some());
    let labels = kind.labels.to_lowercase();
    if narrowed {
        return Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, format!("No {labels} match.")),
            text: "Take a condition away, or look at all of them.".into(),
            step: Some(Link::new(format!("All {labels}"), here.path.clone())),
        };
    }
    let may = rights::may(actor, kind, Act::Create, None);
    Empty {
        mark: Mark::new(Shape::New, Tone::Mute, format!("No {labels} yet.")),
        text: kind.about.into(),
        step: may.then(|| Link::new(format!("New {}", kind.label.to_lowercase()), format!("{}/new", here.path))),
    }
}

/// The kind behind the first segment of an address.
///
/// # Errors
/// `NotFound` where there is none of this plural.
pub fn kind_of<'c>(catalog: &'c Catalog, plural: &str) -> Result<&'c Kind, Refusal> {
    catalog.find(plural).filter(|kind| kind.plural == plural).ok_or(Refusal::NotFound)
}
