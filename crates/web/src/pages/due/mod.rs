//! What is due of agreements and documents: agreements whose days are over or nearly over, agreements that another one
//! outdoes, and documents that have been kept long enough. Nothing changes its state by a clock: what is due is said, on the
//! page of each record, on the road and here, until somebody does it.

mod agreements;
pub(super) mod kept;

use askama::Template;
use axum::{extract::State as Held, response::Html};
use desk::{Desk, Shown};
use model::{Actor, Date, Moment, Refusal, words::counted};

use crate::{
    App, Refused, Seat,
    pages::forecast,
    view::{
        parts::{Link, Mark, Notice, Shape, Tone},
        shell::Shell,
    },
};

/// Where it is read.
pub const ADDRESS: &str = "/due";
/// Days ahead from which on it is spoken of.
const AHEAD_DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "page/due.html")]
pub struct DuePage {
    pub shell: Shell,
    pub lede: String,
    pub sections: Vec<Section>,
}

pub struct Section {
    pub id: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    /// What is said where nothing is due.
    pub nothing: &'static str,
    /// What is said on the road of one and of several that are over, and what that means.
    over: (&'static str, &'static str, &'static str),
    pub lines: Vec<Line>,
}

/// One thing that is due.
pub struct Line {
    /// The day that it is about; none where it is no matter of a day.
    day: Option<Date>,
    pub when: String,
    pub mark: Mark,
    pub record: Link,
    pub title: String,
    /// A sentence without its subject: "holds no more since 31 Oct 2026".
    pub text: String,
    /// Where to go on.
    pub links: Vec<Link>,
    /// A word for the page of the record itself.
    word: &'static str,
}

impl Line {
    fn is_over(&self) -> bool {
        self.mark.tone == Tone::Bad
    }

    /// The same on the page of the record.
    fn notice(self) -> Notice {
        let mark = Mark::new(self.mark.shape, self.mark.tone, self.word);
        Notice { mark, text: self.text, links: self.links }
    }
}

/// How a day stands: over, today, or so many days ahead.
fn mark_of(day: Date, today: Date) -> Mark {
    match engines::rules::dates::days_between(today, day) {
        ..0 => Mark::new(Shape::Nonconforming, Tone::Bad, "Over"),
        0 => Mark::new(Shape::Risk, Tone::Warn, "Today"),
        days => Mark::new(Shape::Risk, Tone::Warn, format!("In {}", counted(days, "day", "days"))),
    }
}

/// `GET /due`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let sections = sections(&app.desk, &seat.actor, seat.now).await?;
    let whole: usize = sections.iter().map(|section| section.lines.len()).sum();
    let over = sections.iter().flat_map(|section| &section.lines).filter(|line| line.is_over()).count();
    let lede = match (whole, over) {
        (0, _) => "Nothing is due of agreements and documents.".to_owned(),
        (_, 0) => format!("{}, none of them over.", counted(whole, "thing is coming up", "things are coming up")),
        _ => format!("{} to be looked at, {over} of them over.", counted(whole, "thing is", "things are")),
    };
    let shell = Shell { views: true, ..crate::shell(&app, &seat, ADDRESS).await };
    Ok(Html(DuePage { shell, lede, sections }.render()?))
}

async fn sections(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<Section>, Refusal> {
    let today = forecast::today(desk, now);
    Ok(vec![
        Section {
            id: "ends",
            title: "Agreements by their days",
            about: "service level agreements and contracts",
            nothing: "No agreement in force is past its last day, and none ends within 30 days.",
            over: (
                "agreement has ended by its day.",
                "agreements have ended by their days.",
                "What it promised is promised by nobody now.",
            ),
            lines: sorted(agreements::ends(desk, actor, today, now).await?),
        },
        Section {
            id: "outdone",
            title: "Agreements beside each other",
            about: "the same service with the same customer",
            nothing: "No agreement in force stands in the way of another one.",
            over: (
                "agreement does not count.",
                "agreements do not count.",
                "A newer one about the same service with the same customer does.",
            ),
            lines: sorted(agreements::outdone(desk, actor, now).await?),
        },
        Section {
            id: "kept",
            title: "Documents that were kept long enough",
            about: "by their retention, from the day on which they went out of force",
            nothing: "Every document that is out of force is still to be kept.",
            over: (
                "document was kept long enough.",
                "documents were kept long enough.",
                "Somebody decides what becomes of it.",
            ),
            lines: sorted(kept::lines(desk, actor, today, now).await?),
        },
    ])
}

fn sorted(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by(|left, right| (left.day, &left.record.text).cmp(&(right.day, &right.record.text)));
    lines
}

/// What is said on the road: one notice for each sort of thing that is over or stands in the way.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn notices(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<Notice>, Refusal> {
    let said = |section: &Section| {
        let over = section.lines.iter().filter(|line| line.is_over()).count();
        let (one, several, text) = section.over;
        (over > 0).then(|| Notice {
            mark: Mark::new(Shape::Risk, Tone::Warn, counted(over, one, several)),
            text: text.into(),
            links: vec![Link::new("What is due", format!("{ADDRESS}#{}", section.id))],
        })
    };
    Ok(sections(desk, actor, now).await?.iter().filter_map(said).collect())
}

/// What is due of one record, for its page.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn of_record(desk: &Desk, actor: &Actor, shown: &Shown, now: Moment) -> Result<Vec<Notice>, Refusal> {
    if actor.customer.is_some() {
        return Ok(Vec::new());
    }
    let today = forecast::today(desk, now);
    let lines = match shown.kind() {
        "sla" => {
            let ends = agreements::end_of(desk, shown, today);
            ends.into_iter().chain(agreements::ties_of(desk, actor, shown, now).await?).collect()
        }
        "contract" => agreements::end_of(desk, shown, today).into_iter().collect(),
        "document" | "document_version" => kept::of(desk, actor, shown, today, now).await?.into_iter().collect(),
        _ => Vec::new(),
    };
    Ok(lines.into_iter().map(Line::notice).collect())
}
