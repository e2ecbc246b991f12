//! The register beside the matrix: each risk before and after treatment, who accepts it until when, and when it is looked at
//! again.

use std::collections::{BTreeSet, HashMap};

use desk::{Desk, Names, Shown};
use engines::rules::duty::{DutyState, SOON_DAYS, duty};
use kinds::{follow_up::action, governance::risk};
use model::{
    Actor, Date, Decimal, Filter, Moment, Query, Refusal, Value,
    filter::Operand,
    query::{EVERY, PAGE_MAX, orders},
};

use super::grid::Method;
use crate::{
    App, Seat,
    pages::lines::{self, encoded},
    record::address::segment,
    view::{
        parts::{Link, Mark, Person, Shape, Tone},
        state, text, time,
    },
};

/// Open actions that are looked at: those of a hundred risks.
const ACTIONS: usize = 2_000;

/// A risk as the page shows it.
pub struct Line {
    pub link: Link,
    pub number: String,
    pub area: String,
    pub service: Link,
    pub owner: Person,
    /// `3 × 4 = 12`, with how it stands to the limit.
    pub inherent: (String, Tone),
    pub residual: (String, Tone),
    pub treatment: String,
    pub actions: Link,
    pub state: Mark,
    pub acceptance: Mark,
    pub review: Mark,
}

struct One<'a> {
    shown: &'a Shown,
    score: Option<Decimal>,
    left: Option<Decimal>,
    acceptance: Mark,
    review: Mark,
    /// Open actions, and the next day on which one is due.
    open: usize,
    all: usize,
    next: Option<Date>,
}

pub struct Register<'a> {
    risks: Vec<One<'a>>,
    names: Names,
    method: &'a Method,
    seat_kind: model::Kind,
}

impl<'a> Register<'a> {
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn gather(
        app: &App,
        seat: &Seat,
        risks: &'a [Shown],
        method: &'a Method,
        months: i32,
    ) -> Result<Register<'a>, Refusal> {
        let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
        let open = waiting_for(desk, actor, risks, now).await?;
        let mut waiting: HashMap<String, Vec<&Shown>> = HashMap::new();
        for shown in &open {
            if let Some(source) = action::SOURCE.get(shown.fields()) {
                waiting.entry(source.0).or_default().push(shown);
            }
        }
        let today = now.date();
        let one = |shown: &'a Shown| one(shown, method, months, today, waiting.get(shown.number()));
        let risks: Vec<One<'a>> = risks.iter().map(one).collect();
        let catalog = desk.catalog();
        let kind = catalog.find("risk").ok_or(Refusal::NotFound)?;
        let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
        for one in &risks {
            desk::read::references(kind, one.shown, &mut numbers, &mut mails);
        }
        let names = desk.names_of(actor, numbers, mails, now).await?;
        Ok(Register { risks, names, method, seat_kind: kind.clone() })
    }

    /// The highest of what is left first, then the highest score.
    pub fn lines(&self) -> Vec<Line> {
        let mut sorted: Vec<&One<'_>> = self.risks.iter().collect();
        sorted.sort_by_key(|one| std::cmp::Reverse((one.left.or(one.score), one.score)));
        sorted.into_iter().map(|one| self.line(one)).collect()
    }

    fn line(&self, one: &One<'_>) -> Line {
        let fields = one.shown.fields();
        let words = |likelihood: Option<Decimal>, impact: Option<Decimal>, score: Option<Decimal>| {
            let tone = match score {
                None => Tone::Mute,
                Some(score) if self.method.is_above(score) => Tone::Warn,
                Some(_) => Tone::Ok,
            };
            let words = match (likelihood, impact, score) {
                (Some(likelihood), Some(impact), Some(score)) => {
                    format!("{} × {} = {}", likelihood.normalize(), impact.normalize(), score.normalize())
                }
                (_, _, Some(score)) => score.normalize().to_string(),
                _ => "not weighed".into(),
            };
            (words, tone)
        };
        let number = one.shown.number();
        let actions = match (one.open, one.all) {
            (0, 0) => String::new(),
            (0, all) => format!("{all} done"),
            (open, _) => match one.next {
                Some(next) => format!("{open} open, next {}", time::day(next)),
                None => format!("{open} open"),
            },
        };
        let service = risk::SERVICE.get(fields).map(|service| service.0).unwrap_or_default();
        let title = self.names.records.get(&service).map_or(service.as_str(), |(title, _)| title.as_str());
        let ty = self.seat_kind.type_of(risk::AREA.name);
        let area = risk::AREA.get(fields).map(|area| area.0).unwrap_or_default();
        Line {
            link: Link::new(text::shortened(one.shown.title(), 120), format!("/risks/{}", segment(number))),
            number: number.into(),
            area: ty.map_or(area.clone(), |ty| ty.print(&model::Value::text(&area))),
            service: match service.is_empty() {
                true => Link::default(),
                false => Link::new(title, format!("/services/{}", segment(&service))),
            },
            owner: lines::person(&risk::OWNER.get(fields).map(|owner| owner.0).unwrap_or_default(), &self.names),
            inherent: words(risk::LIKELIHOOD.get(fields), risk::IMPACT.get(fields), one.score),
            residual: words(risk::RESIDUAL_LIKELIHOOD.get(fields), risk::RESIDUAL_IMPACT.get(fields), one.left),
            treatment: risk::TREATMENT.get(fields).map(|treatment| treatment.0).unwrap_or_default(),
            actions: match actions.is_empty() {
                true => Link::default(),
                false => Link::new(actions, format!("/actions?filter={}", encoded(&format!("source = \"{number}\"")))),
            },
            state: state::mark(&self.seat_kind, one.shown.state()),
            acceptance: one.acceptance.clone(),
            review: one.review.clone(),
        }
    }
}

/// Open actions that came of these risks.
async fn waiting_for(desk: &Desk, actor: &Actor, risks: &[Shown], now: Moment) -> Result<Vec<Shown>, Refusal> {
    if risks.is_empty() {
        return Ok(Vec::new());
    }
    let catalog = desk.catalog();
    let kind = catalog.find("action").ok_or(Refusal::NotFound)?;
    let sources = Filter::In {
        path: action::SOURCE.name.into(),
        values: risks.iter().map(|shown| Operand::Value(Value::text(shown.number()))).collect(),
    };
    let query = Query {
        filter: Filter::Not(Box::new(Filter::equal("phase", "done"))).and(sources),
        order: orders("due", kind).map_err(Refusal::Query)?,
        columns: vec![EVERY.into()],
        size: PAGE_MAX,
        ..Query::of(kind.name)
    };
    match desk.list_on(actor, query, ACTIONS, now).await {
        Err(Refusal::NotFound) => Ok(Vec::new()),
        found => Ok(found?.0),
    }
}

fn one<'a>(shown: &'a Shown, method: &Method, months: i32, today: Date, waiting: Option<&Vec<&Shown>>) -> One<'a> {
    let fields = shown.fields();
    let score = risk::SCORE.get(fields);
    let left = risk::RESIDUAL.get(fields);
    let above = left.or(score).is_some_and(|score| method.is_above(score));
    let acceptance = acceptance(shown, above, today);
    let review = review(shown, months, today);
    let due = |action: &&Shown| action::DUE.get(action.fields());
    let open = waiting.map_or(0, Vec::len);
    One {
        next: waiting.and_then(|waiting| waiting.iter().filter_map(due).min()),
        all: risk::ACTIONS.get(fields).map_or(0, |actions| actions.0.len()).max(open),
        open,
        acceptance,
        review,
        left,
        score,
        shown,
    }
}

/// Who accepted it, and whether that still holds.
fn acceptance(shown: &Shown, above: bool, today: Date) -> Mark {
    let fields = shown.fields();
    let accepted = risk::ACCEPTED_BY.get(fields).is_some();
    match (risk::ACCEPTED_UNTIL.get(fields), accepted) {
        (Some(until), true) if until < today => {
            Mark::new(Shape::Nonconforming, Tone::Bad, format!("Ran out {}", time::day(until)))
        }
        (Some(until), true) => Mark::new(Shape::Met, Tone::Ok, format!("Until {}", time::day(until))),
        (None, true) => Mark::new(Shape::Met, Tone::Ok, "Accepted"),
        (_, false) if above => Mark::new(Shape::Gap, Tone::Bad, "Nobody accepted it"),
        (_, false) => Mark::new(Shape::Nothing, Tone::Mute, "Within the limit"),
    }
}

/// When it is looked at again: the day that stands on it, else the usual months after the last look (rule R27).
fn review(shown: &Shown, months: i32, today: Date) -> Mark {
    let fields = shown.fields();
    let duty = match risk::REVIEW_DUE.get(fields) {
        Some(due) => duty(Some(due), 0, SOON_DAYS, today),
        None => duty(risk::REVIEWED_ON.get(fields), months, SOON_DAYS, today),
    };
    let Ok(duty) = duty else { return Mark::new(Shape::Nothing, Tone::Mute, "") };
    let day = duty.due.map(time::day).unwrap_or_default();
    match duty.state {
        DutyState::NeverDone => Mark::new(Shape::Gap, Tone::Bad, "Never looked at"),
        DutyState::Overdue => Mark::new(Shape::Nonconforming, Tone::Bad, format!("Overdue since {day}")),
        DutyState::DueSoon => Mark::new(Shape::Stale, Tone::Warn, format!("Due {day}")),
        DutyState::InTime => Mark::new(Shape::Ring, Tone::Mute, format!("By {day}")),
    }
}
