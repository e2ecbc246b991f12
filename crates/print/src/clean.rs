//! What is set is weighed and cleaned first: letters that are none are dropped, words without end can be broken.

use serde_json::Value as Json;

use crate::{Failure, LETTERS_MAX, PIECES_MAX};

/// Names under which no words of people stand: they stay as they are.
const AS_THEY_ARE: [&str; 5] = ["is", "language", "address", "svg", "sides"];

/// A run of letters longer than this may be broken, after each so many: nothing hyphenates it, and it would leave the page.
const RUN: usize = 40;

/// Zero width space: a place at which a line may end, and no letter.
const GAP: char = '\u{200b}';

/// Cleans every text of a paper, and weighs all of it.
///
/// # Errors
/// A sentence, where there is more of it than is set.
pub fn cleaned(mut paper: Json) -> Result<Json, Failure> {
    let mut weight = Weight::default();
    walk(&mut paper, "", &mut weight);
    let too_long = |what: &str, most: usize| {
        Err(Failure::TooLong(format!(
            "This is too long for a PDF: it holds more than {} {what}. Narrow it, or take another form.",
            grouped(most)
        )))
    };
    match weight {
        Weight { letters, .. } if letters > LETTERS_MAX => too_long("letters", LETTERS_MAX),
        Weight { pieces, .. } if pieces > PIECES_MAX => too_long("pieces, such as cells and paragraphs", PIECES_MAX),
        _ => Ok(paper),
    }
}

/// `20,000`
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[derive(Default)]
struct Weight {
    letters: usize,
    pieces: usize,
}

/// Blocks nest no deeper than their reader lets them, so this may call itself.
fn walk(json: &mut Json, name: &str, weight: &mut Weight) {
    match json {
        Json::String(text) => {
            weight.letters += text.len();
            if !AS_THEY_ARE.contains(&name) {
                *text = plain(text);
            }
        }
        // An empty cell takes its place as well.
        Json::Array(all) if all.is_empty() => weight.pieces += 1,
        Json::Array(all) => all.iter_mut().for_each(|one| walk(one, name, weight)),
        Json::Object(parts) => {
            weight.pieces += 1;
            parts.iter_mut().for_each(|(name, part)| walk(part, name, weight));
        }
        _ => {}
    }
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for letter in text.chars() {
        if letter.is_control() && letter != '\n' && letter != '\t' {
            continue;
        }
        run = if letter.is_whitespace() { 0 } else { run + 1 };
        if run > RUN {
            out.push(GAP);
            run = 1;
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_is_dropped_and_endless_words_can_be_broken() {
        assert_eq!(plain("a\u{0}b\tc\u{7f}\nd"), "ab\tc\nd");
        let broken = plain(&"x".repeat(100));
        assert_eq!(broken.matches(GAP).count(), 2);
        assert_eq!(broken.replace(GAP, ""), "x".repeat(100));
        let words = "word ".repeat(50);
        assert_eq!(plain(&words), words);
    }

    #[test]
    fn numbers_can_be_read() {
        assert_eq!([grouped(7), grouped(1_000), grouped(20_000_000)], ["7", "1,000", "20,000,000"]);
    }
}
