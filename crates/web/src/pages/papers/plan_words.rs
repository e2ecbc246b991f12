//! What the draft of the service management plan names beside the other words: what its record says, and the records that it
//! stands on.

use desk::{Desk, Shown};
use kinds::{governance::risk_method, supply::budget};
use minijinja::Value;
use model::{Actor, Moment, Refusal};

use crate::pages::{road::facts::amount, sms_plan::gather::Facts};

/// Every name is there whatever is on record; what is not said is empty.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn plan(desk: &Desk, actor: &Actor, now: Moment) -> Result<Value, Refusal> {
    let facts = Facts::gather(desk, actor, now).await?;
    let means = |part: &str| {
        let said = facts.section("e").and_then(|section| section.part(part)).and_then(model::Value::as_text);
        Value::from(said.unwrap_or_default().trim())
    };
    let approach = facts.method.as_ref().and_then(|shown| risk_method::APPROACH.get(shown.fields()));
    let limit = facts.method.as_ref().and_then(|shown| risk_method::ACCEPTANCE.get(shown.fields()));
    let limit = limit.and_then(|parts| parts.0.get("limit").and_then(model::Value::as_number));
    Ok(Value::from_pairs([
        ("limits", Value::from(facts.text("b"))),
        ("duties", duties(&facts)),
        ("people", means("human")),
        ("technology", means("technical")),
        ("information", means("information")),
        ("money", means("financial")),
        ("parties", Value::from(facts.text("f"))),
        ("tools", Value::from(facts.text("g"))),
        ("year", Value::from(facts.year.clone())),
        ("budgets", Value::from(facts.budgets.iter().map(|shown| of_budget(shown, &facts)).collect::<Vec<_>>())),
        ("policies", titles(facts.policies.iter())),
        ("measures", named(&facts, "measures", &facts.measures)),
        ("audits", named(&facts, "audit_programmes", &facts.programmes)),
        ("reports", named(&facts, "report_definitions", &facts.definitions)),
        ("improvement", named(&facts, "improvement", &facts.processes)),
        ("risk_approach", Value::from(approach.map(|text| text.0).unwrap_or_default().trim())),
        ("risk_limit", Value::from(limit.map(|limit| limit.normalize().to_string()).unwrap_or_default())),
    ]))
}

fn titles<'s>(shown: impl Iterator<Item = &'s Shown>) -> Value {
    let title =
        |shown: &Shown| if shown.title().is_empty() { shown.number().to_owned() } else { shown.title().to_owned() };
    Value::from(shown.map(title).collect::<Vec<_>>())
}

/// Titles of the records that a part of section h names.
fn named(facts: &Facts, part: &str, there: &[Shown]) -> Value {
    let numbers = facts.ways(part);
    titles(there.iter().filter(|shown| numbers.iter().any(|one| one == shown.number())))
}

fn duties(facts: &Facts) -> Value {
    let rows = facts.section("c").map(model::Value::entries).unwrap_or_default();
    let text = |row: &model::Value, part: &str| {
        row.part(part).and_then(model::Value::as_text).unwrap_or_default().trim().to_owned()
    };
    let row = |row: &model::Value| {
        let owner = text(row, "owner");
        let owner = if owner.is_empty() { owner } else { facts.name(&owner) };
        Value::from_pairs([
            ("text", Value::from(text(row, "text"))),
            ("owner", Value::from(owner)),
            ("met", Value::from(text(row, "how_met"))),
        ])
    };
    Value::from(rows.iter().map(row).collect::<Vec<_>>())
}

fn of_budget(shown: &Shown, facts: &Facts) -> Value {
    let service = budget::SERVICE.get(shown.fields()).map(|service| service.0).unwrap_or_default();
    let title =
        facts.services.iter().find(|one| one.number() == service).map_or(service.as_str(), Shown::title).to_owned();
    let money = budget::AMOUNT.get(shown.fields()).map(|money| amount(money.0)).unwrap_or_default();
    Value::from_pairs([("service", Value::from(title)), ("amount", Value::from(money))])
}
