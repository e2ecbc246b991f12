//! The service management plan as a whole (6.3): what its record says and what the other records say, part by part, with the
//! requirement that each answers, what is missing, and where it is closed. The page keeps nothing of its own.

mod act;
pub mod gather;
mod parts;

use askama::Template;
use axum::{
    extract::State as Held,
    response::{Html, Response},
};
use desk::rights;
use kinds::governance::management_plan as plan;
use model::{Act, Refusal};
use print::{Paper, Standing, Text};

use self::{
    gather::Facts,
    parts::{Part, parts},
};
use crate::{
    App, Refused, Seat,
    pages::{
        papers::{self, starter},
        pdf,
    },
    view::{
        parts::{Figure, Link, Mark, Shape, Tone},
        shell::Shell,
        state, time,
    },
};

pub use self::act::{freeze, take_over};

/// Where the plan is read.
pub const ADDRESS: &str = "/service-management-plan";
/// The draft that is frozen, by the name of its file and by the subject of the document that it becomes.
const STARTER: &str = "service-management-plan";

#[derive(Template)]
#[template(path = "page/sms_plan.html")]
struct PlanPage {
    shell: Shell,
    lede: String,
    record: Link,
    mark: Option<Mark>,
    /// The step that makes it count; empty where it does already or is not for the reader.
    approve: Link,
    figures: Vec<Figure>,
    parts: Vec<Part>,
    frozen: Frozen,
    may_write: bool,
    may_freeze: bool,
    has_plan: bool,
}

/// The document in which the plan was frozen.
#[derive(Default)]
struct Frozen {
    /// Empty where there is none yet.
    document: Link,
    words: String,
    /// Whether the version in force says what the records say now.
    is_same: bool,
    /// `DOC-3, version 2`
    identifier: String,
    /// The version that is being written and says something else: freezing writes over its text. Empty for none.
    written_over: String,
}

/// `GET /service-management-plan`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    let facts = gathered(&app, &seat).await?;
    let catalog = app.desk.catalog();
    let kind = catalog.find("management_plan").ok_or(Refusal::NotFound)?;
    let document = catalog.find("document").ok_or(Refusal::NotFound)?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let parts = parts(&facts, &assessment);
    let gaps: usize = parts.iter().map(|part| part.gaps.len()).sum();
    let frozen = frozen(&app, &seat).await?;
    let own = facts.plan.as_ref();
    let may_write = own.map_or_else(|| rights::may(&seat.actor, kind, Act::Create, None), |shown| shown.can(Act::Edit));
    let page = PlanPage {
        lede: lede(&facts, gaps),
        record: own.map_or_else(Link::default, |shown| {
            Link::new(shown.number(), format!("/management_plans/{}", shown.number()))
        }),
        mark: own.map(|shown| state::mark(kind, shown.state())),
        approve: own
            .filter(|shown| shown.state() != "approved" && shown.can(Act::Step))
            .map_or_else(Link::default, |shown| {
                Link::new("Approve…", format!("/management_plans/{}/step?to=approved", shown.number()))
            }),
        figures: figures(&facts, &parts, gaps),
        frozen,
        may_write,
        may_freeze: rights::may(&seat.actor, document, Act::Create, None),
        has_plan: own.is_some(),
        parts,
        shell: Shell { views: true, ..crate::shell(&app, &seat, ADDRESS).await },
    };
    Ok(Html(page.render()?))
}

/// For everybody of the provider who may read plans.
async fn gathered(app: &App, seat: &Seat) -> Result<Facts, Refusal> {
    rights::provider(&seat.actor)?;
    let catalog = app.desk.catalog();
    let kind = catalog.find("management_plan").ok_or(Refusal::NotFound)?;
    if !rights::may(&seat.actor, kind, Act::Read, None) {
        return Err(Refusal::NotFound);
    }
    Facts::gather(&app.desk, &seat.actor, seat.now).await
}

fn lede(facts: &Facts, gaps: usize) -> String {
    let missing = match gaps {
        0 => "Nothing is missing.".to_owned(),
        1 => "One thing is missing; it is named below with where it is closed.".to_owned(),
        many => format!("{many} things are missing; each is named below with where it is closed."),
    };
    match &facts.plan {
        None => "No plan is on record yet. Begin it: services, roles, measures and references come from your records."
            .into(),
        Some(_) => format!("Assembled from your records as they are now. {missing}"),
    }
}

fn figures(facts: &Facts, parts: &[Part], gaps: usize) -> Vec<Figure> {
    let figure = |label: &str, value: String, whole: &str| Figure {
        label: label.into(),
        value: Link::new(value, ""),
        whole: whole.into(),
    };
    let judged: Vec<&Part> = parts.iter().filter(|part| !part.requirement.text.is_empty()).collect();
    let proved = judged.iter().filter(|part| part.is_proved).count();
    let mut told = vec![
        figure("Requirements proved", proved.to_string(), &format!("of {}", judged.len())),
        figure("Missing", gaps.to_string(), ""),
    ];
    if let Some(shown) = &facts.plan {
        let version = plan::VERSION.get(shown.fields()).map(|version| version.normalize().to_string());
        told.extend(version.map(|version| figure("Version of the record", version, "")));
        let review = plan::REVIEW_DUE.get(shown.fields()).map(time::day);
        told.extend(review.map(|day| figure("Next review", day, "")));
    }
    told
}

/// How the document stands to what the records say now.
async fn frozen(app: &App, seat: &Seat) -> Result<Frozen, Refusal> {
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let Some(of) = papers::drafted(desk, actor, STARTER, now).await? else { return Ok(Frozen::default()) };
    let editions = papers::edition::editions(desk, actor, &of, now).await?;
    let Some(edition) = papers::edition::pick(&editions, None)? else { return Ok(Frozen::default()) };
    let drawn = drawn(app, seat).await?;
    let is_same = edition.text.trim() == drawn.trim();
    let place = format!("{}?version={}", papers::address(of.number()), edition.key());
    let beside = if is_same { "says what the records say now" } else { "differs from what the records say now" };
    let waits = editions.iter().find(|one| !one.is_over() && !one.is_in_force() && one.key() != edition.key());
    let waits = waits.map_or_else(String::new, |one| format!(" Version {} is under way.", one.number()));
    let differs = |one: &&papers::edition::Edition| one.state == "draft" && one.text.trim() != drawn.trim();
    let written_over = editions.iter().find(differs).map_or_else(String::new, |one| one.number());
    Ok(Frozen {
        written_over,
        document: Link::new(format!("{}, version {}", of.number(), edition.number()), place),
        words: format!("{}, {beside}.{waits}", edition.mark.word.to_lowercase()),
        is_same: is_same && edition.is_in_force(),
        identifier: format!("{}, version {}", of.number(), edition.number()),
    })
}

/// The plan in words, from the records of now.
async fn drawn(app: &App, seat: &Seat) -> Result<String, Refusal> {
    let starter = starter::find(STARTER).ok_or(Refusal::NotFound)?;
    let words = starter::words(&app.desk, &seat.actor, seat.now).await?;
    starter.draw(&words).map_err(Refusal::Query)
}

/// `GET /service-management-plan/pdf`: the plan as the records have it now. A copy that is not the version in force says so.
pub async fn open_as_pdf(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    let facts = gathered(&app, &seat).await?;
    let frozen = frozen(&app, &seat).await?;
    let markdown = drawn(&app, &seat).await?;
    let title = starter::find(STARTER).map_or_else(String::new, |starter| starter.title.clone());
    let base = app.desk.reached_at().unwrap_or_default();
    let mut control = Vec::new();
    if let Some(shown) = &facts.plan {
        control.push(("Record".to_owned(), format!("{} {}", shown.number(), shown.title())));
        let catalog = app.desk.catalog();
        control
            .extend(catalog.find(shown.kind()).map(|kind| ("State".to_owned(), state::mark(kind, shown.state()).word)));
        let owner = plan::OWNER.get(shown.fields()).map(|owner| facts.name(&owner.0));
        control.extend(owner.map(|owner| ("Owner".to_owned(), owner)));
    }
    control.push(("As on record at".to_owned(), time::exact(seat.now)));
    if !frozen.identifier.is_empty() {
        control.push(("Frozen as".to_owned(), format!("{}, {}", frozen.identifier, frozen.words)));
    }
    let live = || Standing {
        mark: "Not frozen".into(),
        words: "What the records say now: it was not approved as a version of the document.".into(),
    };
    let paper = Paper {
        genre: "Plan".into(),
        identifier: if frozen.is_same { frozen.identifier.clone() } else { title.clone() },
        standing: (!frozen.is_same).then(live),
        control,
        body: Text { markdown: &markdown, title: &title, base, ..Text::default() }.blocks(),
        title,
        ..pdf::blank(&app.desk, seat.now)
    };
    Ok(pdf::answer(paper, &["service-management-plan", &seat.now.date().to_string()]).await?)
}

/// What a part lacks: a sentence, and where it is closed.
pub struct Lack {
    pub words: String,
    pub way: Link,
}

impl Lack {
    fn new(words: impl Into<String>, label: &str, address: impl Into<String>) -> Lack {
        Lack { words: words.into(), way: Link::new(label, address) }
    }
}

/// How a requirement stands that was never judged.
fn unjudged() -> Mark {
    Mark::new(Shape::New, Tone::Mute, "Not judged yet")
}
