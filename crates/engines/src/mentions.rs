//! Who is named in a text: `@ines`, `@ines.okafor` or `@ines.okafor@tidewell.example`.

use std::collections::BTreeSet;

/// Most names that are looked for in one text.
const NAMES_MAX: usize = 20;
/// Longest name, in bytes: an e-mail address is never longer (RFC 5321 section 4.5.3.1.3).
const NAME_MAX: usize = 254;

/// The names in a text, in small letters and without their sign. A sign within a word, as in an address, names nobody, and
/// what a line quotes was said before.
pub fn named(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('>')) {
        let mut rest = line;
        while let Some(at) = rest.find('@') {
            let begins = rest[..at].chars().next_back().is_none_or(|letter| !is_part(letter));
            let tail = &rest[at + 1..];
            let end = tail.find(|letter| !is_part(letter)).unwrap_or(tail.len());
            let name = tail[..end].trim_end_matches(['.', '-', '_', '\'', '@']);
            if begins && !name.is_empty() && name.len() <= NAME_MAX && names.len() < NAMES_MAX {
                names.insert(name.to_lowercase());
            }
            rest = &tail[end..];
        }
    }
    names
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+' | '\'' | '@')
}

/// How well a name fits an e-mail: 2 for the whole of it, 1 for all that stands before its sign, 0 for the first word of
/// that; `None` where it names somebody else.
pub fn fits(name: &str, email: &str) -> Option<u8> {
    let local = email.split('@').next().unwrap_or_default();
    match name {
        _ if name == email => Some(2),
        _ if name == local => Some(1),
        _ if local.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')) => Some(0),
        _ => None,
    }
}

/// Whether a name is that of a team: its number, or its title in one word, as `@service-desk` for "Service desk".
pub fn fits_team(name: &str, title: &str, number: &str) -> bool {
    let word = one_word(title);
    name == number.to_lowercase() || (!word.is_empty() && one_word(name) == word)
}

/// Small letters and figures, with one dash for whatever stands between.
pub fn one_word(text: &str) -> String {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        named(text).into_iter().collect()
    }

    #[test]
    fn names_are_found_between_words_and_marks() {
        assert_eq!(said("@Ines, please (@tomas.lind) look."), ["ines", "tomas.lind"]);
        assert_eq!(said("cc @kim@harbourdental.example."), ["kim@harbourdental.example"]);
        assert_eq!(said("für @jürgen-"), ["jürgen"]);
    }

    #[test]
    fn addresses_quotations_and_lone_signs_name_nobody() {
        assert_eq!(said("mail ines@tidewell.example @ 9"), [""; 0]);
        assert_eq!(said("> @ines look\n  > @tomas\n@rosa"), ["rosa"]);
        assert_eq!(said("@@ @. @'"), [""; 0]);
        assert_eq!(said(&"@a".repeat(50_000)), [""; 0], "longer than any address");
    }

    #[test]
    fn a_team_goes_by_its_title_in_one_word_or_by_its_number() {
        for name in ["service-desk", "service.desk", "service_desk", "tm-1"] {
            assert!(fits_team(name, "Service desk", "TM-1"), "{name}");
        }
        for name in ["service", "desk", "servicedesk", "tm-12", "", "-"] {
            assert!(!fits_team(name, "Service desk", "TM-1"), "{name}");
        }
        assert!(!fits_team("", "", "TM-1") && !fits_team("-", "?!", "TM-1"));
        assert!(fits_team("büro-2", "Büro 2", "TM-2"));
    }

    #[test]
    fn a_text_names_twenty_at_most() {
        let text: String = (0..100).map(|at| format!("@p{at:02} ")).collect();
        assert_eq!(named(&text).len(), NAMES_MAX);
    }

    #[test]
    fn the_whole_address_fits_best() {
        let email = "ines.okafor@tidewell.example";
        assert_eq!(fits(email, email), Some(2));
        assert_eq!(fits("ines.okafor", email), Some(1));
        assert_eq!(fits("ines", email), Some(0));
        for other in ["ine", "okafor", "ines.okafor@castlebrook.example", ""] {
            assert_eq!(fits(other, email), None, "{other}");
        }
    }
}
