//! What is proved of a sender: what our own mail server found out, as it wrote it into the header (RFC 8601).

use mail_parser::MessageParser;

use crate::{letter, shape};

/// What a server found by one way of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Pass,
    Fail,
    /// The sender's domain does not take part: no signature, or no policy.
    Nothing,
    /// It could not be looked up when the message came.
    Unsure,
}

/// What our own server says of a message; nothing of a way that it does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The signature of the message (RFC 6376).
    pub dkim: Option<Found>,
    /// Whether signature or sending server belong to the address in From (RFC 7489). It alone proves a sender.
    pub dmarc: Option<Found>,
    /// The server that sent it (RFC 7208).
    pub spf: Option<Found>,
}

impl Proof {
    /// Whether the sender is who the message says: `None` where no trusted server has said anything.
    pub fn is_authentic(&self) -> Option<bool> {
        self.dmarc.map(|found| found == Found::Pass)
    }
}

/// The proof of a message by its fields `Authentication-Results`, topmost first. `trusted` is the name of our own server.
///
/// Only results under that name count (RFC 8601 section 5): everybody can write such a field. Of those, the topmost was
/// added last.
pub fn proof(results: &[String], trusted: &str) -> Proof {
    let named = |value: &&String| {
        let name = value.split([';', ' ']).next().unwrap_or_default();
        !trusted.is_empty() && name.eq_ignore_ascii_case(trusted)
    };
    let Some(own) = results.iter().find(named) else { return Proof::default() };
    let mut proof = Proof::default();
    for result in apart(&own.to_ascii_lowercase()).iter().skip(1) {
        let Some((method, rest)) = result.trim().split_once('=') else { continue };
        let word: String = rest.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
        // A method may carry its version: dkim/1.
        let place = match method.trim().split('/').next().unwrap_or_default().trim() {
            "dkim" => &mut proof.dkim,
            "dmarc" => &mut proof.dmarc,
            "spf" => &mut proof.spf,
            _ => continue,
        };
        let found = match word.as_str() {
            "pass" => Found::Pass,
            "none" | "neutral" => Found::Nothing,
            "temperror" => Found::Unsure,
            _ => Found::Fail,
        };
        // Of several signatures one that holds is enough.
        if *place != Some(Found::Pass) {
            *place = Some(found);
        }
    }
    proof
}

/// The same of the first bytes of a message: name of the sender as well. Whatever the bytes are, there is an answer.
pub fn of_head(raw: &[u8], trusted: &str) -> (String, Proof) {
    let head = shape::parted(raw).0;
    let head = &head[..head.len().min(HEAD_MAX)];
    let Some(message) = MessageParser::default().parse(head) else { return Default::default() };
    let name = message.from().and_then(letter::sole).map(|(name, _)| letter::words(&name)).unwrap_or_default();
    (name, proof(&letter::authentication(&message), trusted))
}

/// Bytes of a header that are looked at: servers add their results on top.
pub const HEAD_MAX: usize = 65_536;

/// A field at its semicolons, those within quotation marks and remarks left alone: what a sender chose stands there.
fn apart(field: &str) -> Vec<String> {
    let (mut parts, mut quoted, mut depth, mut escaped) = (vec![String::new()], false, 0usize, false);
    for letter in field.chars() {
        match letter {
            _ if escaped => {}
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ';' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = letter == '\\' && !escaped && (quoted || depth > 0);
        if let Some(part) = parts.last_mut().filter(|_| depth == 0 && letter != ')') {
            part.push(letter);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "mx.tidewell.example";

    fn read(value: &str) -> Proof {
        proof(&[value.to_string()], OURS)
    }

    #[test]
    fn only_our_own_server_is_believed_and_its_last_word_counts() {
        let all = ["mx.tidewell.example; dmarc=fail", "mx.tidewell.example; dmarc=pass"].map(str::to_string);
        assert_eq!(proof(&all, OURS).is_authentic(), Some(false));
        assert_eq!(read("evil.example; dmarc=pass"), Proof::default());
        assert_eq!(proof(&["mx.tidewell.example; dmarc=pass".into()], "").is_authentic(), None);
        assert_eq!(read("mx.tidewell.example; none").is_authentic(), None);
    }

    #[test]
    fn each_way_of_proof_has_its_own_result() {
        let read = read(
            "MX.tidewell.example 1; dkim=fail (bad key) header.d=a.example; dkim/1=pass (2048-bit; key) header.d=b.example; \
             spf=temperror smtp.mailfrom=c.example; dmarc=none header.from=b.example",
        );
        let wanted = Proof { dkim: Some(Found::Pass), spf: Some(Found::Unsure), dmarc: Some(Found::Nothing) };
        assert_eq!(read, wanted);
        assert_eq!(read.is_authentic(), Some(false), "a domain without a policy proves nothing");
    }

    #[test]
    fn what_a_sender_chose_does_not_speak_for_our_server() {
        let forged = "mx.tidewell.example; spf=fail smtp.mailfrom=\"x; dmarc=pass\"@evil.example";
        assert_eq!(read(forged).dmarc, None);
        let remark = "mx.tidewell.example; spf=fail (of x; dmarc=pass (y) ; dmarc=pass) smtp.mailfrom=z; dmarc=fail";
        assert_eq!(read(remark).dmarc, Some(Found::Fail));
        let escaped = "mx.tidewell.example; spf=fail smtp.mailfrom=\"a\\\"; dmarc=pass\"; dmarc=fail";
        assert_eq!(read(escaped).dmarc, Some(Found::Fail));
    }

    #[test]
    fn a_head_is_enough_and_rubbish_does_no_harm() {
        let raw = b"Authentication-Results: mx.tidewell.example;\r\n dkim=pass; dmarc=pass\r\nFrom: Kim Harbour <kim@harbour.example>\r\n\r\nHello";
        let (name, told) = of_head(raw, OURS);
        assert_eq!((name.as_str(), told.is_authentic()), ("Kim Harbour", Some(true)));
        assert_eq!(of_head(b"\0\xff\xfe", OURS).1, Proof::default());
        assert_eq!(of_head(b"", OURS).1, Proof::default());
    }
}
