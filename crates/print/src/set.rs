//! The setting by Typst: a world that holds one paper and nothing else.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::Value as Json;
use typst::{
    Feature, Library, LibraryExt, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::{Failure, PAGES_MAX, Paper, Printed, Promise, clean};

/// How many papers ago something was last of use that is remembered still: the setting itself, not what was set.
const REMEMBERED: usize = 1;

/// Bytes of stack: points within points are laid out by a function that calls itself.
const STACK: usize = 64 << 20;

/// What is the same for every paper.
struct Workshop {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// The setting.
    source: Source,
    /// The address of the paper.
    paper: FileId,
}

static WORKSHOP: LazyLock<Workshop> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
    let file = |name: &str| {
        RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a name of ours is a path")).intern()
    };
    let features = [Feature::A11yExtras].into_iter().collect();
    Workshop {
        library: LazyHash::new(Library::builder().with_features(features).build()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        source: Source::new(file("/paper.typ"), include_str!("paper.typ").to_owned()),
        paper: file("/paper.json"),
    }
});

/// Where papers are set, one at a time: a paper takes memory and a whole processor, and its stack is deeper than others.
static HAND: LazyLock<Option<ThreadPool>> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build().ok());

struct Desk {
    paper: Bytes,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &WORKSHOP.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &WORKSHOP.book
    }

    fn main(&self) -> FileId {
        WORKSHOP.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == WORKSHOP.source.id() { Ok(WORKSHOP.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == WORKSHOP.paper { Ok(self.paper.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        WORKSHOP.fonts.get(index).cloned()
    }

    /// A paper says its dates itself.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

pub fn pdf(paper: &Paper) -> Result<Printed, Failure> {
    let json = clean::cleaned(written(paper)?)?;
    let hand = HAND.as_ref().ok_or_else(|| Failure::Fault("there is no thread for it".into()))?;
    // Typst is not ours and what it is given is not either: what it cannot do must not end the program.
    let set = catch_unwind(AssertUnwindSafe(|| hand.install(|| either(paper, json))));
    comemo::evict(REMEMBERED);
    set.unwrap_or_else(|_| Err(Failure::Fault("the setting broke off".into())))
}

/// The paper as `paper.typ` reads it. A file for everybody has a title and says its language.
fn written(paper: &Paper) -> Result<Json, Failure> {
    let mut json = serde_json::to_value(paper).map_err(|reason| Failure::Fault(reason.to_string()))?;
    if paper.title.trim().is_empty() {
        let other = [&paper.identifier, &paper.genre].into_iter().find(|words| !words.trim().is_empty());
        json["title"] = other.map_or("Paper", String::as_str).into();
    }
    let is_language = (2..=3).contains(&paper.language.len()) && paper.language.bytes().all(|b| b.is_ascii_lowercase());
    if !is_language {
        json["language"] = "en".into();
    }
    json["plain"] = true.into();
    Ok(json)
}

/// With its promise; or without it, where a letter of the text is in none of the fonts, and then it says so.
fn either(paper: &Paper, mut json: Json) -> Result<Printed, Failure> {
    let archival = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|reason| Failure::Fault(reason.message().to_string()))?;
    let document = laid_out(&json)?;
    let printed = |bytes, document: &PagedDocument, promise| Printed { bytes, pages: document.pages().len(), promise };
    match typst_pdf::pdf(&document, &options(paper, archival)) {
        Ok(bytes) => Ok(printed(bytes, &document, Promise::Archival)),
        Err(_) => {
            json["plain"] = false.into();
            let document = laid_out(&json)?;
            let bytes = typst_pdf::pdf(&document, &options(paper, PdfStandards::default())).map_err(fault)?;
            Ok(printed(bytes, &document, Promise::Tagged))
        }
    }
}

fn laid_out(json: &Json) -> Result<PagedDocument, Failure> {
    let paper = serde_json::to_vec(json).map_err(|reason| Failure::Fault(reason.to_string()))?;
    let document = typst::compile::<PagedDocument>(&Desk { paper: Bytes::new(paper) }).output.map_err(fault)?;
    match document.pages().len() {
        pages if pages > PAGES_MAX => Err(Failure::TooLong(format!(
            "This is too long for a PDF: it would have {} pages, and {PAGES_MAX} is the most. Narrow it, or take another form.",
            clean::grouped(pages)
        ))),
        _ => Ok(document),
    }
}

fn options(paper: &Paper, standards: PdfStandards) -> PdfOptions {
    let made = paper.made.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    let small = |number: i8| number.unsigned_abs();
    let moment = Datetime::from_ymd_hms(
        made.year().into(),
        small(made.month()),
        small(made.day()),
        small(made.hour()),
        small(made.minute()),
        small(made.second()),
    );
    PdfOptions {
        ident: Smart::Custom(format!("{} {}", paper.organisation, paper.identifier)),
        creator: Smart::Custom(Some("Plumbline".into())),
        timestamp: moment.map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    }
}

fn fault(reasons: impl IntoIterator<Item = SourceDiagnostic>) -> Failure {
    Failure::Fault(reasons.into_iter().map(|reason| reason.message.to_string()).collect::<Vec<_>>().join("; "))
}
