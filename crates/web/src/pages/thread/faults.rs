//! What an auditor would find broken on the way: a reference that leads nowhere, a step that nobody took.

use desk::{Shown, thread::Knot};
use model::{Moment, Value};

use super::read::Case;

/// A place where the thread is broken: the record, and what is wrong with it.
pub struct Broken {
    pub number: String,
    pub why: String,
}

/// Everything that is broken, in the order of the thread. What the reader may not see is never missed, and neither is what
/// may lie beyond the end of a thread that was cut.
pub fn all(case: &Case, now: Moment) -> Vec<Broken> {
    let lost = case.thread.lost.iter().map(|lost| Broken {
        number: lost.from.clone(),
        why: format!("{} {}, which is not on record", lost.words, lost.number),
    });
    let found = case.thread.knots.iter().enumerate().flat_map(|(place, knot)| {
        let why = of_record(case, knot, place == 0, now);
        why.into_iter().map(move |why| Broken { number: knot.shown.number().into(), why })
    });
    lost.chain(found).collect()
}

fn of_record(case: &Case, knot: &Knot, is_first: bool, now: Moment) -> Vec<String> {
    let shown = &knot.shown;
    let faults = match shown.kind() {
        "incident" | "service_request" if is_first => of_ticket(case, shown, now),
        "change" => of_change(case, shown),
        "problem" => vec![(has(shown, "closed_on") && !has(shown, "cause"), "is closed and names no cause")],
        "known_error" => vec![(!has(shown, "workaround"), "has no workaround")],
        "release" => vec![
            (has(shown, "deployed_on") && !has(shown, "approved_by"), "is deployed, and nobody approved it"),
            (has(shown, "deployed_on") && !has(shown, "verified_on"), "is deployed, and nobody verified it"),
        ],
        "major_incident_review" => vec![
            (!has(shown, "told_top_on"), "does not say when top management was told"),
            (!is_open(shown) && !has(shown, "causes"), "names no causes"),
        ],
        "action" => {
            let late = when(shown, "due").is_some_and(|due| due.date() < now.date());
            vec![(late && !has(shown, "done_on") && is_open(shown), "is overdue")]
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
        (is_closed && is_over && !counted, "is counted in no report and no result of its month"),
    ]
}

fn of_change(case: &Case, shown: &Shown) -> Vec<(bool, &'static str)> {
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

/// Neither done nor withdrawn.
fn is_open(shown: &Shown) -> bool {
    !["done", "closed", "reported", "withdrawn", "cancelled"].contains(&shown.state())
}
