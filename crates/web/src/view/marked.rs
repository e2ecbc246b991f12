//! Two texts as one: what went is struck out and what came is marked, word by word where a line resembles the one before.

use similar::{ChangeTag, DiffOp, TextDiff};

use super::text;

/// Letters of the private use area (Unicode 23.5) stand around marked words until the text is markup.
const MARKS: [(char, &str); 4] =
    [('\u{e0f0}', "<ins>"), ('\u{e0f1}', "</ins>"), ('\u{e0f2}', "<del>"), ('\u{e0f3}', "</del>")];

/// Lines resemble each other from this share of common words on.
const ALIKE: f32 = 0.4;

/// The newer text with its changes marked, as safe markup, and how many lines differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    pub html: String,
    pub lines: usize,
}

/// In how many lines two texts differ, as [`marked`] counts them.
pub fn lines(old: &str, new: &str) -> usize {
    let (old, new) = (plain(old), plain(new));
    let diff = TextDiff::from_lines(&old, &new);
    let differing = diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    differing.map(|op| op.old_range().len().max(op.new_range().len())).sum()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Came,
    Went,
}

/// What differs between two texts in Markdown.
pub fn marked(old: &str, new: &str) -> Marked {
    let (old, new) = (plain(old), plain(new));
    let diff = TextDiff::from_lines(&old, &new);
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let (mut told, mut lines) = (String::new(), 0);
    for op in diff.ops() {
        let (gone, come) = (slice(&before, op.old_range()), slice(&after, op.new_range()));
        if matches!(op, DiffOp::Equal { .. }) {
            come.iter().for_each(|line| push(&mut told, line));
            continue;
        }
        lines += gone.len().max(come.len());
        let pairs = gone.len().min(come.len());
        for (gone, come) in gone.iter().zip(come) {
            match merged(gone, come) {
                Some(line) => push(&mut told, &line),
                None => {
                    push(&mut told, &whole(gone, Side::Went));
                    push(&mut told, &whole(come, Side::Came));
                }
            }
        }
        gone[pairs..].iter().for_each(|line| push(&mut told, &whole(line, Side::Went)));
        come[pairs..].iter().for_each(|line| push(&mut told, &whole(line, Side::Came)));
    }
    let html =
        text::document(&told, |markup| MARKS.iter().fold(markup, |markup, (mark, tag)| markup.replace(*mark, tag)));
    Marked { html: html.html, lines }
}

/// Without the letters that are used as marks here.
fn plain(text: &str) -> String {
    text.replace(['\u{e0f0}', '\u{e0f1}', '\u{e0f2}', '\u{e0f3}'], "")
}

fn slice<'l>(lines: &'l [&'l str], range: std::ops::Range<usize>) -> &'l [&'l str] {
    lines.get(range).unwrap_or_default()
}

fn push(told: &mut String, line: &str) {
    told.push_str(line);
    told.push('\n');
}

/// Two lines as one, where enough of them is the same.
fn merged(gone: &str, come: &str) -> Option<String> {
    if is_frame(gone) || is_frame(come) {
        return None;
    }
    let (begins, rest) = come.split_at(prefix(come));
    let (was, old) = gone.split_at(prefix(gone));
    if was != begins {
        return None;
    }
    let (old, new) = (words(old), words(rest));
    let diff = TextDiff::from_slices(&old, &new);
    if diff.ratio() < ALIKE {
        return None;
    }
    let mut line = begins.to_string();
    // What went, what came, and the space behind both that may belong to them.
    let (mut gone, mut come, mut space) = (String::new(), String::new(), String::new());
    for change in diff.iter_all_changes() {
        let word = change.value();
        let differs = change.tag() != ChangeTag::Equal && word != "|";
        let runs = !gone.is_empty() || !come.is_empty();
        if !differs && runs && word.trim().is_empty() {
            space.push_str(word);
            continue;
        }
        if differs {
            // Words that differ one after the other are one place.
            gone.push_str(&space);
            come.push_str(&space);
            space.clear();
            let side = if change.tag() == ChangeTag::Insert { &mut come } else { &mut gone };
            side.push_str(word);
            continue;
        }
        close(&mut line, Side::Went, &std::mem::take(&mut gone));
        close(&mut line, Side::Came, &std::mem::take(&mut come));
        line.push_str(&std::mem::take(&mut space));
        // A border of a table that went is no border any more.
        if change.tag() != ChangeTag::Delete {
            line.push_str(word);
        }
    }
    close(&mut line, Side::Went, &gone);
    close(&mut line, Side::Came, &come);
    Some(line + &space)
}

/// Marks stand around words, never around the space beside them.
fn close(line: &mut String, side: Side, words: &str) {
    let body = words.trim();
    if body.is_empty() {
        // Space alone is kept where it came.
        line.push_str(if side == Side::Came { words } else { "" });
        return;
    }
    let start = words.len() - words.trim_start().len();
    let (open, end) = if side == Side::Came { (MARKS[0].0, MARKS[1].0) } else { (MARKS[2].0, MARKS[3].0) };
    line.push_str(&words[..start]);
    line.push(open);
    line.push_str(body);
    line.push(end);
    line.push_str(&words[start + body.len()..]);
}

/// A line that came or went as a whole; each cell of a table by itself.
fn whole(line: &str, side: Side) -> String {
    if line.trim().is_empty() {
        return line.to_string();
    }
    if is_frame(line) {
        return if side == Side::Came { line.to_string() } else { String::new() };
    }
    let (begins, rest) = line.split_at(prefix(line));
    let mut told = begins.to_string();
    for (at, cell) in rest.split('|').enumerate() {
        if at > 0 {
            told.push('|');
        }
        close(&mut told, side, cell);
    }
    told
}

/// Lines that hold a block or a table together and say nothing.
fn is_frame(line: &str) -> bool {
    let line = line.trim();
    let ruled = !line.is_empty() && line.chars().all(|letter| "|-: =*_".contains(letter)) && line.len() > 2;
    line.starts_with("```") || line.starts_with("~~~") || ruled
}

/// Bytes of what makes a line a heading, an entry of a list or a quotation.
fn prefix(line: &str) -> usize {
    let mut at = line.len() - line.trim_start().len();
    loop {
        let rest = &line[at..];
        let mark = rest.split(' ').next().unwrap_or_default();
        let digits = mark.trim_end_matches(['.', ')']);
        let is_mark = matches!(mark, "-" | "*" | "+" | ">")
            || (!mark.is_empty() && mark.len() <= 6 && mark.chars().all(|letter| letter == '#'))
            || (!digits.is_empty() && digits.len() + 1 == mark.len() && digits.chars().all(|c| c.is_ascii_digit()));
        if !is_mark || rest.len() == mark.len() {
            return at;
        }
        at += mark.len();
        at += line[at..].len() - line[at..].trim_start().len();
    }
}

/// Words, the space between them, and borders of tables.
fn words(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = 0;
    let kind = |letter: char| if letter == '|' { 2 } else { u8::from(letter.is_whitespace()) };
    let letters: Vec<(usize, char)> = line.char_indices().collect();
    for pair in letters.windows(2) {
        if kind(pair[0].1) != kind(pair[1].1) || pair[1].1 == '|' {
            found.push(&line[begin..pair[1].0]);
            begin = pair[1].0;
        }
    }
    if begin < line.len() {
        found.push(&line[begin..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_marked_within_their_line() {
        let told = marked(
            "# Roles\n\n- **Lead**: is named by the shift leader\n",
            "# Roles\n\n- **Lead**: is named by the service owner\n",
        );
        assert_eq!(told.lines, 1);
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\nd\n"), marked("a\nb\nc\n", "a\nx\nc\nd\n").lines);
        assert!(told.html.contains("<h2 id=\"s-1\">Roles</h2>"), "{}", told.html);
        assert!(told.html.contains("is named by the <del>shift leader</del><ins>service owner</ins>"), "{}", told.html);
    }

    #[test]
    fn lines_come_and_go_as_a_whole() {
        let told = marked(
            "One.\n\nTwo is here.\n",
            "One.\n\nTwo is here.\n\n- new entry\n\n| a | b |\n| --- | --- |\n| c | d |\n",
        );
        assert!(told.html.contains("<li><ins>new entry</ins></li>"), "{}", told.html);
        assert!(told.html.contains("<td><ins>c</ins></td>"), "{}", told.html);
        let gone = marked("One.\n\n## Old part\n\nNobody needs it.\n", "One.\n");
        assert!(gone.html.contains("<h3 id=\"s-1\"><del>Old part</del></h3>"), "{}", gone.html);
        assert!(gone.html.contains("<del>Nobody needs it.</del>"), "{}", gone.html);
    }

    #[test]
    fn nothing_differs_between_a_text_and_itself_and_markup_does_no_harm() {
        let text = "# A\n\n<script>alert(1)</script> \u{e0f0}x\n";
        let told = marked(text, text);
        assert_eq!(told.lines, 0);
        assert!(!told.html.contains("<script") && !told.html.contains("<ins>"), "{}", told.html);
        assert!(marked("", text).lines > 0);
    }
}
