//! What an auditor would find broken on the way: a reference that leads nowhere, a step that nobody took, a review that is
//! overdue, a requirement that a record breaks.

use desk::{Shown, thread::Knot};
use engines::conformity::{Assessment, plus_working_days};
use model::{Moment, Value};

use super::read::{Case, ends};

/// A place where the thread is broken: the record, and what is wrong with it.
pub struct Broken {
    pub number: String,
    pub why: String,
}

/// Everything that is broken, in the order of the thread. What the reader may not see is never missed, and neither is what
/// may lie beyond the end of a thread that was cut.
pub fn all(case: &Case, assessment: &Assessment, now: Moment) -> Vec<Broken> {
    let lost = case.thread.lost.iter().map(|lost| Broken {
        number: lost.from.clone(),
        why: format!("{} {}, which is not on record", lost.words, lost.number),
    });
    let found = case.thread.knots.iter().enumerate().flat_map(|(place, knot)| {
        let mut why = of_record(case, knot, place == 0, now);
        if place == 0 || !ends(knot.shown.kind()) {
            why.extend(of_requirements(assessment, knot.shown.number()));
        }
        why.into_iter().map(move |why| Broken { number: knot.shown.number().into(), why })
    });
    lost.chain(found).collect()
}

/// The requirements that a record breaks, as the assessment has it, each with what is said against the record. Of what merely
/// lies at the end of the thread, such as a service, nothing is told here: what is wrong with it belongs to its own thread.
fn of_requirements(assessment: &Assessment, number: &str) -> Vec<String> {
    let Some((place, _)) = assessment.records.find(number) else { return Vec::new() };
    let against = assessment.verdicts.iter().filter_map(|verdict| {
        let why = verdict.seen.blamed_for(place)?;
        Some(format!("breaks {}: it {why}", verdict.requirement.id))
    });
    against.collect()
}

fn of_record(case: &Case, knot: &Knot, is_first: bool, now: Moment) -> Vec<String> {
    let shown = &knot.shown;
    let faults = match shown.kind() {
        "incident" | "service_request" if is_first => of_ticket(case, shown, now),
        "change" => of_change(case, shown, now),
        "problem" => of_problem(case, shown, now),
        "known_error" => vec![(!has(shown, "workaround"), "has no workaround")],
        "release" => vec![
            (
                !has(shown, "deployed_on") && is_past(shown, "planned_on", now) && is_ahead(shown.state()),
                "was planned for a day that is over, and is not deployed",
            ),
            (has(shown, "deployed_on") && !has(shown, "approved_by"), "is deployed, and nobody approved it"),
            (has(shown, "deployed_on") && !has(shown, "verified_on"), "is deployed, and nobody verified it"),
        ],
        "major_incident_review" => vec![
            (!has(shown, "told_top_on"), "does not say when top management was told"),
            (!is_open(shown) && !has(shown, "causes"), "names no causes"),
            (is_review_late(case, shown, now), "is overdue: ten working days after the incident it is not given"),
        ],
        "improvement" => {
            let begun = ["in_progress", "implemented", "done", "closed"].contains(&shown.state());
            vec![(begun && !has(shown, "decided_by"), "is under way, and nobody approved it")]
        }
        "action" => {
            vec![(is_past(shown, "due", now) && !has(shown, "done_on") && is_open(shown), "is overdue")]
        }
        "other_party" => vec![(lacks_contract(case, shown), "supplies without a contract on record")],
        "report" => {
            vec![(has(shown, "made_on") && !has(shown, "told"), "does not say when its readers had it")]
        }
        _ => Vec::new(),
    };
    faults.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why.to_string()).collect()
}

/// The ticket with which the thread begins.
fn of_ticket(case: &Case, shown: &Shown, now: Moment) -> Vec<(bool, &'static str)> {
    let (is_major, is_closed) = (is(shown, "major"), has(shown, "closed_on") || shown.state() == "closed");
    let whole = !case.thread.is_cut;
    let is_told = !case.said.is_empty() || case.met("communication") || !case.may_read("communication");
    let results = ["report", "sla_result", "availability_result"];
    let counted = results.into_iter().any(|kind| case.met(kind)) || !results.iter().all(|kind| case.may_read(kind));
    let is_over = case.month.as_deref().is_some_and(|month| *month < now.date().to_string()[..7]);
    let under_none = whole && !case.met("sla");
    vec![
        (!has(shown, "service") && !shown.kind().contains("request"), "names no service"),
        (is_closed && shown.kind() == "incident" && !has(shown, "resolution"), "is closed without a resolution"),
        (
            is_major
                && is_closed
                && whole
                && case.may_read("major_incident_review")
                && !case.met("major_incident_review"),
            "was major and has no review",
        ),
        (is_closed && shown.customer().is_some() && !is_told, "is closed, and its customer was told nothing"),
        (is_major && !is_told, "is major, and nobody concerned was told anything"),
        (under_none && shown.customer().is_some() && case.may_read("sla"), "is covered by no agreement"),
        (
            is_major && has(shown, "resolved_on") && whole && !case.met("problem") && case.may_read("problem"),
            "was major, and no problem looks for its cause",
        ),
        (is_closed && is_over && !counted, "is counted in no report and no result of its month"),
    ]
}

fn of_problem(case: &Case, shown: &Shown, now: Moment) -> Vec<(bool, &'static str)> {
    let is_over = has(shown, "closed_on") || has(shown, "resolved_on");
    let removed = has(shown, "changes") || has(shown, "actions") || case.met("change") || case.met("action");
    let whole = !case.thread.is_cut && case.may_read("change") && case.may_read("action");
    let is_known = has(shown, "cause") && is_over;
    vec![
        (has(shown, "closed_on") && !has(shown, "cause"), "is closed and names no cause"),
        (is_known && whole && !removed, "is over, and no change and no action removes its cause"),
        (is_past(shown, "effect_due", now) && !has(shown, "effect"), "is overdue: nobody has looked at the effect"),
    ]
}

/// A report on a major incident is due ten working days after it was resolved (check 8.6.1-6).
fn is_review_late(case: &Case, review: &Shown, now: Moment) -> bool {
    let about = text(review, "incident");
    let incident = case.thread.knots.iter().find(|knot| knot.shown.number() == about);
    let resolved = incident.and_then(|knot| when(&knot.shown, "resolved_on"));
    let is_late = resolved.is_some_and(|resolved| now > plus_working_days(resolved, 10));
    is_late && is_open(review)
}

fn of_change(case: &Case, shown: &Shown, now: Moment) -> Vec<(bool, &'static str)> {
    let (decided, done) = (when(shown, "decided_on"), when(shown, "implemented_on"));
    let is_emergency = text(shown, "category") == "emergency";
    let is_standard = is(shown, "standard") || text(shown, "category") == "standard";
    let own = text(shown, "decided_by");
    let ties = !case.may_read("ci")
        || case.thread.knots.iter().any(|knot| knot.shown.kind() == "ci" && knot.from == shown.number());
    let failed = !["", "successful", "success"].contains(&text(shown, "outcome"));
    vec![
        (done.is_some() && decided.is_none() && !is_standard, "is implemented, and nobody decided on it"),
        (
            ["assessing", "waiting_approval"].contains(&shown.state()) && is_past(shown, "planned_start", now),
            "was to begin by now, and its approval is missing",
        ),
        (
            ["implemented", "in_review"].contains(&shown.state()) && is_review_of_change_late(shown, now),
            "is overdue: its review is not done",
        ),
        (
            !is_emergency && decided.zip(done).is_some_and(|(decided, done)| done < decided),
            "was implemented before it was decided",
        ),
        (!own.is_empty() && own == text(shown, "implementer"), "was put in place by who approved it"),
        (
            has(shown, "closed_on") && !has(shown, "review") && (is_emergency || failed),
            "is closed without the review that it needs",
        ),
        (
            done.is_some() && !has(shown, "cis") && !has(shown, "ci") && !ties,
            "is implemented and names no configuration item",
        ),
    ]
}

/// A month after a change was put in place it is to be reviewed and closed (check 8.5.1.3-7).
fn is_review_of_change_late(change: &Shown, now: Moment) -> bool {
    when(change, "implemented_on").is_some_and(|done| now > done.plus(30 * model::time::DAY))
}

fn is_past(shown: &Shown, field: &str, now: Moment) -> bool {
    when(shown, field).is_some_and(|due| due.date() < now.date())
}

fn lacks_contract(case: &Case, party: &Shown) -> bool {
    let supplies = text(party, "kind") == "external" && is(party, "active");
    let held = case
        .thread
        .knots
        .iter()
        .any(|knot| knot.shown.kind() == "contract" && text(&knot.shown, "party") == party.number());
    supplies && !held && !case.thread.is_cut && case.may_read("contract")
}

fn has(shown: &Shown, field: &str) -> bool {
    shown.fields().contains_key(field)
}

fn is(shown: &Shown, field: &str) -> bool {
    shown.fields().get(field) == Some(&Value::Flag(true))
}

fn text<'a>(shown: &'a Shown, field: &str) -> &'a str {
    shown.fields().get(field).and_then(Value::as_text).unwrap_or_default()
}

fn when(shown: &Shown, field: &str) -> Option<Moment> {
    shown.fields().get(field).and_then(Value::as_moment)
}

/// States of a release before it is deployed.
fn is_ahead(state: &str) -> bool {
    ["planned", "building", "testing", "approved"].contains(&state)
}

/// Neither done nor withdrawn.
fn is_open(shown: &Shown) -> bool {
    !["done", "closed", "reported", "withdrawn", "cancelled"].contains(&shown.state())
}
