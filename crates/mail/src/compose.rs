//! Answers as bytes: plain text with its thread, its marks against loops and a signed address to answer to.

use lettre::message::{Attachment, Mailbox, Message, MessageBuilder, MultiPart, SinglePart, header::ContentType};

use crate::walls::LOOP_HEADER;

/// What is to be sent.
#[derive(Clone, Debug, Default)]
pub struct Note<'a> {
    pub from_name: &'a str,
    pub from: &'a str,
    pub reply_to: Option<&'a str>,
    pub to: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    /// Without brackets, as all Message-IDs here.
    pub message_id: &'a str,
    pub references: &'a [String],
    /// The message that this answers; empty for none.
    pub in_reply_to: &'a str,
    /// Whether no person wrote it: then it says so (RFC 3834) and asks for no automatic answer.
    pub automatic: bool,
    pub installation: &'a str,
    /// Seconds since 1970, UTC.
    pub at: u64,
    /// A file that goes with it.
    pub file: Option<Attached<'a>>,
}

/// A file with its name and media type.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    pub name: &'a str,
    pub media: &'a str,
    pub bytes: &'a [u8],
}

/// Most Message-IDs that `References` names: the first of the thread and the newest.
const REFERENCES_MAX: usize = 20;

/// Message format of RFC 5322, ready for SMTP.
///
/// # Errors
/// A sentence about an address that is none.
pub fn compose(note: &Note<'_>) -> Result<Vec<u8>, String> {
    let mailbox = |name: &str, address: &str| {
        let address = address.parse().map_err(|error| format!("\"{address}\" is no address: {error}"))?;
        Ok::<Mailbox, String>(Mailbox::new(Some(name.to_string()).filter(|name| !name.is_empty()), address))
    };
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(note.at);
    let mut builder: MessageBuilder = Message::builder()
        .date(at)
        .from(mailbox(note.from_name, note.from)?)
        .to(mailbox("", note.to)?)
        .subject(one_line(note.subject))
        .message_id(Some(format!("<{}>", note.message_id)));
    if let Some(address) = note.reply_to {
        builder = builder.reply_to(mailbox(note.from_name, address)?);
    }
    if !note.in_reply_to.is_empty() {
        builder = builder.in_reply_to(format!("<{}>", note.in_reply_to));
    }
    if let Some(first) = note.references.first() {
        let newest = note.references[1..].iter().rev().take(REFERENCES_MAX - 1).rev();
        let all: Vec<String> = std::iter::once(first).chain(newest).map(|id| format!("<{id}>")).collect();
        builder = builder.references(all.join(" "));
    }
    builder = header(builder, LOOP_HEADER, note.installation);
    if note.automatic {
        builder = header(builder, "Auto-Submitted", "auto-generated");
        builder = header(builder, "X-Auto-Response-Suppress", "All");
    }
    let message = match note.file {
        None => builder.header(ContentType::TEXT_PLAIN).body(note.text.to_string()),
        Some(file) => builder.multipart(with_file(note, file)?),
    };
    message.map(|message| message.formatted()).map_err(|error| format!("the message cannot be written: {error}"))
}

/// Text first, then the file. The boundary follows from the Message-ID, so that the same note gives the same bytes; no line
/// of an encoded part begins so.
fn with_file(note: &Note<'_>, file: Attached<'_>) -> Result<MultiPart, String> {
    let media =
        ContentType::parse(file.media).map_err(|error| format!("\"{}\" is no media type: {error}", file.media))?;
    let plain = note.message_id.chars().filter(char::is_ascii_alphanumeric).take(50);
    let boundary = format!("=_{}", plain.collect::<String>());
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(note.text.to_string());
    let file = Attachment::new(one_line(file.name)).body(file.bytes.to_vec(), media);
    Ok(MultiPart::mixed().boundary(boundary).singlepart(text).singlepart(file))
}

fn header(builder: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    let name = lettre::message::header::HeaderName::new_from_ascii_str(name);
    builder.raw_header(lettre::message::header::HeaderValue::new(name, one_line(value)))
}

/// Nothing that comes in may begin a field of its own.
fn one_line(text: &str) -> String {
    text.split(|letter: char| letter.is_control()).collect::<Vec<_>>().join(" ").trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{address, letter};

    #[test]
    fn what_is_written_is_read_back() {
        let references = vec!["first@x.example".to_string(), "kim@harbour.example".to_string()];
        let reply_to = address::signed(b"key", "support@x.example", "INC-7").expect("an address");
        let raw = compose(&Note {
            from_name: "Ünser Dienst",
            from: "support@x.example",
            reply_to: Some(&reply_to),
            to: "kim@harbour.example",
            subject: "[INC-7] Drücker\r\nBcc: evil@x.example",
            text: "Schöne Grüße\n.\nfrom us",
            message_id: "out@x.example",
            references: &references,
            in_reply_to: "kim@harbour.example",
            automatic: true,
            installation: "here",
            at: 1_795_000_000,
            file: None,
        })
        .expect("bytes");
        let reading = letter::read(&raw);
        let letter = reading.letter.expect("a letter");
        assert_eq!(reading.identity, "out@x.example");
        assert_eq!(letter.subject, "[INC-7] Drücker Bcc: evil@x.example");
        assert_eq!(letter.recipients, ["kim@harbour.example"]);
        assert_eq!(letter.references, references);
        assert_eq!(letter.text, "Schöne Grüße\n.\nfrom us");
        assert_eq!(letter.loop_mark.as_deref(), Some("here"));
        assert!(letter.automatic.expect("a machine's").contains("auto-generated"));
        assert!(String::from_utf8_lossy(&raw).contains(&reply_to));
    }

    #[test]
    fn a_file_goes_with_it_and_comes_out_as_it_was() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let note = Note {
            from: "support@x.example",
            to: "kim@harbour.example",
            subject: "Backlog",
            text: "--=_\nSchöne Grüße",
            message_id: "report.1@x.example",
            file: Some(Attached { name: "Rückstand.xlsx", media: "application/octet-stream", bytes: &bytes }),
            at: 1_795_000_000,
            ..Note::default()
        };
        let raw = compose(&note).expect("bytes");
        assert_eq!(raw, compose(&note).expect("bytes"), "the same note gives the same bytes");
        let letter = letter::read(&raw).letter.expect("a letter");
        assert_eq!(letter.text.trim(), "--=_\nSchöne Grüße");
        let [file] = letter.enclosures.as_slice() else { panic!("{} files", letter.enclosures.len()) };
        assert_eq!((file.name.as_str(), file.bytes.as_slice()), ("Rückstand.xlsx", bytes.as_slice()));
    }

    #[test]
    fn an_address_that_is_none_is_told() {
        let note = Note { from: "support@x.example", to: "kim at harbour", ..Note::default() };
        assert!(compose(&note).expect_err("no address").contains("kim at harbour"));
    }
}
