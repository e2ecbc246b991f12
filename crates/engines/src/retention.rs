//! How long something is kept by the words of its retention: "Six years after it ends", "P10Y", "18 months".

use jiff::{Span, ToSpan, civil::Date};

/// Longest time that is understood, in years; beyond it a typing error is meant.
const YEARS_MAX: i64 = 200;

const NUMBERS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The last day on which something is kept that went out of force on a day. `None` where the words name no time, such as
/// "As long as it is in force", and where they name more than 200 years.
pub fn kept_until(words: &str, ended: Date) -> Option<Date> {
    ended.checked_add(span(words)?).ok()
}

/// The first time that is named: a number, as digits or as a word up to twelve, with years, months, weeks or days.
fn span(words: &str) -> Option<Span> {
    let plain = words.trim().to_lowercase();
    if plain.starts_with('p') && plain.chars().nth(1).is_some_and(|next| next.is_ascii_digit()) {
        // Only dates: a retention of hours is none.
        let span: Span = plain.to_uppercase().parse().ok()?;
        let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
        return counted(months, i64::from(span.get_weeks()) * 7 + i64::from(span.get_days()));
    }
    let parts: Vec<String> = parts(&plain);
    parts.windows(2).find_map(|two| {
        let number = number(&two[0])?;
        match two[1].as_str() {
            "y" | "yr" | "yrs" | "year" | "years" => counted(number.checked_mul(12)?, 0),
            "month" | "months" => counted(number, 0),
            "week" | "weeks" => counted(0, number.checked_mul(7)?),
            "d" | "day" | "days" => counted(0, number),
            _ => None,
        }
    })
}

/// Words and numbers one by one; "10y" is both.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last: Option<bool> = None;
    for letter in text.chars() {
        let sort = letter.is_alphanumeric().then(|| letter.is_ascii_digit());
        match (sort, last == sort, parts.last_mut()) {
            (Some(_), true, Some(part)) => part.push(letter),
            (Some(_), _, _) => parts.push(letter.to_string()),
            (None, _, _) => {}
        }
        last = sort;
    }
    parts
}

fn number(part: &str) -> Option<i64> {
    let word = NUMBERS.iter().position(|word| *word == part).and_then(|place| i64::try_from(place).ok());
    let word = word.or_else(|| matches!(part, "a" | "an").then_some(1));
    word.or_else(|| part.parse().ok())
}

fn counted(months: i64, days: i64) -> Option<Span> {
    let is_meant = months >= 0 && days >= 0 && months <= YEARS_MAX * 12 && days <= YEARS_MAX * 366;
    (is_meant && months + days > 0).then(|| months.months().days(days))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_time_is_read_from_the_words() {
        let ended = date(2024, 2, 29);
        for (words, until) in [
            ("Six years after it ends", date(2030, 2, 28)),
            ("two years", date(2026, 2, 28)),
            ("P10Y", date(2034, 2, 28)),
            ("P1Y6M", date(2025, 8, 29)),
            ("18 months", date(2025, 8, 29)),
            ("Kept 10y, then destroyed", date(2034, 2, 28)),
            ("A year and a day", date(2025, 2, 28)),
            ("90 days", date(2024, 5, 29)),
            ("Two weeks; longer in a dispute", date(2024, 3, 14)),
        ] {
            assert_eq!(kept_until(words, ended), Some(until), "{words}");
        }
    }

    #[test]
    fn words_without_a_time_promise_none() {
        for words in
            ["As long as it is in force", "", "for ever", "P", "PT5H", "0 years", "99999999999 years", "300 years"]
        {
            assert_eq!(kept_until(words, date(2024, 1, 1)), None, "{words}");
        }
    }
}
