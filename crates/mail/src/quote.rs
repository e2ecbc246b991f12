//! What is new in an answer: the quoted message and the signature are cut for display. The whole message is kept.

/// Words with which programs introduce what they quote; a line that begins so and ends with a colon.
const INTRODUCTIONS: [&str; 9] = ["on ", "am ", "le ", "el ", "il giorno ", "op ", "em ", "den ", "vào "];
const WROTE: [&str; 9] =
    ["wrote:", "schrieb:", "écrit :", "escribió:", "ha scritto:", "schreef:", "escreveu:", "skrev:", "viết:"];
/// Lines after which all is quoted.
const CUTS: [&str; 6] = [
    "-----original message-----",
    "-----ursprüngliche nachricht-----",
    "----- original message -----",
    "-------- original message --------",
    "________________________________",
    "---------- forwarded message",
];
/// First fields of the header block that Outlook sets above what it quotes.
const BLOCKS: [(&str, &str); 4] =
    [("from:", "sent:"), ("von:", "gesendet:"), ("de :", "envoyé :"), ("de:", "enviado:")];

/// The new part of a text; the whole text where nothing would be left (an answer below the quotation keeps what is
/// between).
pub fn cut(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len()).find(|at| begins_quotation(&lines, *at)).unwrap_or(lines.len());
    let kept: Vec<&str> = lines[..end].iter().copied().filter(|line| !line.trim_start().starts_with('>')).collect();
    let end = kept.iter().position(|line| *line == "-- ").unwrap_or(kept.len());
    let new = kept[..end].join("\n");
    let new = new.trim();
    if new.is_empty() { below(&lines).unwrap_or_else(|| text.trim().to_string()) } else { new.to_string() }
}

/// The lines of an answer that stands under what it quotes.
fn below(lines: &[&str]) -> Option<String> {
    let last = lines.iter().rposition(|line| line.trim_start().starts_with('>'))?;
    let rest = lines[last + 1..].join("\n");
    let rest = rest.trim();
    (!rest.is_empty()).then(|| rest.to_string())
}

fn begins_quotation(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim().to_lowercase();
    if CUTS.iter().any(|cut| line.starts_with(cut)) {
        return true;
    }
    let next = lines.get(at + 1).map(|line| line.trim().to_lowercase()).unwrap_or_default();
    if BLOCKS.iter().any(|(first, second)| line.starts_with(first) && next.starts_with(second)) {
        return true;
    }
    // The introduction may be broken over two lines.
    let introduces = INTRODUCTIONS.iter().any(|start| line.starts_with(start));
    let both = format!("{line} {next}");
    let wrote = |text: &str| WROTE.iter().any(|end| text.trim_end().ends_with(end));
    introduces && both.len() < 400 && (wrote(&line) || wrote(&both) || is_dated_end(&line))
}

/// `Am 12.11.2026 um 10:14 schrieb Ines Okafor:` ends with a name.
fn is_dated_end(line: &str) -> bool {
    line.ends_with(':') && line.contains(" schrieb ") && line.chars().any(|letter| letter.is_ascii_digit())
}

/// Words that alone make an answer a courtesy: thanks and confirmations, no question, nothing new.
const COURTESIES: [&str; 20] = [
    "works",
    "come",
    "arrived",
    "solved",
    "fixed",
    "funktioniert",
    "thanks",
    "thank",
    "thx",
    "ty",
    "cheers",
    "perfect",
    "great",
    "danke",
    "dankeschön",
    "merci",
    "gracias",
    "grazie",
    "bedankt",
    "obrigado",
];

/// Whether somebody only says thank you or that it works, which reopens nothing. `text` is already cut.
pub fn is_courtesy(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let doubts = [
        "not",
        "no",
        "but",
        "still",
        "again",
        "only",
        "sometimes",
        "except",
        "never",
        "cannot",
        "can't",
        "won't",
        "isn't",
        "doesn't",
        "didn't",
        "broken",
        "fails",
        "wrong",
        "error",
        "nobody",
        "nothing",
        "nicht",
        "aber",
        "noch",
        "wieder",
        "nur",
        "kaputt",
        "pas",
        "mais",
    ];
    let doubtful = words.iter().any(|word| doubts.contains(&word.as_str()));
    !text.contains('?')
        && !doubtful
        && words.len() <= 12
        && words.iter().take(3).any(|word| COURTESIES.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_cut_in_the_ways_of_the_programs() {
        for quoted in [
            "On Thu, 12 Nov 2026 at 10:14, Support <support@x.example> wrote:\n> Please try again.",
            "On Thu, 12 Nov 2026 at 10:14, Support\n<support@x.example> wrote:\n> Please try again.",
            "Am 12.11.2026 um 10:14 schrieb Support:\n> Bitte noch einmal.",
            "-----Original Message-----\nFrom: Support\nPlease try again.",
            "From: Support\nSent: Thursday\nTo: Kim\nSubject: x\n\nPlease try again.",
            "________________________________\nVon: Support\nGesendet: heute\n\nBitte.",
            "> only quoted",
            "-- \nKim Harbour\nTel. 1",
        ] {
            assert_eq!(cut(&format!("Still broken.\n\n{quoted}")), "Still broken.", "{quoted}");
        }
    }

    #[test]
    fn an_answer_between_and_below_is_kept() {
        assert_eq!(cut("> Does it work?\nNo.\n> Really?\nReally."), "No.\nReally.");
        assert_eq!(cut("On Thu, Support wrote:\n> Does it work?\n\nNo, it does not."), "No, it does not.");
        assert_eq!(cut("> only a quotation"), "> only a quotation");
        assert_eq!(cut(""), "");
        assert_eq!(cut("On Monday the printer broke:\nit is jammed."), "On Monday the printer broke:\nit is jammed.");
    }

    #[test]
    fn thanks_are_a_courtesy_and_a_doubt_is_not() {
        for text in ["Thanks!", "Thank you very much, it works now.", "Perfect, thanks", "Danke, läuft."] {
            assert!(is_courtesy(text), "{text}");
        }
        for text in
            ["Thanks, but it is still broken", "It fails again", "Thanks. Can you look at the printer, too?", ""]
        {
            assert!(!is_courtesy(text), "{text}");
        }
    }
}
