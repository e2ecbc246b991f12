//! Writes malformed and unusual messages, each under a name of its own.

type Mails = Vec<(String, Vec<u8>)>;

const FROM: &str = "From: Kim <kim@harbour.example>\r\n";

fn with(head: &str, body: &str) -> Vec<u8> {
    format!("{FROM}To: support@x.example\r\nSubject: Printer\r\n{head}\r\n{body}").into_bytes()
}

/// At least a hundred kinds of messages that must not be believed.
pub fn mails() -> Mails {
    let mut all = Vec::new();
    shapeless(&mut all);
    fields(&mut all);
    senders(&mut all);
    disguises(&mut all);
    multiparts(&mut all);
    encodings(&mut all);
    charsets(&mut all);
    crowds(&mut all);
    all
}

fn add(all: &mut Mails, name: impl Into<String>, raw: impl Into<Vec<u8>>) {
    all.push((name.into(), raw.into()));
}

/// Not even a header.
fn shapeless(all: &mut Mails) {
    add(all, "nothing", "");
    add(all, "blank lines", "\r\n\r\n\r\n");
    add(all, "blanks", "      ");
    add(all, "a body alone", "\r\nThe printer is broken.");
    add(all, "prose", "The printer is broken.\r\nPlease help.");
    add(all, "binary", (0u8..=255).cycle().take(4_000).collect::<Vec<u8>>());
    add(all, "only 0xff", vec![0xffu8; 2_000]);
    add(all, "a picture", [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 500]].concat());
    add(all, "a zip archive", [b"PK\x03\x04".as_slice(), &[0; 500]].concat());
    add(all, "a mailbox line alone", "From kim@harbour.example Mon Jan  1 00:00:00 2026\r\n\r\nHello");
    add(all, "a web page", "<html><body>From: kim@harbour.example</body></html>");
    add(all, "json", "{\"from\": \"kim@harbour.example\"}\r\n\r\nx");
    add(all, "a request of the web", "POST / HTTP/1.1\r\nFrom: kim@harbour.example\r\n\r\nx");
    add(
        all,
        "utf-16",
        "From: kim@harbour.example\r\n\r\nx".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
    );
}

/// Header sections that are broken.
fn fields(all: &mut Mails) {
    for (name, line) in [
        ("a field without colon", "Nonsense\r\n"),
        ("a field without name", ": value\r\n"),
        ("a field with a blank in its name", "X Y: value\r\n"),
        ("a field with umlauts in its name", "Grüße: value\r\n"),
        ("a tab in a name", "X\tY: value\r\n"),
        ("NUL in a field", "X-A: a\0b\r\n"),
        ("NUL in a name", "X\0A: b\r\n"),
        ("bell in a field", "X-A: a\u{7}b\r\n"),
        ("escape sequence in a field", "X-A: \u{1b}[31mred\r\n"),
        ("delete in a field", "X-A: a\u{7f}b\r\n"),
        ("backspace in a field", "X-A: a\u{8}b\r\n"),
        ("form feed in a field", "X-A: a\u{c}b\r\n"),
        ("a bare carriage return", "X-A: a\rBcc: b@c.example\r\n"),
        ("two bare carriage returns", "X-A: a\r\rb\r\n"),
        ("a second sender field", "From: other@harbour.example\r\n"),
        ("a second sender in capitals", "FROM: other@harbour.example\r\n"),
        ("a second subject", "Subject: other\r\n"),
        ("two dates", "Date: Thu, 12 Nov 2026 10:00:00 +0000\r\nDate: Thu, 12 Nov 2026 11:00:00 +0000\r\n"),
        ("two message ids", "Message-ID: <a@b.example>\r\nMessage-ID: <c@b.example>\r\n"),
        ("two content types", "Content-Type: text/plain\r\nContent-Type: text/html\r\n"),
        ("two transfer encodings", "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n"),
        ("two senders of the transport", "Sender: a@b.example\r\nSender: c@b.example\r\n"),
        ("two answers", "In-Reply-To: <a@b.example>\r\nIn-Reply-To: <c@b.example>\r\n"),
        ("a line of smtp", "RCPT TO:<everybody@x.example>\r\nDATA\r\n"),
        ("a line that never ends", &format!("X-A: {}\r\n", "a".repeat(20_000))),
        ("a field of many lines", &format!("X-A: a\r\n{}", " b\r\n".repeat(80_000))),
        ("a huge header", &"X-A: abcdefghijklmnopqrstuvwxyz\r\n".repeat(9_000)),
        ("very many fields", &"X: y\r\n".repeat(1_100)),
        ("a header of a megabyte", &"X-A: abcdefghijklmnopqrstuvwxyz\r\n".repeat(40_000)),
    ] {
        add(all, name, with(line, "x"));
    }
    add(all, "a folded line before any field", format!(" folded\r\n{FROM}\r\nx"));
}

/// Nobody, or too many.
fn senders(all: &mut Mails) {
    for (name, from) in [
        ("no sender", ""),
        ("an empty sender", "From:\r\n"),
        ("an empty address", "From: <>\r\n"),
        ("a name alone", "From: Kim Harbour\r\n"),
        ("a sender without domain", "From: <kim>\r\n"),
        ("a sender without local part", "From: <@harbour.example>\r\n"),
        ("two senders in one field", "From: kim@harbour.example, joe@harbour.example\r\n"),
        ("a group as the sender", "From: Everybody: a@b.example, c@b.example;\r\n"),
        ("an empty group", "From: undisclosed-recipients:;\r\n"),
        ("two at signs", "From: <kim@harbour@example>\r\n"),
        ("only punctuation", "From: <,;:>\r\n"),
        ("a script as the sender", "From: <script>alert(1)</script>\r\n"),
        ("blanks in the address", "From: <kim @ har bour.example\r\n"),
        ("umlauts without encoding as the sender", "From: \u{fffd}\u{fffd}\r\n"),
        (
            "a line break hidden in the name",
            "From: =?utf-8?q?Kim=0D=0ABcc:_everybody@x.example?= <kim@harbour.example>\r\n",
        ),
        ("a line break in base64 in the name", "From: =?utf-8?b?S2ltDQpCY2M6IHg=?= <kim@harbour.example>\r\n"),
    ] {
        add(all, name, format!("{from}To: support@x.example\r\nSubject: x\r\n\r\nx"));
    }
}

/// Injection of fields by encoded words.
fn disguises(all: &mut Mails) {
    for (name, subject) in [
        ("a line break hidden in the subject", "=?utf-8?q?x=0D=0ABcc:_everybody@x.example?="),
        ("a line feed hidden in the subject", "=?utf-8?q?x=0ABcc:_everybody@x.example?="),
        ("a carriage return hidden in the subject", "=?utf-8?q?x=0DBcc:_y?="),
        ("a line break in base64 in the subject", "=?utf-8?b?eA0KQmNjOiB5?="),
        ("NUL hidden in the subject", "=?utf-8?q?a=00b?="),
        ("a line break in latin 1", "=?iso-8859-1?q?x=0D=0ABcc:_y?="),
    ] {
        add(all, name, format!("{FROM}Subject: {subject}\r\n\r\nx"));
    }
}

fn multiparts(all: &mut Mails) {
    let mixed = "Content-Type: multipart/mixed; boundary=\"b\"\r\n";
    let part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n";
    add(all, "no boundary", with("Content-Type: multipart/mixed\r\n", part));
    add(all, "an empty boundary", with("Content-Type: multipart/mixed; boundary=\"\"\r\n", part));
    add(all, "a boundary that never comes", with(mixed, "only prose"));
    add(all, "another boundary than named", with("Content-Type: multipart/mixed; boundary=\"c\"\r\n", part));
    add(all, "no last boundary", with(mixed, part));
    add(
        all,
        "cut in an attachment",
        with(
            mixed,
            &format!("{part}--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo"),
        ),
    );
    add(all, "cut in the header of a part", with(mixed, &format!("{part}--b\r\nContent-Ty")));
    add(all, "an empty multipart", with(mixed, ""));
    for sort in ["alternative", "related", "report; report-type=delivery-status", "signed", "digest", "form-data"] {
        let head = format!("Content-Type: multipart/{sort}; boundary=\"b\"\r\n");
        add(all, format!("an open multipart of sort {sort}"), with(&head, part));
    }
    let inner = "--b\r\nContent-Type: multipart/alternative; boundary=\"i\"\r\n\r\n--i\r\n\r\nx\r\n--b--\r\n";
    add(all, "an inner multipart that stays open", with(mixed, inner));
    let inner = "--b\r\nContent-Type: multipart/alternative\r\n\r\nx\r\n--b--\r\n";
    add(all, "an inner multipart without boundary", with(mixed, inner));
    for levels in [12, 40, 400] {
        let (mut head, mut body, mut tail) = (String::new(), String::new(), String::new());
        for level in 0..levels {
            let line = format!("Content-Type: multipart/mixed; boundary=\"n{level}\"\r\n");
            if level == 0 {
                head = line
            } else {
                body += &format!("{line}\r\n")
            }
            body += &format!("--n{level}\r\n");
            tail = format!("--n{level}--\r\n{tail}");
        }
        add(all, format!("{levels} multiparts in each other"), with(&head, &format!("{body}\r\nx\r\n{tail}")));
    }
    for levels in [12, 60] {
        let inner = format!("{FROM}Content-Type: message/rfc822\r\n\r\n").repeat(levels);
        add(all, format!("{levels} messages in each other"), format!("{inner}{FROM}\r\nx"));
    }
}

fn encodings(all: &mut Mails) {
    for named in ["uuencode", "x-gzip64", "base65", "quoted", "8bits", "binhex", "none", "utf-8"] {
        let head = format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: {named}\r\n");
        add(all, format!("transfer encoding {named}"), with(&head, "x"));
    }
    let head = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n";
    add(all, "prose as base64", with(head, "This! is? not= base64 at all.\r\n"));
    add(all, "base64 with binary inside", with(head, "QUJD\u{1}\u{2}$$$%%%"));
    let part = "--b\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let mixed = "Content-Type: multipart/mixed; boundary=\"b\"\r\n";
    add(all, "an attachment that is no base64", with(mixed, &format!("{part}!!!!????\r\n--b--\r\n")));
    let part = "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: zip\r\n\r\nx\r\n--b--\r\n";
    add(all, "an unknown encoding within", with(mixed, part));
}

fn charsets(all: &mut Mails) {
    for named in ["klingon", "utf-9", "x-unknown-9", "iso-8859-99", "../../etc/passwd", "'; drop table"] {
        let head = format!("Content-Type: text/plain; charset=\"{named}\"\r\n");
        add(all, format!("character set {named}"), with(&head, "x"));
    }
    let latin = b"Gr\xfc\xdfe aus M\xfcnchen".as_slice();
    let head = "Content-Type: text/plain; charset=utf-8\r\n";
    add(all, "latin 1 named utf-8", [with(head, "").as_slice(), latin].concat());
    let head = format!("{head}Content-Transfer-Encoding: quoted-printable\r\n");
    add(all, "latin 1 named utf-8 in quoted-printable", with(&head, "Gr=FC=DFe"));
    let cut = [with("Content-Type: text/html; charset=utf-8\r\n", "<p>").as_slice(), b"\xe2\x82"].concat();
    add(all, "utf-8 that is cut", cut);
    let long = [with("Content-Type: text/plain; charset=utf-8\r\n", "").as_slice(), b"\xc0\xaf\xe0\x80\xaf"].concat();
    add(all, "utf-8 that is too long", long);
    let surrogate = [with("Content-Type: text/plain; charset=utf-8\r\n", "").as_slice(), b"\xed\xa0\x80"].concat();
    add(all, "utf-8 with half a pair", surrogate);
}

/// Too much of everything.
fn crowds(all: &mut Mails) {
    let mixed = "Content-Type: multipart/mixed; boundary=\"b\"\r\n";
    let part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n";
    for parts in [300, 5_000, 100_000] {
        add(all, format!("{parts} parts"), with(mixed, &format!("{}--b--\r\n", part.repeat(parts))));
    }
    let nested = "--b\r\nContent-Type: multipart/mixed; boundary=\"c\"\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n";
    add(all, "very many multiparts", with(mixed, &format!("{}--b--\r\n", nested.repeat(60))));
    add(all, "NUL in the body", with("", "a\0b"));
    add(all, "a body of NUL", with("", &"\0".repeat(100_000)));
    add(all, "more than fifty megabytes", with("", &"x".repeat(50_000_001)));
    let bomb = "--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let bomb = format!("{bomb}{}\r\n", "UEsDBBQAAAAI\r\n".repeat(20));
    add(all, "three hundred archives", with(mixed, &format!("{}--b--\r\n", bomb.repeat(300))));
    add(
        all,
        "an archive bomb larger than any mail",
        with(mixed, &format!("{bomb}{}--b--", "UEsDBBQAAAAI\r\n".repeat(3_600_000))),
    );
}

/// What is strange and yet can be read: it is no reason to keep anybody waiting.
pub fn unusual() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let latin = b"From: kim@harbour.example\r\n\r\nGr\xfc\xdfe".to_vec();
    let html = "<p>Deep".to_string() + &"<div>".repeat(50_000) + "down";
    let bomb = "Content-Type: multipart/mixed; boundary=\"b\"\r\n";
    let body = "--b\r\nContent-Type: text/plain\r\n\r\nA log\r\n--b\r\nContent-Type: application/zip; name=\"../../x.zip\"\r\n\
                Content-Transfer-Encoding: base64\r\n\r\n";
    let bomb = with(bomb, &format!("{body}{}--b--\r\n", "UEsDBBQAAAAI\r\n".repeat(500_000)));
    vec![
        ("no subject", b"From: kim@harbour.example\r\n\r\nHello".to_vec(), "Hello"),
        ("line feeds alone", b"From: kim@harbour.example\nSubject: x\n\nHello".to_vec(), "Hello"),
        ("a date that is none", with("Date: yesterday\r\n", "Hello"), "Hello"),
        ("letters of no named set", latin, "Gr"),
        (
            "latin 1 named us-ascii",
            [with("Content-Type: text/plain; charset=us-ascii\r\n", "").as_slice(), b"caf\xe9"].concat(),
            "caf",
        ),
        ("html alone", with("Content-Type: text/html; charset=utf-8\r\n", "<p>Hello<script>x</script>"), "Hello"),
        ("html that is too deep", with("Content-Type: text/html\r\n", &html), "down"),
        ("a large archive", bomb, "A log"),
        ("a mailbox line before", [b"From kim Mon Jan 1\n".as_slice(), &with("", "Hello")].concat(), "Hello"),
        (
            "windows 1252",
            [with("Content-Type: text/plain; charset=windows-1252\r\n", "").as_slice(), b"caf\xe9"].concat(),
            "café",
        ),
        (
            "iso 2022 jp",
            [with("Content-Type: text/plain; charset=iso-2022-jp\r\n", "").as_slice(), b"\x1b$B$\"\x1b(B"].concat(),
            "あ",
        ),
    ]
}
