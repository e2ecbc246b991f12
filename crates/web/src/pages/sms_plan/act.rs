//! What is done from the page of the plan: taking over what the records say, and freezing it as a version of a document.

use axum::{extract::State as Held, response::Response};
use desk::Shown;
use kinds::governance::{management_plan as plan, process, role};
use model::{Command, Input, Refusal, Target, Value};
use serde_json::{Map, Value as Json, json};

use super::{ADDRESS, STARTER, gather::Facts, gathered};
use crate::{App, Refused, Seat, flash, pages::papers};

/// Most records that are taken over into one list of the plan.
const MOST: usize = 200;
/// Clause of the process that improves.
const IMPROVEMENT: &str = "10.2";

/// `POST /service-management-plan/take-over`: services and roles in the plan become those on record; measures, programmes,
/// reports, the improvement process and references are filled in where the plan names none. Words stay as they are.
pub async fn take_over(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    let facts = gathered(&app, &seat).await?;
    let before = sections_of(&facts);
    let (sections, references) = (filled(&facts, before.clone()), references(&facts));
    if facts.plan.is_some() && (before, facts.references()) == (sections.clone(), references.clone()) {
        return Ok(flash::said(ADDRESS, "The plan says already what the records say."));
    }
    let mut fields = vec![
        (plan::SECTIONS.name.to_owned(), Json::Object(sections)),
        (plan::REFERENCES.name.to_owned(), json!(references)),
    ];
    let (command, words) = match &facts.plan {
        Some(shown) => {
            let target =
                Target { kind: shown.kind().into(), number: shown.number().into(), version: Some(shown.version()) };
            (Command::Edit { target, input: Input::json(fields) }, "What the records say is in the plan now.")
        }
        None => {
            fields.push(("title".into(), json!("Service management plan")));
            fields.push((plan::OWNER.name.into(), json!(seat.actor.email)));
            fields.push((plan::VERSION.name.into(), json!(1)));
            let create = Command::Create { kind: "management_plan".into(), number: None, input: Input::json(fields) };
            (create, "The plan is begun from your records.")
        }
    };
    app.desk.perform(&seat.actor, command, seat.now).await?;
    Ok(flash::said(ADDRESS, words))
}

/// The sections of the plan as they stand; none where there is no plan.
fn sections_of(facts: &Facts) -> Map<String, Json> {
    match facts.plan.as_ref().and_then(|shown| shown.fields().get(plan::SECTIONS.name)).map(Value::to_json) {
        Some(Json::Object(sections)) => sections,
        _ => Map::new(),
    }
}

/// The same with what the records say of services, roles and the ways in which results are looked at.
fn filled(facts: &Facts, mut sections: Map<String, Json>) -> Map<String, Json> {
    sections.insert("a".into(), numbers(facts.services.iter()));
    sections.insert("d".into(), numbers(facts.roles.iter().filter(|shown| role::HOLDER.get(shown.fields()).is_some())));
    let mut ways = match sections.remove("h") {
        Some(Json::Object(ways)) => ways,
        _ => Map::new(),
    };
    for (part, there) in [
        ("measures", &facts.measures),
        ("audit_programmes", &facts.programmes),
        ("report_definitions", &facts.definitions),
    ] {
        if facts.ways(part).is_empty() && !there.is_empty() {
            ways.insert(part.into(), numbers(there.iter()));
        }
    }
    let covers = |shown: &Shown| process::clause(&process::PURPOSE.get(shown.fields())?.0);
    let improves = |shown: &&Shown| covers(shown).as_deref() == Some(IMPROVEMENT);
    if facts.ways("improvement").is_empty()
        && let Some(shown) = facts.processes.iter().find(improves)
    {
        ways.insert("improvement".into(), json!(shown.number()));
    }
    if !ways.is_empty() {
        sections.insert("h".into(), Json::Object(ways));
    }
    sections
}

fn numbers<'s>(shown: impl Iterator<Item = &'s Shown>) -> Json {
    shown.take(MOST).map(Shown::number).collect::<Vec<_>>().into()
}

/// Those that are named already, and of each sort of which none is named those on record.
fn references(facts: &Facts) -> Vec<String> {
    let mut named = facts.references();
    for there in [&facts.policies, &facts.objectives, &facts.risks, &facts.wishes] {
        if !there.iter().any(|shown| named.iter().any(|one| one == shown.number())) {
            named.extend(there.iter().take(MOST).map(|shown| shown.number().to_owned()));
        }
    }
    named
}

/// `POST /service-management-plan/freeze`: the plan as the records have it now becomes the next version of its document, a
/// draft for review and approval.
pub async fn freeze(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    let facts = gathered(&app, &seat).await?;
    if facts.plan.is_none() {
        return Err(Refusal::Query("there is no plan on record yet: begin it first".into()).into());
    }
    let (to, words) = papers::freeze(&app.desk, &seat.actor, STARTER, seat.now).await?;
    Ok(flash::said(&to, words))
}
