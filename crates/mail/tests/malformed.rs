//! Mail as no program should write it: more than a hundred kinds. Each costs nothing but a sentence, in bounded time.

use std::time::{Duration, Instant};

mod broken;

/// Longest time that one message may take, in a build without optimisation.
const LONGEST: Duration = Duration::from_secs(10);

#[test]
fn a_hundred_kinds_of_malformed_mail_are_each_refused_with_a_sentence() {
    let all = broken::mails();
    assert!(all.len() >= 100, "only {} kinds", all.len());
    let names: std::collections::HashSet<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "each kind is named once");
    let mut taken = Vec::new();
    for (name, raw) in &all {
        let begun = Instant::now();
        let reading = mail::read(raw);
        assert!(begun.elapsed() < LONGEST, "{name} took {:?}", begun.elapsed());
        assert!(!reading.identity.is_empty() && reading.identity.len() <= 250, "{name}");
        assert!(!reading.subject.contains(['\r', '\n']), "{name}");
        match reading.letter {
            Ok(_) => taken.push(name.as_str()),
            Err(why) => assert!(why.len() > 10 && !why.contains(['\r', '\n']), "{name}: {why}"),
        }
    }
    assert!(taken.is_empty(), "taken for proper mail: {taken:?}");
}

#[test]
fn mail_that_is_only_unusual_is_read() {
    for (name, raw, wanted) in broken::unusual() {
        let begun = Instant::now();
        let letter = mail::read(&raw).letter.unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(begun.elapsed() < LONGEST, "{name} took {:?}", begun.elapsed());
        assert!(letter.text.contains(wanted), "{name}: {:.300}", letter.text);
    }
}

#[test]
fn bytes_by_chance_never_break_the_reader() {
    // A small generator with a fixed start: the same bytes each time.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words: [&[u8]; 14] = [
        b"From: a@b.example\r\n",
        b"Content-Type: multipart/mixed; boundary=\"b\"\r\n",
        b"\r\n",
        b"--b\r\n",
        b"--b--\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"=?utf-8?q?=41?=",
        b"\0",
        b"\xff\xfe",
        b"message/rfc822",
        b";;;\"",
        b"Subject: ",
        b"<",
        b"References: <a@b> <c\r\n",
    ];
    for _ in 0..3_000 {
        let mut raw = Vec::new();
        for _ in 0..next() % 24 {
            match next() % 3 {
                0 => raw.push((next() & 0xff) as u8),
                _ => raw.extend_from_slice(words[(next() % words.len() as u64) as usize]),
            }
        }
        let reading = mail::read(&raw);
        assert!(!reading.identity.is_empty());
    }
}

#[test]
fn the_same_message_has_the_same_identity_and_another_has_another() {
    let one = b"From: a@b.example\r\n\r\none".as_slice();
    let two = b"From: a@b.example\r\n\r\ntwo".as_slice();
    assert_eq!(mail::read(one).identity, mail::read(one).identity);
    assert_ne!(mail::read(one).identity, mail::read(two).identity);
    assert!(mail::read(one).identity.starts_with("sha256:"));
    assert_eq!(mail::read(b"From: a@b.example\r\nMessage-ID: <X@b.example>\r\n\r\none").identity, "X@b.example");
}
