//! The picture of a cause analysis on the page of a record: what may have caused it, by where it lies, as a fishbone.

use desk::Shown;
use model::{Kind, Value};

use crate::view::text;

/// Causes drawn on one branch; what goes beyond is counted.
const MOST: usize = 5;
/// In units of the picture: of a branch, of the head, of a line of words, and how far a bone leans.
const WIDTH: usize = 210;
const HEAD: usize = 160;
const LINE: usize = 18;
const LEAN: usize = 36;
/// Letters that fit a line beside a bone, and one of the head.
const LETTERS: usize = 26;
const HEAD_LETTERS: usize = 22;

pub struct Bones {
    pub width: usize,
    pub height: usize,
    /// Where the spine lies.
    pub spine: usize,
    pub head: usize,
    /// What it leads to, in lines with their places.
    pub effect: Vec<(usize, String)>,
    pub bones: Vec<Bone>,
    /// The same in words.
    pub told: String,
}

/// A branch with its causes.
pub struct Bone {
    pub label: String,
    pub x: usize,
    pub y: usize,
    pub foot: usize,
    pub label_y: usize,
    pub causes: Vec<Cause>,
}

pub struct Cause {
    pub x: usize,
    pub y: usize,
    /// Cut to what fits; the table below has it whole.
    pub text: String,
    pub class: &'static str,
}

/// A cause as it stands on the record.
struct Row {
    branch: String,
    cause: String,
    verdict: String,
}

/// `None` where no cause is written down, and for kinds that have none.
pub fn bones(kind: &Kind, shown: &Shown) -> Option<Bones> {
    let analysis = kind.analysis?;
    let rows: Vec<Row> = shown.fields().get(analysis.causes)?.entries().iter().map(row).collect();
    let rows: Vec<Row> = rows.into_iter().filter(|row| !row.cause.is_empty()).collect();
    let mut branches: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in &rows {
        match branches.iter_mut().find(|(branch, _)| *branch == row.branch) {
            Some((_, causes)) => causes.push(row),
            None => branches.push((&row.branch, vec![row])),
        }
    }
    if branches.is_empty() {
        return None;
    }
    // Roots first, what was ruled out last.
    let rank = |row: &&Row| ["root", "contributes", "open", ""].iter().position(|known| *known == row.verdict);
    branches.iter_mut().for_each(|(_, causes)| causes.sort_by_key(|row| rank(row).unwrap_or(9)));
    let longest = branches.iter().map(|(_, causes)| causes.len().min(MOST + 1)).max().unwrap_or(1);
    let half = LINE * (longest + 2);
    let columns = branches.len().div_ceil(2);
    let head = columns * WIDTH + LEAN;
    let title = if shown.title().is_empty() { shown.number() } else { shown.title() };
    Some(Bones {
        width: head + HEAD,
        height: 2 * half + LINE,
        spine: half + LINE / 2,
        head,
        effect: lines(title, half + LINE / 2),
        bones: branches.iter().enumerate().map(|(place, (branch, causes))| bone(place, branch, causes, half)).collect(),
        told: told(title, &branches),
    })
}

fn row(row: &Value) -> Row {
    let text = |name: &str| row.part(name).and_then(Value::as_text).unwrap_or_default().trim().to_string();
    Row { branch: text("branch"), cause: text("cause"), verdict: text("verdict") }
}

/// Branches stand above and below the spine in turn.
fn bone(place: usize, branch: &str, causes: &[&Row], half: usize) -> Bone {
    let is_above = place.is_multiple_of(2);
    let spine = half + LINE / 2;
    let x = place / 2 * WIDTH + 8;
    let y = if is_above { LINE } else { 2 * half };
    let mut told: Vec<(String, &'static str)> =
        causes.iter().take(MOST).map(|row| (text::shortened(&row.cause, LETTERS), class(&row.verdict))).collect();
    if causes.len() > MOST {
        told.push((format!("and {} more", causes.len() - MOST), "sub"));
    }
    let causes = told.into_iter().enumerate().map(|(at, (text, class))| {
        let depth = LINE * (at + 2);
        let y = if is_above { depth } else { 2 * half + LINE - depth };
        Cause { x: x + 10 + LEAN * depth / spine.max(1), y, text, class }
    });
    Bone {
        label: model::lifecycle::sentence_case(if branch.is_empty() { "elsewhere" } else { branch }),
        x,
        y,
        foot: x + LEAN,
        label_y: if is_above { LINE - 5 } else { 2 * half + LINE - 3 },
        causes: causes.collect(),
    }
}

fn class(verdict: &str) -> &'static str {
    match verdict {
        "root" => "root",
        "ruled-out" => "out",
        _ => "",
    }
}

/// The effect in at most three lines around the spine.
fn lines(title: &str, spine: usize) -> Vec<(usize, String)> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text::shortened(title, HEAD_LETTERS * 3 - 6).split_whitespace() {
        match lines.last_mut().filter(|line| line.is_empty() || line.len() + word.len() < HEAD_LETTERS) {
            Some(line) => *line = format!("{line} {word}").trim().to_string(),
            None => lines.push(word.to_string()),
        }
    }
    let first = (spine + 4).saturating_sub((lines.len() - 1) * LINE / 2);
    lines.into_iter().enumerate().map(|(at, line)| (first + at * LINE, line)).collect()
}

/// "Process: No step for a review (root). People: …"
fn told(title: &str, branches: &[(&str, Vec<&Row>)]) -> String {
    let cause = |row: &&Row| match row.verdict.as_str() {
        "" => row.cause.clone(),
        verdict => format!("{} ({})", row.cause, verdict.replace('-', " ")),
    };
    let branch = |(branch, causes): &(&str, Vec<&Row>)| {
        let causes: Vec<String> = causes.iter().map(cause).collect();
        format!("{}: {}.", model::lifecycle::sentence_case(branch), causes.join("; "))
    };
    let branches: Vec<String> = branches.iter().map(branch).collect();
    format!("What may have led to \"{title}\". {}", branches.join(" "))
}
