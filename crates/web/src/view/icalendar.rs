//! Days as a calendar file that calendar programs subscribe to (RFC 5545): whole days, with a reminder before each.

use jiff::civil::Date;
use model::Moment;

/// A whole-day event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same for the same thing for ever, so that a calendar moves it instead of showing it twice.
    pub uid: String,
    /// Counts changes of the thing behind it.
    pub sequence: i64,
    pub changed: Moment,
    pub first: Date,
    /// The last day, which is part of it.
    pub last: Date,
    pub summary: String,
    pub description: String,
    pub url: String,
    /// Days before the first day on which a calendar reminds; 0 for not at all.
    pub remind_days: u16,
}

/// Octets of a line, without its end (RFC 5545, 3.1).
const LINE_MAX: usize = 75;

/// The file, each line ended by CR LF.
pub fn file(name: &str, events: &[Event]) -> String {
    let mut text = String::new();
    let mut line = |content: &str| fold(&mut text, content);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Plumbline//Certification cycle//EN");
    line("CALSCALE:GREGORIAN");
    line("METHOD:PUBLISH");
    line(&format!("NAME:{}", escaped(name)));
    line(&format!("X-WR-CALNAME:{}", escaped(name)));
    line("REFRESH-INTERVAL;VALUE=DURATION:PT12H");
    for event in events {
        // DTEND is the day after the last one (RFC 5545, 3.6.1).
        let end = event.last.max(event.first).tomorrow().unwrap_or(event.last);
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", escaped(&event.uid)));
        line(&format!("DTSTAMP:{}", event.changed.timestamp().strftime("%Y%m%dT%H%M%SZ")));
        line(&format!("SEQUENCE:{}", event.sequence.max(0)));
        line(&format!("DTSTART;VALUE=DATE:{}", event.first.strftime("%Y%m%d")));
        line(&format!("DTEND;VALUE=DATE:{}", end.strftime("%Y%m%d")));
        line(&format!("SUMMARY:{}", escaped(&event.summary)));
        if !event.description.is_empty() {
            line(&format!("DESCRIPTION:{}", escaped(&event.description)));
        }
        if !event.url.is_empty() {
            line(&format!("URL:{}", event.url));
        }
        line("TRANSP:TRANSPARENT");
        if event.remind_days > 0 {
            line("BEGIN:VALARM");
            line("ACTION:DISPLAY");
            line(&format!("DESCRIPTION:{}", escaped(&event.summary)));
            line(&format!("TRIGGER:-P{}D", event.remind_days));
            line("END:VALARM");
        }
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

/// Text values: backslash, semicolon, comma and line ends are written with a backslash (RFC 5545, 3.3.11); other controls
/// mean nothing in a text.
fn escaped(text: &str) -> String {
    let mut told = String::with_capacity(text.len() + 8);
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => {
                told.push('\\');
                told.push(letter);
            }
            '\n' | '\r' => told.push_str("\\n"),
            other if other.is_control() => {}
            other => told.push(other),
        }
    }
    told
}

/// Writes a line in pieces of at most 75 octets, a blank before each but the first, never within a letter.
fn fold(text: &mut String, content: &str) {
    let mut room = LINE_MAX;
    for letter in content.chars() {
        if letter.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE_MAX - 1;
        }
        text.push(letter);
        room -= letter.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn event() -> Event {
        Event {
            uid: "CAU-1@sms.example".into(),
            sequence: 3,
            changed: Moment::parse("2026-11-25T10:00:00Z").expect("a moment"),
            first: date(2027, 1, 19),
            last: date(2027, 1, 20),
            summary: "Stage 1; Harbour House, \\ and more".into(),
            description: String::new(),
            url: "https://sms.example/certification_audits/CAU-1".into(),
            remind_days: 30,
        }
    }

    #[test]
    fn a_file_has_what_the_rfc_asks_for() {
        let text = file("Tidewell", &[event()]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!((lines[0], lines[1]), ("BEGIN:VCALENDAR", "VERSION:2.0"));
        for wanted in [
            "DTSTAMP:20261125T100000Z",
            "DTSTART;VALUE=DATE:20270119",
            "DTEND;VALUE=DATE:20270121",
            "SUMMARY:Stage 1\\; Harbour House\\, \\\\ and more",
            "TRIGGER:-P30D",
            "SEQUENCE:3",
        ] {
            assert!(lines.contains(&wanted), "{wanted} is missing in\n{text}");
        }
        assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
        assert_eq!(text.matches("BEGIN:").count(), text.matches("END:").count());
    }

    #[test]
    fn long_lines_are_folded_and_read_back_as_they_were() {
        let summary = "Prüfung der größten Stätten: ".repeat(9) + "\u{1f4c5}\u{1f4c5}";
        let text = file("T", &[Event { summary: summary.clone(), ..event() }]);
        for line in text.split("\r\n") {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
            assert!(std::str::from_utf8(line.as_bytes()).is_ok());
        }
        assert!(text.replace("\r\n ", "").contains(&format!("SUMMARY:{}", escaped(&summary))));
    }

    #[test]
    fn line_ends_within_texts_cannot_make_lines() {
        let text = file("T", &[Event { description: "one\r\nBEGIN:VEVENT\u{7}\nthree".into(), ..event() }]);
        assert!(text.contains("DESCRIPTION:one\\nBEGIN:VEVENT\\nthree\r\n"));
        assert_eq!(text.matches("\r\nBEGIN:VEVENT").count(), 1);
    }
}
