//! Scenarios of the way side by side: size, complexity, scope and readiness, and what each costs, how long it takes and when it
//! pays back. They are typed into the address and kept nowhere.

use engines::{
    road::{
        returns::Gain,
        scenario::{Known, Outcome, Scenario, outcome},
    },
    rules::certification::AuditTableRow,
};
use jiff::civil::Date;
use kinds::road::{certification_body as body, implementation_plan as plan, requirement_gap as gap};
use model::{Decimal, Refusal, Value, value::decimal};
use serde::Deserialize;

use super::{
    facts::{Road, amount, money, plain, rows},
    money::{Ledger, after, whole},
};
use crate::view::{
    field::{Control, Field},
    parts::Link,
    time,
};

/// What may be tried out: two scenarios beside what is on record. What is left empty stays as it is.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    people: Option<String>,
    percent: Option<String>,
    services: Option<String>,
    open: Option<String>,
    people_2: Option<String>,
    percent_2: Option<String>,
    services_2: Option<String>,
    open_2: Option<String>,
}

/// The scenarios as the page shows them.
#[derive(Default)]
pub struct Scenarios {
    /// Legend and fields of each that can be typed.
    pub forms: Vec<(String, Vec<Field>)>,
    /// What is on record, then what was typed.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    pub body: Link,
    /// What has to be put on record before everything can be reckoned, and where.
    pub missing: Vec<(String, Link)>,
}

/// One figure of every scenario.
pub struct Row {
    pub label: String,
    /// Of what it is made; empty for what was typed.
    pub help: String,
    pub cells: Vec<Cell>,
    /// Begins what follows from the figures above.
    pub is_first: bool,
}

pub struct Cell {
    /// The scenario that it belongs to, for narrow screens.
    pub column: String,
    pub text: String,
    /// How it differs from what is on record; empty for no difference.
    pub differs: String,
}

const NAMES: [&str; 3] = ["On record", "First scenario", "Second scenario"];
/// Months from the first cost on in which it may pay back: a cycle, its renewal, and a year more.
const MONTHS: usize = 60;
/// What is not known yet.
const OPEN: &str = "not known yet";

/// Everything about scenarios; `services` is the number of services in scope today, `open` of requirements to be closed.
///
/// # Errors
/// What was typed and is no number in its bounds, with the name of its parameter.
pub fn scenarios(
    road: &Road,
    ledger: &Ledger,
    gains: Vec<Gain>,
    typed: &Tried,
    (services, open): (usize, usize),
    today: Date,
) -> Result<Scenarios, Refusal> {
    let base = on_record(road, services, open);
    let known = known(road, ledger, gains, base.services, today);
    let (mut columns, mut tried) = (vec![NAMES[0].to_owned()], vec![base]);
    let mut forms = Vec::new();
    for (place, texts) in [typed.first(), typed.second()].into_iter().enumerate() {
        let name = NAMES[place + 1];
        let scenario = read(&texts, &base)?;
        if texts.iter().any(|(_, text)| !text.is_empty()) {
            columns.push(name.to_owned());
            tried.push(scenario);
        }
        forms.push((name.to_owned(), fields(&texts, &base)));
    }
    let told: Vec<Outcome> = tried
        .iter()
        .map(|tried| outcome(&known, tried, today, MONTHS))
        .collect::<Result<_, _>>()
        .map_err(|refused| Refusal::Query(refused.to_string()))?;
    Ok(Scenarios {
        forms,
        rows: table(&columns, &tried, &told, today, &ledger.currency),
        columns,
        body: road.body().map_or_else(Link::default, link_to_body),
        missing: missing(road, &known, &base, &told[0]),
    })
}

impl Tried {
    fn first(&self) -> [(&'static str, &str); 4] {
        [
            ("people", typed(&self.people)),
            ("percent", typed(&self.percent)),
            ("services", typed(&self.services)),
            ("open", typed(&self.open)),
        ]
    }

    fn second(&self) -> [(&'static str, &str); 4] {
        [
            ("people_2", typed(&self.people_2)),
            ("percent_2", typed(&self.percent_2)),
            ("services_2", typed(&self.services_2)),
            ("open_2", typed(&self.open_2)),
        ]
    }
}

/// What was typed, without the spaces around it.
fn typed(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default().trim()
}

fn on_record(road: &Road, services: usize, open: usize) -> Scenario {
    let fields = road.plan.as_ref().map(|shown| shown.fields());
    let factors = road.plan.iter().flat_map(|shown| rows(shown, plan::FACTORS.name));
    Scenario {
        people: fields.and_then(|fields| plan::PEOPLE.get(fields)),
        percent: factors.filter_map(|row| row.part("percent")?.as_number()).sum(),
        services: services.into(),
        open: open.into(),
    }
}

fn known(road: &Road, ledger: &Ledger, gains: Vec<Gain>, services: Decimal, today: Date) -> Known {
    let efforts: Vec<Decimal> = road.gaps.iter().filter_map(|shown| gap::EFFORT_DAYS.get(shown.fields())).collect();
    let mean = |efforts: &[Decimal]| efforts.iter().sum::<Decimal>() / Decimal::from(efforts.len());
    // Several currencies are not added up: what they cost is then not known.
    let price = |shown: Option<&desk::Shown>, field: &str| {
        let (price, currency) = money(&whole(shown?), field)?;
        let fits = currency.is_empty() || ledger.currency.is_empty() || currency == ledger.currency;
        (fits && !ledger.is_mixed()).then_some(price)
    };
    let team = road.plan.iter().flat_map(|shown| rows(shown, plan::TEAM.name));
    Known {
        table: road
            .body()
            .map(|shown| rows(shown, body::AUDIT_DAYS.name).filter_map(table_row).collect())
            .unwrap_or_default(),
        day_rate: price(road.body(), body::DAY_RATE.name),
        hour_cost: price(road.plan.as_ref(), plan::HOUR_COST.name),
        days_each: (!efforts.is_empty()).then(|| mean(&efforts)),
        team_hours: team.filter_map(|row| row.part("hours_per_week")?.as_number()).sum(),
        services,
        paid: ledger.paid(today),
        planned: ledger.planned_besides(today),
        gains,
    }
}

/// A row of the body's table of audit days.
fn table_row(row: &Value) -> Option<AuditTableRow> {
    let count = |part: &str| u64::try_from(row.part(part)?.as_number()?.trunc()).ok();
    Some(AuditTableRow {
        from_people: count("from_people")?,
        to_people: count("to_people")?,
        days: row.part("days")?.as_number()?,
    })
}

/// A scenario as it was typed.
fn read(texts: &[(&'static str, &str); 4], base: &Scenario) -> Result<Scenario, Refusal> {
    let number = |place: usize, least: i64, most: i64, offered: Option<Decimal>| {
        let (name, text) = texts[place];
        if text.is_empty() {
            return Ok(offered);
        }
        match decimal(text).filter(|number| (Decimal::from(least)..=Decimal::from(most)).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(Refusal::Query(format!("{name}: \"{text}\" is not a number from {least} to {most}"))),
        }
    };
    Ok(Scenario {
        people: number(0, 1, 1_000_000, base.people)?,
        percent: number(1, -100, 1_000, Some(base.percent))?.unwrap_or_default(),
        services: number(2, 1, 100_000, Some(base.services))?.unwrap_or_default(),
        open: number(3, 0, 1_000, Some(base.open))?.unwrap_or_default(),
    })
}

fn fields(texts: &[(&'static str, &str); 4], base: &Scenario) -> Vec<Field> {
    let labels = [
        ("People in scope", base.people.map_or("nothing".into(), plain)),
        ("Factors, percent", plain(base.percent)),
        ("Services in scope", plain(base.services)),
        ("Requirements open", plain(base.open)),
    ];
    let field = |((name, text), (label, offered)): (&(&'static str, &str), (&str, String))| Field {
        name: (*name).into(),
        label: label.into(),
        help: format!("On record: {offered}."),
        control: Control::Number { value: (*text).into(), unit: String::new(), step: "any" },
        ..Field::default()
    };
    texts.iter().zip(labels).map(field).collect()
}

fn table(columns: &[String], tried: &[Scenario], told: &[Outcome], today: Date, currency: &str) -> Vec<Row> {
    let row = |label: &str, help: &str, is_first: bool, figures: Vec<Figure>| {
        let base = figures.first().cloned().unwrap_or_default();
        let cells = columns.iter().zip(&figures).map(|(column, figure)| Cell {
            column: column.to_lowercase(),
            text: figure.text.clone(),
            differs: figure.beside(&base),
        });
        Row { label: label.into(), help: help.into(), cells: cells.collect(), is_first }
    };
    let typed = |of: fn(&Scenario) -> Option<Decimal>| -> Vec<Figure> {
        tried.iter().map(|tried| Figure::count(of(tried))).collect()
    };
    let days = |of: fn(&Outcome) -> Option<Decimal>| -> Vec<Figure> {
        told.iter().map(|told| Figure::count(of(told))).collect()
    };
    let sums = |of: fn(&Outcome) -> Option<Decimal>| -> Vec<Figure> {
        told.iter().map(|told| Figure::sum(of(told), currency)).collect()
    };
    vec![
        row("People in scope", "", false, typed(|tried| tried.people)),
        row("Factors of audit time, percent", "", false, typed(|tried| Some(tried.percent))),
        row("Services in scope", "", false, typed(|tried| Some(tried.services))),
        row("Requirements open", "", false, typed(|tried| Some(tried.open))),
        row("Days of stage 1 and 2", "by the body's table", true, days(|told| told.audit_days)),
        row("The body", "that audit and two of surveillance", false, sums(|told| told.body)),
        row("Own work, person-days", "by the mean of the gaps", false, days(|told| told.own_days)),
        row("Own work", "at the cost of an hour", false, sums(|told| told.own)),
        row("Planned besides", "training, tools, travel and the like", false, sums(|told| Some(told.planned))),
        row("Still to be spent", "together", false, sums(|told| told.cost)),
        row(
            "Ready for stage 1",
            "if the team gives its hours",
            false,
            told.iter().map(|told| Figure::ready(told, today)).collect(),
        ),
        row(
            "Pays back",
            "what was spent so far included",
            false,
            told.iter().map(|told| Figure::back(told, today)).collect(),
        ),
    ]
}

/// A figure with what it is compared by.
#[derive(Clone, Default)]
struct Figure {
    text: String,
    number: Option<Decimal>,
    /// How a difference is written; without one none is.
    differs: Option<fn(Decimal) -> String>,
}

impl Figure {
    fn count(number: Option<Decimal>) -> Figure {
        let text = number.map_or(OPEN.into(), plain);
        Figure { text, number, differs: Some(plain) }
    }

    fn sum(number: Option<Decimal>, currency: &str) -> Figure {
        let text = number.map_or(OPEN.into(), |number| format!("{}{}", amount(number), after(currency)));
        Figure { text, number, differs: Some(amount) }
    }

    fn ready(told: &Outcome, today: Date) -> Figure {
        let Some(on) = told.ready_on else { return Figure { text: OPEN.into(), ..Figure::default() } };
        let days = Decimal::from(engines::rules::dates::days_between(today, on));
        Figure { text: time::day(on), number: Some(days), differs: Some(|days| format!("{} days", plain(days))) }
    }

    fn back(told: &Outcome, today: Date) -> Figure {
        let (Some(_), Some(_)) = (told.cost, told.ready_on) else {
            return Figure { text: OPEN.into(), ..Figure::default() };
        };
        let Some(month) = told.pays_back else {
            return Figure { text: format!("not within {MONTHS} months"), ..Figure::default() };
        };
        let months = i64::from(month.year()) * 12 + i64::from(month.month())
            - i64::from(today.year()) * 12
            - i64::from(today.month());
        let text = month.strftime("%B %Y").to_string();
        Figure { text, number: Some(months.into()), differs: Some(|months| format!("{} months", plain(months))) }
    }

    /// "+ 2,400" beside what is on record; empty for the same.
    fn beside(&self, base: &Figure) -> String {
        let (Some(mine), Some(theirs), Some(differs)) = (self.number, base.number, self.differs) else {
            return String::new();
        };
        let more = mine - theirs;
        match more.is_zero() {
            true => String::new(),
            false if more.is_sign_positive() => format!("+ {}", differs(more)),
            false => format!("\u{2212} {}", differs(-more)),
        }
    }
}

fn link_to_body(shown: &desk::Shown) -> Link {
    Link::new(shown.title(), format!("/certification_bodies/{}", shown.number()))
}

/// What keeps figures of what is on record from being reckoned, each with where it is mended.
fn missing(road: &Road, known: &Known, base: &Scenario, told: &Outcome) -> Vec<(String, Link)> {
    let edit = |kind: &str, shown: Option<&desk::Shown>| match shown {
        Some(shown) => Link::new(shown.title(), format!("/{kind}/{}/edit", shown.number())),
        None => Link::new("Write it down", format!("/{kind}/new")),
    };
    let (plan, body) = (edit("implementation_plans", road.plan.as_ref()), edit("certification_bodies", road.body()));
    let mut said = Vec::new();
    let mut say = |is_missing: bool, text: &str, link: &Link| {
        if is_missing {
            said.push((text.to_owned(), link.clone()));
        }
    };
    if road.body().is_none() {
        say(true, "No certification body is on record. Its own figures say how long an audit takes.", &body);
    } else {
        say(known.table.is_empty(), "The body's table of audit days is empty; ask it for its figures.", &body);
        let beyond = base.people.is_some() && !known.table.is_empty() && told.audit_days.is_none();
        say(beyond, "The body's figures do not reach this number of people; ask it for them.", &body);
        say(known.day_rate.is_none(), "What an audit day costs is not said in the currency of the plan.", &body);
    }
    say(base.people.is_none(), "The plan does not say how many people are in scope.", &plan);
    say(known.hour_cost.is_none(), "The plan does not say what an hour of our own costs.", &plan);
    say(known.team_hours.is_zero(), "The plan promises no hours of a team.", &plan);
    let gaps = Link::new("Write down gaps with their effort", "/road/gaps");
    say(known.days_each.is_none() && told.own_days.is_none(), "No gap says how many person-days it takes.", &gaps);
    said
}
