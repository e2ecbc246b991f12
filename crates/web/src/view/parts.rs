//! The parts that pages are made of; each is drawn by the macro of the same name in `templates/part/`.

use std::fmt;

/// Colour by meaning. It only repeats what shape and word already say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Ok,
    Warn,
    Bad,
    Info,
    Mute,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tone::Plain => "plain",
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Info => "info",
            Tone::Mute => "mute",
        })
    }
}

/// Shapes are reserved for state; each has its own meaning (design language, "State").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Dotted circle: new, waits.
    #[default]
    New,
    /// Open circle: assigned, planned, time left.
    Ring,
    /// Half core: in progress.
    Half,
    /// Two bars: on hold, paused.
    Pause,
    /// Open circle with tick: resolved, met, running.
    Met,
    /// Filled circle with tick: closed.
    Closed,
    /// Filled circle with tick: proved by fresh evidence.
    Proved,
    /// Half filled: evidence too old.
    Stale,
    /// Dashed circle: no evidence.
    Gap,
    /// Filled diamond: nonconformity, breached, failed.
    Nonconforming,
    /// Crossed circle: nothing to sample.
    Nothing,
    /// A person's outline: waits for a person's judgement.
    ForAPerson,
    /// Triangle: at risk, degraded.
    Risk,
    /// Octagon: major incident.
    Major,
    /// Speech: seen by the customer.
    Say,
    /// Lock: internal only.
    Lock,
    /// A clip: an attachment.
    Clip,
    /// Two links of a chain: a link between records.
    Tie,
    /// A pencil: values were edited.
    Pen,
}

impl fmt::Display for Shape {
    /// The id in `assets/marks.svg`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shape::New => "new",
            Shape::Ring => "ring",
            Shape::Half => "half",
            Shape::Pause => "pause",
            Shape::Met => "met",
            Shape::Closed => "closed",
            Shape::Proved => "proved",
            Shape::Stale => "stale",
            Shape::Gap => "gap",
            Shape::Nonconforming => "nc",
            Shape::Nothing => "none",
            Shape::ForAPerson => "judge",
            Shape::Risk => "risk",
            Shape::Major => "major",
            Shape::Say => "say",
            Shape::Lock => "lock",
            Shape::Clip => "clip",
            Shape::Tie => "tie",
            Shape::Pen => "pen",
        })
    }
}

/// A state as shape, word and tone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    pub shape: Shape,
    pub tone: Tone,
    pub word: String,
}

impl Mark {
    pub fn new(shape: Shape, tone: Tone, word: impl Into<String>) -> Mark {
        Mark { shape, tone, word: word.into() }
    }
}

/// Priority 1 (highest) to 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priority(pub u8);

impl Priority {
    pub fn tone(self) -> Tone {
        match self.0 {
            1 => Tone::Bad,
            2 => Tone::Warn,
            _ => Tone::Plain,
        }
    }

    /// The id of its shape; anything beyond 4 has the shape of 4.
    pub fn shape(self) -> &'static str {
        match self.0 {
            0 | 1 => "p1",
            2 => "p2",
            3 => "p3",
            _ => "p4",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// Empty where the reader may not open it.
    pub href: String,
}

impl Person {
    pub fn initials(&self) -> String {
        initials(&self.name)
    }
}

/// `Tomas Lind` gives `TL`, `Cher` gives `C`; at most two letters.
pub fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = letters.next();
    let last = letters.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// An instant as people say it, with the exact one behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// RFC 3339, for `datetime`.
    pub iso: String,
    /// `4 min ago`, `Thu 12 Nov 2026`
    pub near: String,
    /// `Thu 12 Nov 2026, 08:40 UTC`, for `title`.
    pub exact: String,
    /// Whether the script keeps `near` fresh while the page is open.
    pub ticking: bool,
}

/// A link with a word; without an address it is plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    pub text: String,
    pub href: String,
}

impl Link {
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Link {
        Link { text: text.into(), href: href.into() }
    }
}

/// A service level clock: what is left, and how much of the time is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    pub mark: Mark,
    /// 0 to 100; `None` draws no bar.
    pub used_percent: Option<u8>,
    /// What the eye takes from the column and the bar, for those who hear it: `resolution due Thu 12 Nov 2026, 14:30 UTC`.
    pub more: String,
}

/// A box that speaks up at the top of a page or section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    pub mark: Mark,
    /// One sentence after the bold word of the mark.
    pub text: String,
    /// What it is about, or where to go on.
    pub links: Vec<Link>,
}

/// One figure with its meaning; the figure opens the records behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    pub label: String,
    pub value: Link,
    /// Beside the figure, smaller: `of 9`, `target 99.9 %`.
    pub whole: String,
}

/// A bordered place where something would be, and the next step towards it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Empty {
    pub mark: Mark,
    pub text: String,
    pub step: Option<Link>,
}

/// One saved view or one part of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tab {
    pub label: String,
    pub href: String,
    pub count: String,
    pub current: bool,
}

/// One state of a lifecycle on the way through it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub label: String,
    pub place: Place,
    /// `07:57`, `since 07:57`, `due 12:06`; empty for none.
    pub note: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    Past,
    Here,
    #[default]
    Ahead,
}

/// One line of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// For a link straight to it: `entry-ID`.
    pub id: String,
    pub mark: Mark,
    pub who: Person,
    pub at: When,
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// What was done, in words, and the values that differ.
    Done { text: String, deltas: Vec<ShownDelta> },
    /// A message. `html` is sanitised by `model::text`; `audience` is `Public reply to Castlebrook Bank` or
    /// `Internal note, Tidewell only`.
    Message { public: bool, audience: String, html: String },
}

impl Default for Said {
    fn default() -> Said {
        Said::Done { text: String::new(), deltas: Vec::new() }
    }
}

/// One value before and after, both as the reader may see them; empty means there was or is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownDelta {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// Two people wrote the same record: what the reader sent beside what stands now, for the fields where they differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// `Priya Nair saved this record at 08:31.`
    pub sentence: String,
    /// `before` is what stands now, `after` what the reader had typed.
    pub deltas: Vec<ShownDelta>,
}

/// One condition of a list, removable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chip {
    /// `State: open`
    pub text: String,
    /// The same list without this condition.
    pub without: String,
}

/// One heading of the command palette with what was found under it; `PaletteFragment` draws all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaletteGroup {
    /// `Records`, `People`, `Clauses`, `Pages`, `Do`
    pub title: String,
    pub options: Vec<PaletteOption>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaletteOption {
    /// `INC-20431`; empty for none.
    pub number: String,
    pub title: String,
    /// `Incident`, `C then I`
    pub hint: String,
    pub href: String,
}

/// The answer of `GET /palette?q=`.
#[derive(askama::Template)]
#[template(path = "part/palette.html")]
pub struct PaletteFragment {
    pub groups: Vec<PaletteGroup>,
}

/// One requirement on the conformity map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Proved,
    Stale,
    Gap,
    Nonconforming,
    Nothing,
    ForAPerson,
}

/// A row of cells as SVG paths, 13 px apart, wrapped after `PER_LINE`; see `part/map.html`.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    pub shapes: Vec<CellShape>,
    pub height: usize,
}

#[derive(Clone, Debug)]
pub struct CellShape {
    pub class: &'static str,
    pub path: String,
}

impl Cells {
    const PER_LINE: usize = 15;

    pub fn new(cells: &[Cell]) -> Cells {
        let shapes = cells.iter().enumerate().flat_map(|(place, cell)| {
            let (x, y) = (place % Cells::PER_LINE * 13, place / Cells::PER_LINE * 13);
            cell.shapes(x, y)
        });
        let lines = cells.len().div_ceil(Cells::PER_LINE).max(1);
        Cells { shapes: shapes.collect(), height: lines * 13 - 2 }
    }
}

impl Cell {
    fn shapes(self, x: usize, y: usize) -> Vec<CellShape> {
        let full = || format!("M{x} {y}h10v10h-10z");
        let outline = || format!("M{x}.75 {y}.75h8.5v8.5h-8.5z");
        let shape = |class, path| CellShape { class, path };
        match self {
            Cell::Proved => vec![shape("c-ok", full())],
            Cell::Stale => vec![shape("c-stale", outline()), shape("c-half", format!("M{x} {}h10v5h-10z", y + 5))],
            Cell::Gap => vec![shape("c-gap", outline())],
            // Half a pixel larger than the others on each side: it must be found at a glance.
            Cell::Nonconforming => {
                vec![shape("c-nc", format!("M{}.5 {}l5.5 5.5-5.5 5.5-5.5-5.5z", x + 4, y as f32 - 0.5))]
            }
            Cell::Nothing => vec![shape("c-none", outline())],
            Cell::ForAPerson => vec![shape("c-person", format!("M{} {}h4v4h-4z", x + 3, y + 3))],
        }
    }
}
