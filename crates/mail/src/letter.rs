//! Bytes become a letter: who wrote, in which thread, what, with which files; or the reason why it cannot be believed.

use mail_parser::{Address, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use sha2::{Digest, Sha256};

use crate::{
    address, bounce,
    bounce::Bounce,
    clean,
    shape::{self, SIZE_MAX},
    walls,
};

/// Most parts, deepest nesting of them, and most of them that hold others.
const PARTS_MAX: usize = 200;
const DEPTH_MAX: usize = 8;
const MULTIPARTS_MAX: usize = 30;
/// Most Message-IDs of a thread that are read, longest one in bytes, and longest words of a header in characters.
const REFERENCES_MAX: usize = 100;
const ID_MAX: usize = 250;
const WORDS_MAX: usize = 300;
/// Longest text that is read, in characters; the whole stands in the message as it came.
const TEXT_MAX: usize = 200_000;
/// Bytes of a malformed message that are looked at for something to show.
const RESCUED_MAX: usize = 1 << 20;

/// What stands on the envelope of a message, believed or not, and the letter or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Message-ID without brackets, or a digest of all bytes where there is none: the same message has the same one.
    pub identity: String,
    /// Address in small letters; empty where none can be read.
    pub sender: String,
    pub subject: String,
    /// The letter, or a sentence about what is wrong with the message.
    pub letter: Result<Letter, String>,
}

/// A message as it is understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    pub message_id: Option<String>,
    /// Message-IDs of the thread that it names, without brackets.
    pub references: Vec<String>,
    pub sender: String,
    pub sender_name: String,
    /// Everybody it was sent to, in small letters, those whom the server names included.
    pub recipients: Vec<String>,
    pub subject: String,
    /// Everything that was written, as text.
    pub text: String,
    /// The HTML, cleaned; `None` where there is none or it cannot be cleaned.
    pub html: Option<String>,
    pub enclosures: Vec<Enclosure>,
    /// Why it is a machine's, if it is.
    pub automatic: Option<String>,
    /// Whether the sender asks machines not to answer.
    pub wants_no_answer: bool,
    pub bounce: Option<Bounce>,
    /// Installation that put its mark on it.
    pub loop_mark: Option<String>,
    /// `Authentication-Results`, each as it stands, topmost first (RFC 8601).
    pub authentication: Vec<String>,
}

/// A file that came along.
#[derive(Clone, Debug, PartialEq)]
pub struct Enclosure {
    /// Without folders and without what no screen shows.
    pub name: String,
    pub media: String,
    pub bytes: Vec<u8>,
}

/// Reads a message. Whatever the bytes are, there is an answer, in a time that grows with their number.
pub fn read(raw: &[u8]) -> Reading {
    let digest = || format!("sha256:{}", hex(&Sha256::digest(raw)));
    let shape = shape::check(raw);
    // Even of what is wrong, an administrator wants to see from whom it seems to be; of a heap of bytes not.
    let head = &shape::parted(raw).0;
    let parsed = if raw.len() <= SIZE_MAX && head.len() <= 1 << 20 {
        let part = if shape.is_ok() { raw } else { head };
        MessageParser::default().parse(part)
    } else {
        None
    };
    let Some(message) = parsed else {
        let why = shape.err().unwrap_or_else(|| "the message cannot be read".into());
        return Reading { identity: digest(), sender: String::new(), subject: String::new(), letter: Err(why) };
    };
    let identity = message.message_id().and_then(message_id).unwrap_or_else(digest);
    let sender = message.from().and_then(sole).map(|(_, address)| address).unwrap_or_default();
    let subject = words(message.subject().unwrap_or_default());
    let letter = shape.and_then(|()| letter(&message, raw));
    Reading { identity, sender, subject, letter }
}

fn letter(message: &Message<'_>, raw: &[u8]) -> Result<Letter, String> {
    check_parts(message, raw)?;
    let from = message.from().ok_or("nobody is named as the sender (From)")?;
    let (sender_name, sender) = sole(from).ok_or("the sender (From) is not one readable address")?;
    let subject = message.subject().unwrap_or_default();
    for text in [subject, sender_name.as_str()] {
        if text.contains(['\r', '\n', '\0']) {
            return Err("a field of the header holds line breaks in disguise".into());
        }
    }
    let (text, html) = bodies(message)?;
    Ok(Letter {
        message_id: message.message_id().and_then(message_id),
        references: references(message),
        automatic: walls::automatic(message, &sender),
        wants_no_answer: walls::wants_no_answer(message),
        sender,
        sender_name: words(&sender_name),
        recipients: recipients(message),
        subject: words(subject),
        text,
        html,
        enclosures: enclosures(message),
        bounce: bounce::bounce(message),
        loop_mark: message.header_raw(walls::LOOP_HEADER).map(words),
        authentication: authentication(message),
    })
}

/// A letter out of whatever the bytes hold, for somebody who wants to look at them or let them in all the same: the
/// parts that can be read, else the bytes as text.
pub fn rescued(raw: &[u8]) -> Letter {
    if let Ok(letter) = read(raw).letter {
        return letter;
    }
    let start = &raw[..raw.len().min(RESCUED_MAX)];
    let plain: Vec<u8> = start.iter().copied().filter(|byte| *byte != 0).collect();
    let parsed = MessageParser::default().parse(&plain);
    let message = parsed.filter(|message| message.parts.len() <= PARTS_MAX && shape::parted(&plain).0.len() <= 1 << 20);
    let sender = message.as_ref().and_then(|message| sole(message.from()?)).unwrap_or_default();
    let body = message.as_ref().map(|message| message.body_text(0).unwrap_or_default().into_owned());
    let text = body.filter(|text| !text.trim().is_empty());
    let text = text.unwrap_or_else(|| String::from_utf8_lossy(&plain).into_owned());
    let text: String = text.chars().filter(|c| !c.is_control() || "\n\t".contains(*c)).take(TEXT_MAX).collect();
    Letter {
        message_id: message.as_ref().and_then(|message| message_id(message.message_id()?)),
        references: Vec::new(),
        sender: sender.1,
        sender_name: words(&sender.0),
        recipients: Vec::new(),
        subject: message.as_ref().map(|message| words(message.subject().unwrap_or_default())).unwrap_or_default(),
        text: text.trim().to_string(),
        html: None,
        enclosures: Vec::new(),
        automatic: None,
        wants_no_answer: true,
        bounce: None,
        loop_mark: None,
        authentication: Vec::new(),
    }
}

/// Counts, nesting, boundaries and encodings of the parts.
fn check_parts(message: &Message<'_>, raw: &[u8]) -> Result<(), String> {
    if message.parts.len() > PARTS_MAX {
        return Err(format!("the message has more than {PARTS_MAX} parts"));
    }
    let multiparts: Vec<&MessagePart<'_>> = message.parts.iter().filter(|part| part.is_multipart()).collect();
    if multiparts.len() > MULTIPARTS_MAX || depth(message, 0, 0) > DEPTH_MAX {
        return Err("the parts of the message are nested too deep".into());
    }
    for part in &message.parts {
        let declared = part.content_type().is_some_and(|ty| ty.ctype().eq_ignore_ascii_case("multipart"));
        if !declared {
            continue;
        }
        let boundary = part.content_type().and_then(|ty| ty.attribute("boundary")).unwrap_or_default();
        if boundary.is_empty() {
            return Err("the message has several parts and no boundary between them".into());
        }
        if !shape::has_delimiter(raw, boundary, false) {
            return Err("the boundary between the parts of the message does not occur in it".into());
        }
        if !shape::has_delimiter(raw, boundary, true) {
            return Err("the message ends before its last part is closed".into());
        }
    }
    let broken = message.parts.iter().find(|part| part.is_encoding_problem);
    if broken.is_some() {
        return Err("a part of the message is not encoded as it says".into());
    }
    message.parts.iter().try_for_each(check_encoding)
}

/// The encodings of RFC 2045; another one leaves the content unreadable.
fn check_encoding(part: &MessagePart<'_>) -> Result<(), String> {
    let named = part.content_transfer_encoding().unwrap_or("7bit").trim().to_ascii_lowercase();
    if ["7bit", "8bit", "binary", "base64", "quoted-printable"].contains(&named.as_str()) {
        return Ok(());
    }
    Err(format!("a part is encoded as \"{}\", which nobody knows", words(&named)))
}

fn depth(message: &Message<'_>, part: u32, level: usize) -> usize {
    // Parts may name each other in circles in theory; the count ends that.
    if level > DEPTH_MAX {
        return level;
    }
    match message.part(part).map(|part| &part.body) {
        Some(PartType::Multipart(inner)) => {
            inner.iter().map(|inner| depth(message, *inner, level + 1)).max().unwrap_or(level)
        }
        Some(PartType::Message(inner)) => level + 1 + depth(inner, 0, 0).min(DEPTH_MAX),
        _ => level,
    }
}

/// The text, and the HTML when there is some. A text that is not in the character set that it names is refused.
fn bodies(message: &Message<'_>) -> Result<(String, Option<String>), String> {
    let mut text = String::new();
    let mut html = String::new();
    for part in message.text_bodies() {
        check_letters(message, part)?;
        match &part.body {
            PartType::Text(words) => push(&mut text, words),
            PartType::Html(words) => push(&mut text, &clean::text_of(words)),
            _ => {}
        }
    }
    for part in message.html_bodies() {
        check_letters(message, part)?;
        if let PartType::Html(words) = &part.body {
            html.push_str(words);
        }
    }
    if text.trim().is_empty() && !html.is_empty() {
        text = clean::text_of(&html);
    }
    let text: String = text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || "\n\t".contains(*c)).collect();
    let short = text.chars().take(TEXT_MAX).collect::<String>().trim().to_string();
    Ok((short, Some(html).filter(|html| !html.is_empty()).and_then(|html| clean::html(&html))))
}

fn push(text: &mut String, words: &str) {
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(words.trim_end());
}

/// Whether a text could be read in the character set that its part names.
fn check_letters(message: &Message<'_>, part: &MessagePart<'_>) -> Result<(), String> {
    let Some(charset) = part.content_type().and_then(|ty| ty.attribute("charset")) else { return Ok(()) };
    let plain = |charset: &str| charset.trim().to_ascii_lowercase();
    let is_plain = ["us-ascii", "ascii", "utf-8", "utf8"].contains(&plain(charset).as_str());
    if !is_plain && mail_parser::decoders::charsets::map::charset_decoder(charset.as_bytes()).is_none() {
        return Err(format!("the text is written in \"{}\", which nobody knows", words(charset)));
    }
    // The mark stands for bytes that mean nothing, unless the sender wrote the mark itself.
    let read = part.text_contents().unwrap_or_default();
    let raw = message.raw_message.get(part.raw_body_offset() as usize..part.raw_end_offset() as usize);
    let wrote_mark = raw.is_some_and(|raw| {
        let plain = String::from_utf8_lossy(raw);
        std::str::from_utf8(raw).is_ok_and(|raw| raw.contains('\u{fffd}')) || plain.contains("=EF=BF=BD")
    });
    let encoded = part.content_transfer_encoding().is_some_and(|named| named.trim().eq_ignore_ascii_case("base64"));
    if read.contains('\u{fffd}') && !wrote_mark && !encoded {
        return Err(format!("the text is not in the character set that it names ({})", words(charset)));
    }
    Ok(())
}

/// Everything that is no body, and pictures within it.
fn enclosures(message: &Message<'_>) -> Vec<Enclosure> {
    let made = |(at, part): (usize, &MessagePart<'_>)| {
        let bytes = match &part.body {
            PartType::Message(inner) => inner.raw_message().to_vec(),
            PartType::Multipart(_) => return None,
            _ => part.contents().to_vec(),
        };
        let media = part.content_type().map_or_else(
            || "application/octet-stream".to_string(),
            |ty| format!("{}/{}", ty.ctype(), ty.subtype().unwrap_or("octet-stream")).to_ascii_lowercase(),
        );
        let given = part.attachment_name().map(file_name).filter(|name| !name.is_empty());
        let name = given.unwrap_or_else(|| unnamed(&media, at + 1));
        (!bytes.is_empty()).then_some(Enclosure { name, media: media_type(media), bytes })
    };
    message.attachments().enumerate().filter_map(made).collect()
}

fn unnamed(media: &str, at: usize) -> String {
    let ending = match media {
        "message/rfc822" => "eml",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "application/pdf" => "pdf",
        _ => "bin",
    };
    format!("part-{at}.{ending}")
}

/// A name without folders and control characters, 200 characters at most.
fn file_name(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(200).collect();
    name.trim().trim_start_matches('.').to_string()
}

fn media_type(media: String) -> String {
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c));
    let proper = media.len() <= 100 && media.split_once('/').is_some_and(|(kind, sub)| plain(kind) && plain(sub));
    if proper { media } else { "application/octet-stream".into() }
}

/// Name and address when there is exactly one sender.
pub(crate) fn sole(from: &Address<'_>) -> Option<(String, String)> {
    let mut all = from.iter();
    let one = all.next()?;
    if all.next().is_some() {
        return None;
    }
    let address = address::plain(one.address()?);
    model::types::is_mail(&address).then(|| (one.name().unwrap_or_default().to_string(), address))
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for list in [message.to(), message.cc(), message.bcc()].into_iter().flatten() {
        all.extend(list.iter().filter_map(|one| one.address()).map(address::plain));
    }
    for name in ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"] {
        all.extend(message.header_raw(name).map(address::plain));
    }
    all.retain(|address| address.len() <= ID_MAX);
    all.sort_unstable();
    all.dedup();
    all.truncate(500);
    all
}

/// Message-IDs in `References` and `In-Reply-To`.
fn references(message: &Message<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for value in [message.references(), message.in_reply_to()] {
        match value {
            HeaderValue::Text(one) => all.extend(message_id(one)),
            HeaderValue::TextList(many) => all.extend(many.iter().filter_map(|one| message_id(one))),
            _ => {}
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|id| seen.insert(id.clone()));
    // The newest ones stand last.
    let start = all.len().saturating_sub(REFERENCES_MAX);
    all.split_off(start)
}

/// A Message-ID without brackets; `None` for what cannot be one.
pub fn message_id(text: &str) -> Option<String> {
    let id = text.trim().trim_matches(['<', '>']);
    let plain = !id.is_empty() && id.len() <= ID_MAX && id.chars().all(|letter| letter.is_ascii_graphic());
    plain.then(|| id.to_string())
}

pub(crate) fn authentication(message: &Message<'_>) -> Vec<String> {
    let named = message.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"));
    named.map(|(_, value)| words(value)).take(10).collect()
}

/// A header's words on one line, of bounded length.
pub(crate) fn words(text: &str) -> String {
    let one_line = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let joined = one_line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    joined.chars().take(WORDS_MAX).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
