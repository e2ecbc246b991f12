//! The inputs of a management review (9.3) as the records say them: each a few sentences with figures that open what they
//! count, and where things are going.

use std::future::Future;

use desk::{Desk, Shown};
use engines::rules::{
    dates::add_months,
    trend::{self, COMPARE_PERIODS, DEAD_BAND_PERCENT, Direction},
};
use jiff::civil::Date;
use kinds::{
    governance::{objective, risk_method},
    performance::management_review as review,
};
use model::{Actor, Decimal, Moment, Query, Refusal, Value, filter_text, words::counted};

use super::{
    facts::{STANDS, all, plain, rows},
    money::of_month,
};
use crate::{pages::lines::encoded, view::time};

/// What the sentences are counted for: by whom, until when, and since the last review.
pub struct Room<'r> {
    pub desk: &'r Desk,
    pub actor: &'r Actor,
    pub now: Moment,
    pub since: Date,
    /// Reviews held before this one, newest first.
    pub earlier: Vec<Shown>,
}

/// The words behind a count: for one, and for any other number.
struct Noun<'w> {
    one: &'w str,
    many: &'w str,
}

impl<'w> From<(&'w str, &'w str)> for Noun<'w> {
    fn from((one, many): (&'w str, &'w str)) -> Noun<'w> {
        Noun { one, many }
    }
}

/// Words that are the same for every number, such as "open".
impl<'w> From<&'w str> for Noun<'w> {
    fn from(words: &'w str) -> Noun<'w> {
        Noun { one: words, many: words }
    }
}

/// Earlier reviews whose actions are carried over.
const CARRIED: usize = 4;

impl<'r> Room<'r> {
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn of(desk: &'r Desk, actor: &'r Actor, shown: &Shown, now: Moment) -> Result<Room<'r>, Refusal> {
        // Of a review that was held, what came later is no earlier one.
        let until = held(shown).unwrap_or(now.date()).min(now.date());
        let mut earlier = all(desk, actor, "management_review", "held_on is filled", "-held_on", now).await?;
        earlier.retain(|other| other.number() != shown.number() && held(other).is_some_and(|day| day <= until));
        let year_ago = add_months(now.date(), -12).unwrap_or(now.date());
        let since = earlier.first().and_then(held).unwrap_or(year_ago);
        Ok(Room { desk, actor, now, since, earlier })
    }

    /// How many records a filter finds; 1000 stands for more.
    async fn count(&self, kind: &str, filter: &str) -> Result<i64, Refusal> {
        let catalog = self.desk.catalog();
        let schema = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let filter = filter_text::parse(filter, schema).map_err(Refusal::Query)?;
        self.desk.count(self.actor, &Query { filter, ..Query::of(schema.name) }, self.now).await
    }

    /// A count with its words as a link to the records, in Markdown.
    async fn told(&self, kind: &str, filter: &str, words: impl Into<Noun<'_>>) -> Result<String, Refusal> {
        let Noun { one, many } = words.into();
        let count = self.count(kind, filter).await?;
        let catalog = self.desk.catalog();
        let plural = catalog.find(kind).map_or("", |schema| schema.plural);
        let more = if count > desk::COUNT_CAP { "more than " } else { "" };
        let counted = counted(count.min(desk::COUNT_CAP), one, many);
        Ok(format!("[{more}{counted}](/{plural}?filter={})", encoded(filter)))
    }

    /// Where cases a month are going over the last six whole months (rule R29).
    async fn going(&self, kind: &str, filter: &str, test: &str, higher_is_better: bool) -> Result<String, Refusal> {
        let running = self.now.date().first_of_month();
        let mut values = Vec::new();
        for back in (1..=6).rev() {
            let month = add_months(running, -back).unwrap_or(running);
            values.push(Decimal::from(self.count(kind, &of_month(filter, test, month)).await?));
        }
        let counts: Vec<String> = values.iter().map(|value| plain(*value)).collect();
        let word = match trend::trend(&values, higher_is_better, COMPARE_PERIODS, DEAD_BAND_PERCENT).direction {
            Direction::Better => "better",
            Direction::Worse => "worse",
            Direction::Stable => "stable",
            Direction::NotEnough => "nothing to compare with",
        };
        Ok(format!("by month {}: {word}", counts.join(", ")))
    }
}

fn held(shown: &Shown) -> Option<Date> {
    review::HELD_ON.get(shown.fields())
}

/// The text of one input by its letter; empty for a letter that the standard does not have.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn input(room: &Room<'_>, letter: &str) -> Result<String, Refusal> {
    match letter {
        "a" => carried(room).await,
        "b" => context(room).await,
        "c1" => nonconformities(room).await,
        "c2" => measured(room).await,
        "c3" => audits(room).await,
        "d" => improvements(room).await,
        "e" => feedback(room).await,
        "f" => policies(room).await,
        "g" => objectives(room).await,
        "h" => services(room).await,
        "i" => parties(room).await,
        "j" => resources(room).await,
        "k" => risks(room).await,
        "l" => changes(room).await,
        _ => Ok(String::new()),
    }
}

/// Every input with its letter, in order.
///
/// # Errors
/// Only what the desk itself cannot do.
pub fn inputs<'r>(room: &'r Room<'r>) -> impl Future<Output = Result<Vec<(&'static str, String)>, Refusal>> + 'r {
    futures::future::try_join_all(
        review::INPUT_LETTERS.iter().map(|letter| async move { Ok((*letter, input(room, letter).await?)) }),
    )
}

async fn carried(room: &Room<'_>) -> Result<String, Refusal> {
    if room.earlier.is_empty() {
        return Ok("This is the first review.".into());
    }
    let mut told = Vec::new();
    for shown in room.earlier.iter().take(CARRIED) {
        let filter = format!("source = \"{}\"", shown.number());
        let whole = room.told("action", &filter, ("action", "actions")).await?;
        let open = room.told("action", &format!("{filter} and phase != done"), "open").await?;
        let late = room.told("action", &format!("{filter} and phase != done and due < today"), "late").await?;
        told.push(format!("[{0}](/management_reviews/{0}): {whole}, {open}, {late}.", shown.number()));
    }
    Ok(told.join("\n\n"))
}

async fn context(room: &Room<'_>) -> Result<String, Refusal> {
    let since = room.since;
    let looked = room
        .told("context_issue", &format!("reviewed_on >= {since}"), ("issue looked at again", "issues looked at again"))
        .await?;
    let whole = room.told("context_issue", STANDS, "on record").await?;
    let parties = room
        .told(
            "interested_party",
            &format!("reviewed_on >= {since}"),
            ("interested party looked at again", "interested parties looked at again"),
        )
        .await?;
    Ok(format!("Since {}: {looked} of {whole}, {parties}.", time::day(since)))
}

async fn nonconformities(room: &Room<'_>) -> Result<String, Refusal> {
    let raised = room.told("nonconformity", &format!("raised_on >= {}", room.since), "raised").await?;
    let open = room.told("nonconformity", "phase != done", "open").await?;
    let failed = room.told("nonconformity", "effect = failed", "whose correction did not work").await?;
    let going = room.going("nonconformity", STANDS, "raised_on", false).await?;
    Ok(format!("{raised} since {}, {open}, {failed}; {going}.", time::day(room.since)))
}

async fn measured(room: &Room<'_>) -> Result<String, Refusal> {
    let missed = room
        .told(
            "sla_result",
            &format!("met = no and created >= {}", room.since),
            ("service level target missed", "service level targets missed"),
        )
        .await?;
    let going = room.going("sla_result", "met = no", "period", false).await?;
    let readings = room.told("reading", &format!("at >= {}", room.since), ("reading taken", "readings taken")).await?;
    let judged = room.told("evaluation", &format!("on >= {}", room.since), ("evaluation", "evaluations")).await?;
    Ok(format!("{missed}, {going}. {readings}, {judged}."))
}

async fn audits(room: &Room<'_>) -> Result<String, Refusal> {
    let held = room
        .told("audit", &format!("held_on >= {}", room.since), ("internal audit held", "internal audits held"))
        .await?;
    let ahead = room.told("audit", "phase != done and held_on is empty", "planned").await?;
    let mut told = format!("{held}, {ahead}.");
    let filter = format!("held_on >= {}", room.since);
    for shown in all(room.desk, room.actor, "audit", &filter, "held_on", room.now).await? {
        let found =
            room.told("nonconformity", &format!("source = \"{}\"", shown.number()), ("finding", "findings")).await?;
        told.push_str(&format!("\n\n[{0}](/audits/{0}) {1}: {found}.", shown.number(), shown.title()));
    }
    let outside = room
        .told(
            "certification_audit",
            "phase != done",
            ("visit of the certification body to come", "visits of the certification body to come"),
        )
        .await?;
    Ok(format!("{told}\n\n{outside}."))
}

async fn improvements(room: &Room<'_>) -> Result<String, Refusal> {
    let open = room
        .told("improvement", "state = open", ("improvement waits for a decision", "improvements wait for a decision"))
        .await?;
    let going = room.told("improvement", "state = approved or state = in_progress", "under way").await?;
    let reached = room.told("improvement", "target_met = yes", "reached their target").await?;
    let missed = room.told("improvement", "target_met = no", "did not").await?;
    let chances = room.told("opportunity", STANDS, ("opportunity on record", "opportunities on record")).await?;
    Ok(format!("{open}, {going}; {reached}, {missed}. {chances}."))
}

async fn feedback(room: &Room<'_>) -> Result<String, Refusal> {
    let complaints =
        room.told("complaint", &format!("raised_on >= {}", room.since), ("complaint", "complaints")).await?;
    let open = room.told("complaint", "phase != done", "not answered yet").await?;
    let going = room.going("complaint", STANDS, "raised_on", false).await?;
    let mut told = format!("{complaints} since {}, {open}; {going}.", time::day(room.since));
    let surveys = all(room.desk, room.actor, "survey", "score is filled", "-created", room.now).await?;
    for shown in surveys.iter().take(2) {
        let score = kinds::relationship::survey::SCORE.get(shown.fields()).map_or(String::new(), plain);
        told.push_str(&format!("\n\n[{0}](/surveys/{0}) {1}: {score}.", shown.number(), shown.title()));
    }
    Ok(told)
}

async fn policies(room: &Room<'_>) -> Result<String, Refusal> {
    let approved = room.told("policy", "state = approved", ("policy approved", "policies approved")).await?;
    let late = room.told("policy", &format!("{STANDS} and review_due < today"), "due for another look").await?;
    Ok(format!("{approved}, {late}."))
}

/// Each objective with its newest reading against its target.
async fn objectives(room: &Room<'_>) -> Result<String, Refusal> {
    let mut told = Vec::new();
    for shown in all(room.desk, room.actor, "objective", STANDS, "number", room.now).await? {
        let newest = rows(&shown, objective::READINGS.name)
            .filter_map(|row| Some((row.part("at")?.as_moment()?, row.part("value")?.as_number()?)))
            .max_by_key(|(at, _)| *at);
        let number = |value: Option<Decimal>| value.map_or("nothing".to_owned(), plain);
        let unit = objective::UNIT.get(shown.fields()).map_or(String::new(), |unit| format!(" {}", unit.0));
        told.push(format!(
            "[{0}](/objectives/{0}) {1}: {2} of {3}{unit}, {4}.",
            shown.number(),
            shown.title(),
            number(newest.map(|(_, value)| value)),
            number(objective::TARGET.get(shown.fields())),
            shown.state().replace('_', " ")
        ));
    }
    Ok(if told.is_empty() { "No objective is on record.".into() } else { told.join("\n\n") })
}

async fn services(room: &Room<'_>) -> Result<String, Refusal> {
    let since = room.since;
    let short = room
        .told(
            "availability_result",
            &format!("met = no and created >= {since}"),
            ("availability target missed", "availability targets missed"),
        )
        .await?;
    let majors = room
        .told("incident", &format!("major = yes and raised_on >= {since}"), ("major incident", "major incidents"))
        .await?;
    let going = room.going("incident", "major = yes", "raised_on", false).await?;
    let failed = "(outcome = failed or outcome = backed-out or outcome = caused-incident)";
    let changes = room
        .told("change", &format!("{failed} and implemented_on >= {since}"), ("change failed", "changes failed"))
        .await?;
    Ok(format!("Since {}: {short}; {majors}, {going}; {changes}.", time::day(since)))
}

async fn parties(room: &Room<'_>) -> Result<String, Refusal> {
    let missed = room
        .told(
            "supplier_result",
            &format!("met = no and created >= {}", room.since),
            ("supplier target missed", "supplier targets missed"),
        )
        .await?;
    let going = room.going("supplier_result", "met = no", "period", false).await?;
    let disputes = room.told("dispute", "phase != done", ("dispute open", "disputes open")).await?;
    Ok(format!("{missed}, {going}; {disputes}."))
}

async fn resources(room: &Room<'_>) -> Result<String, Refusal> {
    let year = room.now.date().year();
    let sum = |found: &[Shown]| -> Decimal {
        let one = |shown: &Shown| {
            let amount = shown.fields().get("amount")?;
            amount.as_number().or_else(|| amount.part("amount")?.as_number())
        };
        found.iter().filter_map(one).sum()
    };
    let of_year = format!("period = \"{year}\" or period contains \"{year}-\"");
    let spent = all(room.desk, room.actor, "cost", &of_year, "number", room.now).await?;
    let planned = all(room.desk, room.actor, "budget", &of_year, "number", room.now).await?;
    let trained =
        room.told("training", &format!("held_on >= {}", room.since), ("training held", "trainings held")).await?;
    let capacity = room.told("capacity_plan", STANDS, ("capacity plan", "capacity plans")).await?;
    Ok(format!(
        "{year}: [{} spent](/costs?filter={}) of [{} planned for the year](/budgets?filter={}). {trained}, {capacity}.",
        super::facts::amount(sum(&spent)),
        encoded(&of_year),
        super::facts::amount(sum(&planned)),
        encoded(&of_year)
    ))
}

async fn risks(room: &Room<'_>) -> Result<String, Refusal> {
    let whole = room.told("risk", STANDS, ("risk", "risks")).await?;
    let looked = room.told("risk", &format!("reviewed_on >= {}", room.since), "looked at again").await?;
    let methods = all(room.desk, room.actor, "risk_method", "state = approved", "-created", room.now).await?;
    let limit = methods
        .first()
        .and_then(|shown| risk_method::ACCEPTANCE.get(shown.fields())?.0.get("limit").and_then(Value::as_number));
    let above = match limit {
        Some(limit) => {
            let filter = format!("{STANDS} and residual > {limit}");
            room.told("risk", &filter, format!("above the limit of {}", plain(limit)).as_str()).await?
        }
        None => "no limit is set".into(),
    };
    Ok(format!("{whole}, {looked} since {}, {above}.", time::day(room.since)))
}

async fn changes(room: &Room<'_>) -> Result<String, Refusal> {
    let major = room
        .told("change", "category = major and phase != done", ("major change to come", "major changes to come"))
        .await?;
    let coming = room
        .told(
            "service",
            "stage = in-design or stage = in-build or stage = in-transition",
            ("service comes in", "services come in"),
        )
        .await?;
    let going = room.told("service", "stage = retiring", ("goes out", "go out")).await?;
    let parties = room
        .told(
            "certificate",
            "phase != done",
            ("certificate applied for or not valid", "certificates applied for or not valid"),
        )
        .await?;
    Ok(format!("{major}; {coming}, {going}; {parties}."))
}
