//! The parts of the plan in the order of 6.3: what is written, which records stand behind it, what is missing.

use desk::Shown;
use engines::conformity::{Assessment, State, catalogue};
use kinds::{
    governance::{objective, risk_method, role, scope_statement},
    supply::budget,
};
use model::{Value, words::counted};

use super::{
    Lack,
    gather::{Facts, link},
    unjudged,
};
use crate::{
    pages::{road::facts::amount, verdicts},
    view::{
        parts::{Link, Mark},
        text, time,
    },
};

/// Records that are named one by one; the rest stand in their list.
const NAMED: usize = 12;

/// One part of the plan.
pub struct Part {
    /// For a link straight to it.
    pub id: &'static str,
    pub title: &'static str,
    /// The requirement that it answers, and what that asks; empty for what other clauses ask.
    pub requirement: Link,
    pub asks: String,
    pub mark: Mark,
    pub why: String,
    pub is_proved: bool,
    /// What the plan's record says, as sanitised markup.
    pub html: String,
    pub groups: Vec<Group>,
    pub gaps: Vec<Lack>,
}

/// Records that stand behind a part.
pub struct Group {
    pub label: String,
    pub records: Vec<(Link, String)>,
    /// The rest of them.
    pub more: Link,
}

pub fn parts(facts: &Facts, assessment: &Assessment) -> Vec<Part> {
    let told = [
        ("keeping", "The plan and what it was made from", "6.3-1", made_from(facts)),
        ("scope", "Scope", "4.3-3", scope(facts)),
        ("objectives", "Objectives and policy", "6.2.1-1", objectives(facts)),
        ("services", "a) Services", "6.3.a", services(facts)),
        ("limits", "b) Known limits", "6.3.b", written(facts, "b", "What holds the system or its services back")),
        ("duties", "c) Duties", "6.3.c", duties(facts)),
        ("roles", "d) Authority and responsibility", "6.3.d", roles(facts)),
        ("resources", "e) Resources", "6.3.e", resources(facts)),
        ("parties", "f) Working with other parties", "6.3.f", parties(facts)),
        (
            "technology",
            "g) Technology that supports the system",
            "6.3.g",
            written(facts, "g", "Which tools the work depends on"),
        ),
        ("measuring", "h) Measuring, auditing, reporting, improving", "6.3.h", measuring(facts)),
        ("risks", "Approach to risk", "6.1.2.d", risks(facts)),
        ("references", "Policy, objectives, risks and requirements in view", "6.3-2", references(facts)),
        ("others", "Plans that must fit this one", "6.3-3", others(facts)),
    ];
    told.into_iter().map(|(id, title, requirement, body)| part((id, title), requirement, body, assessment)).collect()
}

/// What is written, what stands behind it, what is missing.
#[derive(Default)]
struct Body {
    markdown: String,
    groups: Vec<Group>,
    gaps: Vec<Lack>,
}

fn part((id, title): (&'static str, &'static str), requirement: &str, body: Body, assessment: &Assessment) -> Part {
    let known = catalogue().requirement(requirement);
    let clause = known.map_or("", |known| known.clause.as_str());
    let verdict = assessment.find(requirement);
    let state = verdict.map(|verdict| verdict.state);
    let link = Link::new(requirement, format!("/conformity/{clause}/{requirement}"));
    let why = verdict.filter(|_| state != Some(State::Proved)).map_or_else(String::new, |verdict| verdict.why.clone());
    let mut gaps = body.gaps;
    // What the check finds and none of these sentences names is read at the requirement, record by record.
    if gaps.is_empty() && matches!(state, Some(State::Gap | State::Nonconforming | State::Stale)) {
        gaps.push(Lack::new(format!("{why}."), "See which", link.href.clone()));
    }
    Part {
        id,
        title,
        requirement: link,
        asks: known.map_or_else(String::new, |known| known.text.clone()),
        mark: verdict.map_or_else(unjudged, |verdict| verdicts::mark(verdict.state)),
        why,
        is_proved: state == Some(State::Proved),
        html: if body.markdown.is_empty() { String::new() } else { text::markdown(&body.markdown) },
        groups: body.groups,
        gaps,
    }
}

/// Records under a label, with what is said beside each; none where there are none.
fn group(label: &str, plural: &str, shown: &[Shown], beside: impl Fn(&Shown) -> String) -> Option<Group> {
    if shown.is_empty() {
        return None;
    }
    let line = |one: &Shown| {
        let words = if one.title().is_empty() { one.number().to_owned() } else { one.title().to_owned() };
        (Link::new(words, format!("/{plural}/{}", one.number())), beside(one))
    };
    let rest = shown.len().saturating_sub(NAMED);
    Some(Group {
        label: label.into(),
        records: shown.iter().take(NAMED).map(line).collect(),
        more: if rest > 0 { Link::new(format!("{rest} more"), format!("/{plural}")) } else { Link::default() },
    })
}

fn number(shown: &Shown) -> String {
    shown.number().to_owned()
}

fn listed(numbers: &[&str]) -> String {
    let rest = numbers.len().saturating_sub(NAMED);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", numbers[..numbers.len().min(NAMED)].join(", "))
}

fn made_from(facts: &Facts) -> Body {
    let mut gaps = Vec::new();
    match &facts.plan {
        None => gaps.push(Lack::new("No plan is on record.", "Begin it below", "#begin")),
        Some(shown) if shown.state() != "approved" => {
            let way = format!("/management_plans/{}/step?to=approved", shown.number());
            gaps.push(Lack::new("The plan is not approved: until then it counts for nothing.", "Approve it", way));
        }
        Some(_) => {}
    }
    Body { gaps, ..Body::default() }
}

fn scope(facts: &Facts) -> Body {
    let Some(shown) = &facts.scope else {
        let lack = Lack::new("No scope statement is on record.", "Write it", "/scope_statements/new");
        return Body { gaps: vec![lack], ..Body::default() };
    };
    let mut gaps = Vec::new();
    if shown.state() != "approved" {
        let way = format!("/scope_statements/{}/step?to=approved", shown.number());
        gaps.push(Lack::new("The scope statement is not approved.", "Approve it", way));
    }
    Body {
        markdown: scope_statement::TEXT.get(shown.fields()).map(|text| text.0).unwrap_or_default(),
        groups: group("Statement", "scope_statements", std::slice::from_ref(shown), number).into_iter().collect(),
        gaps,
    }
}

fn objectives(facts: &Facts) -> Body {
    let due = |shown: &Shown| {
        objective::DUE.get(shown.fields()).map(|day| format!("by {}", time::day(day))).unwrap_or_default()
    };
    let mut gaps = Vec::new();
    if facts.objectives.is_empty() && facts.sees("objective") {
        gaps.push(Lack::new("No objective is on record.", "Write one down", "/objectives/new"));
    }
    if facts.policies.is_empty() && facts.sees("policy") {
        gaps.push(Lack::new("No policy is approved.", "Draft one", "/papers"));
    }
    let groups = [
        group("Objectives", "objectives", &facts.objectives, due),
        group("Policies", "policies", &facts.policies, number),
    ];
    Body { groups: groups.into_iter().flatten().collect(), gaps, ..Body::default() }
}

fn services(facts: &Facts) -> Body {
    let named = facts.numbers("a");
    let there: Vec<&str> = facts.services.iter().map(Shown::number).collect();
    let missing: Vec<&str> = there.iter().copied().filter(|service| !named.iter().any(|one| one == service)).collect();
    let strange: Vec<&str> = named.iter().map(String::as_str).filter(|one| !there.contains(one)).collect();
    let mut gaps = Vec::new();
    if there.is_empty() && facts.sees("service") {
        gaps.push(Lack::new(
            "No service in scope is live or in transition.",
            "Write one down",
            "/services/new?stage=live",
        ));
    }
    if !missing.is_empty() {
        gaps.push(Lack::new(
            format!("In scope and not in the plan: {}.", listed(&missing)),
            "Take over from the records",
            "#begin",
        ));
    }
    if !strange.is_empty() {
        gaps.push(Lack::new(
            format!("In the plan and not live or in transition in scope: {}.", listed(&strange)),
            "Take over from the records",
            "#begin",
        ));
    }
    let owner = |shown: &Shown| {
        kinds::portfolio::service::OWNER.get(shown.fields()).map(|owner| facts.name(&owner.0)).unwrap_or_default()
    };
    Body {
        groups: group("In scope, live or in transition", "services", &facts.services, owner).into_iter().collect(),
        gaps,
        ..Body::default()
    }
}

/// A section that is nothing but words.
fn written(facts: &Facts, letter: &str, what: &str) -> Body {
    let markdown = facts.text(letter).to_owned();
    let lack =
        || Lack::new(format!("{what} is not written down."), "Write it", facts.edit(&format!("sections.{letter}")));
    Body { gaps: if markdown.is_empty() { vec![lack()] } else { Vec::new() }, markdown, ..Body::default() }
}

fn duties(facts: &Facts) -> Body {
    let rows = facts.section("c").map(Value::entries).unwrap_or_default();
    let words = |row: &Value, part: &str| row.part(part).and_then(Value::as_text).unwrap_or_default().trim().to_owned();
    let edit = facts.edit("sections.c");
    let mut gaps = Vec::new();
    if rows.is_empty() {
        gaps.push(Lack::new(
            "No duty from law, contracts, standards or policies is named.",
            "Write them down",
            edit.clone(),
        ));
    }
    let mut markdown = String::new();
    for row in rows {
        let (text, owner, met) = (words(row, "text"), words(row, "owner"), words(row, "how_met"));
        let what = if text.is_empty() { "A duty without words" } else { &text };
        markdown.push_str(&format!(
            "- **{what}**: {}. {met}\n",
            if owner.is_empty() { "nobody sees to it".to_owned() } else { facts.name(&owner) }
        ));
        if owner.is_empty() || met.is_empty() {
            gaps.push(Lack::new(
                format!("{what}: who sees to it, or how it is met, is not said."),
                "Complete it",
                edit.clone(),
            ));
        }
    }
    Body { markdown, gaps, ..Body::default() }
}

fn roles(facts: &Facts) -> Body {
    let named = facts.numbers("d");
    let holder = |shown: &Shown| role::HOLDER.get(shown.fields()).map(|holder| facts.name(&holder.0));
    let mut gaps = Vec::new();
    if facts.roles.is_empty() && facts.sees("role") {
        gaps.push(Lack::new("No role is on record.", "Write down a role", "/staff"));
    } else if named.is_empty() {
        gaps.push(Lack::new("The plan names no role.", "Take over from the records", "#begin"));
    }
    for shown in facts.roles.iter().filter(|shown| holder(shown).is_none()) {
        let way = format!("/roles/{}/edit#f-holder", shown.number());
        gaps.push(Lack::new(format!("Nobody holds the role {}.", shown.title()), "Name somebody", way));
    }
    let strange: Vec<&str> = named
        .iter()
        .map(String::as_str)
        .filter(|one| !facts.roles.iter().any(|shown| shown.number() == *one))
        .collect();
    if !strange.is_empty() {
        gaps.push(Lack::new(
            format!("In the plan and not among the roles: {}.", listed(&strange)),
            "Take over from the records",
            "#begin",
        ));
    }
    let beside = |shown: &Shown| holder(shown).unwrap_or_else(|| "nobody".into());
    Body {
        groups: group("Roles and their holders", "roles", &facts.roles, beside).into_iter().collect(),
        gaps,
        ..Body::default()
    }
}

/// Parts of section e with their words.
const MEANS: [(&str, &str); 4] =
    [("human", "People"), ("technical", "Technology"), ("information", "Information"), ("financial", "Money")];

fn resources(facts: &Facts) -> Body {
    let mut body = Body::default();
    for (part, label) in MEANS {
        let said = facts
            .section("e")
            .and_then(|section| section.part(part))
            .and_then(Value::as_text)
            .unwrap_or_default()
            .trim();
        if said.is_empty() {
            let words = format!("{label}: what is needed is not written down.");
            body.gaps.push(Lack::new(words, "Write it", facts.edit(&format!("sections.e.{part}"))));
        } else {
            body.markdown.push_str(&format!("- **{label}**: {said}\n"));
        }
    }
    let sum = |shown: &Shown| {
        let value = budget::AMOUNT.get(shown.fields()).map(|money| amount(money.0)).unwrap_or_default();
        format!("{value} for {}", facts.year)
    };
    body.groups.extend(group("Approved budgets of this year", "budgets", &facts.budgets, sum));
    let of = |service: &Shown| {
        facts.budgets.iter().any(|one| budget::SERVICE.get(one.fields()).is_some_and(|of| of.0 == service.number()))
    };
    for service in facts.services.iter().filter(|service| facts.sees("budget") && !of(service)) {
        let way = format!("/budgets/new?service={}&period={}", service.number(), facts.year);
        let words = format!("{} has no approved budget for {}.", service.title(), facts.year);
        body.gaps.push(Lack::new(words, "Write it", way));
    }
    let people =
        if facts.people == 1 { "1 person works here".to_owned() } else { format!("{} people work here", facts.people) };
    body.groups.push(Group {
        label: "People on record".into(),
        records: vec![(Link::new(people, "/people?filter=active+%3D+yes"), String::new())],
        more: Link::default(),
    });
    body
}

fn parties(facts: &Facts) -> Body {
    let body =
        written(facts, "f", "How work with suppliers, internal groups and customers who supply is kept under control");
    Body { groups: group("Other parties", "other_parties", &facts.parties, number).into_iter().collect(), ..body }
}

fn measuring(facts: &Facts) -> Body {
    let wanted = [
        ("measures", "measures", "Measures", &facts.measures, "/measures/new"),
        ("audit_programmes", "audit_programmes", "Audit programmes", &facts.programmes, "/audit_programmes/new"),
        ("report_definitions", "report_definitions", "Reports", &facts.definitions, "/report_definitions/new"),
        ("improvement", "processes", "The improvement process", &facts.processes, "/processes/new"),
    ];
    let mut body = Body::default();
    for (part, plural, label, there, new) in wanted {
        let named = facts.ways(part);
        let own: Vec<Shown> =
            there.iter().filter(|shown| named.iter().any(|one| one == shown.number())).cloned().collect();
        body.groups.extend(group(label, plural, &own, number));
        if named.is_empty() && there.is_empty() {
            body.gaps.push(Lack::new(format!("{label}: none on record."), "Write one down", new));
        } else if named.is_empty() {
            let way = if part == "improvement" { facts.edit("sections.h.improvement") } else { "#begin".into() };
            let label_of_way = if part == "improvement" { "Name it" } else { "Take over from the records" };
            body.gaps.push(Lack::new(format!("{label}: the plan names none."), label_of_way, way));
        }
    }
    body
}

fn risks(facts: &Facts) -> Body {
    let Some(shown) = &facts.method else {
        let lack = Lack::new("No method for risks is on record.", "Write it down", "/risk_methods/new");
        return Body { gaps: vec![lack], ..Body::default() };
    };
    let mut gaps = Vec::new();
    if shown.state() != "approved" {
        let way = format!("/risk_methods/{}/step?to=approved", shown.number());
        gaps.push(Lack::new("The method is not approved.", "Approve it", way));
    }
    let mut groups: Vec<Group> =
        group("Method", "risk_methods", std::slice::from_ref(shown), number).into_iter().collect();
    let count = facts.risks.len();
    let words = counted(count, "risk", "risks");
    groups.push(Group {
        label: "On record".into(),
        records: vec![(Link::new(words, "/risk-map"), String::new())],
        more: Link::default(),
    });
    Body { markdown: risk_method::APPROACH.get(shown.fields()).map(|text| text.0).unwrap_or_default(), groups, gaps }
}

fn references(facts: &Facts) -> Body {
    let named = facts.references();
    let wanted = [
        ("policy", "policies", "Policies", &facts.policies, "/papers"),
        ("objective", "objectives", "Objectives", &facts.objectives, "/objectives/new"),
        ("risk", "risks", "Risks", &facts.risks, "/risks/new"),
        (
            "service requirement",
            "service_requirements",
            "Service requirements",
            &facts.wishes,
            "/service_requirements/new",
        ),
    ];
    let mut body = Body::default();
    for (what, plural, label, there, new) in wanted {
        let own: Vec<Shown> =
            there.iter().filter(|shown| named.iter().any(|one| one == shown.number())).cloned().collect();
        if own.is_empty() {
            let lack = match there.is_empty() {
                true => Lack::new(format!("No {what} is on record to refer to."), "Write one down", new),
                false => Lack::new(format!("The plan refers to no {what}."), "Take over from the records", "#begin"),
            };
            body.gaps.push(lack);
        }
        body.groups.extend(group(label, plural, &own, number));
    }
    body
}

fn others(facts: &Facts) -> Body {
    let gap = |shown: &Shown| {
        let plural = match shown.kind() {
            "capacity_plan" => "capacity_plans",
            "continuity_plan" => "continuity_plans",
            _ => "transition_plans",
        };
        let name = link(None, shown).text;
        Lack::new(
            format!("{name} is not linked to the plan."),
            "Link it there",
            format!("/{plural}/{}#links", shown.number()),
        )
    };
    Body { gaps: facts.apart.iter().map(gap).collect(), ..Body::default() }
}
