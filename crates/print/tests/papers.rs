//! Papers as whole files: what stands in them, that the same gives the same, and that no text is more than a text.

use std::io::Read;

use model::Moment;
use print::{Block, Failure, PAGES_MAX, PIECES_MAX, Paper, Printed, Promise, Side, Standing, Text};
use sha2::{Digest, Sha256};

fn at(text: &str) -> Moment {
    Moment::parse(text).expect("an instant")
}

fn paper(markdown: &str) -> Paper {
    Paper {
        language: "en".into(),
        organisation: "Tidewell Managed Services".into(),
        genre: "Procedure".into(),
        title: "Incident procedure".into(),
        identifier: "DOC-14, version 3".into(),
        control: vec![
            ("Number".into(), "DOC-14".into()),
            ("Approved by".into(), "Ines Okafor, Thu 12 Nov 2026".into()),
        ],
        body: Text { markdown, base: "https://desk.example", ..Text::default() }.blocks(),
        foot: "Copy of Thu 26 Nov 2026".into(),
        made: at("2026-11-26T01:20:00Z"),
        ..Paper::default()
    }
}

fn set(paper: &Paper) -> Printed {
    let printed = print::pdf(paper).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(printed.bytes.starts_with(b"%PDF-1.7") && printed.bytes.trim_ascii_end().ends_with(b"%%EOF"));
    printed
}

/// Everything in a file that can be read as text: what stands open, and what is packed.
fn inside(bytes: &[u8]) -> String {
    let mut all = String::from_utf8_lossy(bytes).into_owned();
    let find = |from: usize, what: &[u8]| {
        bytes[from..].windows(what.len()).position(|window| window == what).map(|at| from + at + what.len())
    };
    let mut place = 0;
    while let Some(begin) = find(place, b"stream\n").or_else(|| find(place, b"stream\r\n")) {
        let mut plain = Vec::new();
        let _ = flate2::read::ZlibDecoder::new(&bytes[begin..]).read_to_end(&mut plain);
        all.push_str(&String::from_utf8_lossy(&plain));
        place = begin;
    }
    all
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

const WHOLE: &str = "# Roles\n\n- **Lead**: *named* by ~~nobody~~ the owner\n  1. first\n  2. second\n- [x] done\n\n\
    > Calm.\n\n| Impact | Urgency high |\n|---|--:|\n| High | `P1` |\n\n```\nnumber.days = 7\n```\n\n---\n\n\
    ## Words\n\nSee [the list](/incidents?filter=x) and <https://example.org>.\n";

#[test]
fn a_paper_is_tagged_titled_and_kept_for_ever() {
    let printed = set(&paper(WHOLE));
    assert_eq!((printed.promise, printed.pages), (Promise::Archival, 1));
    let inside = inside(&printed.bytes);
    for part in [
        "/StructTreeRoot",
        "/MarkInfo",
        "/Lang",
        "(en)",
        "Incident procedure",
        "Tidewell Managed Services",
        "pdfuaid:part",
        "pdfaid:part",
        "2026-11-26T01:20:00",
        "/DisplayDocTitle true",
        // The control block says of each cell whether it is a word or what it says.
        "/TH",
        "/TD",
        "/H1",
        "/H2",
        "/LBody",
        "/BlockQuote",
        "/Link",
        "https://desk.example/incidents?filter=x",
        "https://example.org",
    ] {
        assert!(inside.contains(part), "{part}");
    }
}

#[test]
fn the_same_paper_gives_the_same_bytes() {
    let mut long = paper(&WHOLE.repeat(6));
    let one = set(&long);
    set(&paper("Something else in between."));
    let other = set(&long);
    assert_eq!(hash(&one.bytes), hash(&other.bytes));
    long.made = at("2026-11-27T01:20:00Z");
    assert_ne!(hash(&one.bytes), hash(&set(&long).bytes), "the file says when it was made");
}

#[test]
fn a_copy_that_is_not_to_be_followed_says_so_on_each_page() {
    let standing = |mark: &str| Standing { mark: mark.into(), words: format!("{mark}: do not follow this copy.") };
    let mut old = paper(&"A line of it.\n\n".repeat(120));
    let plain = set(&old);
    old.standing = Some(standing("Superseded"));
    let marked = set(&old);
    assert!(marked.pages >= 3 && marked.pages >= plain.pages, "{} pages", marked.pages);
    assert_eq!(marked.promise, Promise::Archival);
    assert_ne!(hash(&plain.bytes), hash(&marked.bytes));
}

/// Texts that would do something if they were read as what they look like.
fn hostile() -> Vec<(&'static str, String)> {
    let rows = (0..150).map(|at| format!("| {at} | **b** | c | d | e |\n")).collect::<String>();
    vec![
        ("code of Typst", "#import \"/etc/passwd\": *\n\n#read(\"/etc/passwd\") $x^2$ #panic() <label> @ref \\".into()),
        ("a file", "![x](/etc/passwd) ![y](file:///etc/passwd) ![z](https://example.org/x.png)".into()),
        ("back quotes", "``` ```` ``` `` ` \n\n```typst\n#panic(\"x\")\n```\n\n`#eval(\"1\")`".into()),
        ("points within points", (0..300).map(|deep| format!("{}- p{deep}\n", "  ".repeat(deep))).collect()),
        ("quotes within quotes", format!("{} deep", ">".repeat(4_000))),
        ("strong within strong", format!("{}a{}", "*a **b ".repeat(2_000), "** *".repeat(2_000))),
        ("brackets", "[".repeat(20_000)),
        ("a table of many rows", format!("| a | b | c | d | e |\n|---|---|---|---|---|\n{rows}")),
        (
            "a table of many columns",
            format!("|{}\n|{}\n|{}\n", " head |".repeat(60), "---|".repeat(60), " x |".repeat(60)),
        ),
        ("a word without end", format!("{} | {}", "x".repeat(20_000), "漢".repeat(3_000))),
        ("from right to left", "# שלום\n\nمرحبا بالعالم and back \u{202e}evil\u{202c} ".into()),
        ("letters of no font", "Fine 😀 🏳️‍🌈 漢字 \u{e000} \u{10ffff} done".into()),
        ("letters that are none", "a\u{0}b\u{7}c\u{1b}[31m\u{feff}\u{fffe}".into()),
        ("marks on marks", format!("Z{}algo", "\u{0301}\u{0323}".repeat(800))),
        ("headings of nothing", "#\n\n######\n\n# \u{200b}\n\n## <b>\n".into()),
        (
            "addresses",
            format!(
                "[a](mailto:x@example.org?subject=%00) [b](https://exa mple/\u{202e}) [c](https://{}) <http://[::1]>",
                "a".repeat(3_000)
            ),
        ),
        ("HTML", "<script>alert(1)</script>\n\n<table><tr><td>x\n\n<!-- never ends".into()),
        ("numbers", "999999999. last\n\n1) one\n\n0. nought".into()),
        ("nothing", String::new()),
        ("white space", " \u{a0}\u{3000}\n\n\u{2028}\u{2029}\n".into()),
    ]
}

#[test]
fn whatever_stands_in_a_text_is_set_as_a_text() {
    for (name, text) in hostile() {
        let printed = set(&paper(&text));
        assert!(printed.pages >= 1, "{name}");
        assert!(!inside(&printed.bytes).contains("root:x:0"), "{name}: a file of the machine was read");
        // The same in every other place where words of people stand.
        let line: String = text.chars().take(400).collect();
        let everywhere = Paper {
            title: line.clone(),
            organisation: line.clone(),
            genre: line.clone(),
            identifier: line.clone(),
            foot: line.clone(),
            language: line.clone(),
            standing: Some(Standing { mark: line.clone(), words: line.clone() }),
            control: vec![(line.clone(), line.clone())],
            body: vec![
                Block::heading(1, line.clone()),
                Block::table(&[(&line, Side::Start), ("n", Side::End)], vec![vec![line.clone()]]),
                Block::Figures { figures: vec![(line.clone(), line.clone())] },
            ],
            ..paper("")
        };
        set(&everywhere);
    }
}

#[test]
fn a_text_with_letters_of_no_font_makes_no_promise_and_says_so() {
    let printed = set(&paper("Fine 😀"));
    assert_eq!(printed.promise, Promise::Tagged);
    let inside = inside(&printed.bytes);
    assert!(inside.contains("/StructTreeRoot") && !inside.contains("pdfuaid:part"));
}

#[test]
fn pictures_are_drawn_with_the_words_that_tell_them() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 20\"><rect width=\"60\" height=\"20\" fill=\"#1c693d\"/></svg>";
    let told = "Six of ten in time.";
    let picture = |svg: &str| Paper { body: vec![Block::Picture { svg: svg.into(), told: told.into() }], ..paper("") };
    let printed = set(&picture(svg));
    assert_eq!(printed.promise, Promise::Archival);
    let inside = inside(&printed.bytes);
    assert!(inside.contains("/Figure") && inside.contains(told), "a picture has its words");
    // A picture that would fetch something gets nothing; one that is none is a fault of ours, told and no panic.
    let reaching = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><image href=\"/etc/passwd\" width=\"9\" height=\"9\"/></svg>";
    if let Ok(printed) = print::pdf(&picture(reaching)) {
        assert!(!self::inside(&printed.bytes).contains("root:x:0"));
    }
    assert!(matches!(print::pdf(&picture("no picture")), Err(Failure::Fault(_))));
}

#[test]
fn more_than_is_set_is_told_in_a_sentence() {
    let told = |paper: Paper| match print::pdf(&paper) {
        Err(Failure::TooLong(words)) => words,
        other => panic!("{:?}", other.map(|printed| printed.pages)),
    };
    assert!(told(paper(&"word ".repeat(300_000))).contains("more than 300,000 letters"));
    let rows = vec![vec!["x".to_string(); 4]; PIECES_MAX];
    let head = [("a", Side::Start), ("b", Side::End), ("c", Side::Center), ("d", Side::Start)];
    assert!(
        told(Paper { body: vec![Block::table(&head, rows)], ..paper("") }).starts_with("This is too long for a PDF")
    );
    let wide = format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "x|\n".repeat(200));
    assert!(told(paper(&wide)).starts_with("This is too long for a PDF"));
    let lines = Block::Code { text: "x\n".repeat(70 * PAGES_MAX) };
    let words = told(Paper { body: vec![lines], ..paper("") });
    assert!(words.contains("pages, and 200 is the most"), "{words}");
}
