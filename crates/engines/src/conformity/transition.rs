//! Clause 8.5: change policy and changes, design and transition, releases.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Moment, Value, time::DAY};

use super::{
    checks::Checks,
    fact::Fact,
    finding::Finding,
    leadership::{must_policy, policy_is_kept},
    services::is_updated_lately,
    span::plus_working_days,
    world::World,
};

pub(super) const CHANGE: Checks = &[
    ("8.5.1.1-1", |world, finding| policy_is_kept(world, finding, "change")),
    ("8.5.1.1.a", |world, finding| {
        let Some(policy) = must_policy(world, finding, "change") else { return };
        finding.need(policy, &["parts.a.controlled", "parts.a.exempt"]);
        let listed: HashSet<&str> = policy.names("parts.a.controlled").chain(policy.names("parts.a.exempt")).collect();
        finding.each("ci", |ci, said| {
            let known = ci.text("type").is_some_and(|of| listed.contains(of));
            said.expect(known, "have a type that the policy neither controls nor exempts");
        });
    }),
    ("8.5.1.1.b", |world, finding| {
        let Some(policy) = must_policy(world, finding, "change") else { return };
        let named = named_entries(policy, "parts.b", "category");
        let used = world.all("change").filter_map(|change| change.text("category"));
        for category in used.chain(["emergency"]).collect::<BTreeSet<_>>() {
            finding.expect(policy, named.contains(category), format!("have no entry for the category {category}"));
        }
    }),
    ("8.5.1.1.c", |world, finding| {
        if let Some(policy) = must_policy(world, finding, "change") {
            finding.need(policy, &["parts.c"]);
        }
    }),
    ("8.5.1.2-1", |world, finding| {
        finding.call("ci", "configuration items updated lately").call("release", "releases deployed lately");
        finding.dated("requested_on");
        finding.each("change", |_, said| {
            said.need(&["category", "kind", "requested_by", "requested_on"]);
        });
        finding.each("ci", |ci, said| {
            if is_updated_lately(ci) {
                let source = ci.refer("last_change").map(Fact::kind);
                said.expect(source == Some("change"), "were updated without a change");
            }
        });
        finding.each("release", |release, said| {
            if world.is_in_window(release.date("deployed_on")) {
                let known = release.names("changes").any(|number| world.find(number).is_some());
                said.expect(known, "name no change that is on record");
            }
        });
    }),
    ("8.5.1.2-2", |_, finding| {
        finding.call("change", "approved changes that need a transition plan");
        let grave = |change: &Fact<'_>| {
            change.is("decision", "approved")
                && (change.is_one_of("kind", &["new-service", "removal", "transfer"])
                    || (change.is("kind", "service-change") && change.is("category", "major")))
        };
        finding.each("change", |change, said| {
            if grave(&change) {
                let start = change.date("planned_start");
                let planned = change.linked("transition_plan").any(|plan| {
                    start.is_none_or(|start| plan.date("approved_on").is_some_and(|approved| approved <= start))
                });
                said.expect(planned, "are linked to no transition plan that was approved before their start");
            }
        });
    }),
    ("8.5.1.2-3", |_, finding| {
        finding.call("change", "implemented changes").dated("implemented_on");
        finding.each("change", |change, said| {
            let Some(done) = change.date("implemented_on") else { return };
            said.expect(change.is("decision", "approved"), "were not approved");
            let until = if is_emergency(change) { plus_working_days(done, 2) } else { done };
            let decided = change.date("decided_on").is_some_and(|decided| decided <= until);
            said.expect(decided, "were not decided on in time");
            said.need(&["planned_start"]);
            if !is_standard(change) {
                said.need(&["review"]);
            }
        });
    }),
];

pub(super) const CHANGE_ACTIVITIES: Checks = &[
    ("8.5.1.3-1", |_, finding| {
        finding.call("change", "decided changes").dated("decided_on");
        finding.each("change", |change, said| {
            if change.has("decision") {
                said.need(&["decided_by", "decided_on", "priority"]);
                if !is_standard(change) {
                    let deciders: BTreeSet<String> = change.names("decided_by").map(str::to_lowercase).collect();
                    let own = !deciders.is_empty() && implementers(change) == deciders;
                    said.expect(!own, "were put in place by nobody but who decided");
                }
            }
        });
    }),
    ("8.5.1.3-2", |world, finding| {
        finding.call("change", "non-standard changes decided lately").dated("decided_on");
        finding.each("change", |change, said| {
            if !is_standard(change) && world.is_in_window(change.date("decided_on")) {
                said.need(&["risk", "benefit", "feasibility", "cost", "effects"]);
            }
        });
    }),
    ("8.5.1.3-3", |world, finding| {
        finding.call("change", "non-standard changes implemented lately").dated("implemented_on");
        finding.each("change", |change, said| {
            let Some(done) = implemented_lately(change) else { return };
            let tested = |test: &Value| {
                world.has_part(test, "result") && world.part_date(test, "on").is_some_and(|on| on <= done)
            };
            let any = change.entries("tests").iter().any(tested);
            said.expect(any, "have no test with a result before they were implemented");
        });
    }),
    ("8.5.1.3-4", |_, finding| {
        finding.call("change", "approved changes").dated("told");
        finding.each("change", |change, said| {
            if change.is("decision", "approved") {
                let whole = said.need(&["planned_start", "planned_end", "told"]);
                let times = change.date("told").zip(change.date("planned_start"));
                if let Some((told, start)) = times.filter(|_| whole) {
                    let early = if is_emergency(change) { told.date() <= start.date() } else { told <= start };
                    said.expect(early, "were told after their planned start");
                }
            }
        });
    }),
    ("8.5.1.3-5", |_, finding| {
        finding.call("change", "non-standard changes implemented lately").dated("implemented_on");
        finding.each("change", |change, said| {
            if implemented_lately(change).is_some() {
                said.need(&["backout"]);
            }
        });
    }),
    ("8.5.1.3-6", |_, finding| {
        finding.call("change", "changes that went wrong").dated("implemented_on");
        let wrong = |change: &Fact<'_>| change.is_one_of("outcome", &["failed", "backed-out", "caused-incident"]);
        finding.each("change", |change, said| {
            if wrong(&change) {
                said.need(&["review"]);
                said.expect(change.has_action(), "have no action");
            }
        });
    }),
    ("8.5.1.3-7", |world, finding| {
        finding.call("change", "non-standard changes implemented more than 30 days ago").dated("implemented_on");
        finding.each("change", |change, said| {
            let Some(done) = change.date("implemented_on").filter(|_| !is_standard(change)) else { return };
            if world.is_older_than_days(done, 30) {
                said.need(&["review", "closed_on"]);
            }
        });
    }),
    ("8.5.1.3-8", |world, finding| {
        if let Some(review) = newest_trend(world, finding, "change") {
            finding.need(review, &["findings", "actions"]);
            let fresh = world.is_fresh(review.date("on"), "change_trends");
            finding.fresh(review, fresh, "are the newest and too old");
        }
    }),
];

pub(super) const DESIGN: Checks = &[
    ("8.5.2.1-1", |world, finding| {
        const SECTIONS: [&str; 8] = [
            "sections.a",
            "sections.b",
            "sections.c",
            "sections.d",
            "sections.e",
            "sections.f",
            "sections.g",
            "sections.h",
        ];
        for plan in settled_plans(world, finding) {
            finding.need(plan, &SECTIONS);
        }
    }),
    ("8.5.2.1-2", |world, finding| {
        let entries = world.group("catalogue_entry", "service");
        for plan in settled_plans(world, finding).into_iter().filter(|plan| plan.is("kind", "removal")) {
            finding.need(plan, &["sections.dates", "sections.disposal"]);
            if last_date(plan).is_some_and(|last| world.is_past(last)) {
                let retired = plan.refer("service").is_some_and(|service| service.is("stage", "retired"));
                finding.expect(plan, retired, "are over, and their service is not retired");
                let listed = plan.text("service").is_some_and(|service| entries.contains_key(service));
                finding.expect(plan, !listed, "are over, and their service is still in the catalogue");
            }
        }
    }),
    ("8.5.2.1-3", |world, finding| {
        for plan in settled_plans(world, finding).into_iter().filter(|plan| plan.is("kind", "transfer")) {
            finding.need(plan, &["sections.dates", "sections.hand_over"]);
        }
    }),
    ("8.5.2.1-4", |world, finding| {
        for plan in complete_plans(world, finding) {
            let cis = plan.entries("sections.cis");
            finding.expect(plan, !cis.is_empty(), "name no configuration item");
            let known = cis.iter().all(|ci| {
                let ci = ci.as_text().and_then(|number| world.find_of("ci", number));
                ci.is_some_and(|ci| ci.has("status"))
            });
            finding.expect(plan, known, "name items that are not on record or have no status");
        }
    }),
    ("8.5.2.2-1", |world, finding| {
        let designs = world.group("service_design", "service");
        let requirements = world.group("service_requirement", "service");
        for plan in complete_plans(world, finding).into_iter().filter(|plan| !plan.is("kind", "removal")) {
            let service = plan.text("service").unwrap_or_default();
            let wanted = || requirements.get(service).into_iter().flatten();
            let mut mine = designs.get(service).into_iter().flatten().filter(|design| design.has("approved_on"));
            let whole = mine.any(|design| {
                let named: HashSet<&str> = design.names("sections.requirements").collect();
                wanted().all(|requirement| named.contains(requirement.number()))
            });
            finding.expect(plan, whole, "have no approved design that answers every requirement");
        }
    }),
    ("8.5.2.2-2", |world, finding| {
        finding.call("service_design", "approved service designs").dated("approved_on");
        for design in world.all("service_design").filter(|design| design.has("approved_on")) {
            const SECTIONS: [&str; 7] =
                ["sections.a", "sections.b", "sections.c", "sections.d", "sections.e", "sections.f", "sections.g"];
            finding.need(design, &SECTIONS);
        }
    }),
    ("8.5.2.3-1", |world, finding| {
        let acceptances = world.group("acceptance", "subject");
        for plan in complete_plans(world, finding) {
            let live = plan.date("went_live_on");
            let mut mine = acceptances.get(plan.number()).into_iter().flatten();
            let accepted = mine.any(|acceptance| {
                let (criteria, results) = (acceptance.entries("criteria").len(), acceptance.entries("results").len());
                let before = acceptance.date("on").zip(live).is_some_and(|(on, live)| on < live);
                criteria > 0 && results >= criteria && before
            });
            finding.expect(plan, accepted, "have no acceptance with a result for each criterion before they went live");
        }
    }),
    ("8.5.2.3-2", |world, finding| {
        finding.call("acceptance", "failed acceptances of what went live").dated("on");
        for acceptance in world.all("acceptance").filter(|acceptance| acceptance.no("passed")) {
            let live = acceptance.refer("subject").and_then(|subject| match subject.kind() {
                "transition_plan" => subject.date("went_live_on"),
                "release" => subject.date("deployed_on"),
                _ => None,
            });
            let Some(live) = live else { continue };
            finding.need(acceptance, &["decision", "decided_by"]);
            let before = acceptance.date("on").is_some_and(|on| on <= live);
            finding.expect(acceptance, before, "were decided on after it went live");
        }
    }),
    ("8.5.2.3-3", |world, finding| {
        for plan in settled_plans(world, finding).into_iter().filter(|plan| plan.has("went_live_on")) {
            let released = plan.linked("release").any(|release| release.has("approved_by"));
            finding.expect(plan, released, "are linked to no approved release");
        }
    }),
    ("8.5.2.3-4", |world, finding| {
        let reports = world.group("transition_report", "service");
        for plan in settled_plans(world, finding) {
            if plan.date("went_live_on").is_some_and(|live| world.is_older_than_days(live, 60)) {
                let mut mine = plan.text("service").and_then(|service| reports.get(service)).into_iter().flatten();
                let reported = mine.any(|report| report.has_all(&["achieved", "told"]));
                finding.expect(plan, reported, "have no report on what was achieved");
            }
        }
    }),
];

pub(super) const RELEASE: Checks = &[
    ("8.5.3-1", |world, finding| {
        let Some(policy) = must_policy(world, finding, "release") else { return };
        let types = named_entries(policy, "parts.types", "type");
        if types.is_empty() {
            return finding.gap("The policy on releases names no type");
        }
        finding.expect(policy, types.contains("emergency"), "have no type for emergencies");
        finding.each("release", |release, said| {
            let known = release.text("type").is_some_and(|of| types.contains(of));
            said.expect(known, "have a type that the policy does not name");
        });
    }),
    ("8.5.3-2", |world, finding| {
        for (release, _) in deployed(world, finding) {
            finding.need(release, &["planned_on", "deliverables", "method", "problems", "known_errors"]);
            let approved = changes_of(release).any(|change| change.is("decision", "approved"));
            finding.expect(release, approved, "hold no approved change");
        }
    }),
    ("8.5.3-3", |world, finding| {
        for (release, deployed) in deployed(world, finding) {
            finding.need(release, &["criteria", "verified_on", "approved_by"]);
            let late = release.date("verified_on").is_some_and(|verified| verified > deployed);
            finding.expect(release, !late, "were verified after they were deployed");
        }
    }),
    ("8.5.3-4", |world, finding| {
        let acceptances = world.group("acceptance", "subject");
        for (release, deployed) in deployed(world, finding) {
            let unmet = |criterion: &Value| criterion.part("met").and_then(Value::as_flag) == Some(false);
            if release.entries("criteria").iter().any(unmet) {
                let mut mine = acceptances.get(release.number()).into_iter().flatten();
                let decided = mine.any(|acceptance| {
                    acceptance.has_all(&["decision", "decided_by"])
                        && acceptance.date("on").is_some_and(|on| on <= deployed)
                });
                finding.expect(release, decided, "miss a criterion without a decision before they were deployed");
            }
        }
        finding.call("release", "deployed releases that miss a criterion");
    }),
    ("8.5.3-5", |world, finding| {
        for (release, deployed) in deployed(world, finding) {
            let before = release.date("baseline.on").is_some_and(|on| on <= deployed);
            finding.expect(release, before, "have no baseline from before they were deployed");
            let kept: HashSet<&str> = release.names("baseline.cis").collect();
            let whole = changes_of(release).flat_map(|change| change.names("cis")).all(|ci| kept.contains(ci));
            finding.expect(release, whole, "have a baseline without all items of their changes");
        }
    }),
    ("8.5.3-6", |world, finding| {
        for (release, _) in deployed(world, finding) {
            finding.need(release, &["outcome", "post_check"]);
        }
    }),
    ("8.5.3-7", |world, finding| {
        let days = world.number("release_watch_days");
        for (release, deployed) in deployed(world, finding) {
            if world.is_older_than_days(deployed, days) {
                finding.need(release, &["outcome"]);
                let counted = release
                    .value("incidents")
                    .is_some_and(|incidents| matches!(incidents, Value::List(_)) || incidents.is_filled());
                finding.expect(release, counted, "have no count of the incidents that they caused");
            }
            if release.is("outcome", "failed") {
                finding.need(release, &["review"]);
            }
        }
        if let Some(review) = newest_trend(world, finding, "release") {
            finding.fresh(
                review,
                world.is_within_months(review.date("on"), 12),
                "are the newest and older than 12 months",
            );
        }
    }),
    ("8.5.3-8", |_, finding| {
        finding.call("release", "approved or deployed releases");
        finding.each("release", |release, said| {
            if release.has("deployed_on") {
                said.need(&["told"]);
            } else if release.has("approved_by") {
                said.need(&["planned_on"]);
            }
        });
    }),
];

/// Names of the entries of a part: keys of named parts, or the texts or named entries of a list.
fn named_entries<'w>(policy: Fact<'w>, path: &str, name: &str) -> BTreeSet<&'w str> {
    match policy.value(path) {
        Some(Value::Parts(parts)) if !parts.contains_key(name) => {
            parts.iter().filter(|(_, part)| part.is_filled()).map(|(name, _)| name.as_str()).collect()
        }
        Some(value) => {
            let named = |entry: &'w Value| {
                let part = entry.part(name).or_else(|| entry.part("name"));
                entry.as_text().or_else(|| part?.as_text())
            };
            value.entries().iter().filter_map(named).collect()
        }
        None => BTreeSet::new(),
    }
}

/// The newest review of trends in a subject, or the gap.
pub(super) fn newest_trend<'w>(world: &'w World, finding: &mut Finding<'w>, subject: &str) -> Option<Fact<'w>> {
    finding.dated("on").call("trend_review", format!("reviews of {} trends", subject.replace('-', " ")));
    let newest = world.newest(world.all("trend_review").filter(|review| review.is("subject", subject)), "on");
    finding.must(newest, &format!("Trends of {}s were never reviewed", subject.replace('-', " ")))
}

pub(super) fn is_standard(change: Fact<'_>) -> bool {
    change.yes("standard") || change.is("category", "standard")
}

pub(super) fn is_emergency(change: Fact<'_>) -> bool {
    change.is("category", "emergency")
}

/// When a change that is not a standard one was put in place, if that was lately.
fn implemented_lately(change: Fact<'_>) -> Option<Moment> {
    let done = change.date("implemented_on").filter(|_| !is_standard(change))?;
    change.world.is_in_window(Some(done)).then_some(done)
}

/// Authors of history entries whose note is the word implemented.
fn implementers(change: Fact<'_>) -> BTreeSet<String> {
    let put =
        change.marks().iter().filter(|mark| mark.note.as_deref().is_some_and(|note| note.trim() == "implemented"));
    put.filter_map(|mark| mark.by.as_deref()).map(str::to_lowercase).collect()
}

fn settled_plans<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<Fact<'w>> {
    finding.dated("approved_on").call("transition_plan", "approved or complete transition plans that ask for it");
    world.all("transition_plan").filter(|plan| plan.is_one_of("state", &["approved", "complete"])).collect()
}

fn complete_plans<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<Fact<'w>> {
    finding.dated("went_live_on").call("transition_plan", "complete transition plans");
    world.all("transition_plan").filter(|plan| plan.is("state", "complete")).collect()
}

/// The latest of the named dates of a plan.
fn last_date(plan: Fact<'_>) -> Option<Moment> {
    match plan.value("sections.dates")? {
        Value::Parts(dates) => dates.values().filter_map(Value::as_moment).max(),
        other => other.entries().iter().filter_map(Value::as_moment).max(),
    }
}

fn deployed<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<(Fact<'w>, Moment)> {
    finding.dated("deployed_on").call("release", "deployed releases");
    world.all("release").filter_map(|release| Some((release, release.date("deployed_on")?))).collect()
}

fn changes_of<'w>(release: Fact<'w>) -> impl Iterator<Item = Fact<'w>> {
    release.names("changes").filter_map(move |number| release.world.find_of("change", number))
}

/// Services that two records both name.
pub(super) fn share_a_service(left: Fact<'_>, right: Fact<'_>) -> bool {
    let mine: HashMap<&str, ()> = left.names("services").map(|service| (service, ())).collect();
    right.names("services").any(|service| mine.contains_key(service))
}

/// A test from the change on until so many days after it.
pub(super) fn is_within_after(at: Moment, from: Moment, days: i64) -> bool {
    at >= from && at.0 - from.0 <= days * DAY
}
