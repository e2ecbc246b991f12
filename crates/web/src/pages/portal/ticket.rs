//! One ticket as whoever asked reads it: where it stands, what was said, what was answered; and how it was.

use askama::Template;
use axum::{
    extract::{Path, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::{Shown, ShownEntry, Whole};
use engines::approvals::Row;
use model::{Act, Command, FieldError, Input, Kind, Moment, Refusal, Target, Value, words::counted};

use super::{
    home::{TICKETS, address},
    rate::{self, RATINGS},
    text, words,
};
use crate::{
    App, Refused, Seat, flash,
    record::{
        address::pairs,
        edit,
        piece::{Lens, Piece},
        sent::Sent,
        shape::shaped,
    },
    view::{
        parts::{Link, Mark, Step, When},
        shell::Shell,
        text::markdown,
        time,
    },
};

#[derive(Template)]
#[template(path = "portal/ticket.html")]
struct TicketPage {
    shell: Shell,
    number: String,
    heading: String,
    state: Mark,
    sentence: &'static str,
    steps: Vec<Step>,
    /// Label and value.
    facts: Vec<(&'static str, String)>,
    /// What was asked, sanitised.
    asked: String,
    answers: Vec<(String, Piece)>,
    approvals: Vec<Said>,
    talk: Vec<Message>,
    files: Vec<Link>,
    here: String,
    once: String,
    may_reply: bool,
    may_attach: bool,
    /// Where files are sent to.
    attach: String,
    /// Where watching begins and ends, and whether the reader does.
    watch: String,
    watches: bool,
    word: Word,
    rating: Rating,
    errors: Vec<(String, String)>,
}

/// What the reader may say about what is over for us.
enum Word {
    /// Nothing is over, or it is not the reader's to say.
    Nothing,
    /// That it works, where that closes it, and that it does not; until when.
    Asked { closes: bool, until: String, days: i64 },
    /// It has been over for too long.
    Late { sentence: String, again: String },
}

/// What one who is asked has said.
struct Said {
    who: String,
    mark: Mark,
    reason: String,
}

struct Message {
    who: String,
    mine: bool,
    at: When,
    html: String,
}

/// The one question after closing.
enum Rating {
    NotYet,
    Asked,
    Given(String),
}

/// The ticket behind a number, with its kind as its form shapes it.
async fn found(app: &App, seat: &Seat, number: &str) -> Result<(Kind, Whole), Refused> {
    let catalog = app.desk.catalog();
    let shown = app.desk.find(&seat.actor, number, seat.now).await?;
    let kind = catalog.find(shown.kind()).filter(|kind| TICKETS.contains(&kind.name)).ok_or_else(Refused::not_found)?;
    let whole = app.desk.whole(&seat.actor, kind.name, number, seat.now).await?;
    let kind = shaped(app, seat, kind, whole.shown.fields()).await?;
    Ok((kind, whole))
}

/// `GET /portal/requests/{number}`
pub async fn open(seat: Seat, State(app): State<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    let (kind, whole) = found(&app, &seat, &number).await?;
    Ok(Html(page(&app, &seat, &kind, whole, Vec::new()).await?.render()?))
}

async fn page(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    whole: Whole,
    errors: Vec<(String, String)>,
) -> Result<TicketPage, Refusal> {
    let names = crate::record::page::names(app, seat, kind, &whole.shown, &whole.entries, &[]).await?;
    let catalog = app.desk.catalog();
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let shown = &whole.shown;
    let (state, sentence) = words::state(kind.name, shown.state());
    let here = address(shown.number());
    let rows = Row::read_all(shown.fields().get("approvals"));
    let told = if kind.has_field("text") { "text" } else { "description" };
    let word = word(app, seat, kind, shown).await?;
    Ok(TicketPage {
        number: shown.number().into(),
        heading: shown.title().into(),
        state,
        sentence,
        steps: words::steps(kind.name, shown.state(), !rows.is_empty()),
        facts: facts(&lens, kind, &whole),
        asked: markdown(text(shown, told)),
        answers: answers(&lens, kind, &whole),
        approvals: rows.iter().map(|row| said(&lens, row)).collect(),
        talk: whole.entries.iter().rev().filter_map(|entry| message(&lens, seat, entry)).collect(),
        files: whole
            .files
            .iter()
            .map(|file| Link::new(&file.name, format!("/{}/{}/files/{}", kind.plural, shown.number(), file.id)))
            .collect(),
        once: edit::token(),
        may_reply: shown.can(Act::Note) && !matches!(word, Word::Late { .. }),
        word,
        may_attach: shown.can(Act::Attach),
        attach: format!("/{}/{}/files", kind.plural, shown.number()),
        watch: format!("/{}/{}/watch", kind.plural, shown.number()),
        watches: app.desk.watchers(&seat.actor, shown).await?.contains(&seat.actor.email),
        rating: rating(app, seat, kind, &whole).await?,
        here,
        errors,
        shell: super::shell(app, seat, "/portal/requests").await?,
    })
}

fn facts(lens: &Lens<'_>, kind: &Kind, whole: &Whole) -> Vec<(&'static str, String)> {
    let shown = &whole.shown;
    let at = |field: &str| shown.fields().get(field).and_then(Value::as_moment).map(time::exact).unwrap_or_default();
    let named =
        |number: &str| lens.names.records.get(number).map_or_else(|| number.to_string(), |known| known.0.clone());
    let sent = if shown.created() == Moment::UNKNOWN { at("raised_on") } else { time::exact(shown.created()) };
    let due = words::expected(shown).filter(|_| !words::is_over(shown.state()));
    let due = due.map(time::exact).unwrap_or_default();
    let requester = text(shown, "requester");
    let mut facts = vec![
        ("Number", shown.number().to_string()),
        ("Sent", sent),
        ("By", if requester.is_empty() { String::new() } else { lens.person(requester).name }),
        ("Service", named(text(shown, "service"))),
        ("Expected by", due),
        ("Price", words::price(shown.fields().get("price"))),
    ];
    // How it ended, in the words that were written for the customer.
    for (field, label) in [("resolution", "What we did"), ("outcome", "What we did"), ("answer", "Our answer")] {
        if kind.has_field(field) {
            facts.push((label, text(shown, field).to_string()));
        }
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn answers(lens: &Lens<'_>, kind: &Kind, whole: &Whole) -> Vec<(String, Piece)> {
    let held = kind.find("answers").zip(whole.shown.fields().get("answers"));
    match held.map(|(field, value)| lens.whole(&field.ty, value)) {
        Some(Piece::Parts(parts)) => parts,
        _ => Vec::new(),
    }
}

fn said(lens: &Lens<'_>, row: &Row) -> Said {
    use crate::view::parts::{Shape, Tone};
    let name = |mail: &str| lens.person(mail).name;
    match &row.verdict {
        None => Said {
            who: name(&row.approver),
            mark: Mark::new(Shape::New, Tone::Mute, "is asked"),
            reason: String::new(),
        },
        Some(verdict) => {
            let (shape, tone, word) = match verdict.approved {
                true => (Shape::Met, Tone::Ok, "has allowed it"),
                false => (Shape::Nonconforming, Tone::Bad, "has refused it"),
            };
            let stood_in =
                if verdict.by == row.approver { String::new() } else { format!(" for {}", name(&row.approver)) };
            let who = format!("{}{stood_in}", name(&verdict.by));
            Said { who, mark: Mark::new(shape, tone, word), reason: verdict.reason.clone() }
        }
    }
}

/// What was said to both sides; everything else of the journal is the provider's own.
fn message(lens: &Lens<'_>, seat: &Seat, shown: &ShownEntry) -> Option<Message> {
    let entry = &shown.entry;
    let note = entry.note.as_ref().filter(|note| note.public)?;
    let by = entry.by.clone().unwrap_or_default();
    let mine = by == seat.actor.email;
    let who = if mine { "You".to_string() } else { lens.person(&by).name };
    Some(Message { who, mine, at: time::when(entry.at, seat.now), html: markdown(&note.text) })
}

/// Whether it is over for us and may still go on: the same rule by which a word by mail opens it again.
async fn word(app: &App, seat: &Seat, kind: &Kind, shown: &Shown) -> Result<Word, Refusal> {
    let reopening = app.desk.reopening(&seat.actor, kind.name, shown.number(), seat.now).await?;
    let Some(reopening) = reopening.filter(|_| shown.can(Act::Note)) else { return Ok(Word::Nothing) };
    if reopening.is_late(seat.now) {
        return Ok(Word::Late {
            sentence: format!(
                "It was done {} ago, and is opened again within {}.",
                counted(reopening.ago(seat.now), "day", "days"),
                reopening.days
            ),
            again: format!("/portal/report?again={}", crate::pages::lines::encoded(shown.number())),
        });
    }
    Ok(Word::Asked {
        closes: kind.closing.is_some_and(|closing| closing.state == shown.state()),
        until: words::day(reopening.until()),
        days: app.desk.settings().number(kind.closing.map_or("", |closing| closing.days)),
    })
}

/// `POST /portal/requests/{number}/word`: it works, which closes it, or it does not, which opens it again.
pub async fn say(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, whole) = found(&app, &seat, &number).await?;
    let sent = Sent::new(pairs(&body));
    let (works, text) = (sent.text("word") == "yes", sent.text("text").trim().to_string());
    if !works && sent.text("word") != "no" {
        return Err(Refused::field("word", "is yes or no"));
    }
    let reopening = app.desk.reopening(&seat.actor, kind.name, &number, seat.now).await?;
    let closed = kind.closing.filter(|closing| closing.state == whole.shown.state()).map(|closing| closing.to);
    let to = if works { closed } else { reopening.as_ref().map(|reopening| reopening.to) };
    let Some(to) = to else { return Ok(flash::said(&address(&number), "There is nothing to be answered here.")) };
    let said = match (works, text.is_empty()) {
        (true, true) => "It works.".to_string(),
        (false, true) => "It does not work.".to_string(),
        (_, false) => text,
    };
    let target = Target { kind: kind.name.into(), number: number.clone(), version: None };
    let command = Command::Step {
        target: target.clone(),
        to: to.into(),
        input: Input::default(),
        note: Some(said.clone()),
        public: true,
    };
    let answer = if works { "Thank you. It is closed." } else { "We take it up again." };
    match edit::once(&app, &seat, &sent, command).await {
        Ok(_) => Ok(flash::said(&address(&number), answer)),
        // Something of our own is still to be done: the word counts all the same.
        Err(Refusal::Invalid(_)) if works => {
            app.desk.perform(&seat.actor, Command::Note { target, text: said, public: true }, seat.now).await?;
            Ok(flash::said(&address(&number), "Thank you. We close it when our own part is done."))
        }
        Err(Refusal::Invalid(errors)) => told(&app, &seat, &kind, whole, &errors).await,
        Err(Refusal::Step(why)) => told(&app, &seat, &kind, whole, &[FieldError::new("word", why)]).await,
        Err(other) => Err(other.into()),
    }
}

async fn rating(app: &App, seat: &Seat, kind: &Kind, whole: &Whole) -> Result<Rating, Refusal> {
    let shown = &whole.shown;
    let over = matches!(shown.state(), "resolved" | "fulfilled" | "closed");
    if !over || kind.name == "complaint" {
        return Ok(Rating::NotYet);
    }
    let asker = text(shown, "requester");
    Ok(match rate::given(&app.desk, &seat.actor, (shown.number(), asker), seat.now).await? {
        Some(given) => Rating::Given(given),
        None if asker == seat.actor.email => Rating::Asked,
        None => Rating::NotYet,
    })
}

/// `POST /portal/requests/{number}/reply`
pub async fn reply(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, whole) = found(&app, &seat, &number).await?;
    let sent = Sent::new(pairs(&body));
    let target = Target { kind: kind.name.into(), number: number.clone(), version: None };
    let command = Command::Note { target, text: sent.text("text"), public: true };
    match edit::once(&app, &seat, &sent, command).await {
        Ok(_) => Ok(flash::said(&format!("{}#talk", address(&number)), "Sent.")),
        Err(Refusal::Invalid(errors)) => told(&app, &seat, &kind, whole, &errors).await,
        Err(other) => Err(other.into()),
    }
}

/// `POST /portal/requests/{number}/rate`
pub async fn rate(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, whole) = found(&app, &seat, &number).await?;
    let sent = Sent::new(pairs(&body));
    if !matches!(rating(&app, &seat, &kind, &whole).await?, Rating::Asked) {
        return Ok(flash::said(&address(&number), "There is nothing to be answered here."));
    }
    let said = (sent.text("rating"), sent.text("comment"));
    let whose = (number.as_str(), seat.actor.email.as_str());
    match rate::give(&app.desk, &seat.actor, whose, (&said.0, &said.1), seat.now).await {
        Ok(()) => Ok(flash::said(&address(&number), "Thank you for your answer.")),
        Err(Refusal::Invalid(errors)) => told(&app, &seat, &kind, whole, &errors).await,
        Err(other) => Err(other.into()),
    }
}

async fn told(app: &App, seat: &Seat, kind: &Kind, whole: Whole, errors: &[FieldError]) -> Result<Response, Refused> {
    let told = |error: &FieldError| (error.field.clone(), crate::pages::welcome::sentence(&error.message));
    let page = page(app, seat, kind, whole, errors.iter().map(told).collect()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
