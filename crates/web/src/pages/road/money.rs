//! Cost and return of the way: what was planned and paid, when it pays back, and scenarios beside what is on record.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Query as Asked, State as Held},
    response::Html,
};
use desk::{Desk, Shown};
use engines::{
    road::returns::{Gain, Returns, Sum, fewer_a_month, returns},
    rules::dates::add_months,
};
use jiff::civil::Date;
use kinds::road::{implementation_plan as plan, plan_task as task};
use model::{Actor, Decimal, Moment, Query, Refusal, Value, filter_text};

use super::{
    facts::{self, HOURS_A_DAY, Road, amount, money, plain, rows},
    scenarios::{Scenarios, Tried, scenarios},
};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Link, Mark, Notice, Shape, Tone},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "page/road_costs.html")]
pub struct CostsPage {
    pub shell: Shell,
    pub notices: Vec<Notice>,
    pub lede: String,
    pub currency: String,
    pub lines: Vec<CostLine>,
    pub together: CostLine,
    pub scenarios: Scenarios,
    pub benefits: Vec<Benefit>,
    pub chart: Option<Chart>,
    pub plan: Link,
}

/// One kind of cost; widths in percent of the largest of them.
#[derive(Default)]
pub struct CostLine {
    pub label: String,
    pub planned: String,
    pub spent: String,
    pub planned_width: String,
    pub spent_width: String,
    pub used: String,
}

pub struct Benefit {
    pub label: String,
    pub counted: Link,
    pub a_month: String,
    pub why: String,
}

/// The balance drawn: everything in percent or in the pixels of the drawing.
pub struct Chart {
    pub words: String,
    pub past: String,
    pub ahead: String,
    pub zero: String,
    /// Place from the top in pixels, and word.
    pub scale: Vec<(String, String)>,
    pub months: Vec<(String, String)>,
    pub now: String,
    pub rows: Vec<(String, String)>,
}

/// Months that the chart looks at.
const MONTHS: usize = 36;
/// Pixels of the drawing: first and last line.
const TOP: f64 = 14.0;
const BOTTOM: f64 = 170.0;

/// `GET /road/costs`
pub async fn open(seat: Seat, Held(app): Held<App>, Asked(tried): Asked<Tried>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let road = Road::gather(&app.desk, &seat.actor, seat.now).await?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let open = assessment.open().count();
    let today = seat.now.date();
    let ledger = Ledger::of(&road);
    let (benefits, gains) = benefits(&app.desk, &seat.actor, &road, today, seat.now).await?;
    let told = returns(&ledger.sums(today), &gains, today, MONTHS).ok();
    let services = services(&app.desk, &seat.actor, seat.now).await?;
    let page = CostsPage {
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/road").await },
        notices: ledger.notices(&road),
        lede: lede(told.as_ref(), &ledger),
        scenarios: scenarios(&road, &ledger, gains, &tried, (services, open), today)?,
        lines: ledger.lines(),
        together: ledger.together(),
        currency: ledger.currency.clone(),
        chart: told.filter(|_| !ledger.entries.is_empty()).map(|told| chart(&told, today)),
        plan: road.plan.as_ref().map_or_else(Link::default, |shown| {
            Link::new(shown.title(), format!("/implementation_plans/{}", shown.number()))
        }),
        benefits,
    };
    Ok(Html(page.render()?))
}

/// Services that are live and in scope.
async fn services(desk: &Desk, actor: &Actor, now: Moment) -> Result<usize, Refusal> {
    facts::all(desk, actor, "service", "stage = live and in_scope = yes", "number", now).await.map(|found| found.len())
}

/// A cost of the plan: planned, and paid where it was.
struct Entry {
    kind: String,
    on: Option<Date>,
    planned: Decimal,
    spent: Decimal,
    /// Still to be paid: the task is not over and nothing was paid.
    left: Decimal,
}

pub(super) struct Ledger {
    entries: Vec<Entry>,
    pub(super) currency: String,
    currencies: BTreeSet<String>,
    has_rate: bool,
}

const OWN: &str = "own-time";
const BODY: &str = "certification-body";

impl Ledger {
    fn of(road: &Road) -> Ledger {
        let rate = road.plan.as_ref().and_then(|shown| money(&whole(shown), plan::HOUR_COST.name));
        let mut ledger = Ledger {
            entries: Vec::new(),
            currency: String::new(),
            currencies: BTreeSet::new(),
            has_rate: rate.is_some(),
        };
        for shown in &road.tasks {
            let due = task::DUE.get(shown.fields());
            for row in rows(shown, task::COSTS.name) {
                ledger.add_cost(row, due, shown.state() == "done");
            }
            if let Some((rate, _)) = &rate {
                ledger.add_hours(shown, *rate, due);
            }
        }
        ledger.currencies.extend(rate.map(|(_, currency)| currency));
        ledger.currency = ledger.currencies.iter().find(|code| !code.is_empty()).cloned().unwrap_or_default();
        ledger
    }

    fn add_cost(&mut self, row: &Value, due: Option<Date>, over: bool) {
        let planned = money(row, "planned");
        let spent = money(row, "spent");
        self.currencies.extend(planned.iter().chain(&spent).map(|(_, currency)| currency.clone()));
        let (planned, spent) = (planned.map_or(Decimal::ZERO, |sum| sum.0), spent.map(|sum| sum.0));
        let on = row.part("on").and_then(Value::as_moment).map(Moment::date).or(due);
        let kind = row.part("type").and_then(Value::as_text).unwrap_or("other").to_owned();
        let left = if spent.is_some() || over { Decimal::ZERO } else { planned };
        self.entries.push(Entry { kind, on, planned, spent: spent.unwrap_or_default(), left });
    }

    /// Hours of our own: planned effort against what was written down as worked, each on its day.
    fn add_hours(&mut self, shown: &Shown, rate: Decimal, due: Option<Date>) {
        let planned = task::EFFORT_DAYS.get(shown.fields()).unwrap_or_default() * HOURS_A_DAY * rate;
        let left = facts::left(shown) * HOURS_A_DAY * rate;
        self.entries.push(Entry { kind: OWN.into(), on: due, planned, spent: Decimal::ZERO, left });
        for row in rows(shown, task::WORK.name) {
            let hours = row.part("hours").and_then(Value::as_number).unwrap_or_default();
            let on = row.part("on").and_then(Value::as_moment).map(Moment::date).or(due);
            self.entries.push(Entry {
                kind: OWN.into(),
                on,
                planned: Decimal::ZERO,
                spent: hours * rate,
                left: Decimal::ZERO,
            });
        }
    }

    /// Several currencies are not added up: nobody here knows a rate.
    pub(super) fn is_mixed(&self) -> bool {
        self.currencies.iter().filter(|code| !code.is_empty()).count() > 1
    }

    fn notices(&self, road: &Road) -> Vec<Notice> {
        let mut said = Vec::new();
        let mut say = |word: &str, text: &str, links: Vec<Link>| {
            said.push(Notice { mark: Mark::new(Shape::Risk, Tone::Warn, word), text: text.into(), links });
        };
        if self.is_mixed() {
            say("Several currencies.", "Costs of the plan name more than one; sums are left out.", Vec::new());
        }
        if let Some(shown) = road.plan.as_ref().filter(|_| !self.has_rate) {
            let link = Link::new("Say what an hour costs", format!("/implementation_plans/{}/edit", shown.number()));
            say("Hours of our own are left out.", "The plan does not say what an hour of our own costs.", vec![link]);
        }
        said
    }

    fn by_kind(&self) -> Vec<(String, Decimal, Decimal)> {
        let mut sums: BTreeMap<&str, (Decimal, Decimal)> = BTreeMap::new();
        for entry in &self.entries {
            let sum = sums.entry(&entry.kind).or_default();
            sum.0 += entry.planned;
            sum.1 += entry.spent;
        }
        let order = |kind: &str| task::COST_TYPES.iter().chain(&[OWN]).position(|known| *known == kind);
        let mut sums: Vec<_> =
            sums.into_iter().map(|(kind, (planned, spent))| (kind.to_owned(), planned, spent)).collect();
        sums.sort_by_key(|(kind, ..)| order(kind));
        sums
    }

    fn lines(&self) -> Vec<CostLine> {
        if self.is_mixed() {
            return Vec::new();
        }
        let sums = self.by_kind();
        let most = sums.iter().map(|(_, planned, spent)| (*planned).max(*spent)).max().unwrap_or_default();
        sums.iter().map(|(kind, planned, spent)| cost_line(&label(kind), *planned, *spent, most)).collect()
    }

    fn together(&self) -> CostLine {
        let (planned, spent) = self.totals();
        cost_line("Together", planned, spent, Decimal::ZERO)
    }

    fn totals(&self) -> (Decimal, Decimal) {
        (self.entries.iter().map(|entry| entry.planned).sum(), self.entries.iter().map(|entry| entry.spent).sum())
    }

    /// What went out, and what is still to go out.
    fn sums(&self, today: Date) -> Vec<Sum> {
        self.paid(today).into_iter().chain(self.left(today, |_| true)).collect()
    }

    pub(super) fn paid(&self, today: Date) -> Vec<Sum> {
        let paid = self.entries.iter().filter(|entry| !entry.spent.is_zero());
        paid.map(|entry| Sum { on: entry.on.unwrap_or(today).min(today), amount: entry.spent }).collect()
    }

    /// What is planned and not paid besides hours of our own and the body.
    pub(super) fn planned_besides(&self, today: Date) -> Vec<Sum> {
        self.left(today, |kind| kind != OWN && kind != BODY)
    }

    /// On its planned day, or today.
    fn left(&self, today: Date, is_meant: impl Fn(&str) -> bool) -> Vec<Sum> {
        let left = self.entries.iter().filter(|entry| !entry.left.is_zero() && is_meant(&entry.kind));
        left.map(|entry| Sum { on: entry.on.unwrap_or(today).max(today), amount: entry.left }).collect()
    }
}

/// All fields of a record as one value, so that a part of it is read as one of rows is.
pub(super) fn whole(shown: &Shown) -> Value {
    Value::Parts(shown.fields().iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn label(kind: &str) -> String {
    if kind == OWN { "Hours of our own".into() } else { model::lifecycle::sentence_case(kind).replace('-', " ") }
}

fn cost_line(label: &str, planned: Decimal, spent: Decimal, most: Decimal) -> CostLine {
    let width = |part: Decimal| match most.is_zero() {
        true => "0".to_owned(),
        false => (part * Decimal::ONE_HUNDRED / most).round_dp(1).to_string(),
    };
    CostLine {
        label: label.into(),
        planned: amount(planned),
        spent: amount(spent),
        planned_width: width(planned),
        spent_width: width(spent),
        used: if planned.is_zero() {
            "no budget".into()
        } else {
            format!("{} %", (spent * Decimal::ONE_HUNDRED / planned).round())
        },
    }
}

fn lede(told: Option<&Returns>, ledger: &Ledger) -> String {
    let (planned, spent) = ledger.totals();
    let budget = match (ledger.is_mixed(), planned.is_zero()) {
        (true, _) => "Costs stand in several currencies.".to_owned(),
        (_, true) => "No cost is planned yet.".to_owned(),
        _ => format!("{} of {}{} is spent.", amount(spent), amount(planned), after(&ledger.currency)),
    };
    if planned.is_zero() && spent.is_zero() && told.and_then(|told| told.pays_back).is_none() {
        return format!("{budget} Write costs on the tasks of the plan; what comes back is counted from the records.");
    }
    let back = match told.and_then(|told| told.pays_back) {
        Some(month) => format!("By what is counted so far it has paid back by the end of {}.", month.strftime("%B %Y")),
        None => format!("By what is counted so far it does not pay back within {MONTHS} months."),
    };
    format!("{budget} {back}")
}

/// A currency behind an amount.
pub(super) fn after(currency: &str) -> String {
    if currency.is_empty() { String::new() } else { format!(" {currency}") }
}

/// How cases of a month are found: kind, filter without the month, and the test of the month.
fn cases(counted_from: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match counted_from {
        "missed-targets" => ("sla_result", "met = no", "period"),
        "repeat-incidents" => ("incident", "problem is filled", "raised_on"),
        "failed-changes" => {
            ("change", "(outcome = failed or outcome = backed-out or outcome = caused-incident)", "implemented_on")
        }
        _ => return None,
    })
}

/// A filter with the test that a case belongs to a month: by the name of a period, or by a date.
pub(super) fn of_month(filter: &str, test: &str, month: Date) -> String {
    let next = add_months(month, 1).unwrap_or(month);
    match test {
        "period" => format!("{filter} and period = \"{}\"", month.strftime("%Y-%m")),
        field => format!("{filter} and {field} >= {month} and {field} < {next}"),
    }
}

async fn benefits(
    desk: &Desk,
    actor: &Actor,
    road: &Road,
    today: Date,
    now: Moment,
) -> Result<(Vec<Benefit>, Vec<Gain>), Refusal> {
    let Some(shown) = &road.plan else { return Ok((Vec::new(), Vec::new())) };
    let begins = plan::BEGINS.get(shown.fields()).unwrap_or(today);
    let (mut told, mut gains) = (Vec::new(), Vec::new());
    for row in rows(shown, plan::BENEFITS.name) {
        let from = row.part("counted_from").and_then(Value::as_text).unwrap_or_default();
        let why = row.part("why").and_then(Value::as_text).unwrap_or_default().to_owned();
        let likely =
            row.part("likely").and_then(Value::as_number).unwrap_or(Decimal::ONE_HUNDRED) / Decimal::ONE_HUNDRED;
        let (since, a_month, counted) = match cases(from) {
            Some(found) => {
                let each = money(row, "each").map_or(Decimal::ZERO, |sum| sum.0);
                let (fewer, link) = fewer(desk, actor, found, begins, today, now).await?;
                // What is measured over the last three months is counted from their first day on.
                let since = add_months(today.first_of_month(), -3).unwrap_or(today);
                (since, fewer.unwrap_or_default() * each * likely, link)
            }
            None => {
                let sum = money(row, "a_month").map_or(Decimal::ZERO, |sum| sum.0);
                let since = row.part("since").and_then(Value::as_moment).map_or(today, Moment::date);
                (since, sum * likely, Link::new(format!("estimated, from {}", time::day(since)), ""))
            }
        };
        if !a_month.is_zero() {
            gains.push(Gain { since, a_month });
        }
        told.push(Benefit { label: label(from), counted, a_month: amount(a_month), why });
    }
    Ok((told, gains))
}

/// How many fewer cases a month there are than before the plan began, with the records of the last month behind it.
async fn fewer(
    desk: &Desk,
    actor: &Actor,
    (kind, filter, test): (&'static str, &'static str, &'static str),
    begins: Date,
    today: Date,
    now: Moment,
) -> Result<(Option<Decimal>, Link), Refusal> {
    let catalog = desk.catalog();
    let schema = catalog.find(kind).ok_or(Refusal::NotFound)?;
    let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
    for end in [begins.first_of_month(), today.first_of_month()] {
        for back in 1..=3 {
            let month = add_months(end, -back).unwrap_or(end);
            let filter = filter_text::parse(&of_month(filter, test, month), schema).map_err(Refusal::Query)?;
            let count = desk.count(actor, &Query { filter, ..Query::of(schema.name) }, now).await?;
            counts.insert(month, usize::try_from(count).unwrap_or_default());
        }
    }
    let fewer = fewer_a_month(begins, today, |month| counts.get(&month).copied().unwrap_or_default()).ok().flatten();
    let last = add_months(today.first_of_month(), -1).unwrap_or(today);
    let href = format!("/{}?filter={}", schema.plural, crate::pages::lines::encoded(&of_month(filter, test, last)));
    let words = match fewer {
        Some(fewer) => format!("{} fewer a month", plain(fewer)),
        None => "not three months yet".into(),
    };
    Ok((fewer, Link::new(words, href)))
}

fn chart(told: &Returns, today: Date) -> Chart {
    let amounts: Vec<f64> =
        told.balances.iter().map(|balance| f64::try_from(balance.amount).unwrap_or_default()).collect();
    let (low, high) =
        amounts.iter().fold((0.0_f64, 0.0_f64), |(low, high), amount| (low.min(*amount), high.max(*amount)));
    let reach = (high - low).max(1.0);
    let share = |amount: f64| (high - amount) * 100.0 / reach;
    let count = told.balances.len().max(2) - 1;
    let x = |at: usize| at as f64 * 100.0 / count as f64;
    let point = |at: usize| format!("{:.2},{:.1}", x(at), share(amounts[at]));
    let turn = told.balances.iter().position(|balance| balance.ahead).unwrap_or(told.balances.len());
    let line = |from: usize, to: usize| (from..to).map(point).collect::<Vec<_>>().join(" ");
    let pixel = |amount: f64| format!("{:.0}", TOP + share(amount) * (BOTTOM - TOP) / 100.0);
    let scale = [high, 0.0, low].into_iter().filter(|amount| *amount == 0.0 || amount.abs() > reach / 8.0);
    let thousands = |amount: f64| format!("{:.0}k", amount / 1000.0).replace('-', "\u{2212}");
    let months = (0..told.balances.len())
        .step_by(6)
        .map(|at| (format!("{:.1}", x(at)), told.balances[at].month.strftime("%b %y").to_string()));
    let month = |date: Date| date.strftime("%B %Y").to_string();
    let words = format!(
        "Balance of the way by month: {} today, lowest {}, {}",
        told.balances.get(turn.saturating_sub(1)).map_or("0".into(), |balance| amount(balance.amount)),
        amount(told.lowest),
        told.pays_back
            .map_or(format!("not paid back within {MONTHS} months"), |date| format!("paid back in {}", month(date)))
    );
    Chart {
        words,
        past: line(0, turn),
        ahead: line(turn.saturating_sub(1), told.balances.len()),
        zero: format!("{:.1}", share(0.0)),
        scale: scale.map(|amount| (pixel(amount), thousands(amount))).collect(),
        months: months.collect(),
        now: format!(
            "{:.1}",
            x(told.balances.iter().position(|balance| balance.month == today.first_of_month()).unwrap_or(0))
        ),
        rows: told.balances.iter().map(|balance| (month(balance.month), amount(balance.amount))).collect(),
    }
}
