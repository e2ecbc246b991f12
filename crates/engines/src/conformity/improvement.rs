//! Clause 10: nonconformities, corrective action, improvement.

use model::Value;

use super::{
    checks::Checks, fact::Fact, finding::Finding, leadership::look_or_gap, span::plus_working_days, world::World,
};

pub(super) const NONCONFORMITIES: Checks = &[
    ("10.1.1.a", |world, finding| {
        finding.call("nonconformity", "nonconformities raised more than 10 working days ago").dated("raised_on");
        finding.each("nonconformity", |one, said| {
            let Some(raised) = one.date("raised_on") else { return };
            let until = plus_working_days(model::Moment::of_date(raised.date()), 11);
            if !world.has_come(until) {
                return;
            }
            said.need(&["correction", "consequences"]);
            let both = |mark: &&model::Mark| {
                ["correction", "consequences"].iter().all(|field| {
                    let set = mark.changes.get(*field).and_then(Option::as_ref);
                    set.is_some_and(Value::is_filled)
                })
            };
            let late = one.marks().iter().find(both).is_some_and(|mark| mark.at > until);
            said.expect(!late, "were dealt with after more than 10 working days");
        });
    }),
    ("10.1.1.b", |world, finding| {
        finding.call("nonconformity", "nonconformities raised more than 30 days ago").dated("raised_on");
        let old = |one: &Fact<'_>| one.date("raised_on").is_some_and(|raised| world.is_older_than_days(raised, 30));
        finding.each("nonconformity", |one, said| {
            if old(&one) {
                said.need(&["cause", "similar"]);
            }
        });
    }),
    ("10.1.1.c", |world, finding| {
        finding.call("action", "open actions of nonconformities").call("nonconformity", "closed nonconformities");
        for one in world.all("nonconformity") {
            let open: Vec<_> = one.actions().into_iter().filter(|action| !action.is_done()).collect();
            for action in &open {
                let ahead = action.date("due").is_some_and(|due| world.is_today_or_later(due));
                finding.expect(*action, ahead, "are overdue or have no due date");
            }
            if one.has("closed_on") {
                finding.expect(one, open.is_empty(), "are closed with an open action");
            }
        }
    }),
    ("10.1.1.d", corrections_were_checked),
    ("10.1.1.e", |world, finding| {
        for one in closed(world, finding) {
            let changed = one.no("sms_changed") || (one.yes("sms_changed") && one.is_linked(&["change", "document"]));
            finding.expect(one, changed, "do not say whether and where the management system was changed");
        }
    }),
    ("10.1.2-1", |_, finding| {
        finding.dated("raised_on");
        finding.each("nonconformity", |one, said| {
            said.need(&["text", "clause", "grade", "actions"]);
            if one.has("closed_on") {
                said.need(&["effective"]);
            }
        });
    }),
];

pub(super) const IMPROVEMENTS: Checks = &[
    ("10.2-1", |world, finding| {
        finding.dated("implemented_on").call("improvement", "improvements of the last 12 months that were measured");
        let done = world.all("improvement").filter(|improvement| {
            world.is_within_months(improvement.date("implemented_on"), 12) && improvement.has("measured")
        });
        look_or_gap(finding, done, "No improvement of the last 12 months was measured");
    }),
    ("10.2-2", |_, finding| {
        finding.dated("decided_on").call("improvement", "decided improvements");
        finding.each("improvement", |improvement, said| {
            if improvement.has("decision") {
                said.need(&["criteria_scores.objectives"]);
            }
        });
    }),
    ("10.2-3", |world, finding| {
        let days = world.number("improvement_days");
        finding.each("improvement", |improvement, said| {
            said.need(&["text", "source"]);
            if !improvement.has("decision") {
                let waits = world.is_older_than_days(improvement.written(), days);
                said.expect(!waits, format!("wait for a decision for more than {days} days"));
            }
        });
    }),
    ("10.2.a", |world, finding| {
        for improvement in approved(world, finding) {
            let measured = |target: &Value| world.has_part(target, "number") && world.has_part(target, "unit");
            let has = improvement.entries("targets").iter().any(measured);
            finding.expect(improvement, has, "have no target with number and unit");
        }
    }),
    ("10.2.b", |world, finding| {
        for improvement in approved(world, finding) {
            finding.need(improvement, &["priority", "plan"]);
        }
    }),
    ("10.2.c", |world, finding| {
        for improvement in implemented(world, finding) {
            let linked = || improvement.is_linked(&["change", "document", "process"]);
            let changed = improvement.no("sms_changed") || (improvement.yes("sms_changed") && linked());
            finding.expect(improvement, changed, "do not say whether and where the management system was changed");
        }
    }),
    ("10.2.d", |world, finding| {
        for improvement in implemented(world, finding) {
            let old = improvement.date("implemented_on").is_some_and(|done| world.is_older_than_days(done, 90));
            if old {
                finding.need(improvement, &["measured", "target_met"]);
                let followed = !improvement.no("target_met") || improvement.has_action();
                finding.expect(improvement, followed, "missed their target and have no action");
            }
        }
        finding.call("improvement", "improvements implemented more than 90 days ago");
    }),
    ("10.2.e", |_, finding| {
        finding.dated("reported_on").call("improvement", "measured improvements");
        finding.each("improvement", |improvement, said| {
            if improvement.has("measured") {
                said.need(&["reported_on"]);
            }
        });
    }),
];

fn closed<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<Fact<'w>> {
    finding.dated("closed_on").call("nonconformity", "closed nonconformities");
    world.all("nonconformity").filter(|one| one.has("closed_on")).collect()
}

fn approved<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<Fact<'w>> {
    finding.dated("decided_on").call("improvement", "approved improvements");
    world.all("improvement").filter(|improvement| improvement.is("decision", "approved")).collect()
}

fn implemented<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<Fact<'w>> {
    finding.dated("implemented_on").call("improvement", "implemented improvements");
    world.all("improvement").filter(|improvement| improvement.has("implemented_on")).collect()
}

/// The effect was checked after the last action was done, by nobody who owned one of them.
fn corrections_were_checked<'w>(world: &'w World, finding: &mut Finding<'w>) {
    for one in closed(world, finding) {
        finding.need(one, &["effective", "checked_on"]);
        let actions = one.actions();
        let last = actions.iter().filter_map(|action| action.date("done_on")).max();
        let early = one.date("checked_on").zip(last).is_some_and(|(checked, last)| checked.date() <= last.date());
        finding.expect(one, !early, "were checked before the last action was done");
        let set = one.marks().iter().filter(|mark| mark.changes.get("effective").is_some_and(Option::is_some));
        let mut judges = set.filter_map(|mark| mark.by.as_deref());
        let own = judges.any(|judge| {
            actions.iter().any(|action| action.names("owner").any(|owner| owner.eq_ignore_ascii_case(judge)))
        });
        finding.expect(one, !own, "were judged by someone who owned an action");
    }
}
