//! Gap analysis: clause by clause from what the machine knows already, judged by people, with owner and effort for each gap,
//! and turned into tasks of the plan.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::{
    Desk, Shown,
    judgements::{Judged, REASON_MAX},
    rights,
};
use engines::conformity::{Assessment, State, Verdict, catalogue};
use jiff::civil::Date;
use kinds::road::{implementation_plan as plan, requirement_gap as gap};
use model::{Act, Actor, Command, FieldError, Input, Moment, Refusal, Target, command::Raw, words::counted};
use serde_json::json;

use super::{
    facts::{self, Road, all, plain},
    input,
};
use crate::{
    App, Refused, Seat, flash,
    pages::{verdicts, welcome::told as beside},
    view::{
        field::{Control, Field},
        parts::{Cells, Link, Mark},
        shell::Shell,
        text::shortened,
    },
};

#[derive(Template)]
#[template(path = "page/gaps.html")]
pub struct GapsPage {
    pub shell: Shell,
    pub lede: String,
    pub clauses: Vec<ClauseLine>,
    pub may_write: bool,
    /// Gaps that no task closes yet.
    pub loose: usize,
    pub report: Option<Report>,
}

pub struct ClauseLine {
    pub link: Link,
    pub cells: Cells,
    pub words: String,
    /// Requirements that are still to be closed, and what they are.
    pub to_close: usize,
    pub what: String,
    pub open: Link,
    pub days: String,
    /// Where all of them become tasks; empty when each of them has one.
    pub plan: String,
    pub unplanned: usize,
}

/// What came of a file that was brought back.
#[derive(Default)]
pub struct Report {
    pub words: String,
    /// Line, requirement, sentence.
    pub refused: Vec<(usize, String, String)>,
    /// Columns that are none of ours, by their names.
    pub strange: Vec<String>,
}

#[derive(Template)]
#[template(path = "page/gaps_clause.html")]
pub struct ClausePage {
    pub shell: Shell,
    pub id: String,
    pub title: String,
    pub lede: String,
    pub rows: Vec<Row>,
    pub errors: Vec<(String, String)>,
    pub may_write: bool,
    /// Requirements to be closed of which no task of the plan takes care.
    pub unplanned: usize,
    pub may_plan: bool,
    pub earlier: Option<Link>,
    pub later: Option<Link>,
}

/// One requirement with what the machine says, what people said, and its gap.
pub struct Row {
    pub id: String,
    pub href: String,
    pub text: String,
    pub mark: Mark,
    pub why: String,
    pub proposed: &'static str,
    pub judged: String,
    pub gap: Link,
    pub gap_mark: Option<Mark>,
    pub task: Link,
    pub fields: Vec<Field>,
}

impl Row {
    /// What is wrong must be seen without opening anything.
    pub fn has_errors(&self) -> bool {
        self.fields.iter().any(|field| !field.error.is_empty())
    }
}

/// What belongs to a gap analysis, gathered once.
pub struct Analysis {
    pub assessment: std::sync::Arc<Assessment>,
    /// By requirement: the gap that is open, else the newest one.
    pub gaps: HashMap<String, Shown>,
    /// By requirement: the newest judgement.
    pub judged: HashMap<String, Judged>,
}

impl Analysis {
    pub async fn gather(desk: &Desk, actor: &Actor, now: Moment) -> Result<Analysis, Refusal> {
        desk::rights::provider(actor)?;
        let mut gaps: HashMap<String, Shown> = HashMap::new();
        for shown in all(desk, actor, "requirement_gap", facts::STANDS, "created", now).await? {
            let Some(id) = super::steps::requirement_of(&shown) else { continue };
            let keeps = gaps.get(&id).is_some_and(|known| known.state() != "closed" && shown.state() == "closed");
            if !keeps {
                gaps.insert(id, shown);
            }
        }
        let judged = desk.judgements(actor, now, now).await?;
        let judged = judged.into_iter().map(|judged| (judged.requirement.clone(), judged)).collect();
        Ok(Analysis { assessment: desk.assessment(actor, now).await?, gaps, judged })
    }

    /// Whether a task of the plan closes what is open of a requirement.
    pub fn is_planned(&self, id: &str) -> bool {
        self.open(id).is_some_and(|shown| gap::TASK.get(shown.fields()).is_some())
    }

    /// The gap of a requirement that is not closed.
    pub fn open(&self, id: &str) -> Option<&Shown> {
        self.gaps.get(id).filter(|shown| shown.state() != "closed")
    }
}

/// What the machine proposes to write down.
pub fn proposed(verdict: &Verdict) -> &'static str {
    match verdict.state {
        State::Proved => "Met: nothing to do.",
        State::Stale => "Partly met: the evidence is to be renewed.",
        State::Nonconforming if verdict.good > 0 => "Partly met: some records say no.",
        State::Nonconforming => "Not met: the records say no.",
        State::Gap => "Not met: nothing is on record.",
        State::NothingToSample => "Nothing to sample yet: show a rehearsal, or say that it never occurs.",
        State::ForAPerson => "Yours to judge.",
    }
}

fn may_write(desk: &Desk, actor: &Actor) -> bool {
    desk.catalog().find("requirement_gap").is_some_and(|kind| rights::may(actor, kind, Act::Create, None))
}

/// `GET /road/gaps`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, None).await?.render()?))
}

pub(super) async fn page(app: &App, seat: &Seat, report: Option<Report>) -> Result<GapsPage, Refusal> {
    let analysis = Analysis::gather(&app.desk, &seat.actor, seat.now).await?;
    let known = catalogue();
    let shown = known.clauses.iter().filter(|clause| verdicts::is_shown(known, &clause.id));
    let clauses: Vec<ClauseLine> = shown.map(|clause| clause_line(&analysis, &clause.id, &clause.title)).collect();
    let open = analysis.assessment.open().count();
    let written = analysis.assessment.open().filter(|verdict| analysis.open(&verdict.requirement.id).is_some()).count();
    let whole = analysis.assessment.verdicts.len();
    let what = verdicts::told_open(analysis.assessment.open());
    let loose = |shown: &&Shown| shown.state() == "open" && gap::TASK.get(shown.fields()).is_none();
    Ok(GapsPage {
        lede: match open {
            0 => "Every requirement is proved: nothing is to be closed.".into(),
            _ => format!(
                "{open} of {whole} requirements {} to be closed: {what}. Written down as gaps: {written}.",
                if open == 1 { "is" } else { "are" }
            ),
        },
        loose: analysis.gaps.values().filter(loose).count(),
        may_write: may_write(&app.desk, &seat.actor),
        clauses,
        report,
        shell: Shell { views: true, ..crate::shell(app, seat, "/road").await },
    })
}

fn clause_line(analysis: &Analysis, id: &str, title: &str) -> ClauseLine {
    let found = verdicts::below(&analysis.assessment, id);
    let to_close = || found.iter().filter(|verdict| verdict.is_open());
    let unplanned = to_close().filter(|verdict| !analysis.is_planned(&verdict.requirement.id)).count();
    let cells: Vec<_> = found.iter().map(|verdict| verdicts::cell(verdict.state)).collect();
    let open: Vec<&Shown> = found.iter().filter_map(|verdict| analysis.open(&verdict.requirement.id)).collect();
    let days: model::Decimal = open.iter().filter_map(|shown| gap::EFFORT_DAYS.get(shown.fields())).sum();
    ClauseLine {
        link: Link::new(format!("{id} {title}"), format!("/road/gaps/{id}")),
        cells: Cells::new(&cells),
        words: verdicts::tally(&found),
        to_close: to_close().count(),
        what: verdicts::told_open(to_close().copied()),
        plan: if unplanned > 0 { format!("/road/gaps/{id}/plan") } else { String::new() },
        unplanned,
        open: match open.len() {
            0 => Link::default(),
            count => Link::new(count.to_string(), format!("/road/gaps/{id}")),
        },
        days: if days.is_zero() { String::new() } else { plain(days) },
    }
}

/// What was sent of a form, by name.
type Sent = HashMap<String, String>;

/// `GET /road/gaps/{clause}`
pub async fn open_clause(seat: Seat, Held(app): Held<App>, Path(id): Path<String>) -> Result<Html<String>, Refused> {
    let analysis = Analysis::gather(&app.desk, &seat.actor, seat.now).await?;
    Ok(Html(clause_page(&app, &seat, &analysis, &id, &Sent::new(), Vec::new()).await?.render()?))
}

async fn clause_page(
    app: &App,
    seat: &Seat,
    analysis: &Analysis,
    id: &str,
    sent: &Sent,
    errors: Vec<FieldError>,
) -> Result<ClausePage, Refusal> {
    let known = catalogue();
    let clause = known.clause(id).filter(|_| verdicts::is_shown(known, id)).ok_or(Refusal::NotFound)?;
    let found = verdicts::below(&analysis.assessment, id);
    let may_write = may_write(&app.desk, &seat.actor);
    let may_judge = rights::judge(&seat.actor, seat.now).is_ok();
    let mut told = Vec::new();
    let mut rows = Vec::with_capacity(found.len());
    for verdict in &found {
        let mut row = row(analysis, verdict, (may_write, may_judge), sent);
        let mine: Vec<FieldError> = errors.iter().filter(|error| of_row(&error.field, &row.id)).cloned().collect();
        told.extend(
            beside(&mut row.fields, &mine).into_iter().map(|(name, text)| (name, format!("{}: {text}", row.id))),
        );
        rows.push(row);
    }
    let shown: Vec<&str> =
        known.clauses.iter().map(|clause| clause.id.as_str()).filter(|id| verdicts::is_shown(known, id)).collect();
    let here = shown.iter().position(|other| *other == id);
    let link = |at: Option<usize>| Some(Link::new(*shown.get(at?)?, format!("/road/gaps/{}", shown.get(at?)?)));
    let to_close = || found.iter().filter(|verdict| verdict.is_open());
    Ok(ClausePage {
        unplanned: to_close().filter(|verdict| !analysis.is_planned(&verdict.requirement.id)).count(),
        may_plan: may_write,
        id: id.into(),
        title: clause.title.clone(),
        lede: match to_close().count() {
            0 => "Every requirement here is proved.".to_owned(),
            open => {
                let what = verdicts::told_open(to_close().copied());
                format!("To be closed: {open} of {} ({what}).", counted(found.len(), "requirement", "requirements"))
            }
        },
        rows,
        errors: told,
        may_write: may_write || may_judge,
        earlier: link(here.and_then(|here| here.checked_sub(1))),
        later: link(here.map(|here| here + 1)),
        shell: Shell { views: true, ..crate::shell(app, seat, "/road").await },
    })
}

fn of_row(field: &str, id: &str) -> bool {
    field.strip_prefix(id).is_some_and(|rest| rest.starts_with('_'))
}

/// The name of a control: no id of a requirement has an underscore.
fn name(id: &str, part: &str) -> String {
    format!("{id}_{part}")
}

fn row(analysis: &Analysis, verdict: &Verdict, may: (bool, bool), sent: &Sent) -> Row {
    let id = verdict.requirement.id.as_str();
    let shown = analysis.open(id);
    let to = |plural: &str, number: &str| Link::new(number, format!("/{plural}/{number}"));
    let task = shown.and_then(|shown| gap::TASK.get(shown.fields()));
    let judged = analysis.judged.get(id).map(|Judged { by, state, at, reason, .. }| {
        format!("{by} judged {} on {}: {reason}", state.replace('_', " "), at.date())
    });
    Row {
        id: id.into(),
        href: format!("/conformity/{}/{id}", verdict.requirement.clause),
        text: verdict.requirement.text.clone(),
        mark: verdicts::mark(verdict.state),
        why: verdict.why.clone(),
        proposed: proposed(verdict),
        judged: judged.unwrap_or_default(),
        gap: shown.map_or_else(Link::default, |shown| to("requirement_gaps", shown.number())),
        gap_mark: shown.map(|shown| crate::view::state::mark(&gap::kind(), shown.state())),
        task: task.map_or_else(Link::default, |task| to("plan_tasks", &task.0)),
        fields: row_fields(shown, verdict, may, sent),
    }
}

/// What may be typed beside a requirement: a judgement, and the gap as it stands. What was sent comes before what stands.
fn row_fields(
    shown: Option<&Shown>,
    verdict: &Verdict,
    (may_write, may_judge): (bool, bool),
    sent: &Sent,
) -> Vec<Field> {
    let id = verdict.requirement.id.as_str();
    let given = |part: &str, stands: String| sent.get(&name(id, part)).cloned().unwrap_or(stands);
    let text = |key: &str| {
        let value = shown.and_then(|shown| shown.fields().get(key));
        value.map_or(String::new(), |value| model::Type::Mixed.print(value))
    };
    let field = |part: &str, label: &str, control: Control| Field {
        name: name(id, part),
        label: label.into(),
        control,
        ..Field::default()
    };
    let mut fields = Vec::new();
    if may_judge {
        let options = verdicts::judgements(&given("judgement", String::new()));
        let choice = Control::Choice { options, blank: Some("As the program says".into()) };
        fields.push(field("judgement", "Your judgement", choice));
        fields.push(field("reason", "Why", Control::line(given("reason", String::new()))));
    }
    if !may_write {
        return fields;
    }
    let suggestion = if verdict.is_open() && shown.is_none() { verdict.why.clone() } else { text("missing") };
    let missing = given("missing", suggestion);
    fields.push(field("missing", "What is missing", Control::Lines { value: missing, max: Some(5_000) }));
    fields.push(field("owner", "Who closes it", Control::line(given("owner", text("owner")))));
    let days = given("effort_days", text("effort_days"));
    let effort = Control::Number { value: days, unit: "person-days".into(), step: "any" };
    fields.push(field("effort_days", "Effort", effort));
    fields.push(field("due", "By", Control::Date { value: given("due", text("due")) }));
    if shown.is_none() {
        let on = sent.get(&name(id, "take")).is_some_and(|word| word == "yes");
        fields.push(field("take", "Write this down as a gap", Control::Flag { on }));
    }
    fields
}

/// What one line of a form or file wants done.
#[derive(Default, Clone)]
pub struct Wanted {
    pub requirement: String,
    /// Fields of the gap by name, as typed; those left out stay as they are.
    pub fields: Vec<(String, String)>,
    pub judgement: Option<(String, String)>,
}

/// The command that a line leads to: a new gap, an edit where it differs, or nothing.
pub fn command(analysis: &Analysis, wanted: &Wanted) -> Option<Command> {
    let id = wanted.requirement.as_str();
    match analysis.open(id) {
        Some(shown) => {
            let differs = |(name, text): &&(String, String)| {
                let stands = shown.fields().get(name).map_or(String::new(), |value| model::Type::Mixed.print(value));
                stands.trim().replace("\r\n", "\n") != text.trim().replace("\r\n", "\n")
            };
            let changed: Vec<(String, String)> = wanted.fields.iter().filter(differs).cloned().collect();
            let target = Target {
                kind: "requirement_gap".into(),
                number: shown.number().into(),
                version: Some(shown.version()),
            };
            (!changed.is_empty()).then(|| Command::Edit { target, input: Input::text(changed) })
        }
        None if wanted.fields.is_empty() => None,
        None => {
            let mut input = Input::text(wanted.fields.clone());
            input.fields.insert("requirement".into(), Raw::Text(id.into()));
            Some(Command::Create { kind: "requirement_gap".into(), number: None, input })
        }
    }
}

/// A judgement that says something new, with what is wrong with it.
pub fn judgement(analysis: &Analysis, wanted: &Wanted) -> Result<Option<(String, String)>, FieldError> {
    let Some((state, reason)) = &wanted.judgement else { return Ok(None) };
    if state.is_empty() && reason.is_empty() {
        return Ok(None);
    }
    let Some(known) = State::parse(&state.to_lowercase().replace([' ', '-'], "_")) else {
        let names = State::ALL.map(State::name).join(", ");
        return Err(FieldError::new("judgement", format!("is one of {names}")));
    };
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err(FieldError::new(
            "reason",
            format!("say in 1 to {REASON_MAX} characters why: an auditor will read it"),
        ));
    }
    let stands = analysis.judged.get(&wanted.requirement);
    let same = stands.is_some_and(|judged| judged.state == known.name() && judged.reason == *reason);
    Ok((!same).then(|| (known.name().to_owned(), reason.clone())))
}

/// `POST /road/gaps/{clause}`: everything of the form, or nothing.
pub async fn save_clause(
    seat: Seat,
    Held(app): Held<App>,
    Path(id): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    if !verdicts::is_shown(catalogue(), &id) {
        return Err(Refusal::NotFound.into());
    }
    let analysis = Analysis::gather(&app.desk, &seat.actor, seat.now).await?;
    // A flag is sent as "no" by its hidden twin first; the last word counts.
    let sent: Sent = sent.into_iter().collect();
    let found = verdicts::below(&analysis.assessment, &id);
    let wanted: Vec<Wanted> = found.iter().map(|verdict| of_form(&analysis, &verdict.requirement.id, &sent)).collect();
    let (mut errors, mut judged, mut commands) = (Vec::new(), Vec::new(), Vec::new());
    for one in &wanted {
        match judgement(&analysis, one) {
            Ok(None) => {}
            Ok(Some((state, reason))) => judged.push((one.requirement.clone(), state, reason)),
            Err(error) => errors.push(at_row(&one.requirement, error)),
        }
        commands.extend(command(&analysis, one).map(|command| (one.requirement.clone(), command)));
    }
    let (ids, commands): (Vec<String>, Vec<Command>) = commands.into_iter().unzip();
    for (id, outcome) in ids.iter().zip(app.desk.rehearse(&seat.actor, commands.clone(), seat.now).await?) {
        match outcome {
            Ok(_) => {}
            Err(Refusal::Invalid(wrong)) => errors.extend(wrong.into_iter().map(|error| at_row(id, error))),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    if !errors.is_empty() {
        let page = clause_page(&app, &seat, &analysis, &id, &sent, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    if !judged.is_empty() {
        rights::judge(&seat.actor, seat.now)?;
    }
    let count = commands.len();
    app.desk.perform_all(&seat.actor, commands, seat.now, true).await?;
    for (id, state, reason) in &judged {
        app.desk.add_judgement(&seat.actor, (id, state, reason), seat.now).await?;
    }
    app.desk.renew_assessment(seat.now);
    let words = match (count, judged.len()) {
        (0, 0) => "Nothing was different from what is on record.".to_owned(),
        (gaps, judged) => {
            format!("Saved: {}, {}.", counted(gaps, "gap", "gaps"), counted(judged, "judgement", "judgements"))
        }
    };
    Ok(flash::said(&format!("/road/gaps/{id}"), words))
}

fn at_row(id: &str, error: FieldError) -> FieldError {
    FieldError::new(name(id, &error.field), error.message)
}

fn of_form(analysis: &Analysis, id: &str, sent: &Sent) -> Wanted {
    let given = |part: &str| sent.get(&name(id, part)).map(|text| text.trim().to_owned());
    let takes = analysis.open(id).is_some() || given("take").is_some_and(|word| word == "yes");
    let parts = ["missing", "owner", "effort_days", "due"];
    let fields = parts.iter().filter(|_| takes).filter_map(|part| Some(((*part).to_owned(), given(part)?)));
    Wanted {
        requirement: id.into(),
        fields: fields.collect(),
        judgement: given("judgement").map(|state| (state, given("reason").unwrap_or_default())),
    }
}

/// `POST /road/gaps/plan`: a task of the plan for each gap that none closes yet.
pub async fn plan_gaps(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let count = plan_loose(&app, &seat, |_| true).await?;
    Ok(planned(count))
}

/// `POST /road/gaps/{clause}/plan`: everything of a clause that is to be closed becomes a gap, and each gap a task of the plan.
pub async fn plan_clause(seat: Seat, Held(app): Held<App>, Path(id): Path<String>) -> Result<Response, Refused> {
    if !verdicts::is_shown(catalogue(), &id) {
        return Err(Refusal::NotFound.into());
    }
    let analysis = Analysis::gather(&app.desk, &seat.actor, seat.now).await?;
    let found = verdicts::below(&analysis.assessment, &id);
    let missing = found.iter().filter(|verdict| verdict.is_open() && analysis.open(&verdict.requirement.id).is_none());
    let gaps: Vec<Command> = missing
        .map(|verdict| {
            let missing = format!("{}. {}", verdict.why, proposed(verdict));
            let fields = json!({"requirement": verdict.requirement.id, "missing": missing});
            Command::Create { kind: "requirement_gap".into(), number: None, input: input(fields) }
        })
        .collect();
    for done in app.desk.perform_all(&seat.actor, gaps, seat.now, true).await? {
        done?;
    }
    let within = |requirement: &str| found.iter().any(|verdict| verdict.requirement.id == requirement);
    let count = plan_loose(&app, &seat, within).await?;
    Ok(planned(count))
}

/// Makes a task of each gap that has none and whose requirement is wanted; answers how many.
async fn plan_loose(app: &App, seat: &Seat, wanted: impl Fn(&str) -> bool) -> Result<usize, Refusal> {
    let road = Road::gather(&app.desk, &seat.actor, seat.now).await?;
    let is_wanted = |shown: &&Shown| super::steps::requirement_of(shown).is_some_and(|id| wanted(&id));
    let loose: Vec<&Shown> = super::loose(&road).filter(is_wanted).collect();
    let commands = loose.iter().map(|shown| task_of(shown, &road, seat.now.date())).collect();
    let made = app.desk.perform_all(&seat.actor, commands, seat.now, true).await?;
    let mut steps = Vec::with_capacity(made.len());
    for (shown, done) in loose.iter().zip(made) {
        let target =
            Target { kind: "requirement_gap".into(), number: shown.number().into(), version: Some(shown.version()) };
        let input = input(json!({"task": done?.number}));
        steps.push(Command::Step { target, to: "planned".into(), input, note: None, public: false });
    }
    let count = steps.len();
    for done in app.desk.perform_all(&seat.actor, steps, seat.now, true).await? {
        done?;
    }
    Ok(count)
}

fn planned(count: usize) -> Response {
    let words = match count {
        0 => "Every open gap has a task already.".to_owned(),
        1 => "One task was added to the plan.".to_owned(),
        many => format!("{many} tasks were added to the plan."),
    };
    flash::said("/road#plan", words)
}

fn task_of(shown: &Shown, road: &Road, today: Date) -> Command {
    let fields = shown.fields();
    let id = super::steps::requirement_of(shown).unwrap_or_default();
    let clause = catalogue().requirement(&id).map_or("", |requirement| requirement.clause.as_str());
    let goal = road.plan.as_ref().and_then(|shown| plan::GOAL.get(shown.fields()));
    let due = gap::DUE.get(fields).or(goal).map(|due| due.max(today).to_string());
    let missing = gap::MISSING.get(fields).map(|text| text.0).unwrap_or_default();
    let title = if missing.is_empty() { format!("Close {id}") } else { format!("{id}: {}", shortened(&missing, 100)) };
    let task = json!({"title": title, "plan": road.plan.as_ref().map(Shown::number), "step": step_for(clause), "owner": gap::OWNER.get(fields).map(|owner| owner.0),
        "begins": today.to_string(), "due": due, "effort_days": gap::EFFORT_DAYS.get(fields).map(plain), "requirements": [id], "description": missing});
    Command::Create { kind: "plan_task".into(), number: None, input: input(task) }
}

/// Where in the way a gap of a clause is closed.
fn step_for(clause: &str) -> &'static str {
    let within = |above: &str| engines::conformity::catalogue::is_within(clause, above);
    match () {
        () if within("7.2") || within("7.3") => "training",
        () if within("9.2") => "internal-audit",
        () if within("9.3") => "management-review",
        () if within("4") || within("5") || within("6") || within("7") => "documents",
        () => "run",
    }
}
