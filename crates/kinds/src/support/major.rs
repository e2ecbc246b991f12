//! Major incidents: what makes an incident one, who leads it, and what must be done before it is closed.

use model::{
    handling::Procedure,
    house::{Priority, Severity},
};

use super::{
    incident::{
        GRAVE_SECURITY, IMPACT, LEAD, MAJOR, NEXT_UPDATE, OWNER, PRIORITY, PROBLEM, ROLES, SERVICE, URGENCY, USERS_HIT,
    },
    major_incident_review,
};
use crate::{portfolio::service, prelude::*};

/// How a major incident is handled.
pub const PROCEDURE: Procedure = Procedure {
    flag: "major",
    lead: "lead",
    next_update: "next_update",
    every: "major_update_minutes",
    within: "notify_top_minutes",
    report: "major_incident_review",
    about: "incident",
    manager: "manager",
    told: "told_top_on",
    timeline: "timeline",
    reported: "reported_on",
    given: "reported",
    public: ("public_page", "public_text"),
    cause: "problem",
    no_cause: "no_problem",
    asks: &[
        (
            "priority",
            "P1",
            "It has the first priority: how many of the users are hit, may people or their data come to harm?",
        ),
        ("category", "security", "It is about security: is it grave, may people or their data come to harm?"),
        ("impact", "high", "Its impact is high: is a duty from law or contract about to be broken?"),
    ],
    papers: ("document", "subject", &["major-incident", "major-incident-criteria"]),
};

/// Who does what while it lasts, and when the next word is due.
pub fn fields() -> Vec<Field> {
    let role = vec![
        part::open_choice("role", &["communications", "scribe", "technical lead", "customer contact"]),
        part::person("person"),
    ];
    vec![
        LEAD.person().help("Who leads the handling of a major incident. Empty means its owner.").internal(),
        ROLES.rows(role).help("Who does what beside the lead.").internal(),
        NEXT_UPDATE
            .instant()
            .help("When those concerned hear again at the latest. Each public word on a major incident sets it anew."),
    ]
}

/// Whether it is one, and who leads it.
pub fn is_declared(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::share_of_hundred(draft, facts, USERS_HIT)?;
    by_the_criteria(draft, facts)?;
    somebody_leads(draft, facts);
    Ok(())
}

/// Rule R12 and check 8.6.1-3: what meets the criteria that the published document states is a major incident, and no reason
/// stands in for the mark.
fn by_the_criteria(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let told =
        [SERVICE.name, PRIORITY.name, IMPACT.name, URGENCY.name, MAJOR.name, USERS_HIT.name, GRAVE_SECURITY.name];
    if !rules::touched(draft, facts, &told) {
        return Ok(());
    }
    let service = facts.related.of(draft, SERVICE.name);
    let critical = service.and_then(|service| service.get(service::CRITICALITY)).is_some_and(|own| own.0 == "critical");
    let severity = Severity {
        priority: draft.get(PRIORITY).and_then(|priority| Priority::parse(&priority.0)),
        critical_service: critical,
        users_percent: draft.get(USERS_HIT).map_or(Decimal::ZERO, |share| share.0),
        grave_security: draft.get(GRAVE_SECURITY) == Some(true),
        already_major: draft.get(MAJOR) == Some(true),
    };
    match facts.related.house().criteria.met(&severity) {
        Some(why) if draft.get(MAJOR) == Some(false) => {
            Err(FieldError::new(MAJOR.name, format!("an incident {why} is a major incident")))
        }
        Some(_) => {
            draft.set(MAJOR, true);
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whoever takes a major incident first leads it, until somebody else is named.
fn somebody_leads(draft: &mut Draft, facts: &Facts<'_>) {
    if draft.get(MAJOR) == Some(true)
        && draft.get(LEAD).is_none()
        && rules::touched(draft, facts, &[MAJOR.name, OWNER.name])
        && let Some(owner) = draft.get(OWNER)
    {
        draft.set(LEAD, owner);
    }
}

/// A major incident is closed when all steps of its procedure are done: its review is given, a problem carries the cause on or
/// the review says why none does, and somebody has decided what everybody is told, where the house has a public page.
pub fn closes_with_its_procedure(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if draft.get(MAJOR) != Some(true) || !rules::enters(draft, facts, &["closed"]) {
        return Ok(());
    }
    let Some(before) = facts.before else { return Ok(()) };
    let is_own = |review: &&model::Record| {
        review.kind == "major_incident_review"
            && !model::lifecycle::WITHDRAWN.contains(&review.state.as_str())
            && review.get(major_incident_review::INCIDENT).is_some_and(|incident| incident.0 == before.number)
    };
    let mut reviews: Vec<&model::Record> = facts.related.records().filter(is_own).collect();
    // One that is given counts before one that is still written.
    reviews.sort_by_key(|review| (review.state != PROCEDURE.given, review.number.clone()));
    let review = reviews.first();
    let mut missing: Vec<String> = lacking(review.copied()).into_iter().collect();
    let excused = review.is_some_and(|review| review.get(major_incident_review::NO_PROBLEM).is_some());
    if draft.get(PROBLEM).is_none() && !excused {
        missing.push("no problem carries its cause on, and its review does not say why none is needed".into());
    }
    let shown = draft.get(shared::PUBLIC_PAGE).map(|page| page.0);
    let said = draft.get(shared::PUBLIC_TEXT).is_some();
    match shown.as_deref() {
        _ if !facts.related.house().has_public_page => {}
        None => missing.push("nobody has decided whether the public page tells of it".into()),
        Some("shown") if !said => missing.push("the public page shows it without words".into()),
        Some(_) => {}
    }
    match missing.as_slice() {
        [] => Ok(()),
        missing => {
            let why = format!("a major incident needs its whole procedure before it is closed: {}", missing.join("; "));
            Err(FieldError::new(MAJOR.name, why))
        }
    }
}

/// What the review of a major incident still lacks.
fn lacking(review: Option<&model::Record>) -> Option<String> {
    let Some(review) = review else { return Some("its review is not written".into()) };
    if review.state == PROCEDURE.given {
        return None;
    }
    let led = review.get(major_incident_review::MANAGER).is_some();
    let told = review.get(major_incident_review::TOLD_TOP_ON).is_some();
    let lacks = match (led, told) {
        (true, true) => "is not reported yet",
        (false, true) => "does not say yet who led it",
        (true, false) => "does not say yet when top management was told",
        (false, false) => "does not say yet who led it and when top management was told",
    };
    Some(format!("its review {} {lacks}", review.number))
}
