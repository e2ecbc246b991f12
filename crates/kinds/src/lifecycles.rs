//! Lives that many kinds share; a kind with a life of its own writes it in its file.
//!
//! A phase says whether work is left: what merely stands (current, approved, in use) is done until somebody takes it up
//! again, so that "my work" and the counts of open work show work and not everything that one owns.

use model::{
    Lifecycle,
    lifecycle::Phase::{self, Done, Open},
};

/// Facts and measurements that are simply kept.
pub fn kept() -> Lifecycle {
    ending(Lifecycle::starts_in("current", Done))
}

/// What somebody with the right to decide must approve before it counts.
pub fn approved() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("in_review", Phase::Waiting)
        .state("approved", Done)
        .step("send_to_review", &["draft"], "in_review")
        .step("approve", &["draft", "in_review"], "approved")
        .step("return", &["in_review"], "draft")
        .step("revise", &["approved"], "draft")
        .dated("approved", "approved_on");
    ending(lifecycle)
}

/// What two sides agree on. `agreed_on` justifies the state.
pub fn agreed() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("agreed", Done)
        .step("agree", &["draft"], "agreed")
        .step("revise", &["agreed"], "draft")
        .dated("agreed", "agreed_on");
    ending(lifecycle)
}

/// What is planned, then held or done on a day; `done` is the date that says so.
pub fn happens(done: &'static str) -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("done", Done)
        .step("complete", &["planned"], "done")
        .step("reopen", &["done"], "planned")
        .dated("done", done);
    ending(lifecycle)
}

/// A question that somebody puts and somebody else answers.
pub fn answered() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("answered", Done)
        .step("answer", &["open"], "answered")
        .step("reopen", &["answered"], "open")
        .dated("answered", "answered_on");
    ending(lifecycle)
}

/// Adds the ends that any record may come to: superseded by a newer one, cancelled, withdrawn.
pub fn ending(lifecycle: Lifecycle) -> Lifecycle {
    let live = live(&lifecycle);
    let start = lifecycle.start();
    lifecycle
        .state("superseded", Done)
        .state("cancelled", Done)
        .step("supersede", &live, "superseded")
        .step("cancel", &live, "cancelled")
        .step("restore", &["superseded", "cancelled"], start)
        .withdrawable()
}

/// The ends of a ticket: cancelled, a duplicate of another one, withdrawn.
pub fn ticket_ending(lifecycle: Lifecycle) -> Lifecycle {
    let live: Vec<&'static str> =
        lifecycle.states.iter().filter(|state| state.phase != Done).map(|state| state.name).collect();
    let start = lifecycle.start();
    lifecycle
        .state("cancelled", Done)
        .state("superseded", Done)
        .step("cancel", &live, "cancelled")
        .step("mark_as_duplicate", &live, "superseded")
        .step("restore", &["superseded", "cancelled"], start)
        .withdrawable()
}

fn live(lifecycle: &Lifecycle) -> Vec<&'static str> {
    lifecycle.states.iter().map(|state| state.name).collect()
}
