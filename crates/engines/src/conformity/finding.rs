//! Collects what a check sees and turns it into a verdict by `[reading].states` and `[reading].population`.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use model::Moment;

use super::{
    catalogue::Requirement,
    checks,
    fact::Fact,
    verdict::{EXAMPLES, State, Verdict},
    world::{Place, World, natural},
};

/// A predicate in the plural that begins with its verb: "have no owner".
pub(super) type Reason = Cow<'static, str>;

/// Most reasons that one sentence tells.
const REASONS: usize = 3;

/// Most kinds of records that one sentence counts apart.
const KINDS: usize = 4;

/// What checks found, by requirement.
pub(super) type Findings<'w> = HashMap<&'static str, Finding<'w>>;

pub(super) struct Finding<'w> {
    world: &'w World,
    /// Findings that are there already, for checks that build on others.
    known: Option<&'w Findings<'w>>,
    looked: Vec<Place>,
    failed: BTreeMap<Reason, BTreeSet<Place>>,
    stale: BTreeMap<Reason, BTreeSet<Place>>,
    /// Numbers that fail and are on record nowhere.
    strangers: BTreeSet<String>,
    gaps: Vec<String>,
    /// Dates of the evidence, by the fields that the check asks about.
    newest: Option<Moment>,
    /// What the records of a kind are called here, such as "incidents closed in the last 90 days".
    called: BTreeMap<&'static str, String>,
    /// Field whose date counts as the date of the evidence.
    dated: Option<&'static str>,
}

impl<'w> Finding<'w> {
    pub fn new(world: &'w World) -> Finding<'w> {
        Finding {
            world,
            known: None,
            looked: Vec::new(),
            failed: BTreeMap::new(),
            stale: BTreeMap::new(),
            strangers: BTreeSet::new(),
            gaps: Vec::new(),
            newest: None,
            called: BTreeMap::new(),
            dated: None,
        }
    }

    pub fn world(&self) -> &'w World {
        self.world
    }

    /// The same with what other checks found.
    pub fn knowing(world: &'w World, known: &'w Findings<'w>) -> Finding<'w> {
        Finding { known: Some(known), ..Finding::new(world) }
    }

    /// What the check of another requirement found, as it was before or found now.
    pub fn with_found<T>(&self, requirement: &str, use_it: impl FnOnce(&Finding<'w>) -> T) -> Option<T> {
        if let Some(found) = self.known.and_then(|known| known.get(requirement)) {
            return Some(use_it(found));
        }
        let check = checks::find(requirement)?;
        let mut found = Finding { known: self.known, ..Finding::new(self.world) };
        check(self.world, &mut found);
        Some(use_it(&found))
    }

    /// Whatever another check found is found here too.
    pub fn absorb(&mut self, other: &Finding<'w>) {
        self.look_at_all(other);
        for (mine, its) in [(&mut self.failed, &other.failed), (&mut self.stale, &other.stale)] {
            for (reason, places) in its {
                mine.entry(reason.clone()).or_default().extend(places);
            }
        }
        self.strangers.extend(other.strangers.iter().cloned());
        self.gaps.extend(other.gaps.iter().cloned());
        self.called.extend(other.called.clone());
    }

    /// Names the records of a kind that are looked at.
    pub fn call(&mut self, kind: &'static str, phrase: impl Into<String>) -> &mut Self {
        self.called.insert(kind, phrase.into());
        self
    }

    /// The field whose date counts as the date of the evidence from here on.
    pub fn dated(&mut self, field: &'static str) -> &mut Self {
        self.dated = Some(field);
        self
    }

    pub fn look(&mut self, fact: Fact<'w>) {
        self.looked.push(fact.place);
        if let Some(field) = self.dated {
            self.newest = self.newest.max(fact.date(field));
        }
    }

    /// The date of evidence that stands in another record than the one that is looked at.
    pub fn seen(&mut self, at: Option<Moment>) {
        self.newest = self.newest.max(at);
    }

    pub fn fail(&mut self, fact: Fact<'w>, reason: impl Into<Reason>) {
        self.look(fact);
        self.failed.entry(reason.into()).or_default().insert(fact.place);
    }

    pub fn stale(&mut self, fact: Fact<'w>, reason: impl Into<Reason>) {
        self.look(fact);
        self.stale.entry(reason.into()).or_default().insert(fact.place);
    }

    /// Something of which there must be one is not there at all.
    pub fn gap(&mut self, why: impl Into<String>) {
        self.gaps.push(why.into());
    }

    pub fn is_gap(&self) -> bool {
        !self.gaps.is_empty()
    }

    pub fn is_bad(&self) -> bool {
        !self.failed.is_empty() || !self.strangers.is_empty()
    }

    /// Looks at whatever another finding looked at.
    pub fn look_at_all(&mut self, other: &Finding<'w>) {
        self.looked.extend(&other.looked);
        self.newest = self.newest.max(other.newest);
    }

    /// A number that fails and has no record.
    pub fn fail_number(&mut self, number: &str) {
        self.strangers.insert(number.to_string());
    }

    /// Looks at a record and fails it unless the condition holds.
    pub fn expect(&mut self, fact: Fact<'w>, holds: bool, reason: impl Into<Reason>) -> bool {
        if holds {
            self.look(fact)
        } else {
            self.fail(fact, reason)
        }
        holds
    }

    /// Looks at a record and calls it stale unless the condition holds.
    pub fn fresh(&mut self, fact: Fact<'w>, holds: bool, reason: impl Into<Reason>) {
        if holds { self.look(fact) } else { self.stale(fact, reason) }
    }

    /// Looks at a record that must have all these fields filled.
    pub fn need(&mut self, fact: Fact<'w>, fields: &[&str]) -> bool {
        self.look(fact);
        let mut whole = true;
        for field in fields.iter().filter(|field| !fact.has(field)) {
            whole = false;
            let reason = format!("have no {}", words(field));
            self.failed.entry(reason.into()).or_default().insert(fact.place);
        }
        whole
    }

    /// The record of which there must be one, or the gap.
    pub fn must(&mut self, found: Option<Fact<'w>>, why: &str) -> Option<Fact<'w>> {
        match found {
            Some(fact) => self.look(fact),
            None => self.gap(why),
        }
        found
    }

    pub fn verdict(mut self, requirement: &'static Requirement) -> Verdict {
        self.looked.sort_unstable();
        self.looked.dedup();
        let failed = places(&self.failed);
        let stale = places(&self.stale);
        let population = self.looked.len() + self.strangers.len();
        let state = if !failed.is_empty() || !self.strangers.is_empty() {
            State::Nonconforming
        } else if self.is_gap() {
            State::Gap
        } else if !stale.is_empty() {
            State::Stale
        } else if population > 0 {
            State::Proved
        } else {
            State::NothingToSample
        };
        let blamed = if failed.is_empty() && self.strangers.is_empty() { &stale } else { &failed };
        let mut numbers: Vec<&str> = blamed.iter().map(|place| self.world.fact(*place).number()).collect();
        numbers.extend(self.strangers.iter().map(String::as_str));
        numbers.sort_unstable_by(|left, right| natural(left, right));
        let bad = numbers.len();
        let groups = if failed.is_empty() && self.strangers.is_empty() { &self.stale } else { &self.failed };
        let blamed = groups.iter().flat_map(|(reason, places)| places.iter().map(|place| (*place, agree(reason, 1))));
        let blamed = blamed.collect();
        Verdict {
            requirement,
            state,
            population,
            good: population - bad,
            bad,
            examples: numbers.into_iter().take(EXAMPLES).map(str::to_string).collect(),
            newest: self.newest.or_else(|| self.changed()),
            why: self.why(state, requirement),
            judged: false,
            blamed,
            looked: self.looked,
        }
    }

    /// The newest history entry of what was looked at, where no date is asked for.
    fn changed(&self) -> Option<Moment> {
        self.looked.iter().filter_map(|place| self.world.fact(*place).changed()).max()
    }

    fn why(&self, state: State, requirement: &Requirement) -> String {
        match state {
            State::Nonconforming => self.counted(&self.failed, self.strangers.len()),
            State::Stale => self.counted(&self.stale, 0),
            State::Gap => told(self.gaps.clone()),
            State::NothingToSample if self.called.is_empty() => {
                let kinds = requirement.from.iter().map(|kind| plural(kind));
                format!("There are no {}", kinds.collect::<Vec<_>>().join(", no "))
            }
            State::NothingToSample => {
                format!("There are no {}", self.called.values().cloned().collect::<Vec<_>>().join(", no "))
            }
            _ => {
                let counts = self.counts();
                if counts.len() > KINDS {
                    return format!("{} records of {} kinds pass", self.looked.len(), counts.len());
                }
                let verb = |count: usize| if count == 1 { "passes" } else { "pass" };
                let all = counts
                    .iter()
                    .map(|(kind, count)| format!("{}: {count} of {count} {}", self.phrase(kind), verb(*count)));
                sentence(&all.collect::<Vec<_>>().join("; "))
            }
        }
    }

    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for place in &self.looked {
            *counts.entry(self.world.fact(*place).kind()).or_default() += 1;
        }
        counts
    }

    /// "3 of 1420 incidents closed in the last 90 days have no resolution".
    fn counted(&self, groups: &BTreeMap<Reason, BTreeSet<Place>>, strangers: usize) -> String {
        let counts = self.counts();
        let mut lines = Vec::new();
        for (reason, places) in groups {
            let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
            for place in places {
                *kinds.entry(self.world.fact(*place).kind()).or_default() += 1;
            }
            for (kind, count) in kinds {
                let of = counts.get(kind).copied().unwrap_or(count);
                lines.push((count, format!("{count} of {of} {} {}", self.phrase(kind), agree(reason, count))));
            }
        }
        lines.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
        let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        if strangers > 0 {
            lines
                .push(format!("{strangers} {} named and on record nowhere", if strangers == 1 { "is" } else { "are" }));
        }
        told(lines)
    }

    fn phrase(&self, kind: &str) -> String {
        self.called.get(kind).cloned().unwrap_or_else(|| plural(kind))
    }
}

fn places(groups: &BTreeMap<Reason, BTreeSet<Place>>) -> BTreeSet<Place> {
    groups.values().flatten().copied().collect()
}

/// The first few of what there is to tell, in one sentence.
fn told(mut lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(REASONS);
    lines.truncate(REASONS);
    let mut sentence = lines.join("; ");
    if more > 0 {
        sentence.push_str(&format!("; and {more} more"));
    }
    sentence
}

/// The verb at the front of a predicate in the number of its subject.
fn agree(reason: &str, count: usize) -> String {
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
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A field as people say it: "have no date of approval".
fn words(field: &str) -> String {
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
fn plural(kind: &str) -> String {
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
