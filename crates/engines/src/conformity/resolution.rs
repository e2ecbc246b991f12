//! Clause 8.6: incidents, service requests, problems.

use std::collections::HashMap;

use model::{
    Moment,
    house::Matrices,
    time::{DAY, HOUR, MINUTE},
};

use super::{
    checks::Checks,
    fact::Fact,
    finding::Finding,
    span::plus_working_days,
    transition::newest_trend,
    world::{World, natural},
};

pub(super) const INCIDENTS: Checks = &[
    ("8.6.1.a", |_, finding| {
        finding.dated("raised_on");
        finding.each("incident", |_, said| {
            said.need(&["raised_on", "service", "category"]);
        });
    }),
    ("8.6.1.b", |world, finding| {
        finding.dated("raised_on");
        finding.each("incident", |incident, said| {
            let whole = said.need(&["impact", "urgency", "priority"]);
            let overridden = || incident.has_all(&["priority_override.reason", "priority_override.by"]);
            if whole && !computed(world, incident, incident.text("priority").unwrap_or_default()) && !overridden() {
                said.fail("have another priority than impact and urgency give, without a reason and a name");
            }
        });
    }),
    ("8.6.1.c", |world, finding| {
        finding.call("incident", "incidents that used 75 percent of their target").dated("raised_on");
        finding.each("incident", |incident, said| {
            if used_three_quarters(world, incident) {
                said.expect(!incident.entries("escalations").is_empty(), "were not escalated");
            }
        });
    }),
    ("8.6.1.d", |world, finding| {
        finding.call("incident", closed_lately("incidents", world)).dated("closed_on");
        finding.each("incident", |incident, said| {
            if is_closed_lately(incident) {
                said.need(&["resolution", "resolved_on"]);
            }
        });
    }),
    ("8.6.1.e", incidents_are_closed),
    ("8.6.1-1", |world, finding| {
        finding.call("incident", format!("incidents that are unresolved or {}", closed_lately("were", world)));
        finding.each("incident", |incident, said| {
            if is_closed_lately(incident) || !incident.has("resolved_on") {
                said.expect(incident.logged().is_some(), "have no log entry");
            }
        });
    }),
    ("8.6.1-2", |world, finding| {
        finding.dated("approved_on").call("document", "current documents with the criteria of major incidents");
        let mut criteria =
            world.current_documents().filter(|document| document.is("subject", "major-incident-criteria"));
        let first = criteria.next();
        finding.must(first, "There is no current document with the criteria of major incidents");
        criteria.for_each(|document| finding.look(document));
    }),
    ("8.6.1-3", |world, finding| {
        look_at_procedure(world, finding);
        finding.call("incident", "incidents of priority P1 on critical services").dated("raised_on");
        finding.each("incident", |incident, said| {
            let is_critical = || incident.refer("service").is_some_and(|service| service.is("criticality", "critical"));
            if incident.is("priority", "P1") && is_critical() {
                said.expect(incident.yes("major"), "are not marked as major");
            }
        });
    }),
    ("8.6.1-4", |world, finding| {
        let limit = world.number("notify_top_minutes") * MINUTE;
        for_majors(world, finding, "have no report that top management was told in time", |incident, review| {
            let told = review.date("told_top_on");
            told.is_some_and(|told| declared(incident).is_some_and(|declared| told <= declared.plus(limit)))
        });
    }),
    ("8.6.1-5", |world, finding| {
        for_majors(world, finding, "have no manager who is an active person", |_, review| review.has_active("manager"));
    }),
    ("8.6.1-6", |world, finding| {
        finding.call("incident", "major incidents resolved more than 10 working days ago").dated("resolved_on");
        let reviews = world.group("major_incident_review", "incident");
        finding.each("incident", |incident, said| {
            if incident.yes("major") {
                let over = |resolved: Moment| world.is_past(plus_working_days(resolved, 10));
                if incident.date("resolved_on").is_some_and(over) {
                    let mut mine = reviews.get(incident.number()).into_iter().flatten();
                    let reviewed = mine.any(|review| review.has("causes") && review.has_action());
                    said.expect(reviewed, "have no review with causes and an action");
                }
            }
        });
    }),
];

pub(super) const REQUESTS: Checks = &[
    ("8.6.2.a", |_, finding| {
        finding.dated("raised_on");
        finding.each("service_request", |_, said| {
            said.need(&["raised_on", "service", "category"]);
        });
    }),
    ("8.6.2.b", |_, finding| {
        finding.dated("raised_on");
        finding.each("service_request", |_, said| {
            said.need(&["priority"]);
        });
    }),
    ("8.6.2.c", |world, finding| {
        finding.call("service_request", closed_lately("service requests", world)).dated("closed_on");
        finding.each("service_request", |request, said| {
            if is_closed_lately(request) {
                said.need(&["fulfilled_on"]);
            }
        });
    }),
    ("8.6.2.d", |world, finding| {
        finding.call("service_request", "fulfilled service requests").dated("fulfilled_on");
        let days = world.number("auto_close_days");
        finding.each("service_request", |request, said| {
            let Some(fulfilled) = request.date("fulfilled_on") else { return };
            let in_time = match request.date("closed_on") {
                Some(closed) => closed.0 - fulfilled.0 <= days * DAY,
                None => !world.is_older_than_days(fulfilled, days),
            };
            said.expect(in_time, format!("were not closed within {days} days"));
        });
    }),
    ("8.6.2-1", |world, finding| {
        finding.call("service_request", closed_lately("service requests", world)).dated("closed_on");
        finding.each("service_request", |request, said| {
            if is_closed_lately(request) {
                said.expect(request.logged().is_some(), "have no log entry");
            }
        });
    }),
    ("8.6.2-2", requests_have_models),
];

pub(super) const PROBLEMS: Checks = &[
    ("8.6.3-1", incidents_lead_to_problems),
    ("8.6.3-2", |world, finding| {
        finding.call("problem", "problems resolved lately").dated("resolved_on");
        finding.each("problem", |problem, said| {
            if world.is_in_window(problem.date("resolved_on")) {
                said.need(&["cause", "actions"]);
            }
        });
    }),
    ("8.6.3.a", |_, finding| {
        finding.dated("raised_on");
        finding.each("problem", |_, said| {
            said.need(&["raised_on", "category", "source"]);
        });
    }),
    ("8.6.3.b", |_, finding| {
        finding.dated("raised_on");
        finding.each("problem", |_, said| {
            said.need(&["priority"]);
        });
    }),
    ("8.6.3.c", |_, finding| {
        finding.call("problem", "old open problems").dated("raised_on");
        finding.each("problem", |problem, said| {
            if is_old(problem) && is_open(problem) {
                said.expect(!problem.entries("escalations").is_empty(), "were not escalated");
            }
        });
    }),
    ("8.6.3.d", |world, finding| {
        finding.call("problem", "old problems").dated("raised_on");
        let known = world.group("known_error", "problem");
        finding.each("problem", |problem, said| {
            if is_old(problem) {
                let settled = problem.has("closed_on") || known.contains_key(problem.number());
                let decided = problem.has("decision") && settled;
                said.expect(problem.has("resolved_on") || decided, "are neither resolved nor decided on");
            }
        });
    }),
    ("8.6.3.e", |_, finding| {
        finding.call("problem", "closed problems").dated("closed_on");
        finding.each("problem", |problem, said| {
            if problem.is("state", "closed") || problem.has("closed_on") {
                said.need(&["closed_on"]);
                let settled = problem.has("resolved_on") || problem.has("decision");
                said.expect(settled, "were closed without resolution or decision");
            }
        });
    }),
    ("8.6.3-3", |world, finding| {
        finding.call("problem", "open problems");
        for problem in world.all("problem").filter(|problem| is_open(*problem)) {
            let newest = problem.logged();
            finding.seen(newest);
            if finding.expect(problem, newest.is_some(), "have no log entry") {
                let fresh = newest.is_some_and(|at| world.is_within_days(at, 31));
                finding.fresh(problem, fresh, "have no log entry of the last 31 days");
            }
        }
    }),
    ("8.6.3-4", |world, finding| {
        finding.call("problem", "problems resolved by a change").dated("resolved_on");
        finding.each("problem", |problem, said| {
            if problem.has_all(&["resolved_on", "changes"]) {
                let mut changes = problem.names("changes").filter_map(|number| world.find_of("change", number));
                let changed = changes.any(|change| change.is("decision", "approved") && change.has("implemented_on"));
                said.expect(changed, "name no approved change that was implemented");
            }
        });
    }),
    ("8.6.3-5", |world, finding| {
        finding.call("problem", "open problems with a known cause");
        let errors = world.all("known_error").filter(|error| error.has("workaround"));
        let known: std::collections::HashSet<&str> = errors.flat_map(|error| error.names("problem")).collect();
        finding.each("problem", |problem, said| {
            if is_open(problem) && problem.has("cause") {
                said.expect(known.contains(problem.number()), "have no known error with a workaround");
            }
        });
    }),
    ("8.6.3-6", |world, finding| {
        finding.dated("recorded_on");
        for error in world.all("known_error").chain(world.left_out("known_error")) {
            finding.need(error, &["problem", "services", "recorded_on"]);
        }
    }),
    ("8.6.3-7", |world, finding| {
        finding.call("known_error", "active known errors").dated("reviewed_on");
        finding.each("known_error", |error, said| {
            if error.is("state", "active") {
                let fresh = error.date("reviewed_on").is_some_and(|at| world.is_within_days(at, 92));
                said.fresh(fresh, "were not reviewed in the last 92 days");
            }
        });
    }),
    ("8.6.3-8", |world, finding| {
        if let Some(review) = newest_trend(world, finding, "problem") {
            finding.need(review, &["findings", "actions", "reported_on"]);
            let fresh = world.is_fresh(review.date("on"), "problem_review");
            finding.fresh(review, fresh, "are the newest and too old");
        }
    }),
];

/// Current documents with kind=procedure and subject=major-incident; without one a gap.
pub(super) fn look_at_procedure<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let procedures = world.current_documents().filter(|document| document.is("kind", "procedure"));
    let mut procedures = procedures.filter(|document| document.is("subject", "major-incident"));
    finding.call("document", "current procedures for major incidents");
    finding.must(procedures.next(), "There is no current document with the procedure for major incidents");
    procedures.for_each(|document| finding.look(document));
}

/// "incidents closed in the last 90 days".
fn closed_lately(subject: &str, world: &World) -> String {
    format!("{subject} closed in the last {} days", world.number("window_days"))
}

fn is_closed_lately(fact: Fact<'_>) -> bool {
    fact.world.is_in_window(fact.date("closed_on"))
}

/// Whether impact and urgency give a priority: by the matrix that the door used for it where that was one of the house, else by
/// the one that is stated now for its customer, its service or the house, or by rule R11, which held before anything was stated.
fn computed(world: &World, incident: Fact<'_>, priority: &str) -> bool {
    if let Some(used) = incident.text("matrix_used.computed") {
        return used == priority;
    }
    let (Some(impact), Some(urgency)) = (incident.text("impact"), incident.text("urgency")) else { return false };
    let stated = world.house().matrices.given(incident.text("service"), incident.text("customer"), impact, urgency);
    let agreed = Matrices::default().given(None, None, impact, urgency);
    [stated, agreed].into_iter().flatten().any(|given| given.priority.to_string() == priority)
}

/// 75 percent of the resolution target, round the clock, pauses not taken off ([reading].priorities).
fn used_three_quarters(world: &World, incident: Fact<'_>) -> bool {
    let target = match incident.text("priority") {
        Some("P1") => 4,
        Some("P2") => 8,
        Some("P3") => 24,
        Some("P5") => 80,
        _ => 40,
    };
    let Some(raised) = incident.date("raised_on") else { return false };
    let used_up = raised.plus(target * HOUR / 4 * 3);
    match incident.date("resolved_on") {
        Some(resolved) => resolved >= used_up,
        None => world.has_come(used_up),
    }
}

fn incidents_are_closed<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("incident", format!("incidents that are resolved and open or {}", closed_lately("were", world)));
    let days = world.number("auto_close_days");
    finding.each("incident", |incident, said| {
        let (resolved, closed) = (incident.date("resolved_on"), incident.date("closed_on"));
        if world.is_in_window(closed) {
            let early = closed.zip(resolved).is_some_and(|(closed, resolved)| closed < resolved);
            said.expect(!early, "were closed before they were resolved");
        } else if let (Some(resolved), None) = (resolved, closed) {
            let waits = world.is_older_than_days(resolved, days);
            said.expect(!waits, format!("were resolved more than {days} days ago and are not closed"));
        }
    });
}

/// When an incident became a major one: the first history entry that says so, else when it was raised.
fn declared(incident: Fact<'_>) -> Option<Moment> {
    let says = |changes: &model::journal::Changes| {
        let major = changes.get("major").and_then(Option::as_ref);
        major.is_some_and(|major| major.as_flag() == Some(true) || major.as_text() == Some("true"))
    };
    let marked = incident.marks().iter().find(|mark| says(&mark.changes));
    marked.map(|mark| mark.at).or_else(|| incident.date("raised_on"))
}

/// Every major incident has a review that passes a test.
fn for_majors<'w>(
    world: &'w World,
    finding: &mut Finding<'w>,
    reason: &'static str,
    test: impl Fn(Fact<'w>, Fact<'w>) -> bool,
) {
    finding.call("incident", "major incidents").dated("raised_on");
    let reviews = world.group("major_incident_review", "incident");
    finding.each("incident", |incident, said| {
        if incident.yes("major") {
            let mut mine = reviews.get(incident.number()).into_iter().flatten();
            said.expect(mine.any(|review| test(incident, *review)), reason);
        }
    });
}

/// Every category that is asked for often has a model with steps.
fn requests_have_models<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding
        .call("service_request", "recent requests of frequent categories")
        .call("request_model", "models of frequent categories");
    let mut recent: HashMap<&str, Vec<Fact<'_>>> = HashMap::new();
    for request in world.all("service_request").filter(|request| world.is_in_window(request.date("raised_on"))) {
        request.names("category").for_each(|category| recent.entry(category).or_default().push(request));
    }
    let models = world.group("request_model", "category");
    for (category, requests) in recent.into_iter().filter(|(_, requests)| requests.len() >= 5) {
        requests.iter().for_each(|request| finding.look(*request));
        match models.get(category) {
            Some(models) => {
                let steps = models.iter().any(|model| model.has("steps"));
                for model in models {
                    finding.expect(*model, steps, "have no steps");
                }
            }
            None => {
                let first = requests.into_iter().min_by(|left, right| natural(left.number(), right.number()));
                if let Some(first) = first {
                    finding.fail(first, "are of a frequent category without a model");
                }
            }
        }
    }
}

/// Three incidents in a row on one item within 30 days, of which none has a problem.
fn incidents_lead_to_problems<'w>(world: &'w World, finding: &mut Finding<'w>) {
    if let Some(review) = newest_trend(world, finding, "incident") {
        finding.fresh(review, world.is_within_months(review.date("on"), 3), "are the newest and older than 3 months");
    }
    finding.call("incident", "incidents that come back on an item").dated("raised_on");
    for incidents in world.group("incident", "ci").into_values() {
        let dated = incidents.into_iter().filter_map(|incident| Some((incident.date("raised_on")?, incident)));
        let mut dated: Vec<_> = dated.collect();
        dated.sort_by(|left, right| left.0.cmp(&right.0).then_with(|| natural(left.1.number(), right.1.number())));
        let led: Vec<bool> = dated.iter().map(|(_, incident)| incident.has("problem")).collect();
        let mut looked = 0;
        for last in 2..dated.len() {
            let three = last - 2..=last;
            if dated[last].0.0 - dated[last - 2].0.0 > 30 * DAY {
                continue;
            }
            let left = !led[three.clone()].contains(&true);
            for place in three.filter(|place| left || *place >= looked) {
                finding.expect(dated[place].1, !left, "come back on the same item without a problem");
            }
            looked = last + 1;
        }
    }
}

/// Neither resolved nor closed.
fn is_open(problem: Fact<'_>) -> bool {
    !problem.has("resolved_on") && !problem.has("closed_on")
}

/// Raised more than problem_days ago.
fn is_old(problem: Fact<'_>) -> bool {
    let days = problem.world.number("problem_days");
    problem.date("raised_on").is_some_and(|at| problem.world.is_older_than_days(at, days))
}
