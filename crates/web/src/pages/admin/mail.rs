//! Mail: mailboxes with their state, and what became of each message.

pub mod boxes;
pub mod message;
pub mod texts;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Html,
};
use desk::post::{Mailbox, MessageRow, Messages, Way};
use mail::Outcome;
use model::{Moment, Refusal};

use super::{picks, tabs, with};
use crate::{
    Administrator, App, Refused,
    record::address::Address,
    view::{
        field::{Control, Field},
        parts::{Empty, Mark, Shape, Tab, Tone, When},
        shell::Shell,
        time,
    },
};

/// Messages on one page.
const PAGE: i64 = 50;
/// Outcomes of what goes out.
const SENT: [(&str, &str); 5] =
    [("waiting", "Waits"), ("sent", "Sent"), ("failed", "Failed"), ("bounced", "Came back"), ("held", "Held back")];

#[derive(Template)]
#[template(path = "page/admin_mail.html")]
struct MailPage {
    shell: Shell,
    tabs: Vec<Tab>,
    boxes: Vec<BoxLine>,
    /// `outcome`, `mailbox`, `q`.
    fields: Vec<Field>,
    messages: Vec<MessageLine>,
    nothing: Empty,
    /// Address of the next page; empty for none.
    older: String,
    words: String,
}

struct BoxLine {
    href: String,
    name: String,
    address: String,
    opens: String,
    mark: Mark,
    polled: Option<When>,
    error: String,
}

/// A message in a list.
pub(super) struct MessageLine {
    pub href: String,
    pub subject: String,
    pub mark: Mark,
    pub who: String,
    pub reason: String,
    /// Address and number of its record; empty for none.
    pub record: (String, String),
    pub at: When,
}

/// `GET /administration/mail`
pub async fn list(
    Administrator(seat): Administrator,
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refused> {
    let address = Address::read("/administration/mail", &query.unwrap_or_default());
    let boxes = app.desk.mailboxes(&seat.actor, seat.now).await?;
    let wanted = wanted(&address)?;
    let mut rows = app.desk.messages(&seat.actor, &wanted, PAGE + 1, seat.now).await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let older = rows.last().filter(|_| more).map_or(String::new(), |last| {
        format!("/administration/mail?{}", address.with("before", last.id.to_string()).query())
    });
    let narrowed = wanted.before.is_some() || !wanted.outcome.is_empty() || !wanted.words.is_empty();
    let nothing = if narrowed { "No message is like that" } else { "No message yet" };
    let page = MailPage {
        shell: crate::shell(&app, &seat, "/administration").await,
        tabs: tabs("mail"),
        boxes: boxes.iter().map(|mailbox| box_line(&app, mailbox, seat.now)).collect(),
        fields: narrowing(&boxes, &wanted),
        words: match rows.len() {
            1 => "1 message".into(),
            many => format!("{many} messages, newest first"),
        },
        messages: rows.iter().map(|row| line(&app, row, seat.now)).collect(),
        nothing: Empty { mark: Mark::new(Shape::Nothing, Tone::Mute, nothing), ..Empty::default() },
        older,
    };
    Ok(Html(page.render()?))
}

/// What the address asks for; what it cannot mean is refused.
fn wanted(address: &Address) -> Result<Messages, Refused> {
    let number = |name: &'static str| match address.get(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text
            .parse::<i64>()
            .map(Some)
            .map_err(|_| Refused::from(Refusal::Query(format!("{name}: \"{text}\" is not the number of one")))),
    };
    let outcome = address.get("outcome").unwrap_or_default().to_string();
    let known = || Outcome::ALL.iter().map(|outcome| outcome.name()).chain(SENT.iter().map(|(name, _)| *name));
    if !outcome.is_empty() && !known().any(|name| name == outcome) {
        let hint = model::suggest::hint(&outcome, known());
        return Err(Refusal::Query(format!("outcome: there is no \"{outcome}\"{hint}")).into());
    }
    Ok(Messages {
        before: number("before")?,
        mailbox: number("mailbox")?,
        words: address.get("q").unwrap_or_default().trim().chars().take(200).collect(),
        outcome,
    })
}

fn narrowing(boxes: &[Mailbox], wanted: &Messages) -> Vec<Field> {
    let came = Outcome::ALL.iter().map(|outcome| (outcome.name(), label(outcome.name())));
    let outcomes = picks(came.chain(SENT), |name| name == wanted.outcome);
    let ids: Vec<(String, &str)> =
        boxes.iter().map(|mailbox| (mailbox.id.to_string(), mailbox.name.as_str())).collect();
    let chosen = wanted.mailbox.map(|id| id.to_string()).unwrap_or_default();
    let boxes = picks(ids.iter().map(|(id, name)| (id.as_str(), *name)), |id| id == chosen);
    let any = || Some("Any".to_string());
    vec![
        with(super::line("outcome", "Outcome", "", ""), Control::Choice { options: outcomes, blank: any() }),
        with(super::line("mailbox", "Mailbox", "", ""), Control::Choice { options: boxes, blank: any() }),
        super::line("q", "Address, subject, number or Message-ID", &wanted.words, ""),
    ]
}

fn box_line(app: &App, mailbox: &Mailbox, now: Moment) -> BoxLine {
    let catalog = app.desk.catalog();
    let mark = match (mailbox.active, mailbox.error.is_empty(), mailbox.answers) {
        (false, _, _) => Mark::new(Shape::Pause, Tone::Mute, "Not active"),
        (true, false, _) => Mark::new(Shape::Nonconforming, Tone::Bad, "In trouble"),
        (true, true, true) => Mark::new(Shape::Met, Tone::Ok, "Takes and answers"),
        (true, true, false) => Mark::new(Shape::Half, Tone::Info, "Only files"),
    };
    let opens = catalog.find(&mailbox.definition.opens).map(|kind| kind.label.clone());
    BoxLine {
        href: format!("/administration/mail/boxes/{}", mailbox.id),
        name: mailbox.name.clone(),
        address: mailbox.address.clone(),
        opens: opens.unwrap_or_else(|| mailbox.definition.opens.clone()),
        mark,
        polled: mailbox.polled.map(|at| time::when(at, now)),
        error: mailbox.error.clone(),
    }
}

pub(super) fn line(app: &App, row: &MessageRow, now: Moment) -> MessageLine {
    let who = match row.way {
        Way::In if row.sender.is_empty() => "from nobody".to_string(),
        Way::In => format!("from {}", row.sender),
        Way::Out => format!("to {}", row.recipient),
    };
    MessageLine {
        href: format!("/administration/mail/messages/{}", row.id),
        subject: if row.subject.is_empty() { "(no subject)".into() } else { row.subject.clone() },
        mark: mark(&row.outcome),
        who,
        reason: row.reason.clone(),
        record: record_link(app, &row.number),
        at: time::when(row.at, now),
    }
}

/// Where a record is, found by its number's prefix.
pub(super) fn record_link(app: &App, number: &str) -> (String, String) {
    let catalog = app.desk.catalog();
    let prefix = number.split('-').next().unwrap_or_default();
    let kind = catalog.kinds().iter().find(|kind| !number.is_empty() && kind.prefix == prefix);
    (kind.map_or(String::new(), |kind| format!("/{}/{number}", kind.plural)), number.to_string())
}

/// An outcome in words.
pub(super) fn label(outcome: &str) -> &'static str {
    match outcome {
        "new" => "New",
        "follow_up" => "Follow-up",
        "bounce" => "Bounce",
        "automatic" => "Automatic",
        "quarantined" => "Quarantined",
        "refused" => "Refused",
        other => SENT.iter().find(|(name, _)| *name == other).map_or("Unknown", |(_, label)| label),
    }
}

pub(super) fn mark(outcome: &str) -> Mark {
    let (shape, tone) = match outcome {
        "new" => (Shape::New, Tone::Info),
        "follow_up" => (Shape::Say, Tone::Info),
        "bounce" | "bounced" | "failed" => (Shape::Nonconforming, Tone::Bad),
        "quarantined" => (Shape::Risk, Tone::Warn),
        "sent" => (Shape::Met, Tone::Ok),
        "waiting" => (Shape::Ring, Tone::Plain),
        _ => (Shape::Nothing, Tone::Mute),
    };
    Mark::new(shape, tone, label(outcome))
}
