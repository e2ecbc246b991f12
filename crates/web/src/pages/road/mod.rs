//! The road to the certificate and round its cycle: where one stands, what comes next, and what it takes. No figure is typed:
//! each is counted from records and opens them.

mod agenda;
mod concerns;
mod cycle;
mod extent;
pub(in crate::pages) mod facts;
mod feed;
mod gap_file;
mod gaps;
mod minutes;
mod money;
mod people;
mod plan;
mod review;
mod scenarios;
mod steps;
mod untold;
mod warn;
mod watch;

use askama::Template;
use axum::{
    extract::State as Held,
    response::{Html, Response},
};
use axum_extra::extract::Form;
use desk::{Desk, rights};
use engines::{
    conformity::{Assessment, State},
    road::cycle::Visit,
    rules::certification::{Fulfilment, readiness},
    rules::number::{shown, whole},
};
use jiff::civil::Date;
use kinds::road::implementation_plan;
use model::{Act, Actor, Command, Decimal, Input, Moment, Refusal, words::counted};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use self::{
    extent::Extent,
    facts::{Road, all, plain},
    steps::Beside,
};
use crate::{
    App, Refused, Seat, flash,
    pages::{due, forecast},
    view::{
        parts::{Figure, Link, Mark, Notice, Shape, Step, Tone},
        shell::Shell,
        time,
    },
};

pub use self::{
    concerns::plan as plan_concerns,
    feed::{make as make_feed, serve as serve_feed},
    gap_file::{export as export_gaps, export_as_xlsx as export_gaps_as_xlsx, import as import_gaps},
    gaps::{
        open as open_gaps, open_clause as open_gaps_of, plan_clause as plan_gaps_of, plan_gaps,
        save_clause as save_gaps_of,
    },
    minutes::review_as_pdf,
    money::open as open_costs,
    people::open as open_people,
    review::{decide as decide_in_review, fill as fill_review, open as open_review, prepare as prepare_review},
    watch::watch,
};

#[derive(Template)]
#[template(path = "page/road.html")]
pub struct RoadPage {
    pub shell: Shell,
    pub lede: String,
    pub rest: String,
    /// Where one begins or goes on while no day is set.
    pub onward: Vec<Link>,
    /// Areas of concern of stage 1 that nobody has taken up yet.
    pub concerns: usize,
    pub notices: Vec<Notice>,
    pub cycle: Vec<Step>,
    pub figures: Vec<Figure>,
    pub steps: Vec<steps::Line>,
    /// Every certificate that stands.
    pub certificates: Vec<cycle::Held>,
    pub plan: plan::Plan,
    pub loads: Vec<plan::Load>,
    pub extent: Option<Extent>,
    /// Address of the calendar, just made; empty otherwise.
    pub feed: String,
    pub has_plan: bool,
}

/// `GET /road`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, String::new()).await?.render()?))
}

/// The page, with the address of a calendar where one was just made.
pub(super) async fn page(app: &App, seat: &Seat, feed: String) -> Result<RoadPage, Refusal> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let today = now.date();
    let assessment = desk.assessment(actor, now).await?;
    let road = Road::gather(desk, actor, now).await?;
    let beside = beside(desk, actor, now).await?;
    let shell = Shell { views: true, ..crate::shell(app, seat, "/road").await };
    let catalog = desk.catalog();
    let may_plan = catalog.find("certification_audit").is_some_and(|kind| rights::may(actor, kind, Act::Create, None));
    let began = road.plan.as_ref().and_then(|shown| implementation_plan::BEGINS.get(shown.fields()));
    let (lede, rest) = sentence(&road, today);
    let plan = plan::plan(&road, &catalog, today);
    let mut notices = cycle::notices(&road, today);
    notices.extend(due::notices(desk, actor, now).await?);
    notices.extend(untold_notices(desk, actor, &road, now).await?);
    notices.extend(to_begin(desk, actor, now).await?);
    Ok(RoadPage {
        lede,
        rest,
        onward: onward(&road, today),
        concerns: if may_plan { concerns::loose(&road).map(|(_, places)| places.len()).sum() } else { 0 },
        notices,
        cycle: cycle::drawn(&road, road.sought(), began, today),
        figures: figures(&road, &assessment, &plan),
        steps: steps::lines(&road, &beside, &assessment, now),
        certificates: cycle::all(&road, began, today, may_plan),
        has_plan: road.plan.is_some() || !road.tasks.is_empty(),
        loads: plan::loads(&road, today),
        extent: extent::extent(desk, actor, &road, now).await?,
        plan,
        feed,
        shell,
    })
}

/// What the body of a certificate does not know yet.
async fn untold_notices(desk: &Desk, actor: &Actor, road: &Road, now: Moment) -> Result<Vec<Notice>, Refusal> {
    let mut said = Vec::new();
    for shown in road.held() {
        let changes = untold::untold(desk, actor, shown, now).await?;
        if changes.is_empty() {
            continue;
        }
        let body = road.body_of(shown).map_or("The certification body", desk::Shown::title);
        let told: Vec<String> = changes.iter().map(|change| format!("{}: {}", change.about, change.text)).collect();
        let text = format!("{body} is told without delay, of law form and owners as well. {}.", told.join("; "));
        let mut notice = cycle::notice(Tone::Warn, "The body does not know of changes.", text, shown);
        notice.links.extend(changes.into_iter().map(|change| change.record));
        said.push(notice);
    }
    Ok(said)
}

/// Working days ahead from which on the road speaks of what is to be begun.
const BEGIN_DAYS: i64 = 10;

/// Work that must begin now so that no evidence is missing or overdue at the next audit, one line for each kind of work.
async fn to_begin(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<Notice>, Refusal> {
    let until = forecast::next_audit(desk, actor, now).await?;
    // What a seat that is limited to clauses may not know is not told here.
    let outlook = match desk.outlook_so_far(actor, forecast::end_of(until.day), now) {
        Ok(Some(outlook)) => outlook,
        Ok(None) | Err(Refusal::NotFound) => return Ok(Vec::new()),
        Err(refusal) => return Err(refusal),
    };
    let assessment = desk.assessment(actor, now).await?;
    let lines = forecast::lines(&forecast::Planned::of(desk).await?, &assessment, &outlook, until.day);
    let mut told: Vec<(&str, forecast::Line, usize)> = Vec::new();
    for line in lines.into_iter().filter(|line| !line.open && line.left <= BEGIN_DAYS) {
        match told.iter_mut().find(|(key, ..)| *key == line.lead.key) {
            Some((.., count)) => *count += 1,
            None => told.push((line.lead.key, line, 1)),
        }
    }
    Ok(told.into_iter().map(|(_, line, count)| to_begin_one(&line, count, &until)).collect())
}

fn to_begin_one(line: &forecast::Line, count: usize, until: &forecast::Until) -> Notice {
    let left = line.left;
    let (tone, shape) = if left < 0 { (Tone::Bad, Shape::Nonconforming) } else { (Tone::Warn, Shape::Risk) };
    let word = match left {
        ..0 => format!("{}: begin at once.", line.lead.label),
        0 => format!("{}: begin today.", line.lead.label),
        _ => format!("{}: begin by {}.", line.lead.label, time::day(line.begin_by)),
    };
    let more = match count {
        1 => "one requirement".to_owned(),
        many => format!("{}, the first one", counted(many, "requirement", "requirements")),
    };
    let what = if until.audit.text.is_empty() { "the next audit" } else { until.audit.text.as_str() };
    let text = format!(
        "It takes {}; evidence of {more} runs out on {}, before {what} on {}.",
        counted(line.days, "working day", "working days"),
        time::day(line.last_day),
        time::day(until.day)
    );
    let link = Link::new("What runs out", "/conformity/course#ahead");
    Notice { mark: Mark::new(shape, tone, &word), text, links: vec![link] }
}

async fn beside(desk: &Desk, actor: &Actor, now: Moment) -> Result<Beside, Refusal> {
    Ok(Beside {
        internal_audits: all(desk, actor, "audit", facts::STANDS, "number", now).await?,
        reviews: all(desk, actor, "management_review", facts::STANDS, "number", now).await?,
        trainings: all(desk, actor, "training", facts::STANDS, "number", now).await?,
        findings: all(desk, actor, "nonconformity", facts::STANDS, "number", now).await?,
    })
}

fn sentence(road: &Road, today: Date) -> (String, String) {
    let Some((what, day)) = steps::next_day(road, today) else {
        return match &road.plan {
            None => (
                "Nothing is planned yet.".into(),
                "Begin with the plan and its sponsor, or book stage 1 with a certification body.".into(),
            ),
            Some(_) => (
                "Stage 1 has no day yet.".into(),
                "The plan needs one: readiness, slack and forecast count towards it.".into(),
            ),
        };
    };
    let late = road.tasks.iter().filter(|shown| is_late(shown, today)).count();
    let rest = match late {
        0 => format!("{}. No task of the plan is late.", cycle::until(day, today)),
        1 => format!("{}. One task of the plan is late.", cycle::until(day, today)),
        many => format!("{}. {many} tasks of the plan are late.", cycle::until(day, today)),
    };
    (format!("{what} on {}", time::day(day)), rest)
}

/// The first things to do, while no day lies ahead.
fn onward(road: &Road, today: Date) -> Vec<Link> {
    if steps::next_day(road, today).is_some() {
        return Vec::new();
    }
    match &road.plan {
        None => vec![
            Link::new("First steps", crate::pages::begin::ADDRESS),
            Link::new("Write the plan", "/implementation_plans/new"),
            Link::new("Book stage 1", "/certification_audits/new?type=stage-1"),
        ],
        Some(plan) => vec![Link::new("Set the day", format!("/implementation_plans/{}/edit#f-goal", plan.number()))],
    }
}

fn is_late(shown: &desk::Shown, today: Date) -> bool {
    let due = kinds::road::plan_task::DUE.get(shown.fields());
    shown.state() != "done" && due.is_some_and(|due| due < today)
}

fn figures(road: &Road, assessment: &Assessment, plan: &plan::Plan) -> Vec<Figure> {
    let figure = |label: &str, text: String, href: &str, whole: String| Figure {
        label: label.into(),
        value: Link::new(text, href),
        whole,
    };
    let (score, open) = (ready(assessment), assessment.open().count());
    let left: Decimal = road.tasks.iter().map(facts::left).sum();
    let loose: Decimal =
        loose(road).filter_map(|gap| kinds::road::requirement_gap::EFFORT_DAYS.get(gap.fields())).sum();
    let done = road.tasks.iter().filter(|shown| shown.state() == "done").count();
    let open_gaps = road.gaps.iter().filter(|gap| gap.state() != "closed").count();
    let mut told = vec![
        figure(
            "Readiness",
            format!("{score} %"),
            "/road/gaps",
            format!("{} to close", counted(open, "requirement", "requirements")),
        ),
        figure(
            "Left in the plan",
            format!("{} person-days", plain(left)),
            "/plan_tasks?filter=phase+%21%3D+done",
            String::new(),
        ),
    ];
    if loose > Decimal::ZERO {
        let href = "/requirement_gaps?filter=state+%3D+open";
        told.push(figure("Gaps outside the plan", format!("{} person-days", plain(loose)), href, String::new()));
    }
    told.push(figure(
        "Tasks done",
        done.to_string(),
        "/plan_tasks?filter=state+%3D+done",
        format!("of {}", road.tasks.len()),
    ));
    told.push(figure(
        "Gaps open",
        open_gaps.to_string(),
        "/requirement_gaps?filter=phase+%21%3D+done",
        format!("of {}", road.gaps.len()),
    ));
    if plan.critical > 0 {
        told.push(figure(
            "On the critical path",
            plan.critical.to_string(),
            "#plan",
            if plan.critical == 1 { "task".into() } else { "tasks".into() },
        ));
    }
    told
}

/// Gaps that no task of the plan closes.
fn loose(road: &Road) -> impl Iterator<Item = &desk::Shown> {
    let unplanned =
        |gap: &&desk::Shown| gap.state() == "open" && kinds::road::requirement_gap::TASK.get(gap.fields()).is_none();
    road.gaps.iter().filter(unplanned)
}

/// Readiness in whole percent of the binding requirements, rounded down (rule R32). What only a person can judge and what met no
/// record is unknown.
fn ready(assessment: &Assessment) -> String {
    let binding = assessment.verdicts.iter().filter(|verdict| verdict.requirement.binding);
    let states: Vec<(&str, Fulfilment)> = binding
        .map(|verdict| {
            let met = match verdict.state {
                State::Proved => Fulfilment::Met,
                State::Stale => Fulfilment::Partly,
                State::Nonconforming if verdict.good > 0 => Fulfilment::Partly,
                State::Nonconforming | State::Gap => Fulfilment::NotMet,
                State::NothingToSample | State::ForAPerson => Fulfilment::Unknown,
            };
            (verdict.requirement.id.as_str(), met)
        })
        .collect();
    readiness(&states).score.map_or("0".into(), |score| shown(&(score * whole(100)).floor(), 0))
}

/// What was sent with the button.
#[derive(Default, Deserialize)]
pub struct Sent {
    /// Number of one certificate; all that are held without it.
    certificate: Option<String>,
}

/// `POST /road/audits`: puts the audits of running cycles on record that are not there yet, each due by the end of its
/// window.
pub async fn plan_audits(seat: Seat, Held(app): Held<App>, Form(sent): Form<Sent>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let road = Road::gather(&app.desk, &seat.actor, seat.now).await?;
    let wanted = |shown: &&desk::Shown| sent.certificate.as_deref().is_none_or(|number| number == shown.number());
    let certificates: Vec<&desk::Shown> = road.held().filter(wanted).collect();
    if certificates.is_empty() {
        return Err(Refusal::Query("there is no certificate whose audits could be planned".into()).into());
    }
    let mut missing = Vec::new();
    for certificate in certificates {
        let lines = cycle::lines(&road, certificate, seat.now.date(), true);
        missing.extend(lines.iter().filter(|line| line.can_plan).map(|line| Command::Create {
            kind: "certification_audit".into(),
            number: None,
            input: input(audit_of(line, certificate, &seat.actor.email)),
        }));
    }
    let count = missing.len();
    app.desk.perform_all(&seat.actor, missing, seat.now, true).await?;
    let words = match count {
        0 => "Every audit of the cycle is on record already.".to_owned(),
        1 => "One audit is on record now.".to_owned(),
        many => format!("{many} audits are on record now."),
    };
    Ok(flash::said("/road#windows", words))
}

fn audit_of(line: &cycle::Line, certificate: &desk::Shown, me: &str) -> Json {
    let fields = certificate.fields();
    let owner = kinds::road::certificate::OWNER.get(fields).map_or(me.to_owned(), |owner| owner.0);
    let mut audit = json!({"title": line.what, "certificate": certificate.number(), "owner": owner, "latest": line.closes.to_string(),
        "body": kinds::road::certificate::BODY.get(fields).map(|body| body.0)});
    match line.visit {
        Visit::Surveillance(turn) => {
            audit["type"] = "surveillance".into();
            audit["turn"] = turn.into();
        }
        Visit::Recertification => audit["type"] = "recertification".into(),
    }
    audit
}

fn input(fields: Json) -> Input {
    match fields {
        Json::Object(fields) => Input::json(fields),
        _ => Input::default(),
    }
}
