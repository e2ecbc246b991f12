//! How verdicts are said: verbs that agree, fields and kinds as people call them.

/// Most reasons that one sentence tells.
const REASONS: usize = 3;

/// The first few of what there is to tell, in one sentence.
pub(super) fn told(mut lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(REASONS);
    lines.truncate(REASONS);
    let mut sentence = lines.join("; ");
    if more > 0 {
        sentence.push_str(&format!("; and {more} more"));
    }
    sentence
}

/// The verb at the front of a predicate in the number of its subject.
pub(super) fn agree(reason: &str, count: usize) -> String {
    if count != 1 {
        return reason.to_string();
    }
    let (verb, rest) = reason.split_once(' ').unwrap_or((reason, ""));
    let verb = match verb {
        "have" => "has",
        "are" => "is",
        "were" => "was",
        "do" => "does",
        "lie" => "lies",
        "name" => "names",
        "hold" => "holds",
        other => other,
    };
    format!("{verb} {rest}")
}

/// The first letter as a sentence begins.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A field as people say it: "have no date of approval".
pub(super) fn words(field: &str) -> String {
    let said = match field {
        "approved_by" => "approver",
        "approved_on" => "date of approval",
        "agreed_on" => "date of agreement",
        "requested_by" => "requester",
        "requested_on" => "date of request",
        "decided_by" => "decider",
        "decided_on" => "date of decision",
        "planned_on" => "planned date",
        "planned_start" => "planned start",
        "planned_end" => "planned end",
        "raised_on" => "date on which they were raised",
        "resolved_on" => "time of resolution",
        "fulfilled_on" => "time of fulfilment",
        "closed_on" => "time of closing",
        "held_on" => "date on which they were held",
        "report_on" => "date of report",
        "reported_on" => "date of report",
        "reviewed_on" => "date of review",
        "recorded_on" => "date of record",
        "verified_on" => "date of verification",
        "checked_on" => "date of check",
        "contacts_checked_on" => "date on which contacts were checked",
        "criticality_reviewed_on" => "date on which criticality was reviewed",
        "effect_checked_on" => "date on which the effect was checked",
        "minutes.approved_on" => "date on which the minutes were approved",
        "told" => "date on which people were told",
        "how_met" => "word on how they are met",
        "effective" => "word on whether it worked",
        "target_met" => "word on whether the target was met",
        "similar" => "look at similar cases",
        "backout" => "way back",
        "post_check" => "check after deployment",
        "provides" => "word on what they provide",
        "rto_reached" => "recovery time reached",
        "rpo_reached" => "recovery point reached",
        "policy_link" => "policy",
        "what" | "when" | "whom" | "how" | "who" => return format!("word on {field}"),
        _ => "",
    };
    if !said.is_empty() {
        return said.into();
    }
    match field.split_once('.') {
        Some(("sections", letter)) => format!("section {}", letter.replace('_', " ")),
        Some((part, letter)) => format!("{} in {}", letter.replace(['_', '.'], " "), part.replace('_', " ")),
        None => field.replace('_', " "),
    }
}

/// A kind as people say it: "catalogue entries".
pub(super) fn plural(kind: &str) -> String {
    match kind {
        "ci" => return "configuration items".into(),
        "ci_link" => return "links of configuration items".into(),
        "ci_verification" => return "verifications of configuration items".into(),
        "sla" => return "SLAs".into(),
        "sla_result" => return "SLA results".into(),
        "person" => return "people".into(),
        "awareness" => return "awareness records".into(),
        "survey" => return "surveys".into(),
        _ => {}
    }
    let words = kind.replace('_', " ");
    match words.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if words.ends_with('s') => format!("{words}es"),
        None => format!("{words}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_agree_with_their_count() {
        assert_eq!(agree("have no owner", 1), "has no owner");
        assert_eq!(agree("have no owner", 2), "have no owner");
        assert_eq!(agree("are too old", 1), "is too old");
    }

    #[test]
    fn kinds_have_plurals() {
        assert_eq!(plural("catalogue_entry"), "catalogue entries");
        assert_eq!(plural("process"), "processes");
        assert_eq!(plural("incident"), "incidents");
    }

    #[test]
    fn a_sentence_tells_the_first_few() {
        let lines = ["a", "b", "c", "d", "e"].map(str::to_string).to_vec();
        assert_eq!(told(lines), "a; b; c; and 2 more");
    }
}
