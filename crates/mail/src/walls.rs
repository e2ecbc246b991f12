//! Signs by which a machine's message is known, so that machines never answer each other (RFC 3834, 5230, and what is
//! in use beside them).

use mail_parser::Message;

/// Senders that are nobody.
const NOBODY: [&str; 9] = [
    "mailer-daemon",
    "postmaster",
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "bounce",
    "bounces",
];

/// The header that our own mail carries, with the name of the installation.
pub const LOOP_HEADER: &str = "X-Plumbline-Loop";

/// Why this is a machine's message, in a sentence; `None` for a person's.
pub fn automatic(message: &Message<'_>, sender: &str) -> Option<String> {
    let header = |name: &'static str| message.header_raw(name).map(|value| value.trim().to_ascii_lowercase());
    let first = |value: &str| value.split([';', ' ', '(']).next().unwrap_or_default().to_string();
    if let Some(value) = header("Auto-Submitted").map(|value| first(&value))
        && value != "no"
    {
        return Some(format!("Auto-Submitted: {}", short(&value)));
    }
    if header("Return-Path").is_some_and(|path| path == "<>") {
        return Some("its return path is empty, as that of reports and automatic answers".into());
    }
    if let Some(value) = header("Precedence").filter(|value| ["bulk", "list", "junk", "auto_reply"].contains(&&**value))
    {
        return Some(format!("Precedence: {value}"));
    }
    for name in ["List-Id", "List-Unsubscribe", "List-Post"] {
        if header(name).is_some() {
            return Some(format!("{name} says that a mailing list sent it"));
        }
    }
    for name in ["X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-AutoReply-From", "X-Mail-Autoreply"] {
        if header(name).is_some_and(|value| value != "no") {
            return Some(format!("{name} says that a machine answered"));
        }
    }
    // Notices of some monitoring tools ask for no answer and are meant to open something: the sender's own mark counts
    // only together with an answer's shape, which Auto-Submitted above says.
    if header("X-Loop").is_some() {
        return Some("X-Loop says that it has been around already".into());
    }
    let local = sender.split(['@', '+']).next().unwrap_or_default();
    NOBODY.contains(&local).then(|| format!("{local} is nobody who reads answers"))
}

/// Whether the sender asks not to be answered by machines (MS-OXCMAIL 2.2.3.2.14).
pub fn wants_no_answer(message: &Message<'_>) -> bool {
    let value = message.header_raw("X-Auto-Response-Suppress").unwrap_or_default().to_ascii_lowercase();
    value.split(',').any(|word| matches!(word.trim(), "all" | "oof" | "autoreply"))
}

fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(head: &str, sender: &str) -> Option<String> {
        let raw = format!("From: {sender}\r\n{head}\r\n\r\nx");
        let message = mail_parser::MessageParser::default().parse(&raw).expect("a message");
        automatic(&message, sender)
    }

    #[test]
    fn machines_are_known_and_people_are_not_taken_for_one() {
        let ines = "ines@x.example";
        for head in [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated (out of office)",
            "auto-submitted: Auto-Notified; x=y",
            "Return-Path: <>",
            "Precedence: bulk",
            "List-Id: <users.x.example>",
            "List-Unsubscribe: <https://x.example>",
            "X-Autoreply: yes",
            "X-Loop: yes",
        ] {
            assert!(reason(head, ines).is_some(), "{head}");
        }
        for head in ["Auto-Submitted: no", "Return-Path: <ines@x.example>", "Precedence: first-class", "X-Other: 1"] {
            assert_eq!(reason(head, ines), None, "{head}");
        }
        assert!(reason("X-Other: 1", "MAILER-DAEMON@x.example".to_lowercase().as_str()).is_some());
        assert_eq!(reason("X-Other: 1", "noreen@x.example"), None);
    }
}
