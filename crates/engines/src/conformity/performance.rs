//! Clause 9: measurement, evaluation, audit, management review, reports.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Period, Value, time::DAY};

use super::{
    catalogue::{catalogue, is_within},
    checks::Checks,
    context::clause_of,
    fact::Fact,
    finding::Finding,
    leadership::newest_review_has,
    relationship::period_of,
    span::{period_name, plus_working_days},
    world::World,
};

pub(super) const CHECKS: Checks = &[
    ("9.1-1", |world, finding| {
        finding.call("service", "live services in scope");
        let measured: HashSet<&str> = world.all("measure").flat_map(|measure| measure.names("subject")).collect();
        for measure in world.all("measure") {
            finding.need(measure, &["subject", "method", "frequency", "analysis_frequency", "owner"]);
        }
        for fact in world.all("process").chain(world.in_scope_live()) {
            finding.expect(fact, measured.contains(fact.number()), "have no measure");
        }
    }),
    ("9.1-2", |world, finding| {
        let readings = world.group("reading", "measure");
        for measure in world.all("measure") {
            let mine = readings.get(measure.number()).map_or(&[][..], Vec::as_slice);
            if finding.expect(measure, !mine.is_empty(), "have no reading") {
                let newest = mine.iter().filter_map(|reading| reading.date("at")).max();
                finding.seen(newest);
                let fresh = newest.is_some_and(|at| !world.is_past(at.plus(days_of(measure) * DAY * 11 / 10)));
                finding.fresh(measure, fresh, "have no reading that is new enough");
            }
        }
    }),
    ("9.1-3", sms_is_evaluated),
    ("9.1-4", |world, finding| {
        finding.call("service", "live services in scope");
        let evaluations = world.group("evaluation", "subject");
        let requirements = world.group("service_requirement", "service");
        for service in world.in_scope_live() {
            let wanted = || requirements.get(service.number()).into_iter().flatten();
            let whole = |evaluation: &&Fact<'_>| {
                let against: HashSet<&str> = evaluation.names("against").collect();
                wanted().all(|requirement| against.contains(requirement.number()))
            };
            let mine: Vec<_> = evaluations.get(service.number()).into_iter().flatten().filter(whole).collect();
            if finding.expect(service, !mine.is_empty(), "have no evaluation against all their requirements") {
                let newest = mine.iter().filter_map(|evaluation| evaluation.date("on")).max();
                finding.seen(newest);
                let fresh = world.is_within_months(newest, 12);
                finding.fresh(service, fresh, "were not evaluated in the last 12 months");
            }
        }
    }),
    ("9.2.1.a", audits_cover_everything),
    ("9.2.1.b", |world, finding| {
        finding.call("audit", "audits with a report").dated("report_on");
        for audit in world.all("audit").filter(|audit| audit.has("report_on")) {
            finding.need(audit, &["records_sampled", "people_met"]);
        }
    }),
    ("9.2.2.a", |world, finding| {
        finding.dated("approved_on").call("audit_programme", "newest audit programmes");
        let newest = world.newest(world.all("audit_programme"), "approved_on");
        if let Some(programme) = finding.must(newest, "There is no approved audit programme") {
            finding.need(programme, &["frequency", "methods", "duties", "planning", "reporting", "basis"]);
        }
    }),
    ("9.2.2.b", auditors_are_fit),
    ("9.2.2.d", |world, finding| {
        finding.call("audit", "audits held more than 30 days ago").dated("held_on");
        let over = |audit: &Fact<'_>| audit.date("held_on").is_some_and(|held| world.is_older_than_days(held, 30));
        for audit in world.all("audit").filter(over) {
            finding.need(audit, &["report_on", "told"]);
        }
    }),
    ("9.2.2.e", |world, finding| {
        finding.call("audit", "audits whose planned day is past").dated("planned_on");
        let past = |audit: &Fact<'_>| audit.date("planned_on").is_some_and(|planned| world.is_past(planned));
        for audit in world.all("audit").filter(past) {
            finding.need(audit, &["held_on"]);
        }
    }),
    ("9.3-1", |world, finding| {
        let Some(review) = newest_review(world, finding) else { return };
        finding.expect(review, review.has_top("present"), "were held without top management");
        let fresh = world.is_fresh(review.date("held_on"), "management_review");
        finding.fresh(review, fresh, "are the newest and too old");
    }),
    ("9.3-2", |world, finding| {
        const INPUTS: [&str; 14] = [
            "inputs.a",
            "inputs.b",
            "inputs.c1",
            "inputs.c2",
            "inputs.c3",
            "inputs.d",
            "inputs.e",
            "inputs.f",
            "inputs.g",
            "inputs.h",
            "inputs.i",
            "inputs.j",
            "inputs.k",
            "inputs.l",
        ];
        newest_review_has(world, finding, &INPUTS);
    }),
    ("9.3-3", |world, finding| {
        let Some(review) = newest_review(world, finding) else { return };
        finding.need(review, &["decisions"]);
        let actions = review.actions();
        let enough = actions.len() >= review.entries("decisions").len();
        finding.expect(review, enough, "have fewer actions than decisions");
        let owned = actions.iter().all(|action| action.has_all(&["owner", "due"]));
        finding.expect(review, owned, "have actions without owner or due date");
    }),
    ("9.3-4", |world, finding| {
        finding.dated("held_on");
        for review in world.all("management_review") {
            finding.need(review, &["minutes.approved_on"]);
        }
    }),
    ("9.4-1", |world, finding| {
        for definition in world.all("report_definition") {
            finding.need(definition, &["purpose", "audience", "frequency", "source"]);
        }
    }),
    ("9.4-2", |world, finding| definitions_have_reports(world, finding, world.all("report_definition"))),
    ("9.4-3", |world, finding| {
        for report in reports_of_the_year(world, finding) {
            finding.need(report, &["trends"]);
            let long = |trend: &Value| {
                trend.part("values").is_some_and(|values| values.is_filled() && values.entries().len() >= 3)
            };
            finding.expect(
                report,
                report.entries("trends").iter().all(long),
                "show a trend with fewer than three values",
            );
        }
    }),
    ("9.4-4", |world, finding| {
        for report in reports_of_the_year(world, finding) {
            finding.expect(report, report.has("decisions") || report.has_action(), "have no decision and no action");
        }
        finding.call("action", "actions of reports");
        for report in world.all("report") {
            let until = report.date("made_on").map(|made| plus_working_days(made, 10));
            let in_time = |at: model::Moment| until.is_some_and(|until| at <= until);
            for action in report.actions() {
                let sent = action.linked("communication").filter_map(|message| message.date("sent_on"));
                let told = action.date("told").into_iter().chain(sent).any(in_time);
                finding.expect(action, told, "were not told within 10 working days of their report");
            }
        }
    }),
];

fn newest_review<'w>(world: &'w World, finding: &mut Finding<'w>) -> Option<Fact<'w>> {
    finding.dated("held_on").call("management_review", "newest management reviews");
    let newest = world.newest(world.all("management_review"), "held_on");
    finding.must(newest, "No management review was held")
}

fn reports_of_the_year<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<Fact<'w>> {
    finding.dated("made_on").call("report", "reports made in the last 12 months");
    world.all("report").filter(|report| world.is_within_months(report.date("made_on"), 12)).collect()
}

fn days_of(measure: Fact<'_>) -> i64 {
    match measure.text("frequency") {
        Some("daily") => 1,
        Some("weekly") => 7,
        Some("quarterly") => 92,
        Some("yearly") => 366,
        _ => 31,
    }
}

/// Every definition has a report for each closed month or quarter of the last 12 months.
pub(super) fn definitions_have_reports<'w>(
    world: &'w World,
    finding: &mut Finding<'w>,
    definitions: impl Iterator<Item = Fact<'w>>,
) {
    let mut made: HashMap<&str, HashSet<Period>> = HashMap::new();
    for report in world.all("report") {
        if let (Some(definition), Some(period)) = (report.text("definition"), period_of(report)) {
            made.entry(definition).or_default().insert(period);
        }
    }
    let (months, quarters) = (world.closed_months(), world.closed_quarters());
    for definition in definitions {
        let periods = if definition.is("frequency", "monthly") { &months } else { &quarters };
        let mine = made.get(definition.number());
        let whole = periods.iter().all(|period| mine.is_some_and(|mine| mine.contains(period)));
        finding.expect(definition, whole, "have no report for each period");
    }
}

fn sms_is_evaluated<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.dated("on").call("evaluation", "evaluations of the management system");
    let objectives: Vec<&str> = world.current_objectives().map(Fact::number).collect();
    let evaluations: Vec<_> = world.all("evaluation").filter(|evaluation| evaluation.is("subject", "sms")).collect();
    for quarter in world.closed_quarters() {
        let mine: Vec<_> = evaluations.iter().filter(|evaluation| period_of(**evaluation) == Some(quarter)).collect();
        if mine.is_empty() {
            finding.gap(format!("There is no evaluation of the management system for {}", period_name(quarter)));
        }
        let whole = mine.iter().any(|evaluation| {
            let against: HashSet<&str> = evaluation.names("against").collect();
            objectives.iter().all(|objective| against.contains(objective))
        });
        for evaluation in mine {
            finding.expect(*evaluation, whole, "do not look at every current objective");
        }
    }
}

fn audits_cover_everything<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.dated("held_on").call("service", "live services in scope").call("audit", "recent audits");
    if !world.all("audit").any(|audit| audit.has("held_on")) {
        return finding.gap("No audit was held");
    }
    let recent = || world.all("audit").filter(|audit| world.is_fresh(audit.date("held_on"), "internal_audit"));
    recent().for_each(|audit| finding.look(audit));
    let clauses: BTreeSet<&str> = recent().flat_map(|audit| audit.names("scope.clauses")).collect();
    for leaf in catalogue().leaf_clauses().filter(|leaf| !clauses.contains(leaf)) {
        finding.gap(format!("No recent audit covers clause {leaf}"));
    }
    let services: BTreeSet<&str> = recent().flat_map(|audit| audit.names("scope.services")).collect();
    for service in world.in_scope_live() {
        finding.expect(service, services.contains(service.number()), "are in no recent audit");
    }
}

/// No auditor owns a process that is audited, and each has a competence in auditing.
fn auditors_are_fit<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.dated("held_on");
    let able = world.all("competence");
    let able =
        able.filter(|competence| competence.text("need").is_some_and(|need| need.to_lowercase().contains("audit")));
    let able: HashSet<String> = able.flat_map(|competence| competence.names("person").map(str::to_lowercase)).collect();
    let mut owners: HashMap<String, Vec<&str>> = HashMap::new();
    for process in world.all("process") {
        let Some(clause) = clause_of(process) else { continue };
        for owner in process.names("owner") {
            owners.entry(owner.to_lowercase()).or_default().push(clause);
        }
    }
    for audit in world.all("audit") {
        finding.need(audit, &["scope", "criteria", "auditors"]);
        for auditor in audit.names("auditors").map(str::to_lowercase) {
            let own = owners.get(&auditor).into_iter().flatten();
            let partial =
                own.copied().any(|clause| audit.names("scope.clauses").any(|audited| is_within(audited, clause)));
            finding.expect(audit, !partial, "have an auditor who owns an audited process");
            finding.expect(audit, able.contains(&auditor), "have an auditor without a competence in auditing");
        }
    }
}
