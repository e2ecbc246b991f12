//! The eleven steps of the way, each with what stands live on record. Every figure opens its records.

use desk::Shown;
use engines::conformity::{Assessment, State, Verdict, catalogue};
use jiff::civil::Date;
use kinds::road::{certification_audit as audit, implementation_plan as plan, plan_task as task};
use model::{Moment, time::DAY, words::counted};

use super::{
    cycle,
    facts::{self, Road, rows},
};
use crate::{
    pages::{lines::encoded, verdicts},
    view::{
        parts::{Link, Mark, Shape, Tone},
        time,
    },
};

/// Records that steps count beside the plan.
pub struct Beside {
    pub internal_audits: Vec<Shown>,
    pub reviews: Vec<Shown>,
    pub trainings: Vec<Shown>,
    pub findings: Vec<Shown>,
}

/// One step.
pub struct Line {
    pub number: usize,
    pub label: &'static str,
    pub mark: Mark,
    /// What stands, in pieces of which some are links.
    pub stands: Vec<Link>,
    /// `Mar 2026 to Jan 2027`, from its tasks.
    pub when: String,
    pub tasks: Link,
}

/// Name of the step and its words, in order.
const LABELS: [(&str, &str); 11] = [
    ("gap-analysis", "Gap analysis"),
    ("plan", "Plan, scope, sponsor"),
    ("documents", "Documents"),
    ("training", "Training"),
    ("run", "Processes run"),
    ("internal-audit", "Internal audit"),
    ("management-review", "Management review"),
    ("stage-1", "Stage 1"),
    ("concerns", "Areas of concern"),
    ("stage-2", "Stage 2"),
    ("decision", "Decision"),
];

/// The word of a step.
pub fn label(step: &str) -> &'static str {
    LABELS.iter().find(|(name, _)| *name == step).map_or("Other", |(_, label)| label)
}

/// How far a step is, and the pieces of its sentence.
struct Told {
    far: Far,
    stands: Vec<Link>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Far {
    Done,
    Going,
    Ahead,
}

fn told(far: Far, stands: Vec<Link>) -> Told {
    Told { far, stands }
}

fn words(text: impl Into<String>) -> Link {
    Link::new(text, "")
}

fn list(plural: &str, filter: &str, text: impl Into<String>) -> Link {
    Link::new(text, format!("/{plural}?filter={}", encoded(filter)))
}

pub fn lines(road: &Road, beside: &Beside, assessment: &Assessment, now: Moment) -> Vec<Line> {
    let all = LABELS.iter().enumerate();
    all.map(|(at, (name, label))| {
        let Told { far, stands } = match *name {
            "gap-analysis" => gap_analysis(road, assessment),
            "plan" => planned(road),
            "documents" => documents(assessment),
            "training" => training(beside, assessment, now),
            "run" => runs(assessment),
            "internal-audit" => internal_audit(beside, now),
            "management-review" => review(beside, now),
            "stage-1" | "stage-2" => stage(road, name),
            "concerns" => concerns(road),
            _ => decision(road),
        };
        let tasks: Vec<&Shown> = road.tasks.iter().filter(|shown| step_of(shown).as_deref() == Some(name)).collect();
        let open = tasks.iter().filter(|shown| shown.state() != "done").count();
        let count = match (tasks.len(), open) {
            (0, _) => Link::default(),
            (all, 0) => list("plan_tasks", &format!("step = {name}"), format!("{all} done")),
            (all, open) => list("plan_tasks", &format!("step = {name}"), format!("{} of {all} done", all - open)),
        };
        Line { number: at + 1, label, mark: mark(far, &tasks, now.date()), stands, when: when(&tasks), tasks: count }
    })
    .collect()
}

pub fn step_of(shown: &Shown) -> Option<String> {
    task::STEP.get(shown.fields()).map(|step| step.0)
}

/// A step is done when the records say so and no task of it is open.
fn mark(far: Far, tasks: &[&Shown], today: Date) -> Mark {
    let is_open = tasks.iter().any(|shown| shown.state() != "done");
    let far = if far == Far::Done && is_open { Far::Going } else { far };
    let late = tasks
        .iter()
        .any(|shown| shown.state() != "done" && task::DUE.get(shown.fields()).is_some_and(|due| due < today));
    match far {
        Far::Done => Mark::new(Shape::Met, Tone::Ok, "Done"),
        _ if late => Mark::new(Shape::Risk, Tone::Warn, "Late"),
        Far::Going => Mark::new(Shape::Half, Tone::Info, "Under way"),
        Far::Ahead => Mark::new(Shape::New, Tone::Mute, "Ahead"),
    }
}

fn when(tasks: &[&Shown]) -> String {
    let begins = tasks.iter().filter_map(|shown| task::BEGINS.get(shown.fields())).min();
    let ends = tasks.iter().filter_map(|shown| task::DUE.get(shown.fields())).max();
    match (begins, ends) {
        (Some(begins), Some(ends)) if month(begins) != month(ends) => format!("{} to {}", month(begins), month(ends)),
        (_, Some(day)) | (Some(day), None) => month(day),
        (None, None) => String::new(),
    }
}

fn month(day: Date) -> String {
    day.strftime("%b %Y").to_string()
}

/// Done when everything that is still to be closed has a gap on record; what turns up later does not undo it once its tasks are
/// done, and is told.
fn gap_analysis(road: &Road, assessment: &Assessment) -> Told {
    let known: Vec<String> = road.gaps.iter().filter_map(requirement_of).collect();
    let loose = assessment.open().filter(|verdict| !known.contains(&verdict.requirement.id)).count();
    let (all, closed) = (road.gaps.len(), road.gaps.iter().filter(|gap| gap.state() == "closed").count());
    let mut tasks = road.tasks.iter().filter(|shown| step_of(shown).as_deref() == Some("gap-analysis")).peekable();
    let is_over = tasks.peek().is_some() && tasks.all(|shown| shown.state() == "done");
    let far = match (all, loose) {
        (0, _) => Far::Ahead,
        (_, 0) => Far::Done,
        _ if is_over => Far::Done,
        _ => Far::Going,
    };
    let found = match all {
        0 => "Begin the gap analysis".to_owned(),
        many => format!("{} found", counted(many, "gap", "gaps")),
    };
    let mut stands = vec![Link::new(found, "/road/gaps")];
    if all > 0 {
        stands.push(words(format!(", {closed} closed")));
    }
    if loose > 0 {
        stands.push(words(if is_over {
            ", open since then and not written down: "
        } else {
            ", not written down yet: "
        }));
        stands.push(Link::new(loose.to_string(), "/road/gaps"));
    }
    told(far, stands)
}

pub fn requirement_of(gap: &Shown) -> Option<String> {
    kinds::road::requirement_gap::REQUIREMENT.get(gap.fields()).map(|id| id.0)
}

fn planned(road: &Road) -> Told {
    let Some(shown) = &road.plan else {
        return told(Far::Ahead, vec![Link::new("Write the plan", "/implementation_plans/new")]);
    };
    let approved = shown.state() == "approved";
    let sponsor = plan::SPONSOR.get(shown.fields()).map(|person| road.person(&person.0));
    let mut stands = vec![
        Link::new(shown.title(), format!("/implementation_plans/{}", shown.number())),
        words(if approved { ", approved" } else { ", not approved yet" }),
    ];
    match sponsor {
        Some(sponsor) => stands.extend([words(", sponsor "), Link::new(sponsor.name, sponsor.href)]),
        None => stands.push(words(", no sponsor named")),
    }
    told(if approved { Far::Done } else { Far::Going }, stands)
}

/// Done when every mandatory documented information is proved.
fn documents(assessment: &Assessment) -> Told {
    let wanted = &catalogue().documented;
    let proved = wanted.iter().filter(|one| is_proved(assessment, &one.requirement)).count();
    let far = if proved == wanted.len() { Far::Done } else { Far::Going };
    let figure = Link::new(format!("{proved} of {}", wanted.len()), "/papers?view=missing");
    told(far, vec![figure, words(" pieces of mandatory documented information are proved")])
}

fn is_proved(assessment: &Assessment, id: &str) -> bool {
    assessment.find(id).is_some_and(|verdict| verdict.state == State::Proved)
}

fn training(beside: &Beside, assessment: &Assessment, now: Moment) -> Told {
    let year = beside.trainings.iter().filter(|shown| within_a_year(shown, "held_on", now)).count();
    let (proved, all) = share(assessment, &["7.2", "7.3"]);
    let far = if proved == all { Far::Done } else { Far::Going };
    let stands = vec![
        Link::new(format!("{} in twelve months", counted(year, "training", "trainings")), "/trainings"),
        words(", competence and awareness proved in "),
        Link::new(format!("{proved} of {all}"), "/conformity/7.2"),
    ];
    told(far, stands)
}

fn share(assessment: &Assessment, clauses: &[&str]) -> (usize, usize) {
    let found: Vec<&Verdict> = clauses.iter().flat_map(|clause| verdicts::below(assessment, clause)).collect();
    (found.iter().filter(|verdict| verdict.state == State::Proved).count(), found.len())
}

fn within_a_year(shown: &Shown, field: &str, now: Moment) -> bool {
    let at = shown.fields().get(field).and_then(model::Value::as_moment);
    at.is_some_and(|at| at <= now && at > now.minus(366 * DAY))
}

fn runs(assessment: &Assessment) -> Told {
    let (proved, all) = share(assessment, &["8"]);
    let far = if proved == all { Far::Done } else { Far::Going };
    let silent = verdicts::below(assessment, "8").iter().filter(|one| one.state == State::NothingToSample).count();
    let mut stands = vec![words("Clause 8 is proved in "), Link::new(format!("{proved} of {all}"), "/conformity#c8")];
    if silent > 0 {
        stands.push(words(", "));
        stands.push(Link::new(format!("{silent} never ran"), "/conformity?state=nothing_to_sample#steps"));
    }
    told(far, stands)
}

fn internal_audit(beside: &Beside, now: Moment) -> Told {
    let held = beside.internal_audits.iter().filter(|shown| within_a_year(shown, "held_on", now)).count();
    let ahead =
        beside.internal_audits.iter().filter(|shown| matches!(shown.state(), "planned" | "in_progress")).count();
    let open = beside.findings.iter().filter(|shown| shown.state() != "closed").count();
    let far = match (held, ahead, open) {
        (0, 0, _) => Far::Ahead,
        (1.., 0, 0) => Far::Done,
        _ => Far::Going,
    };
    if far == Far::Ahead {
        return told(
            far,
            vec![
                Link::new("Plan the first audit", "/audits/new"),
                words(" by "),
                Link::new("what is not covered", "/coverage"),
            ],
        );
    }
    let stands = vec![
        Link::new(format!("{held} held in twelve months"), "/audits"),
        words(format!(", {ahead} to come, ")),
        list("nonconformities", "phase != done", format!("{} open", counted(open, "finding", "findings"))),
    ];
    told(far, stands)
}

fn review(beside: &Beside, now: Moment) -> Told {
    let held: Vec<&Shown> = beside.reviews.iter().filter(|shown| within_a_year(shown, "held_on", now)).collect();
    let ahead = beside.reviews.iter().filter(|shown| shown.state() == "planned").count();
    let far = match (held.len(), ahead) {
        (0, 0) => Far::Ahead,
        (1.., 0) => Far::Done,
        _ => Far::Going,
    };
    if far == Far::Ahead {
        return told(far, vec![Link::new("Plan the first review", "/management_reviews/new")]);
    }
    let mut stands = vec![Link::new(format!("{} held in twelve months", held.len()), "/management_reviews")];
    if ahead > 0 {
        stands.push(words(format!(", {ahead} to come")));
    }
    if let Some(next) = beside.reviews.iter().rfind(|shown| shown.state() != "closed") {
        stands.push(words(", agenda of "));
        stands.push(Link::new(next.number(), format!("/road/reviews/{}", next.number())));
    }
    told(far, stands)
}

fn stage(road: &Road, name: &str) -> Told {
    let Some(shown) = road.audits_of(name).into_iter().next_back() else {
        return told(Far::Ahead, vec![Link::new("Not planned yet", format!("/certification_audits/new?type={name}"))]);
    };
    let href = format!("/certification_audits/{}", shown.number());
    let day = facts::day_of(shown).map_or("no day yet".to_owned(), time::day);
    let held = facts::is_held(shown);
    let word = match shown.state() {
        "planned" => "planned, at the latest",
        "booked" => "booked for",
        _ => "held, last day",
    };
    let mut stands = vec![Link::new(shown.number(), href), words(format!(" {word} {day}"))];
    if let Some(conclusion) = audit::CONCLUSION.get(shown.fields()) {
        stands.push(words(format!(": {}", conclusion.0.replace('-', " "))));
    }
    told(if held { Far::Done } else { Far::Ahead }, stands)
}

fn concerns(road: &Road) -> Told {
    let Some(shown) = road.audits_of("stage-1").into_iter().rfind(|shown| facts::is_held(shown)) else {
        return told(Far::Ahead, vec![words("Stage 1 will tell")]);
    };
    let all = rows(shown, audit::CONCERNS.name).count();
    let closed = rows(shown, audit::CONCERNS.name).filter(|row| row.part("closed_on").is_some()).count();
    let far = if all == closed { Far::Done } else { Far::Going };
    let figure = Link::new(format!("{closed} of {all}"), format!("/certification_audits/{}", shown.number()));
    told(far, vec![figure, words(" areas of concern are closed")])
}

fn decision(road: &Road) -> Told {
    let Some(shown) = road.sought() else {
        return told(Far::Ahead, vec![Link::new("No certificate on record", "/certificates/new")]);
    };
    let link = Link::new(shown.title(), format!("/certificates/{}", shown.number()));
    match facts::decision(shown).filter(|_| shown.state() != "applied") {
        Some(day) => told(Far::Done, vec![link, words(format!(", decided {}", time::day(day)))]),
        None => told(Far::Ahead, vec![link, words(" is applied for")]),
    }
}

/// The next day that matters, for the sentence at the top.
pub fn next_day(road: &Road, today: Date) -> Option<(String, Date)> {
    let audits = road.audits.iter().filter(|shown| !facts::is_held(shown));
    let audits = audits.filter_map(|shown| Some((shown.title().to_owned(), facts::day_of(shown)?)));
    let windows = road.held().flat_map(|shown| {
        let open = cycle::windows(road, shown).into_iter().flatten().filter(|window| window.held.is_none());
        open.map(|window| (format!("{} of {}", window.visit.words(), shown.number()), window.closes))
    });
    let goal =
        road.plan.as_ref().and_then(|shown| plan::GOAL.get(shown.fields())).map(|day| ("Stage 1".to_owned(), day));
    let held = road.audits_of("stage-1").into_iter().any(facts::is_held);
    let all = audits.chain(windows).chain(goal.filter(|_| !held));
    all.filter(|(_, day)| *day >= today).min_by_key(|(_, day)| *day)
}
