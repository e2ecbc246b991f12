//! Clause 8.6: incidents, service requests, problems.

use model::{
    Moment,
    time::{HOUR, MINUTE},
};

use super::{checks::Checks, fact::Fact, finding::Finding, span::plus_working_days, world::World};

pub(super) const INCIDENTS: Checks = &[
    ("8.6.1.a", |world, finding| {
        finding.dated("raised_on");
        for incident in world.all("incident") {
            finding.need(incident, &["raised_on", "service", "category"]);
        }
    }),
    ("8.6.1.b", |world, finding| {
        finding.dated("raised_on");
        for incident in world.all("incident") {
            let whole = finding.need(incident, &["impact", "urgency", "priority"]);
            let overridden = || incident.has_all(&["priority_override.reason", "priority_override.by"]);
            if whole && computed_priority(incident).as_deref() != incident.text("priority") && !overridden() {
                finding
                    .fail(incident, "have another priority than impact and urgency give, without a reason and a name");
            }
        }
    }),
    ("8.6.1.c", |world, finding| {
        finding.call("incident", "incidents that used 75 percent of their target").dated("raised_on");
        for incident in world.all("incident").filter(|incident| used_three_quarters(world, *incident)) {
            finding.expect(incident, !incident.entries("escalations").is_empty(), "were not escalated");
        }
    }),
    ("8.6.1.d", |world, finding| {
        finding.call("incident", closed_lately("incidents", world)).dated("closed_on");
        for incident in closed_in_window(world, "incident") {
            finding.need(incident, &["resolution", "resolved_on"]);
        }
    }),
    ("8.6.1.e", incidents_are_closed),
    ("8.6.1-1", |world, finding| {
        finding.call("incident", format!("incidents that are unresolved or {}", closed_lately("were", world)));
        let unresolved = world.all("incident").filter(|incident| !incident.has("resolved_on"));
        for incident in closed_in_window(world, "incident").chain(unresolved) {
            finding.expect(incident, incident.logged().is_some(), "have no log entry");
        }
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
        for incident in world.all("incident").filter(|incident| incident.is("priority", "P1")) {
            if incident.refer("service").is_some_and(|service| service.is("criticality", "critical")) {
                finding.expect(incident, incident.yes("major"), "are not marked as major");
            }
        }
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
        for incident in world.all("incident").filter(|incident| incident.yes("major")) {
            let over = |resolved: Moment| world.instant() > plus_working_days(resolved, 10);
            if incident.date("resolved_on").is_some_and(over) {
                let mut mine = reviews.get(incident.number()).into_iter().flatten();
                let reviewed = mine.any(|review| review.has("causes") && review.has_action());
                finding.expect(incident, reviewed, "have no review with causes and an action");
            }
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

fn closed_in_window<'w>(world: &'w World, kind: &str) -> impl Iterator<Item = Fact<'w>> {
    world.all(kind).filter(move |fact| world.is_in_window(fact.date("closed_on")))
}

/// P = impact + urgency - 1 with high 1, medium 2, low 3 (rules.md R11); `None` for levels that the matrix does not know.
fn computed_priority(incident: Fact<'_>) -> Option<String> {
    let level = |field| match incident.text(field)? {
        "high" => Some(1),
        "medium" => Some(2),
        "low" => Some(3),
        _ => None,
    };
    Some(format!("P{}", level("impact")? + level("urgency")? - 1))
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
    let until = incident.date("resolved_on").unwrap_or(world.instant());
    incident.date("raised_on").is_some_and(|raised| until.0 - raised.0 >= target * HOUR / 4 * 3)
}

fn incidents_are_closed<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("incident", format!("incidents that are resolved and open or {}", closed_lately("were", world)));
    let days = world.number("auto_close_days");
    for incident in world.all("incident") {
        let (resolved, closed) = (incident.date("resolved_on"), incident.date("closed_on"));
        if world.is_in_window(closed) {
            let early = closed.zip(resolved).is_some_and(|(closed, resolved)| closed < resolved);
            finding.expect(incident, !early, "were closed before they were resolved");
        } else if let (Some(resolved), None) = (resolved, closed) {
            let waits = world.is_older_than_days(resolved, days);
            finding.expect(incident, !waits, format!("were resolved more than {days} days ago and are not closed"));
        }
    }
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
    for incident in world.all("incident").filter(|incident| incident.yes("major")) {
        let mut mine = reviews.get(incident.number()).into_iter().flatten();
        finding.expect(incident, mine.any(|review| test(incident, *review)), reason);
    }
}
