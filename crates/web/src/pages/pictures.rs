//! Pictures of the work: how old what is open is, what comes and goes, what was answered and done in time. Every figure is the
//! count of a list, asked as that list is, and leads to it.

mod drawn;
mod kept;
mod printed;
pub mod reach;
mod times;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::{Html, Response},
};
use desk::Desk;
use model::{
    Actor, Filter, Kind, Moment, Query, Refusal, Value, filter::Op, filter::Operand, filter_write, suggest, time::DAY,
};

use sheets::{Cell, Format, Table};

use crate::{
    App, Refused, Seat,
    record::{address::Address, export::file},
    shell,
    view::{field::Pick, parts::Link, shell::Shell, time},
};
use drawn::{Bars, Pair, Pairs};
use kept::Kept;
use times::InTime;

pub use printed::save_as_pdf;

/// A kind of ticket and what its pictures are made of.
struct Ticket {
    kind: &'static str,
    raised: &'static str,
    done: &'static str,
    /// What has become of it then.
    verb: &'static str,
}

static TICKETS: [Ticket; 2] = [
    Ticket { kind: "incident", raised: "raised_on", done: "resolved_on", verb: "resolved" },
    Ticket { kind: "service_request", raised: "raised_on", done: "fulfilled_on", verb: "fulfilled" },
];

/// By what the tickets can be narrowed and broken down: the field and the kind that it refers to.
const SIDES: [(&str, &str); 3] = [("service", "service"), ("team", "team"), ("customer", "customer")];
const WEEKS: [i64; 3] = [4, 13, 26];
/// A figure is counted no further than this.
const CAP: i64 = 100_000;
/// Lines of the breakdown.
const LINES: usize = 25;

#[derive(Template)]
#[template(path = "page/pictures.html")]
struct PicturesPage {
    shell: Shell,
    of: Pictures,
    /// The same figures as files.
    files: Vec<Link>,
    kept: Kept,
}

/// Who looks, and when.
#[derive(Clone, Copy)]
struct Reader<'a> {
    desk: &'a Desk,
    actor: &'a Actor,
    now: Moment,
}

/// The figures, each with the list behind it.
pub struct Pictures {
    lede: String,
    kinds: Vec<Pick>,
    sides: Vec<Side>,
    weeks: Vec<Pick>,
    by: Vec<Pick>,
    labels: String,
    verb: &'static str,
    figures: Vec<(&'static str, Link)>,
    ages: Bars,
    flow: Pairs,
    in_time: InTime,
    breakdown: Vec<Broken>,
    by_label: String,
}

/// A choice of what the tickets belong to.
struct Side {
    name: &'static str,
    label: String,
    picks: Vec<Pick>,
}

/// A line of the breakdown: open, late, come, done.
struct Broken {
    name: Link,
    counts: Vec<Link>,
    /// Share of the largest, in percent.
    share: i64,
}

/// What is asked by the address.
struct Asked {
    ticket: &'static Ticket,
    narrow: Vec<(&'static str, String)>,
    weeks: i64,
    by: &'static str,
}

impl Asked {
    fn read(here: &Address) -> Result<Asked, Refusal> {
        let mut asked = Asked { ticket: &TICKETS[0], narrow: Vec::new(), weeks: WEEKS[1], by: "service" };
        let refuse = |why: String| Err(Refusal::Query(why));
        for (name, value) in here.pairs().iter().filter(|(_, value)| !value.is_empty()) {
            let side = SIDES.iter().find(|(side, _)| side == name);
            match (name.as_str(), side) {
                ("kind", _) => match TICKETS.iter().find(|ticket| ticket.kind == value) {
                    Some(ticket) => asked.ticket = ticket,
                    None => return refuse(format!("kind: there are no pictures of \"{value}\"")),
                },
                ("weeks", _) => match WEEKS.into_iter().find(|weeks| weeks.to_string() == *value) {
                    Some(weeks) => asked.weeks = weeks,
                    None => return refuse("weeks: 4, 13 or 26".into()),
                },
                ("by", _) => match SIDES.iter().find(|(side, _)| side == value) {
                    Some((side, _)) => asked.by = *side,
                    None => return refuse(format!("by: \"{value}\" is none of service, team, customer")),
                },
                (_, Some((side, _))) => asked.narrow.push((*side, value.trim().to_string())),
                (other, None) => {
                    let known = ["kind", "weeks", "by", "service", "team", "customer"];
                    return refuse(format!("there is no parameter \"{other}\"{}", suggest::hint(other, known)));
                }
            }
        }
        Ok(asked)
    }

    fn narrowed(&self, more: Filter) -> Filter {
        self.narrow.iter().fold(more, |filter, (field, value)| filter.and(Filter::equal(field, value)))
    }
}

fn open_now() -> Filter {
    Filter::Not(Box::new(Filter::equal("phase", "done")))
}

fn test(path: &str, op: Op, at: Moment) -> Filter {
    Filter::Compare { path: path.into(), op, value: Operand::Value(Value::Instant(at)) }
}

fn between(path: &str, from: Moment, to: Moment) -> Filter {
    test(path, Op::AtLeast, from).and(test(path, Op::Less, to))
}

/// Counts that are asked for together, in one statement.
struct Counting<'a> {
    kind: &'a Kind,
    asked: &'a Asked,
    filters: Vec<Filter>,
}

impl Counting<'_> {
    /// The place of the count of what the filter finds among the tickets that are asked for.
    fn add(&mut self, filter: Filter) -> usize {
        self.filters.push(self.asked.narrowed(filter));
        self.filters.len() - 1
    }

    async fn count(self, reader: Reader<'_>) -> Result<Counted, Refusal> {
        let queries: Vec<Query> =
            self.filters.iter().map(|filter| Query { filter: filter.clone(), ..Query::of(self.kind.name) }).collect();
        let counts = reader.desk.count_each(reader.actor, &queries, CAP, reader.now).await?;
        let list = format!("/{}", self.kind.plural);
        let address =
            |filter: &Filter| Address::new(&list).with("filter", filter_write::write(filter, self.kind)).to_string();
        Ok(Counted(counts.into_iter().zip(self.filters.iter().map(address)).collect()))
    }
}

/// Counts with the lists that they are of.
struct Counted(Vec<(i64, String)>);

impl Counted {
    fn number(&self, at: usize) -> i64 {
        self.0.get(at).map_or(0, |one| one.0)
    }

    fn link(&self, at: usize) -> Link {
        let Some((count, address)) = self.0.get(at) else { return Link::default() };
        let text = if *count > CAP { "100,000+".to_string() } else { count.to_string() };
        Link::new(text, if *count == 0 { "" } else { address.as_str() })
    }
}

/// `GET /pictures?kind=&service=&team=&customer=&weeks=&by=`
pub async fn open(seat: Seat, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Html<String>, Refused> {
    let here = Address::read("/pictures", &query.unwrap_or_default());
    let of = Pictures::draw(&app.desk, &seat.actor, &here, seat.now).await?;
    let file = |format: Format| {
        let address = Address::read(format!("/pictures.{}", format.name()), &here.query());
        Link::new(format.name().to_uppercase(), address.to_string())
    };
    let pdf = Link::new("PDF", Address::read("/pictures.pdf", &here.query()).to_string());
    let page = PicturesPage {
        files: [pdf].into_iter().chain(Format::ALL.map(file)).collect(),
        kept: kept::kept(&app, &seat, &here, &of.labels).await?,
        shell: shell(&app, &seat, "/pictures").await,
        of,
    };
    Ok(Html(page.render()?))
}

/// `GET /pictures.csv`: the same figures as lines.
pub async fn save_as_csv(seat: Seat, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    saved(&seat, &app, query, Format::Csv).await
}

/// `GET /pictures.xlsx`
pub async fn save_as_xlsx(seat: Seat, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    saved(&seat, &app, query, Format::Xlsx).await
}

async fn saved(seat: &Seat, app: &App, query: Option<String>, format: Format) -> Result<Response, Refused> {
    let here = Address::read("/pictures", &query.unwrap_or_default());
    let drawn = Pictures::draw(&app.desk, &seat.actor, &here, seat.now).await?;
    let bytes = format.write(&[drawn.table("")], seat.now).map_err(desk::Fault::new)?;
    Ok(file(bytes.into(), format, "pictures"))
}

impl Pictures {
    /// Draws what the address asks for, as this reader may see it.
    ///
    /// # Errors
    /// `Query` with a sentence about the address, `NotFound` for whoever may not see such pictures.
    pub async fn draw(desk: &Desk, actor: &Actor, here: &Address, now: Moment) -> Result<Pictures, Refusal> {
        let asked = Asked::read(here)?;
        let reader = Reader { desk, actor, now };
        let catalog = desk.catalog();
        let kind = catalog.find(asked.ticket.kind).ok_or(Refusal::NotFound)?;
        // What a customer gets is told by the reports of their own service.
        if actor.customer.is_some() || !desk::rights::may(actor, kind, model::Act::Read, None) {
            return Err(Refusal::NotFound);
        }
        let ticket = asked.ticket;
        let mut counting = Counting { kind, asked: &asked, filters: Vec::new() };
        let figures = now_figures(&mut counting);
        let ages = drawn::ages(&mut counting, ticket, now);
        let end = Moment::of_date(now.date()).plus(DAY);
        let weeks = (0..asked.weeks).rev().map(|back| (end.minus((back + 1) * 7 * DAY), end.minus(back * 7 * DAY)));
        let flow: Vec<(Moment, usize, usize)> = weeks
            .map(|(from, to)| {
                let come = counting.add(between(ticket.raised, from, to));
                (from, come, counting.add(between(ticket.done, from, to)))
            })
            .collect();
        let begin = flow.first().map_or(now, |week| week.0);
        let sides = sides(reader, &asked).await?;
        let broken = broken(&mut counting, &sides, begin, end);
        let counted = counting.count(reader).await?;
        let flow = flow.into_iter().map(|(from, come, gone)| Pair {
            label: time::short_day(from.date()),
            come: counted.link(come),
            gone: counted.link(gone),
            counts: (counted.number(come), counted.number(gone)),
        });
        let labels = kind.labels.to_lowercase();
        Ok(Pictures {
            lede: lede(&labels, counted.number(figures[0].1), counted.number(figures[1].1)),
            kinds: kinds(&catalog, reader, &asked),
            weeks: WEEKS.map(|weeks| pick(&weeks.to_string(), &format!("{weeks} weeks"), weeks == asked.weeks)).into(),
            by: SIDES.map(|(side, _)| pick(side, &kind.label_of(side), side == asked.by)).into(),
            verb: ticket.verb,
            figures: figures.map(|(label, at)| (label, counted.link(at))).into(),
            ages: Bars::new(ages, &counted),
            flow: Pairs::new(flow.collect(), ticket.verb),
            in_time: times::in_time(reader, kind, &asked, begin).await?,
            breakdown: break_down(broken, &counted),
            by_label: kind.label_of(asked.by).to_lowercase(),
            labels,
            sides,
        })
    }

    /// The answer to: is anything wrong?
    pub fn lede(&self) -> &str {
        &self.lede
    }

    /// Every figure as a line; `base` stands before the addresses of lists.
    pub fn table(&self, base: &str) -> Table {
        let mut rows = Vec::new();
        let mut line = |picture: &str, line: &str, what: &str, link: &Link| {
            let count = link.text.parse().map_or_else(|_| Cell::text(&link.text), Cell::Number);
            let list = if link.href.is_empty() { String::new() } else { format!("{base}{}", link.href) };
            rows.push(vec![Cell::text(picture), Cell::text(line), Cell::text(what), count, Cell::text(list)]);
        };
        self.figures.iter().for_each(|(label, link)| line("now", label, "", link));
        self.ages.bars.iter().for_each(|bar| line("open by age", &bar.label, "open", &bar.count));
        for pair in &self.flow.pairs {
            line("come and gone", &pair.label, "come", &pair.come);
            line("come and gone", &pair.label, self.verb, &pair.gone);
        }
        for row in &self.in_time.rows {
            for part in &row.parts {
                line("in time", &row.priority, &format!("{} met", part.what), &part.met);
                line("in time", &row.priority, &format!("{} missed", part.what), &part.missed);
            }
        }
        for leg in &self.in_time.legs {
            line("legs", &leg.who, "met", &leg.part.met);
            line("legs", &leg.who, "missed", &leg.part.missed);
        }
        for broken in &self.breakdown {
            for (what, link) in ["open", "late", "come", self.verb].into_iter().zip(&broken.counts) {
                line(&format!("by {}", self.by_label), &broken.name.text, what, link);
            }
        }
        let heads = ["picture", "line", "what", "count", "list"].map(String::from).into();
        Table { name: format!("Pictures of {}", self.labels), heads, rows }
    }
}

fn late(filter: Filter) -> Filter {
    filter.and(Filter::Compare { path: "due".into(), op: Op::Less, value: Operand::Now(0) })
}

fn now_figures(counting: &mut Counting<'_>) -> [(&'static str, usize); 4] {
    let unfilled = |path: &str| Filter::Not(Box::new(Filter::Filled { path: path.into() }));
    [
        ("Open", counting.add(open_now())),
        ("Late", counting.add(late(open_now()))),
        ("Nobody has it", counting.add(open_now().and(unfilled("owner")))),
        ("On hold", counting.add(Filter::equal("phase", "waiting"))),
    ]
}

/// Is anything wrong?
fn lede(labels: &str, open: i64, late: i64) -> String {
    match (open, late) {
        (0, _) => format!("No {labels} are open."),
        (open, 0) => format!("{open} {labels} are open, none of them late."),
        (open, late) => format!("{open} {labels} are open, {late} of them late."),
    }
}

fn pick(value: &str, label: &str, chosen: bool) -> Pick {
    Pick { value: value.into(), label: label.into(), chosen }
}

fn kinds(catalog: &model::Catalog, reader: Reader<'_>, asked: &Asked) -> Vec<Pick> {
    let found = TICKETS.iter().filter_map(|ticket| catalog.find(ticket.kind));
    let readable = found.filter(|kind| desk::rights::may(reader.actor, kind, model::Act::Read, None));
    readable.map(|kind| pick(kind.name, &kind.labels, kind.name == asked.ticket.kind)).collect()
}

/// What there is to choose from, by name; nothing for whoever may not read it.
async fn sides(reader: Reader<'_>, asked: &Asked) -> Result<Vec<Side>, Refusal> {
    let catalog = reader.desk.catalog();
    let mut sides = Vec::new();
    for (name, kind) in SIDES {
        let Some(kind) =
            catalog.find(kind).filter(|kind| desk::rights::may(reader.actor, kind, model::Act::Read, None))
        else {
            continue;
        };
        let order = vec![model::Order { path: "title".into(), descending: false }];
        let query = Query { order, size: 200, columns: vec!["title".into()], ..Query::of(kind.name) };
        let page = reader.desk.list(reader.actor, &query, reader.now).await?;
        let chosen = |number: &str| asked.narrow.iter().any(|(side, value)| *side == name && value == number);
        let picks = page.records.iter().map(|shown| pick(shown.number(), shown.title(), chosen(shown.number())));
        sides.push(Side { name, label: kind.label.clone(), picks: picks.collect() });
    }
    Ok(sides)
}

/// A line of the breakdown before it is counted: whose, and the places of its four counts.
type Uncounted = (String, [usize; 4]);

fn broken(counting: &mut Counting<'_>, sides: &[Side], begin: Moment, end: Moment) -> Vec<Uncounted> {
    let (by, ticket) = (counting.asked.by, counting.asked.ticket);
    let side = sides.iter().filter(|side| side.name == by).flat_map(|side| &side.picks);
    let line = |one: &Pick| {
        let own = |filter: Filter| Filter::equal(by, &one.value).and(filter);
        let places = [
            counting.add(own(open_now())),
            counting.add(own(late(open_now()))),
            counting.add(own(between(ticket.raised, begin, end))),
            counting.add(own(between(ticket.done, begin, end))),
        ];
        (one.label.clone(), places)
    };
    side.take(LINES).map(line).collect()
}

/// Those with the most open work first; those without any work are left out.
fn break_down(lines: Vec<Uncounted>, counted: &Counted) -> Vec<Broken> {
    let most = lines.iter().map(|(_, places)| counted.number(places[0])).max().unwrap_or(1).max(1);
    let mut found: Vec<(i64, Broken)> = lines
        .into_iter()
        .filter(|(_, places)| places.iter().any(|place| counted.number(*place) > 0))
        .map(|(name, places)| {
            let open = counted.number(places[0]);
            let counts = places.iter().map(|place| counted.link(*place)).collect();
            (open, Broken { name: Link::new(name, ""), counts, share: open * 100 / most })
        })
        .collect();
    found.sort_by_key(|(open, _)| -open);
    found.into_iter().map(|(_, broken)| broken).collect()
}
