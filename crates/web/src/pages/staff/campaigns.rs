//! Campaigns that tell people something: how far each has come, and who is late.

use askama::Template;
use axum::{extract::State as Held, response::Html};
use desk::{Shown, rights};
use kinds::people::campaign;
use model::{Act, Kind, Query, Refusal, filter_text};

use super::{address_of_campaign, judged, tabs};
use crate::{
    App, Refused, Seat,
    pages::{
        lines::{self, encoded},
        road::facts::{STANDS, all},
    },
    view::{
        parts::{Empty, Figure, Link, Mark, Person, Shape, Tab, Tone},
        shell::Shell,
        state, time,
    },
};

/// Counts go no further.
const CAP: i64 = 100_000;
/// What is counted of each campaign: who was asked, who has confirmed, who is late.
const COUNTED: [&str; 3] =
    ["(state = asked or state = confirmed)", "state = confirmed", "state = asked and due < today"];

#[derive(Template)]
#[template(path = "page/staff_campaigns.html")]
struct CampaignsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    figures: Vec<Figure>,
    /// What waits for the reader's own word.
    mine: Vec<Link>,
    campaigns: Vec<Line>,
    judged: Vec<super::Judged>,
    nothing: Empty,
    may_create: bool,
    is_own: bool,
}

struct Line {
    link: Link,
    number: String,
    state: Mark,
    topics: String,
    owner: Person,
    ends: String,
    confirmed: i64,
    asked: i64,
    percent: i64,
    late: Link,
}

/// `GET /staff/campaigns`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let mut found = all(desk, actor, "campaign", STANDS, "-number", now).await?;
    found.sort_by_key(|shown| shown.state() != "running");
    let catalog = desk.catalog();
    let kind = catalog.find("campaign").ok_or(Refusal::NotFound)?;
    let words = catalog.find("acknowledgement").ok_or(Refusal::NotFound)?;
    let counts = counts(&app, &seat, words, &found).await?;
    let mails = found.iter().filter_map(|shown| campaign::OWNER.get(shown.fields())).map(|owner| owner.0).collect();
    let names = desk.names_of(actor, Default::default(), mails, now).await?;
    let lines: Vec<Line> =
        found.iter().zip(&counts).map(|(shown, counts)| line(kind, words, shown, *counts, &names)).collect();
    let mine = all(desk, actor, "acknowledgement", "campaign is filled and state = asked and person = me", "due", now);
    let mine = mine.await?;
    let may_create = rights::may(actor, kind, Act::Create, None);
    let running = found.iter().filter(|shown| shown.state() == "running").count();
    let figure = |label: &str, count: i64| Figure {
        label: label.into(),
        value: Link::new(count.to_string(), ""),
        whole: String::new(),
    };
    let page = CampaignsPage {
        tabs: tabs("/staff/campaigns"),
        figures: vec![
            figure("Running", running as i64),
            figure("Wait for somebody's word", counts.iter().map(|[asked, confirmed, _]| asked - confirmed).sum()),
            figure("Late", counts.iter().map(|[.., late]| late).sum()),
        ],
        mine: mine.iter().filter_map(own).collect(),
        campaigns: lines,
        judged: judged(&app, &seat, &["7.3-1", "6.2.1.e", "5.2.2.b", "5.3-1"]),
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "Nobody has been told anything by a campaign yet."),
            text: "Write what people are to know of policy, objectives, services, their contribution and what follows when rules are not kept; name who; begin it. Each of them confirms with one click, newcomers are asked as well, and what they confirm is the proof.".into(),
            step: may_create.then(|| Link::new("Write the first campaign", "/campaigns/new")),
        },
        may_create,
        is_own: !rights::scope(actor, &catalog, Some(words), now).is_whole(words.name),
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/staff").await },
    };
    Ok(Html(page.render()?))
}

fn own(shown: &Shown) -> Option<Link> {
    let of = kinds::information::acknowledgement::CAMPAIGN.get(shown.fields())?;
    Some(Link::new(shown.title(), address_of_campaign(&of.0)))
}

/// The filter of a campaign's words in the running round.
fn of_round(shown: &Shown, more: &str) -> String {
    let round = kinds::information::document::VERSION.get(shown.fields()).unwrap_or_default();
    format!("campaign = \"{}\" and version = {round} and {more}", shown.number())
}

async fn counts(app: &App, seat: &Seat, words: &Kind, found: &[Shown]) -> Result<Vec<[i64; 3]>, Refusal> {
    let mut queries = Vec::new();
    for shown in found {
        for more in COUNTED {
            let filter = filter_text::parse(&of_round(shown, more), words).map_err(Refusal::Query)?;
            queries.push(Query { filter, ..Query::of(words.name) });
        }
    }
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let counts = app.desk.count_each(&seat.actor, &queries, CAP, seat.now).await?;
    Ok(counts.chunks_exact(3).map(|three| [three[0], three[1], three[2]]).collect())
}

fn line(kind: &Kind, words: &Kind, shown: &Shown, [asked, confirmed, late]: [i64; 3], names: &desk::Names) -> Line {
    let fields = shown.fields();
    let topics = campaign::TOPICS.get(fields).map(|topics| topics.0).unwrap_or_default();
    let topics: Vec<String> = topics.into_iter().map(|topic| topic.0).collect();
    let owner = campaign::OWNER.get(fields).map(|owner| owner.0).unwrap_or_default();
    let list = format!("/{}?filter={}", words.plural, encoded(&of_round(shown, COUNTED[2])));
    Line {
        link: Link::new(shown.title(), address_of_campaign(shown.number())),
        number: shown.number().into(),
        state: state::mark(kind, shown.state()),
        topics: topics.join(", "),
        owner: lines::person(&owner, names),
        ends: campaign::ENDS_ON.get(fields).map(time::day).unwrap_or_default(),
        confirmed,
        asked,
        percent: confirmed * 100 / asked.max(1),
        late: Link::new(late.to_string(), if late == 0 { String::new() } else { list }),
    }
}
