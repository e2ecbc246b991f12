//! First steps in an empty house, from its name to the day of stage 1: what stands is counted from the records, and each step
//! leads to where it is done.

use askama::Template;
use axum::{
    extract::State as Held,
    response::{Html, Response},
};
use desk::{Desk, rights};
use futures::future::try_join_all;
use model::{Act, Actor, Command, Input, Moment, Refusal, Role};
use serde_json::json;

use super::lines::{self, counted, encoded};
use crate::{
    App, Refused, Seat, flash,
    view::{
        parts::{Link, Mark, Shape, Tone},
        shell::Shell,
    },
};

/// Where the steps are shown.
pub const ADDRESS: &str = "/begin";

/// Steps that home shows; the page shows all.
const NEXT: usize = 3;

#[derive(Template)]
#[template(path = "page/begin.html")]
struct BeginPage {
    shell: Shell,
    steps: Vec<Step>,
    done: usize,
    /// People with an account of whom no record says that they work here; none where the reader may not see to it.
    unrecorded: usize,
}

/// A step as it stands.
pub struct Step {
    pub title: &'static str,
    pub why: &'static str,
    pub stands: Vec<Link>,
    pub mark: Mark,
    pub is_done: bool,
    /// Where it is taken; empty once it is done.
    pub ways: Vec<Link>,
}

/// What home says of them.
pub struct Beginning {
    pub next: Vec<Step>,
    pub done: usize,
    pub all: usize,
}

/// Records that a step wants, and where the first one is made.
struct Want {
    kind: &'static str,
    /// Which records count.
    filter: &'static str,
    least: i64,
    /// What they are, after a number.
    words: &'static str,
    /// Label and address; what the reader may not create is not offered.
    way: (&'static str, &'static str),
}

struct Planned {
    title: &'static str,
    why: &'static str,
    wants: &'static [Want],
}

const fn want(
    kind: &'static str,
    filter: &'static str,
    words: &'static str,
    label: &'static str,
    address: &'static str,
) -> Want {
    Want { kind, filter, least: 1, words, way: (label, address) }
}

const STANDS: &str = super::road::facts::STANDS;

/// In the order in which a newcomer does well to take them. Every filter is read by a test.
const PLANNED: &[Planned] = &[
    Planned {
        title: "People",
        why: "Records name people by their e-mail. At least two: nobody approves what they wrote themselves.",
        wants: &[Want {
            least: 2,
            ..want("person", "active = yes", "people on record", "Write down a person", "/people/new")
        }],
    },
    Planned {
        title: "Roles",
        why: "Somebody answers for the system, and somebody of top management for the whole (5.3).",
        wants: &[
            want(
                "role",
                "duties contains \"conformity-of-sms\" and holder is filled",
                "who see to conformity",
                "Name who runs the system",
                "/roles/new?name=SMS+manager&duties=conformity-of-sms%0Areport-to-top-management&authority=approve-document",
            ),
            want(
                "role",
                "name = \"top-management\" and holder is filled",
                "of top management",
                "Name top management",
                "/roles/new?name=top-management&authority=approve-document",
            ),
        ],
    },
    Planned {
        title: "Services",
        why: "What customers get from you. All else hangs on them: targets, incidents, cost, risk.",
        wants: &[want(
            "service",
            "stage = live and in_scope = yes",
            "live in scope",
            "Write down a service",
            "/services/new?stage=live",
        )],
    },
    Planned {
        title: "Scope",
        why: "Which organisation, services and places the certificate will speak of (4.3).",
        wants: &[want(
            "scope_statement",
            "state = approved",
            "approved",
            "Write the scope statement",
            "/scope_statements/new",
        )],
    },
    Planned {
        title: "Policy",
        why: "What top management stands for (5.2). A draft is there to begin with.",
        wants: &[want(
            "policy",
            "kind = \"service-management\" and state = approved",
            "approved",
            "Draft it",
            "/papers#c5.2.2",
        )],
    },
    Planned {
        title: "Risks",
        why: "A method first, then what can go wrong, each with an owner (6.1).",
        wants: &[
            want("risk_method", "state = approved", "approved method", "Write down the method", "/risk_methods/new"),
            want("risk", STANDS, "on record", "Write down a risk", "/risks/new"),
        ],
    },
    Planned {
        title: "Objectives",
        why: "What will be better by when, in figures (6.2).",
        wants: &[want("objective", STANDS, "on record", "Write down an objective", "/objectives/new")],
    },
    Planned {
        title: "Gap analysis",
        why: "Clause by clause; it begins with what the program already knows of you.",
        wants: &[want("requirement_gap", STANDS, "gaps written down", "Begin the gap analysis", "/road/gaps")],
    },
    Planned {
        title: "The way to the certificate",
        why: "A plan with a sponsor and the day of stage 1, approved; gaps become its tasks.",
        wants: &[
            want(
                "implementation_plan",
                "state = approved and sponsor is filled and goal is filled",
                "approved, with sponsor and day",
                "Write the plan",
                "/implementation_plans/new",
            ),
            want("plan_task", STANDS, "tasks", "Turn gaps into tasks", "/road/gaps"),
        ],
    },
    Planned {
        title: "Money",
        why: "A budget for each service and year (7.1, 8.4.1).",
        wants: &[want("budget", "state = approved", "approved", "Write a budget", "/budgets/new")],
    },
    Planned {
        title: "Service management plan",
        why: "How the system is set up, run and kept going (6.3); most of it is filled from your records.",
        wants: &[want("management_plan", "state = approved", "approved", "Open the plan", super::sms_plan::ADDRESS)],
    },
    Planned {
        title: "Documents",
        why: "What the standard wants in writing, with a draft for each piece (7.5).",
        wants: &[want("document", "state = approved", "in force", "See what is missing", "/papers?view=missing")],
    },
    Planned {
        title: "Internal audit",
        why: "A programme, then a first audit, before stage 1 (9.2).",
        wants: &[
            want(
                "audit_programme",
                "state = approved",
                "approved programme",
                "Write the programme",
                "/audit_programmes/new",
            ),
            want("audit", STANDS, "audits", "Plan an audit", "/audits/new"),
        ],
    },
    Planned {
        title: "Management review",
        why: "Top management looks at the whole and decides (9.3). Its inputs fill themselves.",
        wants: &[want("management_review", STANDS, "reviews", "Plan a review", "/management_reviews/new")],
    },
    Planned {
        title: "Stage 1",
        why: "Choose a certification body and book its first visit.",
        wants: &[
            want("certification_body", STANDS, "bodies", "Write down a body", "/certification_bodies/new"),
            want(
                "certification_audit",
                "type = \"stage-1\" and begins is filled",
                "with a day",
                "Book stage 1",
                "/certification_audits/new?type=stage-1",
            ),
        ],
    },
];

/// `GET /begin`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    rights::provider(&seat.actor)?;
    let steps = steps(&app.desk, &seat.actor, seat.now).await?;
    let page = BeginPage {
        done: steps.iter().filter(|step| step.is_done).count(),
        steps,
        unrecorded: unrecorded(&app.desk, &seat.actor, seat.now).await?.len(),
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/").await },
    };
    Ok(Html(page.render()?))
}

/// What home shows to those who set the house up while little is proved; none once every step is taken.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn beginning(desk: &Desk, actor: &Actor, now: Moment) -> Result<Option<Beginning>, Refusal> {
    if !(actor.has(Role::Administrator) || actor.has(Role::SmsManager)) {
        return Ok(None);
    }
    let steps = steps(desk, actor, now).await?;
    let (all, done) = (steps.len(), steps.iter().filter(|step| step.is_done).count());
    let next: Vec<Step> = steps.into_iter().filter(|step| !step.is_done).take(NEXT).collect();
    Ok((done < all).then_some(Beginning { next, done, all }))
}

async fn steps(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<Step>, Refusal> {
    let mut steps = vec![house(desk, actor)];
    steps.extend(try_join_all(PLANNED.iter().map(|planned| step(desk, actor, planned, now))).await?);
    steps.splice(2..2, accounts(desk, actor, now).await?);
    Ok(steps)
}

/// The name of the house stands among the settings, which administrators write.
fn house(desk: &Desk, actor: &Actor) -> Step {
    let name = desk.settings().organisation.trim().to_owned();
    let way = Link::new("Open the settings", "/administration/settings");
    Step {
        title: "The organisation",
        why: "Its name, scope in a line and time zone stand on every page and paper.",
        is_done: !name.is_empty(),
        mark: mark(!name.is_empty(), false),
        stands: vec![Link::new(if name.is_empty() { "It has no name yet".to_owned() } else { name.clone() }, "")],
        ways: if name.is_empty() && actor.has(Role::Administrator) { vec![way] } else { Vec::new() },
    }
}

/// Four eyes need a second account. Only administrators see accounts; for others there is no such step.
async fn accounts(desk: &Desk, actor: &Actor, now: Moment) -> Result<Option<Step>, Refusal> {
    if !actor.has(Role::Administrator) {
        return Ok(None);
    }
    let own = desk.accounts(actor, now).await?;
    let count = own.iter().filter(|row| row.account.customer.is_none() && row.account.is_open_at(now)).count();
    let is_done = count >= 2;
    Ok(Some(Step {
        title: "Accounts",
        why: "Whoever approves needs to sign in: make an account and hand over its link.",
        is_done,
        mark: mark(is_done, count > 0),
        stands: vec![Link::new(format!("{count} of 2 accounts"), "/administration/accounts")],
        ways: if is_done { Vec::new() } else { vec![Link::new("Make an account", "/administration/accounts/new")] },
    }))
}

async fn step(desk: &Desk, actor: &Actor, planned: &'static Planned, now: Moment) -> Result<Step, Refusal> {
    let catalog = desk.catalog();
    let (mut stands, mut ways) = (Vec::new(), Vec::new());
    let (mut is_done, mut is_begun) = (true, false);
    for want in planned.wants {
        let readable = catalog.find(want.kind).filter(|kind| rights::may(actor, kind, Act::Read, None));
        let Some(kind) = readable else { continue };
        let count =
            async |filter: &str| desk.count(actor, &lines::query_of(kind, Some(kind.name), filter, "", 1)?, now).await;
        let list = |filter: &str| format!("/{}?filter={}", kind.plural, encoded(filter));
        let there = count(want.filter).await?;
        if !stands.is_empty() {
            stands.push(Link::new(", ", ""));
        }
        is_begun |= there > 0;
        if there >= want.least {
            stands.push(Link::new(format!("{} {}", counted(there), want.words), list(want.filter)));
            continue;
        }
        is_done = false;
        stands.push(Link::new(format!("{there} of {} {}", want.least, want.words), list(want.filter)));
        // What is on record and does not count yet, such as a draft.
        let rest = count(STANDS).await? - there;
        if rest > 0 && want.filter != STANDS {
            is_begun = true;
            stands.push(Link::new(" (", ""));
            stands.push(Link::new(format!("{} begun", counted(rest)), list(STANDS)));
            stands.push(Link::new(")", ""));
        }
        if rights::may(actor, kind, Act::Create, None) {
            ways.push(Link::new(want.way.0, want.way.1));
        }
    }
    Ok(Step { title: planned.title, why: planned.why, mark: mark(is_done, is_begun), is_done, stands, ways })
}

fn mark(is_done: bool, is_begun: bool) -> Mark {
    match (is_done, is_begun) {
        (true, _) => Mark::new(Shape::Met, Tone::Ok, "Done"),
        (_, true) => Mark::new(Shape::Half, Tone::Info, "Begun"),
        _ => Mark::new(Shape::New, Tone::Mute, "Not begun"),
    }
}

/// Name and e-mail of everybody of our own with an account whom no record names; for administrators, who see accounts.
async fn unrecorded(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<(String, String)>, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("person").ok_or(Refusal::NotFound)?;
    if !actor.has(Role::Administrator) || !rights::may(actor, kind, Act::Create, None) {
        return Ok(Vec::new());
    }
    let own = desk.accounts(actor, now).await?.into_iter().map(|row| row.account);
    let own =
        own.filter(|one| one.customer.is_none() && one.is_open_at(now) && !one.roles.contains(&Role::ExternalAuditor));
    let own: Vec<(String, String)> = own.map(|one| (one.name, one.email)).collect();
    let known = desk.names_of(actor, Default::default(), own.iter().map(|one| one.1.clone()).collect(), now).await?;
    // Whoever has a name from an account alone is on no record.
    let is_recorded = |mail: &str| known.people.get(mail).is_some_and(|(_, kind)| !kind.is_empty());
    Ok(own.into_iter().filter(|(_, mail)| !is_recorded(mail)).collect())
}

/// `POST /begin/people`: puts everybody with an account on record as a person who works here.
pub async fn record_people(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    rights::provider(&seat.actor)?;
    rights::administer(&seat.actor, seat.now)?;
    let missing = unrecorded(&app.desk, &seat.actor, seat.now).await?;
    let create = |(name, email): &(String, String)| Command::Create {
        kind: "person".into(),
        number: None,
        input: Input::json(
            [("name", json!(name)), ("email", json!(email)), ("active", json!(true))]
                .map(|(field, value)| (field.to_owned(), value)),
        ),
    };
    let count = missing.len();
    for done in app.desk.perform_all(&seat.actor, missing.iter().map(create).collect(), seat.now, true).await? {
        done?;
    }
    let words = match count {
        0 => "Everybody with an account is on record already.".to_owned(),
        1 => "One person is on record now.".to_owned(),
        many => format!("{many} people are on record now."),
    };
    Ok(flash::said(ADDRESS, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_one_of_its_kind_and_every_way_leads_somewhere() {
        let catalog = kinds::catalog();
        let plurals: Vec<&str> = catalog.kinds().iter().map(|kind| kind.plural).collect();
        for planned in PLANNED {
            for want in planned.wants {
                let kind = catalog.find(want.kind).expect(want.kind);
                model::filter_text::parse(want.filter, kind).expect(want.filter);
                let path = want.way.1.split(['?', '#']).next().unwrap_or_default();
                if let Some((plural, "new")) = path.trim_start_matches('/').split_once('/') {
                    assert_eq!(plural, kind.plural, "{}", planned.title);
                    assert!(plurals.contains(&plural));
                }
            }
        }
    }
}
