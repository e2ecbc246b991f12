//! The register beside the matrix: each risk before and after treatment, who accepts it until when, and when it is looked at
//! again.

use std::collections::{BTreeSet, HashMap};

use desk::{Names, Shown};
use engines::{
    conformity::catalogue,
    rules::duty::{DutyState, SOON_DAYS, duty},
};
use kinds::{follow_up::action, governance::risk};
use model::{Date, Decimal, Refusal};

use super::grid::Method;
use crate::{
    App, Seat,
    pages::{
        lines::{self, encoded},
        road::facts::all,
    },
    record::address::segment,
    view::{
        parts::{Figure, Link, Mark, Person, Shape, Tone},
        state, text, time,
    },
};

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

/// What asks for somebody's decision.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Wants {
    above: bool,
    acceptance: bool,
    review: bool,
    owner: bool,
}

struct One<'a> {
    shown: &'a Shown,
    score: Option<Decimal>,
    left: Option<Decimal>,
    wants: Wants,
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
        risks: &[&'a Shown],
        method: &'a Method,
    ) -> Result<Register<'a>, Refusal> {
        let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
        let open = all(desk, actor, "action", "phase != done and source is filled", "due", now).await?;
        let mut waiting: HashMap<String, Vec<&Shown>> = HashMap::new();
        for shown in &open {
            if let Some(source) = action::SOURCE.get(shown.fields()) {
                waiting.entry(source.0).or_default().push(shown);
            }
        }
        let settings = desk.settings();
        let offered = || catalogue().interval("risk_review").map(|interval| interval.default_months);
        let months = settings.conformity.intervals.get("risk_review").copied().or_else(offered).unwrap_or(12);
        let today = now.date();
        let one = |shown: &&'a Shown| one(shown, method, months, today, waiting.get(shown.number()));
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

    pub fn figures(&self, filter: &str) -> Vec<Figure> {
        let count = |wants: fn(&Wants) -> bool| self.risks.iter().filter(|one| wants(&one.wants)).count();
        let figure = |label: &str, count: usize, href: String| Figure {
            label: label.into(),
            value: Link::new(count.to_string(), if count == 0 { String::new() } else { href }),
            whole: String::new(),
        };
        let list = |more: &str| format!("/risks?filter={}", encoded(&format!("{filter}{more}")));
        let limit = self.method.limit.normalize();
        vec![
            figure("Risks", self.risks.len(), list("")),
            figure("Above the limit", count(|wants| wants.above), list(&format!(" and residual > {limit}"))),
            figure("Want a decision", count(|wants| wants.acceptance), "#register".into()),
            figure("Review is due", count(|wants| wants.review), "#register".into()),
            figure("Without an owner", count(|wants| wants.owner), list(" and owner is empty")),
        ]
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
        wants: Wants {
            above,
            acceptance: acceptance.tone == Tone::Bad,
            review: matches!(review.tone, Tone::Bad | Tone::Warn),
            owner: risk::OWNER.get(fields).is_none(),
        },
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
