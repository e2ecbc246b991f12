//! Papers as PDF: a title, a control block, a text. Pure: the same paper gives the same bytes.
//!
//! What is set comes in as values and reaches Typst as JSON, never as markup: nothing that stands in a record can act as a
//! program. The setting itself is `paper.typ`; it can read nothing but the paper, no file and no network.

mod clean;
mod markdown;
mod set;

use model::Moment;
use serde::Serialize;

pub use markdown::Text;

/// What is to be set.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Paper {
    /// ISO 639-1, as `en`: hyphenation follows it, and readers for the blind speak it.
    pub language: String,
    /// Whose paper it is: stands at the head of every page.
    pub organisation: String,
    /// What it is in one word or two, as "Policy".
    pub genre: String,
    pub title: String,
    /// Number and version, as "DOC-7, version 3": stands at the foot of every page.
    pub identifier: String,
    /// For a copy that is not to be followed.
    pub standing: Option<Standing>,
    /// The control block: words and what they say, in this order.
    pub control: Vec<(String, String)>,
    pub body: Vec<Block>,
    /// Stands at the foot of every page beside the page's number, as "Copy of 26 Nov 2026, not kept up to date".
    pub foot: String,
    /// When the paper was made; the file says so too.
    #[serde(skip)]
    pub made: Moment,
}

/// Why a copy is not to be followed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// Across every page, as "Superseded".
    pub mark: String,
    /// A band under the title, as "Superseded on 3 May 2026: do not follow this copy."
    pub words: String,
}

/// A part of the text that stands by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Block {
    /// Level 1 to 6; no level is left out on the way down (PDF/UA-1, 7.4.2).
    Heading {
        level: usize,
        text: Vec<Span>,
    },
    Paragraph {
        text: Vec<Span>,
    },
    /// `first` is the number of the first point, none for bullets.
    Points {
        first: Option<u64>,
        points: Vec<Vec<Block>>,
    },
    Quote {
        blocks: Vec<Block>,
    },
    Code {
        text: String,
    },
    /// Every row is as long as the head.
    Table {
        sides: Vec<Side>,
        head: Vec<Vec<Span>>,
        rows: Vec<Vec<Vec<Span>>>,
    },
    /// Labels with the few figures of a page.
    Figures {
        figures: Vec<(String, String)>,
    },
    /// A drawing as wide as the page; `told` says in words what it shows.
    Picture {
        svg: String,
        told: String,
    },
    Rule,
}

/// Where the words of a column stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    #[default]
    Start,
    Center,
    /// As figures do.
    End,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Span {
    Text {
        text: String,
    },
    Code {
        text: String,
    },
    Strong {
        spans: Vec<Span>,
    },
    Emphasis {
        spans: Vec<Span>,
    },
    Struck {
        spans: Vec<Span>,
    },
    /// Only `http`, `https` and `mailto` lead anywhere.
    Link {
        address: String,
        spans: Vec<Span>,
    },
    Break,
}

impl Span {
    pub fn text(text: impl Into<String>) -> Span {
        Span::Text { text: text.into() }
    }
}

impl Block {
    pub fn heading(level: usize, text: impl Into<String>) -> Block {
        Block::Heading { level, text: vec![Span::text(text)] }
    }

    pub fn paragraph(text: impl Into<String>) -> Block {
        Block::Paragraph { text: vec![Span::text(text)] }
    }

    /// A table of plain words. Rows are cut or filled up to the length of the head.
    pub fn table(head: &[(&str, Side)], rows: Vec<Vec<String>>) -> Block {
        let cell = |text: String| if text.is_empty() { Vec::new() } else { vec![Span::text(text)] };
        let row = |row: Vec<String>| row.into_iter().chain(std::iter::repeat(String::new())).take(head.len());
        Block::Table {
            sides: head.iter().map(|(_, side)| *side).collect(),
            head: head.iter().map(|(label, _)| cell((*label).to_string())).collect(),
            rows: rows.into_iter().map(|one| row(one).map(cell).collect()).collect(),
        }
    }
}

/// What a file promises to its readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// PDF/A-2a and PDF/UA-1: can be kept for ever and read by everybody.
    Archival,
    /// A tagged PDF without a promise, which says so itself: the text has characters that no font here can show.
    Tagged,
}

/// A paper that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    pub bytes: Vec<u8>,
    pub pages: usize,
    pub promise: Promise,
}

/// Why a paper is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A sentence for whoever wanted it.
    TooLong(String),
    /// A fault of this program, never of the text.
    Fault(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::TooLong(words) => out.write_str(words),
            Failure::Fault(cause) => write!(out, "the paper cannot be set: {cause}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Sets a paper. Takes tenths of a second of computing and some 100 MiB: call it where that blocks nobody.
///
/// # Errors
/// `TooLong` beyond [`LETTERS_MAX`], [`PIECES_MAX`] and [`PAGES_MAX`]; a `Fault` is ours.
pub fn pdf(paper: &Paper) -> Result<Printed, Failure> {
    set::pdf(paper)
}

/// Most bytes of text in a paper.
pub const LETTERS_MAX: usize = 300_000;
/// Most words, cells and paragraphs that are set by themselves.
pub const PIECES_MAX: usize = 10_000;
/// Most pages.
pub const PAGES_MAX: usize = 200;
