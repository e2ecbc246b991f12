//! Reports of delivery (RFC 3464) and what older servers send in their place.

use mail_parser::{Message, MimeHeaders, PartType};

/// What a report says about a message of ours.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Bounce {
    /// Whom it did not reach; empty where the report does not say.
    pub recipient: String,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// `5.1.1` and the like (RFC 3463).
    pub status: String,
    /// The other server's words.
    pub diagnosis: String,
    /// Message-ID of the message that the report is about, without brackets.
    pub about: Option<String>,
}

impl Bounce {
    /// Whether trying again is useless.
    pub fn is_permanent(&self) -> bool {
        self.action == "failed" || self.status.starts_with('5')
    }

    pub fn sentence(&self) -> String {
        let whom = if self.recipient.is_empty() { "The recipient" } else { &self.recipient };
        let what = match self.action.as_str() {
            "delayed" => "could not be reached yet",
            "delivered" | "relayed" | "expanded" => "was reached",
            _ => "could not be reached",
        };
        let why = [self.status.as_str(), self.diagnosis.as_str()].join(" ");
        if why.trim().is_empty() { format!("{whom} {what}.") } else { format!("{whom} {what}: {}", why.trim()) }
    }
}

/// Longest words of another server that are kept.
const WORDS_MAX: usize = 300;

/// The report that a message is, if it is one.
pub fn bounce(message: &Message<'_>) -> Option<Bounce> {
    let ty = message.content_type()?;
    let is_report = ty.ctype() == "multipart"
        && ty.subtype() == Some("report")
        && ty.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    if !is_report {
        return None;
    }
    let mut found = Bounce::default();
    for part in &message.parts {
        let named = part.content_type().map(|ty| (ty.ctype().to_ascii_lowercase(), ty.subtype().unwrap_or_default()));
        match named {
            Some((kind, "delivery-status" | "global-delivery-status")) if kind == "message" => {
                found.read(&String::from_utf8_lossy(part.contents()));
            }
            // Only the header of ours, or all of it.
            Some((_, "rfc822-headers" | "rfc822" | "global" | "global-headers")) => {
                found.about = found.about.or_else(|| about(&part.body, part.contents()));
            }
            _ => {}
        }
    }
    Some(found)
}

impl Bounce {
    fn read(&mut self, fields: &str) {
        for line in fields.lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            // `rfc822; someone@x.example`, `smtp; 550 no such user`: the words behind the type.
            let words = value.split_once(';').map_or(value, |(_, words)| words).trim();
            let words: String = words.chars().filter(|letter| !letter.is_control()).take(WORDS_MAX).collect();
            match name.trim().to_ascii_lowercase().as_str() {
                "final-recipient" => self.recipient = crate::address::plain(&words),
                "original-recipient" if self.recipient.is_empty() => self.recipient = crate::address::plain(&words),
                "action" => self.action = words.to_ascii_lowercase(),
                "status" => self.status = words,
                "diagnostic-code" => self.diagnosis = words,
                _ => {}
            }
        }
    }
}

fn about(body: &PartType<'_>, bytes: &[u8]) -> Option<String> {
    if let PartType::Message(ours) = body {
        return ours.message_id().map(str::to_string);
    }
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"))?;
    let id = line.split_once(':')?.1.trim().trim_matches(['<', '>']);
    (!id.is_empty()).then(|| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_whom_why_and_about_which_message() {
        let raw = "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
                   --b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
                   Final-Recipient: rfc822; Kim@Harbour.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
                   Diagnostic-Code: smtp; 550 no such user\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
                   From: support@x.example\r\nMessage-ID: <one@x.example>\r\n\r\nHello\r\n--b--\r\n";
        let message = mail_parser::MessageParser::default().parse(raw).expect("a message");
        let bounce = bounce(&message).expect("a report");
        assert_eq!(bounce.about.as_deref(), Some("one@x.example"));
        assert!(bounce.is_permanent());
        assert_eq!(bounce.sentence(), "kim@harbour.example could not be reached: 5.1.1 550 no such user");
    }
}
