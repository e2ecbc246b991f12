//! What can be seen wrong with a message before anybody believes what it says: sizes, counts, bytes that no mail has.
//! Each look is linear in the size of the message.

/// Largest message in bytes: what servers around the world take, and some more.
pub const SIZE_MAX: usize = 50_000_000;
/// Largest header section in bytes, most fields in it, and longest single line of it (RFC 5322 allows 998).
const HEADER_MAX: usize = 256 * 1024;
const FIELDS_MAX: usize = 1_000;
const LINE_MAX: usize = 16 * 1024;

/// Fields that a message has once at most (RFC 5322 section 3.6, RFC 2045); two of them let two programs read two
/// different messages.
const ONCE: [&str; 8] =
    ["from", "sender", "subject", "date", "message-id", "content-type", "content-transfer-encoding", "in-reply-to"];

/// The header section and the body; a message without a blank line is all header.
pub fn parted(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0;
    while start < raw.len() {
        let end = raw[start..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |at| start + at + 1);
        if matches!(&raw[start..end], b"\n" | b"\r\n") {
            return (&raw[..start], &raw[end..]);
        }
        start = end;
    }
    (raw, &[])
}

/// # Errors
/// A sentence about the first thing that no proper message has.
pub fn check(raw: &[u8]) -> Result<(), String> {
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err("the message is empty".into());
    }
    if raw.len() > SIZE_MAX {
        return Err(format!("the message has {} bytes, {SIZE_MAX} at most", raw.len()));
    }
    if raw.contains(&0) {
        return Err("the message contains NUL bytes, which no mail may have".into());
    }
    let (head, _) = parted(raw);
    if head.len() > HEADER_MAX {
        return Err(format!("the header has {} bytes, {HEADER_MAX} at most", head.len()));
    }
    check_fields(head)
}

fn check_fields(head: &[u8]) -> Result<(), String> {
    let (mut fields, mut seen) = (0, Vec::new());
    for (at, line) in head.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > LINE_MAX {
            return Err(format!("line {} of the header has {} bytes, {LINE_MAX} at most", at + 1, line.len()));
        }
        if line.contains(&b'\r') {
            return Err(format!("line {} of the header has a carriage return in its middle", at + 1));
        }
        if line.iter().any(|byte| *byte < b' ' && *byte != b'\t') || line.contains(&0x7f) {
            return Err(format!("line {} of the header contains control characters", at + 1));
        }
        // A mailbox file begins each message with such a line.
        if line.is_empty() || matches!(line[0], b' ' | b'\t') && fields > 0 || at == 0 && line.starts_with(b"From ") {
            continue;
        }
        let name = field_name(line).ok_or_else(|| format!("line {} of the header is no field", at + 1))?;
        fields += 1;
        if fields > FIELDS_MAX {
            return Err(format!("the header has more than {FIELDS_MAX} fields"));
        }
        if ONCE.contains(&name.as_str()) {
            if seen.contains(&name) {
                return Err(format!("the header has the field \"{name}\" twice"));
            }
            seen.push(name);
        }
    }
    if fields == 0 { Err("there is no header".into()) } else { Ok(()) }
}

/// The name of a field in small letters: printable ASCII before a colon (RFC 5322 section 2.2).
fn field_name(line: &[u8]) -> Option<String> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let printable = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic());
    printable.then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
}

/// Whether a delimiter line of a multipart stands in the message; `last` asks for the one that closes it.
pub fn has_delimiter(raw: &[u8], boundary: &str, last: bool) -> bool {
    let wanted = format!("--{boundary}{}", if last { "--" } else { "" });
    raw.split(|byte| *byte == b'\n').any(|line| line.starts_with(wanted.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proper_message_passes_and_each_fault_has_its_sentence() {
        assert_eq!(check(b"From: a@b.example\r\nSubject: x\r\n y\r\n\r\nbody"), Ok(()));
        assert_eq!(check(b"From a@b Mon Jan 1\nFrom: a@b.example\n\nbody"), Ok(()));
        let wrong = |raw: &[u8]| check(raw).expect_err("a fault");
        assert!(wrong(b" \r\n\r\n").contains("empty"));
        assert!(wrong(b"From: a@b.example\n\nx\0y").contains("NUL"));
        assert!(wrong(b"no colon here\n\nbody").contains("line 1"));
        assert!(wrong(b"From: a\rBcc: b\n\n").contains("carriage return"));
        assert!(wrong(b"From: a@b.example\nFROM: c@d.example\n\n").contains("\"from\" twice"));
        assert!(wrong(b"\nFrom: a@b.example").contains("no header"));
    }

    #[test]
    fn header_and_body_part_at_the_first_blank_line() {
        assert_eq!(parted(b"A: b\r\n\r\nc\n\nd"), (&b"A: b\r\n"[..], &b"c\n\nd"[..]));
        assert_eq!(parted(b"A: b"), (&b"A: b"[..], &b""[..]));
    }
}
