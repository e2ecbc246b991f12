//! Pictures of the work: how old what is open is, what comes and goes, what was answered and done in time. Every figure is the
//! count of a list, asked as that list is, and leads to it.

mod drawn;
mod kept;
mod times;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use model::{
    Filter, Kind, Moment, Query, Refusal, Value, filter::Op, filter::Operand, filter_write, suggest, time::DAY,
};

use crate::{
    App, Refused, Seat,
    record::address::Address,
    shell,
    view::{field::Pick, parts::Link, shell::Shell, time},
};
use drawn::{Bars, Pair, Pairs};
use kept::Kept;
use times::InTime;

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
    csv: String,
    kept: Kept,
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

    async fn count(self, app: &App, seat: &Seat) -> Result<Counted, Refusal> {
        let queries: Vec<Query> =
            self.filters.iter().map(|filter| Query { filter: filter.clone(), ..Query::of(self.kind.name) }).collect();
        let counts = app.desk.count_each(&seat.actor, &queries, CAP, seat.now).await?;
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
    Ok(Html(page(&app, &seat, &here).await?.render()?))
}

/// `GET /pictures.csv`: the same figures as lines.
pub async fn save(seat: Seat, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let here = Address::read("/pictures", &query.unwrap_or_default());
    let page = page(&app, &seat, &here).await?;
    let mut lines = csv::Writer::from_writer(Vec::new());
    let fault = |error: csv::Error| Refused::fault(&error);
    lines.write_record(["picture", "line", "what", "count", "list"]).map_err(fault)?;
    for line in page.lines() {
        lines.write_record(line.map(|cell| crate::record::csv::harmless(&cell))).map_err(fault)?;
    }
    let bytes = lines.into_inner().map_err(|error| Refused::fault(&error))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"pictures.csv\""));
    Ok(response)
}

impl PicturesPage {
    fn lines(&self) -> Vec<[String; 5]> {
        let line = |picture: &str, line: &str, what: &str, link: &Link| {
            [picture.to_string(), line.to_string(), what.to_string(), link.text.clone(), link.href.clone()]
        };
        let mut lines: Vec<[String; 5]> =
            self.figures.iter().map(|(label, link)| line("now", label, "", link)).collect();
        lines.extend(self.ages.bars.iter().map(|bar| line("open by age", &bar.label, "open", &bar.count)));
        for pair in &self.flow.pairs {
            lines.push(line("come and gone", &pair.label, "come", &pair.come));
            lines.push(line("come and gone", &pair.label, self.verb, &pair.gone));
        }
        for row in &self.in_time.rows {
            for part in &row.parts {
                lines.push(line("in time", &row.priority, &format!("{} met", part.what), &part.met));
                lines.push(line("in time", &row.priority, &format!("{} missed", part.what), &part.missed));
            }
        }
        for broken in &self.breakdown {
            for (what, link) in ["open", "late", "come", self.verb].into_iter().zip(&broken.counts) {
                lines.push(line(&format!("by {}", self.by_label), &broken.name.text, what, link));
            }
        }
        lines
    }
}

async fn page(app: &App, seat: &Seat, here: &Address) -> Result<PicturesPage, Refusal> {
    let asked = Asked::read(here)?;
    let catalog = app.desk.catalog();
    let kind = catalog.find(asked.ticket.kind).ok_or(Refusal::NotFound)?;
    // What a customer gets is told by the reports of their own service.
    if seat.actor.customer.is_some() || !desk::rights::may(&seat.actor, kind, model::Act::Read, None) {
        return Err(Refusal::NotFound);
    }
    let ticket = asked.ticket;
    let mut counting = Counting { kind, asked: &asked, filters: Vec::new() };
    let due = |filter: Filter| filter.and(Filter::Compare { path: "due".into(), op: Op::Less, value: Operand::Now(0) });
    let unfilled = |path: &str| Filter::Not(Box::new(Filter::Filled { path: path.into() }));
    let now = [
        ("Open", counting.add(open_now())),
        ("Late", counting.add(due(open_now()))),
        ("Nobody has it", counting.add(open_now().and(unfilled("owner")))),
        ("On hold", counting.add(Filter::equal("phase", "waiting"))),
    ];
    let ages = drawn::ages(&mut counting, ticket, seat.now);
    let end = Moment::of_date(seat.now.date()).plus(DAY);
    let weeks: Vec<(Moment, Moment)> =
        (0..asked.weeks).rev().map(|back| (end.minus((back + 1) * 7 * DAY), end.minus(back * 7 * DAY))).collect();
    let flow: Vec<(Moment, usize, usize)> = weeks
        .iter()
        .map(|(from, to)| {
            let come = counting.add(between(ticket.raised, *from, *to));
            (*from, come, counting.add(between(ticket.done, *from, *to)))
        })
        .collect();
    let begin = weeks.first().map_or(seat.now, |week| week.0);
    let sides = sides(app, seat, &asked).await?;
    let broken = broken(&mut counting, &sides, due, begin, end);
    let counted = counting.count(app, seat).await?;
    let flow = flow.into_iter().map(|(from, come, gone)| Pair {
        label: time::short_day(from.date()),
        come: counted.link(come),
        gone: counted.link(gone),
        counts: (counted.number(come), counted.number(gone)),
    });
    let labels = kind.labels.to_lowercase();
    Ok(PicturesPage {
        lede: lede(&labels, counted.number(now[0].1), counted.number(now[1].1)),
        kinds: kinds(&catalog, seat, &asked),
        weeks: WEEKS.map(|weeks| pick(&weeks.to_string(), &format!("{weeks} weeks"), weeks == asked.weeks)).into(),
        by: SIDES.map(|(side, _)| pick(side, &kind.label_of(side), side == asked.by)).into(),
        verb: ticket.verb,
        figures: now.map(|(label, at)| (label, counted.link(at))).into(),
        ages: Bars::new(ages, &counted),
        flow: Pairs::new(flow.collect(), ticket.verb),
        in_time: times::in_time(app, seat, kind, &asked, begin).await?,
        breakdown: break_down(broken, &counted),
        by_label: kind.label_of(asked.by).to_lowercase(),
        csv: Address::read("/pictures.csv", &here.query()).to_string(),
        kept: kept::kept(app, seat, here, &labels).await?,
        shell: shell(app, seat, "/pictures").await,
        labels,
        sides,
    })
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

fn kinds(catalog: &model::Catalog, seat: &Seat, asked: &Asked) -> Vec<Pick> {
    let found = TICKETS.iter().filter_map(|ticket| catalog.find(ticket.kind));
    let readable = found.filter(|kind| desk::rights::may(&seat.actor, kind, model::Act::Read, None));
    readable.map(|kind| pick(kind.name, &kind.labels, kind.name == asked.ticket.kind)).collect()
}

/// What there is to choose from, by name; nothing for whoever may not read it.
async fn sides(app: &App, seat: &Seat, asked: &Asked) -> Result<Vec<Side>, Refusal> {
    let catalog = app.desk.catalog();
    let mut sides = Vec::new();
    for (name, kind) in SIDES {
        let Some(kind) = catalog.find(kind).filter(|kind| desk::rights::may(&seat.actor, kind, model::Act::Read, None))
        else {
            continue;
        };
        let order = vec![model::Order { path: "title".into(), descending: false }];
        let query = Query { order, size: 200, columns: vec!["title".into()], ..Query::of(kind.name) };
        let page = app.desk.list(&seat.actor, &query, seat.now).await?;
        let chosen = |number: &str| asked.narrow.iter().any(|(side, value)| *side == name && value == number);
        let picks = page.records.iter().map(|shown| pick(shown.number(), shown.title(), chosen(shown.number())));
        sides.push(Side { name, label: kind.label.clone(), picks: picks.collect() });
    }
    Ok(sides)
}

/// A line of the breakdown before it is counted: whose, and the places of its four counts.
type Uncounted = (String, [usize; 4]);

fn broken(
    counting: &mut Counting<'_>,
    sides: &[Side],
    late: impl Fn(Filter) -> Filter,
    begin: Moment,
    end: Moment,
) -> Vec<Uncounted> {
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
