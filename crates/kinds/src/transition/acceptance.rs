//! An acceptance is the result of testing a service or release against the criteria agreed beforehand.

use crate::prelude::*;

pub const SUBJECT: Key<Ref> = Key::new("subject");
pub const CRITERIA: Key<Many<Text>> = Key::new("criteria");
pub const RESULTS: Key<Many<Parts>> = Key::new("results");
pub const PASSED: Key<bool> = Key::new("passed");
pub const DECISION: Key<Long> = Key::new("decision");
pub const DECIDED_BY: Key<Person> = Key::new("decided_by");
pub const ON: Key<Moment> = Key::new("on");

pub fn kind() -> Kind {
    Kind::new("acceptance", "acceptances", "ACC")
        .about(
            "An acceptance is the result of testing a service or \
             release against the criteria agreed beforehand.",
        )
        .clause(&["8.5.2.3", "8.5.3"])
        .area(Area::Run)
        .field(
            SUBJECT
                .reference(&["release", "transition_plan"])
                .help("The release or the transition plan that was tested."),
        )
        .field(CRITERIA.texts().help("One a line, as agreed."))
        .field(RESULTS.rows(vec![part::text("criterion"), part::flag("passed")]).help("One row for each criterion."))
        .field(PASSED.flag().help("All criteria were met."))
        .field(DECISION.long().help("What was decided, above all when not every criterion was met."))
        .field(DECIDED_BY.person().help("Who decided on it."))
        .field(ON.instant().label("Decided on"))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::decided())
        .list(&["number", "title", "state", "subject", "passed", "decided_by", "on"])
        .titled_by(&["subject"])
        .rule(passed_follows_from_results)
        .rule(decision_is_signed)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("testing", Open)
        .state("accepted", Done)
        .state("not_accepted", Done)
        .state("done", Done)
        .step("test", &["planned"], "testing")
        .step("accept", &["planned", "testing", "not_accepted"], "accepted")
        .step("refuse", &["planned", "testing", "accepted"], "not_accepted")
        .step("complete", &["planned", "testing"], "done")
        .step("test_again", &["accepted", "not_accepted", "done"], "testing")
        .dated("done", "on");
    lifecycles::ending(lifecycle)
}

/// Where every row says whether its criterion was met, that decides whether all were.
fn passed_follows_from_results(draft: &mut Draft, _: &Facts<'_>) -> Result<(), FieldError> {
    let Some(Many(rows)) = draft.get(RESULTS) else { return Ok(()) };
    let verdicts: Vec<_> = rows.iter().map(|row| row.0.get("passed").and_then(Value::as_flag)).collect();
    if draft.get(PASSED).is_none() && !verdicts.is_empty() && verdicts.iter().all(Option::is_some) {
        draft.set(PASSED, verdicts.iter().all(|passed| *passed == Some(true)));
    }
    Ok(())
}

fn decision_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["accepted", "not_accepted"]) {
        rules::sign(draft, facts, DECIDED_BY);
        rules::stamp(draft, facts, ON);
    }
    Ok(())
}
