//! The minutes of a management review as a PDF: what went in, what was decided, who signed.

use axum::{
    extract::{Path, State as Held},
    response::Response,
};
use desk::Shown;
use kinds::performance::management_review as review;
use model::{Moment, Refusal};
use print::{Block, Paper, Side, Standing, Text};

use super::{
    agenda::Room,
    review::{carried, decisions, minutes, signed, topics},
};
use crate::{
    App, Refused, Seat,
    pages::{lines, pdf},
    view::{state, time},
};

/// `GET /road/reviews/{number}/pdf`
pub async fn review_as_pdf(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let paper = paper(&app, &seat, &number).await?;
    Ok(pdf::answer(paper, &[&number, "minutes"]).await?)
}

async fn paper(app: &App, seat: &Seat, number: &str) -> Result<Paper, Refusal> {
    let (desk, now) = (&app.desk, seat.now);
    let shown = desk.show(&seat.actor, "management_review", number, None, now).await?;
    let catalog = desk.catalog();
    let kind = catalog.find("management_review").ok_or(Refusal::NotFound)?;
    let room = Room::of(desk, &seat.actor, &shown, now).await?;
    let base = desk.reached_at().unwrap_or_default();
    let prose = |markdown: &str, under: usize, body: &mut Vec<Block>| match markdown.trim() {
        "" => body.push(Block::paragraph("Nothing is written down yet.")),
        _ => body.extend(Text { markdown, under, base, ..Text::default() }.blocks()),
    };
    let mut body = vec![Block::heading(1, "Minutes")];
    prose(&minutes(&shown, "text").unwrap_or_default(), 1, &mut body);
    decided(app, seat, &shown, &mut body).await?;
    carried_over(app, seat, &room, &mut body).await?;
    body.push(Block::heading(1, "Inputs"));
    for topic in topics(kind, &shown, &[]) {
        body.push(Block::heading(2, format!("{}  {}", topic.letter, topic.label)));
        prose(&topic.written, 2, &mut body);
    }
    Ok(Paper {
        genre: "Minutes of a management review".into(),
        title: title(&shown),
        identifier: format!("{}, minutes", shown.number()),
        standing: standing(app, seat, &shown).await?,
        control: control(app, seat, &shown, state::mark(kind, shown.state()).word, now).await?,
        body,
        ..pdf::blank(desk, now)
    })
}

/// A review is called by its day where nobody has given it a title.
fn title(shown: &Shown) -> String {
    match shown.title().parse::<model::Date>() {
        Ok(day) => format!("Management review of {}", time::day(day)),
        Err(_) => shown.title().to_string(),
    }
}

/// Minutes stand when the review is closed.
async fn standing(app: &App, seat: &Seat, shown: &Shown) -> Result<Option<Standing>, Refusal> {
    let mark = match minutes(shown, "approved_by") {
        _ if shown.state() == "closed" => return Ok(None),
        Some(_) => "Not closed",
        None => "Not signed",
    };
    Ok(Some(Standing { mark: mark.into(), words: signed(app, seat, shown).await? }))
}

async fn control(
    app: &App,
    seat: &Seat,
    shown: &Shown,
    state: String,
    now: Moment,
) -> Result<Vec<(String, String)>, Refusal> {
    let fields = shown.fields();
    let present: Vec<String> =
        review::PRESENT.get(fields).map_or_else(Vec::new, |all| all.0.into_iter().map(|one| one.0).collect());
    let chair = review::CHAIR.get(fields).map(|chair| chair.0).unwrap_or_default();
    let approver = minutes(shown, "approved_by").unwrap_or_default();
    let mails = present.iter().chain([&chair, &approver]).filter(|mail| !mail.is_empty()).cloned().collect();
    let names = app.desk.names_of(&seat.actor, Default::default(), mails, now).await?;
    let name = |mail: &str| lines::person(mail, &names).name;
    let day = |on: Option<model::Date>| on.map(time::day).unwrap_or_default();
    let facts = [
        ("Number", shown.number().to_string()),
        ("State", state),
        ("Held", day(review::HELD_ON.get(fields))),
        ("Chair", name(&chair)),
        ("Present", present.iter().map(|mail| name(mail)).collect::<Vec<_>>().join(", ")),
        ("Approved by", name(&approver)),
        ("Approved on", day(minutes(shown, "approved_on").and_then(|day| day.parse().ok()))),
        ("Figures counted", review::PREPARED_ON.get(fields).map(time::exact).unwrap_or_default()),
    ];
    let filled = facts.into_iter().filter(|(_, words)| !words.is_empty());
    Ok(filled.map(|(label, words)| (label.to_string(), words)).collect())
}

async fn decided(app: &App, seat: &Seat, shown: &Shown, body: &mut Vec<Block>) -> Result<(), Refusal> {
    body.push(Block::heading(1, "Decisions"));
    let decisions = decisions(app, seat, shown).await?;
    if decisions.is_empty() {
        body.push(Block::paragraph("Nothing is decided yet."));
        return Ok(());
    }
    let row = |one: super::review::Decided| {
        vec![one.text, one.action.text, one.mark.map(|mark| mark.word).unwrap_or_default()]
    };
    let head = ["Decision", "Action", "It is"].map(|label| (label, Side::Start));
    body.push(Block::table(&head, decisions.into_iter().map(row).collect()));
    Ok(())
}

async fn carried_over(app: &App, seat: &Seat, room: &Room<'_>, body: &mut Vec<Block>) -> Result<(), Refusal> {
    body.push(Block::heading(1, "Carried over"));
    let carried = carried(app, seat, room).await?;
    if carried.is_empty() {
        body.push(Block::paragraph("No action of an earlier review is open."));
        return Ok(());
    }
    let due = |due: Option<Moment>| due.map(|at| time::day(at.date())).unwrap_or_default();
    let row = |line: lines::Line| vec![line.number, line.title, line.owner.name, due(line.due), line.state.word];
    let head = ["Action", "What is to be done", "Who", "By", "It is"].map(|label| (label, Side::Start));
    body.push(Block::table(&head, carried.into_iter().map(row).collect()));
    Ok(())
}
