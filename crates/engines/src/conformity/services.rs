//! Clauses 8.1 and 8.2: operation, service portfolio, other parties, catalogue, assets, configuration.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Period, Value, time::DAY};

use super::{
    checks::Checks, context::ProcessEvidence, fact::Fact, finding::Finding, span::plus_working_days, world::World,
};

pub(super) const OPERATION: Checks = &[
    ("8.1.a", |world, finding| {
        for process in world.all("process") {
            let measured = |entry: &Value| world.has_part(entry, "number") && world.has_part(entry, "unit");
            finding.expect(
                process,
                process.entries("criteria").iter().any(measured),
                "have no criterion with number and unit",
            );
        }
    }),
    ("8.1.b", |world, finding| {
        let reviews = world.group("process_review", "process");
        for process in world.all("process") {
            let mut mine = reviews.get(process.number()).cloned().unwrap_or_default();
            if !finding.expect(process, !mine.is_empty(), "have no review") {
                continue;
            }
            reviewed_lately(world, finding, process, &mine);
            mine.sort_by_key(|review| (review.text("period").and_then(Period::parse), review.text("period")));
            let left = mine.windows(2).any(|pair| missed_twice(pair[0], pair[1]) && !pair[1].has_action());
            finding.expect(process, !left, "missed a criterion twice in a row without an action");
        }
    }),
    ("8.1.c", |world, finding| {
        let seen = ProcessEvidence::new(world);
        for process in world.all("process") {
            let newest = seen.newest(process);
            finding.seen(newest);
            if finding.expect(process, newest.is_some(), "have no review and no reading") {
                let recent = world.is_in_window(newest);
                let days = world.number("window_days");
                finding.fresh(process, recent, format!("have no review or reading in the last {days} days"));
            }
        }
    }),
    ("8.1-1", |_, finding| {
        finding.call("change", "changes to the management system or without a plan");
        finding.each("change", |change, said| {
            if change.is("kind", "sms") {
                said.need(&["decision", "review"]);
            }
            if change.yes("unplanned") {
                said.need(&["effects"]);
                said.expect(change.has_action(), "have no action");
            }
        });
    }),
    ("8.1-2", |world, finding| {
        finding.call("other_party", "active parties that run processes");
        super::supply::parties_perform(world, finding, providers(world, &["processes"]), "supplier_performance");
    }),
    ("8.2.1-1", |world, finding| {
        let reviews = world.group("process_review", "process");
        for process in world.all("process") {
            finding.expect(process, process.has_active("owner"), "have no owner who is an active person");
            let mine = reviews.get(process.number()).map_or(&[][..], Vec::as_slice);
            if finding.expect(process, !mine.is_empty(), "have no review") {
                reviewed_lately(world, finding, process, mine);
            }
        }
    }),
    ("8.2.1-2", |world, finding| {
        let month = world.last_closed_month();
        let name = super::span::period_name(month);
        finding.call("service", "live services in scope");
        let of_month = |fact: &Fact<'_>| fact.text("period").and_then(Period::parse) == Some(month);
        let reported = world.all("report").any(|report| of_month(&report));
        let slas = world.all("sla_result").filter(of_month).filter_map(|result| result.refer("sla"));
        let shown: HashSet<&str> = slas.filter_map(|sla| sla.text("service")).collect();
        for service in world.in_scope_live() {
            let seen = reported || shown.contains(service.number());
            finding.expect(service, seen, format!("have no result and no report of {name}"));
        }
    }),
];

pub(super) const PORTFOLIO: Checks = &[
    ("8.2.2-1", |world, finding| {
        finding.call("service", "services in scope that are live or in transition");
        if !world.has_any("service_requirement") {
            return finding.gap("There is no service requirement");
        }
        let agreed =
            world.all("service_requirement").filter(|requirement| requirement.has_all(&["source", "agreed_on"]));
        let agreed: HashSet<&str> = agreed.flat_map(|requirement| requirement.names("service")).collect();
        let services = world.all("service").filter(|service| service.yes("in_scope"));
        for service in services.filter(|service| super::planning::is_live_or_coming(*service)) {
            finding.expect(service, agreed.contains(service.number()), "have no agreed requirement");
        }
    }),
    ("8.2.2-2", |world, finding| {
        finding.dated("criticality_reviewed_on").call("service", "live services in scope");
        for service in world.in_scope_live() {
            finding.need(service, &["criticality", "criticality_reviewed_on"]);
            let fresh = world.is_within_months(service.date("criticality_reviewed_on"), 12);
            finding.fresh(service, fresh, "had their criticality reviewed more than 12 months ago");
        }
    }),
    ("8.2.2-3", |world, finding| {
        finding.call("service", "live services in scope");
        let ends = ends_of(world.all("service_dependency"));
        for service in world.in_scope_live() {
            finding.expect(service, ends.contains(service.number()), "are in no dependency");
        }
        for dependency in world.all("service_dependency") {
            let whole = dependency.refer("from").is_some() && dependency.refer("to").is_some();
            finding.expect(dependency, whole, "lead from or to something that is not on record");
        }
    }),
    ("8.2.2-4", |world, finding| {
        finding.call("service", "services that missed a target two months in a row");
        for service in missed_two_months(world) {
            finding.expect(
                service,
                service.is_linked(&["change", "improvement"]),
                "are linked to no change or improvement",
            );
        }
    }),
    ("8.2.2-5", |_, finding| {
        finding.call("change", "undecided changes to the portfolio");
        finding.each("change", |change, said| {
            if is_of_portfolio(change) && !change.has("decision") {
                said.need(&["priority"]);
            }
        });
    }),
    ("8.2.4-1", catalogue_is_kept),
    ("8.2.4-2", |world, finding| {
        finding.call("customer", "active customers");
        let shown = world.all("catalogue_entry").filter(|entry| entry.has("audience"));
        let shown: HashSet<&str> = shown.flat_map(|entry| entry.names("service")).collect();
        for customer in world.active("customer") {
            let whole = customer.names("services").all(|service| shown.contains(service));
            finding.expect(customer, whole, "have services without a catalogue entry for an audience");
        }
    }),
    ("8.2.5-1", |world, finding| {
        finding.call("asset", "assets in use");
        finding.each("asset", |asset, said| {
            if asset.is("state", "in-use") {
                said.need(&["owner", "service", "obligations"]);
                let over = ["licence_until", "support_until"]
                    .iter()
                    .any(|field| asset.date(field).is_some_and(|at| world.is_past(at)));
                said.expect(!over || asset.has_action(), "are out of licence or support without an action");
            }
        });
    }),
];

pub(super) const CONFIGURATION: Checks = &[
    ("8.2.6-1", |world, finding| {
        finding.call("service", "live services in scope");
        finding.each("ci", |ci, said| {
            let known = ci.is_one_of("type", &["service", "server", "application", "network", "storage"]);
            said.expect(known, "have a type that is not in the list");
        });
        for service in world.in_scope_live() {
            let named = service.names("components").filter_map(|number| world.find_of("ci", number));
            let whole = named.chain(service.linked("ci")).any(|ci| ci.is("type", "service"));
            finding.expect(service, whole, "have no configuration item of type service");
        }
    }),
    ("8.2.6-2", |world, finding| {
        finding.call("service", "live services of high criticality");
        let ends = ends_of(world.all("ci_link").filter(|link| link.is("kind", "depends-on")));
        let grave = |service: &Fact<'_>| service.is_one_of("criticality", &["high", "critical"]);
        for service in world.in_scope_live().filter(grave) {
            let mapped = service.names("components").any(|ci| ends.contains(ci) && world.find_of("ci", ci).is_some());
            finding.expect(service, mapped, "have no component with a dependency");
        }
    }),
    ("8.2.6-3", |world, finding| {
        let ends = ends_of(world.all("ci_link"));
        finding.each("ci", |ci, said| {
            said.need(&["type", "description", "status"]);
            said.expect(ends.contains(ci.number()), "are related to no other item");
        });
    }),
    ("8.2.6-4", |_, finding| {
        finding.dated("updated_on").call("ci", "configuration items updated lately");
        finding.each("ci", |ci, said| {
            if is_updated_lately(ci) {
                let source = ci.refer("last_change").map(Fact::kind);
                let known = matches!(source, Some("change" | "release" | "ci_verification"));
                said.expect(known, "were updated without a change, release or verification");
            }
        });
    }),
    ("8.2.6-5", |world, finding| {
        finding.dated("implemented_on").call("change", "changes to configuration items implemented lately");
        finding.each("change", |change, said| {
            if !change.entries("cis").is_empty() {
                let Some(done) = change.date("implemented_on").filter(|done| world.is_in_window(Some(*done))) else {
                    return;
                };
                let until = plus_working_days(done, 5);
                let followed = change.entries("cis").iter().all(|ci| {
                    let ci = ci.as_text().and_then(|number| world.find_of("ci", number));
                    ci.is_some_and(|ci| updates(ci).any(|at| at >= done && at <= until))
                });
                said.expect(followed, "have items that were not updated within 5 working days");
            }
        });
    }),
    ("8.2.6-6", verifications_are_followed),
    ("8.2.6-7", |world, finding| {
        finding.call("incident", format!("incidents closed in the last {} days", world.number("window_days")));
        const UNTIED: &str = "name no configuration item or service, and fewer than 90 percent do";
        finding.each("incident", |incident, said| {
            if world.is_in_window(incident.date("closed_on")) {
                said.expect(incident.has("ci") || incident.has("service"), UNTIED);
            }
        });
        finding.forgive("incident", UNTIED, 10);
        finding.each("change", |change, said| {
            said.expect(change.has("cis") || change.has("services"), "name no configuration item or service");
        });
    }),
];

/// The newest review was in the last 92 days; else the process is stale.
fn reviewed_lately<'w>(world: &'w World, finding: &mut Finding<'w>, process: Fact<'w>, reviews: &[Fact<'w>]) {
    let newest = reviews.iter().filter_map(|review| review.date("reviewed_on")).max();
    finding.seen(newest);
    let fresh = newest.is_some_and(|at| world.is_within_days(at, 92));
    finding.fresh(process, fresh, "were not reviewed in the last 92 days");
}

/// Whether two neighbouring reviews both have a reading of the same name that was not met.
fn missed_twice(earlier: Fact<'_>, later: Fact<'_>) -> bool {
    let missed = |review: Fact<'_>| -> BTreeSet<String> {
        let readings = review.entries("readings").iter();
        let missed = readings.filter(|reading| reading.part("met").and_then(Value::as_flag) == Some(false));
        missed.filter_map(|reading| Some(reading.part("name")?.as_text()?.to_string())).collect()
    };
    !missed(earlier).is_disjoint(&missed(later))
}

/// Active other parties that provide one of these.
pub(super) fn providers<'w>(world: &'w World, what: &'static [&'static str]) -> impl Iterator<Item = Fact<'w>> {
    let provides = |party: &Fact<'_>| what.iter().any(|part| party.has(&format!("provides.{part}")));
    world.active("other_party").filter(provides)
}

pub(super) fn is_of_portfolio(change: Fact<'_>) -> bool {
    change.is_one_of("kind", &["new-service", "service-change", "removal", "transfer"])
}

/// Numbers at either end of relations.
fn ends_of<'w>(relations: impl Iterator<Item = Fact<'w>>) -> HashSet<&'w str> {
    relations.flat_map(|relation| relation.names("from").chain(relation.names("to"))).collect()
}

/// Services with a missed target in two months in a row, by the same SLA and target.
fn missed_two_months(world: &World) -> Vec<Fact<'_>> {
    let mut missed: HashMap<(&str, &str), BTreeSet<model::Date>> = HashMap::new();
    for result in world.all("sla_result").filter(|result| result.no("met")) {
        if let (Some(sla), Some(target), Some(period)) =
            (result.text("sla"), result.text("target"), result.text("period").and_then(Period::parse))
        {
            missed.entry((sla, target)).or_default().insert(period.begin);
        }
    }
    let twice = |months: &BTreeSet<model::Date>| {
        months.iter().any(|month| months.contains(&super::span::plus_months(*month, 1)))
    };
    let slas = missed.iter().filter(|(_, months)| twice(months)).filter_map(|((sla, _), _)| world.find_of("sla", sla));
    slas.filter_map(|sla| sla.refer("service")).collect()
}

fn catalogue_is_kept<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.dated("reviewed_on").call("service", "live services in scope");
    if !world.has_any("catalogue_entry") {
        return finding.gap("There is no catalogue entry");
    }
    let entries = world.group("catalogue_entry", "service");
    for service in world.in_scope_live() {
        let mine = entries.get(service.number()).map_or(&[][..], Vec::as_slice);
        finding.expect(service, !mine.is_empty(), "have no catalogue entry");
        let audiences: Vec<&Value> = mine.iter().flat_map(|entry| entry.entries("audience")).collect();
        let once = audiences.iter().collect::<BTreeSet<_>>().len() == audiences.len();
        finding.expect(service, once, "have two catalogue entries for the same audience");
    }
    for entry in world.all("catalogue_entry") {
        finding.need(entry, &["description", "outcomes", "dependencies"]);
        let alive = entry
            .refer("service")
            .is_some_and(|service| service.kind() == "service" && !service.is("stage", "retired"));
        finding.expect(entry, alive, "are about a service that is retired or not on record");
        let fresh = world.is_fresh(entry.date("reviewed_on"), "catalogue_review");
        finding.fresh(entry, fresh, "were not reviewed in time");
    }
}

pub(super) fn is_updated_lately(ci: Fact<'_>) -> bool {
    ci.world.is_in_window(ci.date("updated_on"))
}

/// When an item was updated: its field, and what history entries set in it.
fn updates<'w>(ci: Fact<'w>) -> impl Iterator<Item = model::Moment> + 'w {
    let told = ci.marks().iter().flat_map(|mark| [mark.changes.get("updated_on"), mark.base.get("updated_on")]);
    let told = told.flatten().filter_map(|value| value.as_ref()?.as_moment());
    ci.date("updated_on").into_iter().chain(told).filter(move |at| ci.world.has_come(*at))
}

fn verifications_are_followed<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.dated("on");
    let newest = world.newest(world.all("ci_verification"), "on");
    if let Some(newest) = finding.must(newest, "Configuration data was never verified") {
        finding.fresh(newest, world.is_fresh(newest.date("on"), "ci_verification"), "are the newest and too old");
    }
    for verification in world.all("ci_verification") {
        let errors = verification.entries("errors").iter().filter(|error| error.as_text() != Some("none")).count();
        let done = |action: &Fact<'_>| {
            let times = action.date("done_on").zip(verification.date("on"));
            times.is_some_and(|(done, on)| done.0 - on.0 <= 30 * DAY)
        };
        let followed = verification.actions().into_iter().filter(done).count();
        finding.expect(verification, followed >= errors, "have fewer actions done within 30 days than errors");
    }
}
