//! What stands on record about the way to the certificate, as far as the reader may see it.

use std::collections::BTreeSet;

use desk::{Desk, Names, Shown, read::references};
pub use engines::road::scenario::HOURS_A_DAY;
use jiff::civil::Date;
use kinds::road::{certificate, certification_audit as audit, implementation_plan as plan, plan_task as task};
use model::{
    Actor, Decimal, Kind, Moment, Query, Refusal, Value, filter_text,
    query::{EVERY, PAGE_MAX, orders},
};

use crate::view::parts::{Link, Person};

/// Most records of a kind that these pages look at; a plan with more is no plan any more.
const MOST: usize = 2_000;

/// Every record of a kind that a filter finds, whole; none where the reader may see none.
///
/// # Errors
/// What the desk itself cannot do, or a mistake in a filter, which is ours.
pub async fn all(
    desk: &Desk,
    actor: &Actor,
    kind: &str,
    filter: &str,
    order: &str,
    now: Moment,
) -> Result<Vec<Shown>, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
    let query = Query {
        filter: filter_text::parse(filter, kind).map_err(Refusal::Query)?,
        order: orders(order, kind).map_err(Refusal::Query)?,
        columns: vec![EVERY.into()],
        size: PAGE_MAX,
        ..Query::of(kind.name)
    };
    match desk.list_on(actor, query, MOST, now).await {
        Err(Refusal::NotFound) => Ok(Vec::new()),
        found => Ok(found?.0),
    }
}

/// What is live: neither withdrawn, nor superseded, nor cancelled.
pub const STANDS: &str = "state != withdrawn and state != superseded and state != cancelled";

/// The plan with its tasks, the gaps, and what the body has to do with it.
pub struct Road {
    /// The approved plan, else the newest one.
    pub plan: Option<Shown>,
    /// Tasks of that plan by their beginning; without a plan, all of them.
    pub tasks: Vec<Shown>,
    pub gaps: Vec<Shown>,
    pub bodies: Vec<Shown>,
    pub certificates: Vec<Shown>,
    pub audits: Vec<Shown>,
    pub names: Names,
}

impl Road {
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn gather(desk: &Desk, actor: &Actor, now: Moment) -> Result<Road, Refusal> {
        let of = |kind: &'static str, order: &'static str| all(desk, actor, kind, STANDS, order, now);
        let plans = of("implementation_plan", "-created").await?;
        let plan = plans.iter().find(|plan| plan.state() == "approved").or(plans.first()).cloned();
        let mut tasks = of("plan_task", "number").await?;
        if let Some(plan) = &plan {
            let mine = |task: &Shown| task::PLAN.get(task.fields()).is_none_or(|of| of.0 == plan.number());
            tasks.retain(mine);
        }
        tasks.sort_by_key(|task| (task::BEGINS.get(task.fields()), task::DUE.get(task.fields())));
        let mut road = Road {
            plan,
            tasks,
            gaps: of("requirement_gap", "number").await?,
            bodies: of("certification_body", "number").await?,
            certificates: of("certificate", "number").await?,
            audits: of("certification_audit", "number").await?,
            names: Names::default(),
        };
        road.names = road.look_up(desk, actor, now).await?;
        Ok(road)
    }

    async fn look_up(&self, desk: &Desk, actor: &Actor, now: Moment) -> Result<Names, Refusal> {
        let catalog = desk.catalog();
        let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
        let several = [&self.tasks, &self.gaps, &self.bodies, &self.certificates, &self.audits];
        for shown in several.into_iter().flatten().chain(&self.plan) {
            if let Some(kind) = catalog.find(shown.kind()) {
                references(kind, shown, &mut numbers, &mut mails);
            }
        }
        desk.names_of(actor, numbers, mails, now).await
    }

    pub fn body(&self) -> Option<&Shown> {
        let named = self.plan.as_ref().and_then(|shown| plan::BODY.get(shown.fields()));
        let found = named.and_then(|named| self.bodies.iter().find(|body| body.number() == named.0));
        found.or(self.bodies.first())
    }

    /// Certificates that a body has awarded and not ended, the oldest first.
    pub fn held(&self) -> impl Iterator<Item = &Shown> {
        self.certificates.iter().filter(|shown| is_awarded(shown))
    }

    /// All that stand: those that are held, then those that are applied for.
    pub fn standing(&self) -> Vec<&Shown> {
        self.held().chain(self.certificates.iter().filter(|shown| shown.state() == "applied")).collect()
    }

    /// The certificate to which the plan leads: the one that was applied for last, else the newest that is held.
    pub fn sought(&self) -> Option<&Shown> {
        let applied = self.certificates.iter().rfind(|shown| shown.state() == "applied");
        applied.or_else(|| self.held().last())
    }

    /// The certificate whose words are the short form of a scope statement; one that names none may be that of any.
    pub fn certificate_of(&self, statement: &str) -> Option<&Shown> {
        let standing = self.standing();
        let named = |shown: &&&Shown| certificate::SCOPE_STATEMENT.get(shown.fields()).map(|named| named.0);
        let own = standing.iter().find(|shown| named(shown).is_some_and(|number| number == statement));
        own.or_else(|| standing.iter().rfind(|shown| named(shown).is_none())).copied()
    }

    pub fn body_of(&self, shown: &Shown) -> Option<&Shown> {
        let body = certificate::BODY.get(shown.fields())?;
        self.bodies.iter().find(|known| known.number() == body.0)
    }

    /// Audits of a type, in the order in which they were or will be held.
    pub fn audits_of(&self, kind: &str) -> Vec<&Shown> {
        let of = |shown: &&Shown| audit::TYPE.get(shown.fields()).is_some_and(|own| own.0 == kind);
        let mut found: Vec<&Shown> = self.audits.iter().filter(of).collect();
        found.sort_by_key(|shown| day_of(shown));
        found
    }

    pub fn person(&self, email: &str) -> Person {
        crate::pages::lines::person(email, &self.names)
    }
}

/// The last day of an audit that was held, or the day on which it is to be.
pub fn day_of(shown: &Shown) -> Option<Date> {
    let fields = shown.fields();
    let planned = audit::BEGINS.get(fields).or(audit::LATEST.get(fields));
    if is_held(shown) { audit::ENDS.get(fields).or(planned) } else { planned }
}

/// Of a certificate: whether a body has awarded it and not ended it.
pub fn is_awarded(shown: &Shown) -> bool {
    matches!(shown.state(), "valid" | "suspended" | "expired")
}

pub fn is_held(shown: &Shown) -> bool {
    matches!(shown.state(), "held" | "answered" | "closed")
}

/// The decision from which the running cycle counts.
pub fn decision(shown: &Shown) -> Option<Date> {
    certificate::RENEWED_ON.get(shown.fields()).or(certificate::DECIDED_ON.get(shown.fields()))
}

/// Hours that were worked on a task.
pub fn hours(task: &Shown) -> Decimal {
    rows(task, task::WORK.name).filter_map(|row| row.part("hours")?.as_number()).sum()
}

/// Person-days that a task still takes: the newest estimate, else planned effort less work, never less than nothing.
pub fn left(task: &Shown) -> Decimal {
    if task.state() == "done" {
        return Decimal::ZERO;
    }
    let planned = || task::EFFORT_DAYS.get(task.fields()).unwrap_or_default() - hours(task) / HOURS_A_DAY;
    task::REMAINING_DAYS.get(task.fields()).unwrap_or_else(planned).max(Decimal::ZERO)
}

/// The rows of a field.
pub fn rows<'s>(shown: &'s Shown, field: &str) -> impl Iterator<Item = &'s Value> {
    shown.fields().get(field).map(Value::entries).unwrap_or_default().iter()
}

/// Amount and currency of a part with money; the currency is empty where none is named.
pub fn money(row: &Value, part: &str) -> Option<(Decimal, String)> {
    let value = row.part(part)?;
    match value {
        Value::Number(amount) => Some((*amount, String::new())),
        value => {
            let currency = value.part("currency").and_then(Value::as_text).unwrap_or_default();
            Some((value.part("amount")?.as_number()?, currency.to_owned()))
        }
    }
}

/// A link to a record by its number.
pub fn to(kind: &Kind, number: &str) -> Link {
    Link::new(number, format!("/{}/{number}", kind.plural))
}

/// `12`, `12.5`: a number without a tail of noughts, one decimal at most.
pub fn plain(number: Decimal) -> String {
    number.round_dp(1).normalize().to_string()
}

/// `97,600`: whole amounts with thousands apart.
pub fn amount(number: Decimal) -> String {
    let whole = number.round().normalize().to_string();
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole.as_str()), |digits| ("\u{2212}", digits));
    let mut told = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    format!("{sign}{told}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_at_a_glance() {
        let told = ["0", "999", "1000", "1234567.6", "-20500"].map(|text| amount(text.parse().expect("a number")));
        assert_eq!(told, ["0", "999", "1,000", "1,234,568", "\u{2212}20,500"]);
        assert_eq!(plain("12.50".parse().expect("a number")), "12.5");
        assert_eq!(plain("3.0".parse().expect("a number")), "3");
    }
}
