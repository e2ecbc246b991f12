//! Home: is anything wrong, what needs a hand next, and how much is proved. Every figure opens its records.

use askama::Template;
use axum::{
    extract,
    response::{Html, IntoResponse, Redirect, Response},
};
use desk::Desk;
use engines::conformity::{Assessment, State, catalogue};
use model::{Actor, Area, Catalog, Kind, Moment, Query, Refusal, time::DAY};

use super::{
    begin::{self, Beginning},
    lines::{self, Line, counted},
    verdicts::mark,
};
use crate::view::{
    parts::{Empty, Link, Mark, Notice, Shape, Tone},
    shell::Shell,
    time,
};
use crate::{App, Refused, Seat};

#[derive(Template)]
#[template(path = "page/home.html")]
pub struct HomePage {
    pub shell: Shell,
    pub today: String,
    pub greeting: String,
    pub phrases: Vec<Phrase>,
    pub notices: Vec<Notice>,
    pub axis: Axis,
    pub due: Vec<DueLine>,
    pub nothing_due: Empty,
    pub mine: Vec<Line>,
    pub nothing_mine: Empty,
    pub queues: Vec<Queue>,
    pub proof: Option<Proof>,
    /// While little is proved, for those who set the house up.
    pub beginning: Option<Beginning>,
    pub now: Moment,
}

/// A clause of the opening sentence: what matters in bold, the rest plain.
pub struct Phrase {
    pub strong: String,
    pub rest: String,
}

/// Open work of one kind.
pub struct Queue {
    pub label: String,
    pub open: Link,
    pub unowned: Link,
    pub late: Link,
    pub is_late: bool,
}

/// A record on the time axis.
pub struct DueLine {
    pub line: Line,
    pub word: Mark,
    /// Percent of the axis: where the bar begins, how long it is, where its end mark stands.
    pub from: String,
    pub width: String,
    pub end: String,
    pub class: &'static str,
}

/// The time axis above the bars.
#[derive(Default)]
pub struct Axis {
    pub now: String,
    /// Percent and word.
    pub ticks: Vec<(String, String)>,
}

/// How much of the standard is proved.
pub struct Proof {
    pub figure: String,
    pub whole: String,
    /// Mark, count and list of the requirements in that state.
    pub states: Vec<(Mark, Link)>,
    /// Class, start and width in percent.
    pub bar: Vec<(&'static str, String, String)>,
    pub clauses: Vec<ClauseShare>,
    pub next: Vec<NextStep>,
}

pub struct ClauseShare {
    pub link: Link,
    pub percent: usize,
    pub figure: String,
}

/// A requirement that evidence says no to, and why.
pub struct NextStep {
    pub link: Link,
    pub clause: String,
    pub why: String,
}

const LATE: &str = "phase != done and due < now";
const TODAY: &str = "phase != done and due >= now and due < now + 1d";
const MINE: &str = "phase != done and owner = me";

/// `GET /`
pub async fn open(seat: Seat, extract::State(app): extract::State<App>) -> Result<Response, Refused> {
    if seat.actor.customer.is_some() {
        return Ok(super::portal::home::open(&seat, &app).await?.into_response());
    }
    if super::auditor::is_seat(&seat) {
        return Ok(Redirect::to(super::auditor::ADDRESS).into_response());
    }
    let mut shell = crate::shell(&app, &seat, "/").await;
    shell.views = true;
    // People of a customer have no assessment to see.
    let assessment = app.desk.assessment_so_far(&seat.actor, seat.now).await.unwrap_or_default();
    let page = page(&app.desk, &seat.actor, shell, assessment.as_deref(), seat.now).await?;
    Ok(Html(page.render()?).into_response())
}

/// Gathers the page for one person. `assessment` is the newest there is, `None` where the person may not see it.
///
/// # Errors
/// Only what the desk itself cannot do; a person who may read nothing gets an empty page.
pub async fn page(
    desk: &Desk,
    actor: &Actor,
    shell: Shell,
    assessment: Option<&Assessment>,
    now: Moment,
) -> Result<HomePage, Refusal> {
    let catalog = desk.catalog();
    let due =
        lines::lines(desk, actor, &lines::query(&catalog, "phase != done and due is filled", "due", 7)?, now).await?.0;
    let mine = lines::lines(desk, actor, &lines::query(&catalog, MINE, "due", 6)?, now).await?.0;
    let counts = [LATE, TODAY, MINE].map(|filter| lines::query(&catalog, filter, "", 1));
    let counts = desk.counts(actor, &counts.into_iter().collect::<Result<Vec<Query>, Refusal>>()?, now).await?;
    let majors = majors(desk, actor, &catalog, now).await?;
    let queues = queues(desk, actor, &catalog, now).await?;
    let name = shell.user.as_ref().map(|user| user.name.split_whitespace().next().unwrap_or_default().to_owned());
    let window = Window::around(due.iter().filter_map(|line| line.due), now);
    Ok(HomePage {
        today: time::long(now),
        greeting: name.filter(|name| !name.is_empty()).map_or("Home".to_owned(), |name| format!("Hello, {name}")),
        phrases: phrases(majors.len(), counts[0], counts[1], counts[2]),
        notices: majors.iter().map(major_notice).chain(waiting(desk, actor, now).await?).collect(),
        axis: window.axis(),
        due: due.into_iter().filter_map(|line| window.place(line)).collect(),
        nothing_due: Empty {
            mark: Mark::new(Shape::Met, Tone::Ok, "Nothing is due."),
            text: "Open records with a date stand here, the nearest first.".to_owned(),
            step: None,
        },
        mine,
        nothing_mine: Empty {
            mark: Mark::new(Shape::Met, Tone::Ok, "Nothing waits for you."),
            text: "Records appear here when you are their owner.".to_owned(),
            step: Some(Link::new("Open work of all", "/my-work?view=all")),
        },
        queues,
        beginning: if assessment.is_some_and(is_young) { begin::beginning(desk, actor, now).await? } else { None },
        proof: assessment.map(proof),
        shell,
        now,
    })
}

/// A house in which less than a quarter of the requirements is proved has its first steps before it.
fn is_young(assessment: &Assessment) -> bool {
    assessment.count(State::Proved) * 4 < assessment.verdicts.len()
}

/// Open major incidents: the one thing that everybody must know at once.
async fn majors(desk: &Desk, actor: &Actor, catalog: &Catalog, now: Moment) -> Result<Vec<Line>, Refusal> {
    let Some(kind) = catalog.find("incident").filter(|kind| lines::has_flag(kind, "major")) else {
        return Ok(Vec::new());
    };
    let query: Query = lines::query_of(kind, Some(kind.name), "phase != done and major = yes", "", 5)?;
    Ok(lines::lines(desk, actor, &query, now).await?.0)
}

/// What the reader is asked to allow, for themselves or for whom they stand in.
pub(super) async fn approvals_notice(desk: &Desk, actor: &Actor, now: Moment) -> Result<Option<Notice>, Refusal> {
    let count = desk.waiting_for(actor, now).await?.len();
    let (word, text) = match count {
        0 => return Ok(None),
        1 => ("One approval".to_owned(), "waits for you."),
        more => (format!("{more} approvals"), "wait for you."),
    };
    let mark = Mark::new(Shape::Pause, Tone::Info, word);
    Ok(Some(Notice { mark, text: text.to_owned(), links: vec![Link::new("Decide", "/approvals")] }))
}

/// What waits for the reader's word.
async fn waiting(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<Notice>, Refusal> {
    let mut notices: Vec<Notice> = approvals_notice(desk, actor, now).await?.into_iter().collect();
    let (word, text) = match desk.mentions(actor, now).await?.len() {
        0 => return Ok(notices),
        1 => ("One note".to_owned(), "names you."),
        more => (format!("{more} notes"), "name you."),
    };
    let mark = Mark::new(Shape::Say, Tone::Info, word);
    notices.push(Notice { mark, text: text.to_owned(), links: vec![Link::new("Read", "/my-work?view=mentions")] });
    Ok(notices)
}

fn major_notice(line: &Line) -> Notice {
    let owner = &line.owner.name;
    let lead = if owner.is_empty() { "Nobody leads it yet.".to_owned() } else { format!("{owner} leads.") };
    Notice {
        mark: Mark::new(Shape::Major, Tone::Bad, "Major incident"),
        text: format!("{} is {}. {lead}", line.number, line.state.word.to_lowercase()),
        links: vec![Link::new(line.title.clone(), line.href.clone())],
    }
}

/// Open work of the kinds that are worked on in queues, all of it counted in one statement.
async fn queues(desk: &Desk, actor: &Actor, catalog: &Catalog, now: Moment) -> Result<Vec<Queue>, Refusal> {
    let has = |kind: &Kind, column| kind.fields.iter().any(|field| field.column == Some(column));
    let is_worked_on = |kind: &&Kind| has(kind, model::Column::Owner) && has(kind, model::Column::Due);
    let kinds: Vec<(&Kind, [String; 3])> = catalog
        .kinds()
        .iter()
        .filter(|kind| kind.area == Area::Run)
        .filter(is_worked_on)
        .map(|kind| (kind, ["phase != done", "phase != done and owner is empty", LATE].map(|text| named(kind, text))))
        .collect();
    let filters = kinds.iter().flat_map(|(kind, filters)| filters.iter().map(move |filter| (*kind, filter)));
    let queries = filters.map(|(kind, filter)| lines::query_of(kind, Some(kind.name), filter, "", 1));
    let counts = desk.counts(actor, &queries.collect::<Result<Vec<Query>, Refusal>>()?, now).await?;
    let queues = kinds.iter().zip(counts.chunks(3)).map(|((kind, filters), counts)| {
        let link = |at: usize| Link::new(counted(counts[at]), lines::list_address(kind, &filters[at]));
        Queue { label: kind.labels.clone(), open: link(0), unowned: link(1), late: link(2), is_late: counts[2] > 0 }
    });
    Ok(queues.filter(|queue| queue.open.text != "0").collect())
}

/// The same filter by the names that a kind gives to its owner and its due date.
fn named(kind: &Kind, filter: &str) -> String {
    let name = |column, common: &'static str| {
        kind.fields
            .iter()
            .find(|field| field.column == Some(column))
            .map_or(common, |field| field.name.as_str())
            .to_owned()
    };
    let (owner, due) = (name(model::Column::Owner, "owner"), name(model::Column::Due, "due"));
    filter
        .split(' ')
        .map(|word| match word {
            "owner" => owner.as_str(),
            "due" => due.as_str(),
            other => other,
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn phrases(majors: usize, late: i64, today: i64, mine: i64) -> Vec<Phrase> {
    let phrase = |strong: String, rest: &str| Phrase { strong, rest: rest.to_owned() };
    let records = |count: i64| if count == 1 { "One record".to_owned() } else { format!("{} records", counted(count)) };
    let mut phrases = Vec::new();
    match majors {
        0 => {}
        1 => phrases.push(phrase("One major incident".to_owned(), "is open.")),
        more => phrases.push(phrase(format!("{more} major incidents"), "are open.")),
    }
    match (late, today) {
        (0, 0) => phrases.push(phrase("Nothing is late".to_owned(), "and nothing falls due within a day.")),
        (0, today) => {
            phrases.push(phrase("Nothing is late.".to_owned(), &format!("{} due within a day.", fall(today, &records))))
        }
        (late, 0) => phrases
            .push(phrase(format!("{} late.", verb(late, &records(late))), "Nothing else falls due within a day.")),
        (late, today) => phrases.push(phrase(
            format!("{} late", verb(late, &records(late))),
            &format!(
                "and {} due within a day.",
                if today == 1 { "one more falls".to_owned() } else { format!("{} more fall", counted(today)) }
            ),
        )),
    }
    match mine {
        0 => phrases.push(phrase("Nothing".to_owned(), "waits for you.")),
        1 => phrases.push(phrase("One record".to_owned(), "waits for you.")),
        more => phrases.push(phrase(records(more), "wait for you.")),
    }
    phrases
}

fn verb(count: i64, records: &str) -> String {
    format!("{records} {}", if count == 1 { "is" } else { "are" })
}

fn fall(count: i64, records: &impl Fn(i64) -> String) -> String {
    format!("{} {}", records(count), if count == 1 { "falls" } else { "fall" })
}

/// The stretch of time that the bars show.
struct Window {
    begin: i64,
    end: i64,
    now: Moment,
}

impl Window {
    /// From the earliest to the latest, never more than a week back or a month ahead, and at least two hours long.
    fn around(due: impl Iterator<Item = Moment>, now: Moment) -> Window {
        let (mut begin, mut end) = (now.0, now.0 + 2 * model::time::HOUR);
        for at in due {
            begin = begin.min(at.0.max(now.0 - 7 * DAY));
            end = end.max(at.0.min(now.0 + 30 * DAY));
        }
        let margin = (end - begin) / 12;
        Window { begin: begin - margin, end: end + margin, now }
    }

    fn percent(&self, at: i64) -> f64 {
        let share = (at - self.begin) as f64 / (self.end - self.begin) as f64;
        (share * 100.0).clamp(0.0, 99.0)
    }

    fn place(&self, line: Line) -> Option<DueLine> {
        let due = line.due?;
        let (shape, tone) = lines::urgency(due, self.now);
        let (now, end) = (self.percent(self.now.0), self.percent(due.0));
        let class = match tone {
            Tone::Bad => "f-bad",
            Tone::Warn => "f-warn",
            _ => "f-mute",
        };
        let word = Mark::new(shape, tone, time::until(due, self.now));
        let round = |percent: f64| format!("{percent:.1}");
        let (from, width) = (now.min(end), (now - end).abs());
        Some(DueLine { line, word, from: round(from), width: round(width), end: round(end), class })
    }

    /// At most five ticks at full hours or days after now.
    fn axis(&self) -> Axis {
        const STEPS: [i64; 9] = [1, 2, 4, 8, 24, 48, 96, 168, 336];
        let hour = model::time::HOUR;
        let step = STEPS.into_iter().map(|hours| hours * hour).find(|step| (self.end - self.now.0) / step <= 4);
        let step = step.unwrap_or(336 * hour);
        let first = (self.now.0 / step + 1) * step;
        let ticks = (0..5).map(|at| first + at * step).filter(|at| *at < self.end);
        let word = |at: i64| {
            let moment = Moment(at);
            if step < DAY { time::clock(moment) } else { time::short_day(moment.date()) }
        };
        // A tick too near to "now" would be written over it.
        let far = |at: &i64| self.percent(*at) - self.percent(self.now.0) > 18.0;
        let ticks = ticks.filter(far).map(|at| (format!("{:.1}", self.percent(at)), word(at))).collect();
        Axis { now: format!("{:.1}", self.percent(self.now.0)), ticks }
    }
}

fn proof(assessment: &Assessment) -> Proof {
    let total = assessment.verdicts.len().max(1);
    let proved = assessment.count(State::Proved);
    let mut from = 0.0;
    let mut bar = Vec::new();
    for state in State::ALL {
        let width = assessment.count(state) as f64 * 100.0 / total as f64;
        if width > 0.0 {
            bar.push((bar_class(state), format!("{from:.1}"), format!("{width:.1}")));
        }
        from += width;
    }
    let states = State::ALL.into_iter().filter(|state| assessment.count(*state) > 0);
    let states = states.map(|state| {
        (
            mark(state),
            Link::new(assessment.count(state).to_string(), format!("/conformity?state={}#steps", state.name())),
        )
    });
    Proof {
        figure: format!("{} %", proved * 100 / total),
        whole: format!("{proved} of {total} requirements"),
        states: states.collect(),
        bar,
        clauses: clauses(assessment),
        next: next(assessment),
    }
}

/// The chapters of the standard, 4 to 10, with what is proved of each.
fn clauses(assessment: &Assessment) -> Vec<ClauseShare> {
    let chapters = catalogue().clauses.iter().filter(|clause| !clause.id.contains('.'));
    let shares = chapters.filter_map(|chapter| {
        let within = |clause: &str| clause.split('.').next() == Some(chapter.id.as_str());
        let verdicts: Vec<_> = assessment.verdicts.iter().filter(|v| within(&v.requirement.clause)).collect();
        let proved = verdicts.iter().filter(|verdict| verdict.state == State::Proved).count();
        (!verdicts.is_empty()).then(|| ClauseShare {
            link: Link::new(
                format!("{} {}", chapter.id, short(&chapter.title)),
                format!("/conformity#c{}", chapter.id),
            ),
            percent: proved * 100 / verdicts.len(),
            figure: format!("{proved} of {}", verdicts.len()),
        })
    });
    shares.collect()
}

/// "Support of the service management system" is "Support" where there is little room.
fn short(title: &str) -> &str {
    title.split_once(" of the ").map_or(title, |(begin, _)| begin)
}

fn next(assessment: &Assessment) -> Vec<NextStep> {
    let bad = assessment.verdicts.iter().filter(|verdict| verdict.state == State::Nonconforming);
    let steps = bad.map(|verdict| NextStep {
        link: Link::new(
            verdict.requirement.text.clone(),
            format!("/conformity/{}/{}", verdict.requirement.clause, verdict.requirement.id),
        ),
        clause: verdict.requirement.clause.clone(),
        why: verdict.why.clone(),
    });
    steps.take(5).collect()
}

fn bar_class(state: State) -> &'static str {
    match state {
        State::Proved => "f-ok",
        State::Stale => "f-warn",
        State::Gap => "f-hatch",
        State::Nonconforming => "f-bad",
        State::NothingToSample => "f-line",
        State::ForAPerson => "f-bar",
    }
}
