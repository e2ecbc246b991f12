//! What a check saw, and the verdict that follows from it by `[reading].states` and `[reading].population`.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use model::Moment;

use super::{
    catalogue::Requirement,
    verdict::{EXAMPLES, State, Verdict},
    words::{agree, plural, sentence, told},
    world::{Place, World, natural},
};

/// A predicate in the plural that begins with its verb: "have no owner".
pub(super) type Reason = Cow<'static, str>;

/// Most kinds of records that one sentence counts apart.
const KINDS: usize = 4;

/// What checks found, by requirement.
pub(super) type Known = HashMap<&'static str, Arc<Seen>>;

/// What a check saw, without the facts: it may stay when they change, as long as the check need not run again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// In order, each once, when the check has ended.
    pub(super) looked: Vec<Place>,
    pub(super) failed: BTreeMap<Reason, BTreeSet<Place>>,
    pub(super) stale: BTreeMap<Reason, BTreeSet<Place>>,
    /// Numbers that fail and are on record nowhere.
    pub(super) strangers: BTreeSet<String>,
    pub(super) gaps: Vec<String>,
    /// Dates of the evidence, by the fields that the check asks about.
    pub(super) newest: Option<Moment>,
    /// What the records of a kind are called here, such as "incidents closed in the last 90 days".
    pub(super) called: BTreeMap<&'static str, String>,
}

impl Seen {
    /// Places of the records that were looked at, in order.
    pub fn looked(&self) -> &[Place] {
        &self.looked
    }

    /// Places of the bad (else the stale) ones with what is said of them.
    pub fn blamed(&self) -> impl Iterator<Item = (Place, String)> {
        self.blames().iter().flat_map(|(reason, places)| places.iter().map(|place| (*place, agree(reason, 1))))
    }

    /// What is said against a record, if anything is.
    pub fn blamed_for(&self, place: Place) -> Option<String> {
        let mut against = self.blames().iter().filter(|(_, places)| places.contains(&place));
        against.next().map(|(reason, _)| agree(reason, 1))
    }

    pub fn has_looked_at(&self, place: Place) -> bool {
        self.looked.binary_search(&place).is_ok()
    }

    /// Numbers that are named and on record nowhere; they count as looked at and bad.
    pub fn strangers(&self) -> impl Iterator<Item = &str> {
        self.strangers.iter().map(String::as_str)
    }

    fn blames(&self) -> &BTreeMap<Reason, BTreeSet<Place>> {
        if self.is_bad() { &self.failed } else { &self.stale }
    }

    pub(super) fn is_gap(&self) -> bool {
        !self.gaps.is_empty()
    }

    pub(super) fn is_bad(&self) -> bool {
        !self.failed.is_empty() || !self.strangers.is_empty()
    }

    /// In order and each once: no more is looked at.
    pub(super) fn closed(mut self) -> Seen {
        self.looked.sort_unstable();
        self.looked.dedup();
        self.looked.shrink_to_fit();
        self
    }

    /// What follows for the requirement, from the facts that were seen.
    pub(super) fn verdict(self: Arc<Seen>, world: &World, requirement: &'static Requirement) -> Verdict {
        let blamed: BTreeSet<Place> = self.blames().values().flatten().copied().collect();
        let population = self.looked.len() + self.strangers.len();
        let state = if self.is_bad() {
            State::Nonconforming
        } else if self.is_gap() {
            State::Gap
        } else if !blamed.is_empty() {
            State::Stale
        } else if population > 0 {
            State::Proved
        } else {
            State::NothingToSample
        };
        let mut numbers: Vec<&str> = blamed.iter().map(|place| world.fact(*place).number()).collect();
        numbers.extend(self.strangers.iter().map(String::as_str));
        numbers.sort_unstable_by(|left, right| natural(left, right));
        let bad = numbers.len();
        Verdict {
            requirement,
            state,
            population,
            good: population - bad,
            bad,
            examples: numbers.into_iter().take(EXAMPLES).map(str::to_string).collect(),
            newest: self.newest.or_else(|| self.changed(world)),
            why: self.why(world, state, requirement),
            judged: false,
            seen: self,
        }
    }

    /// The newest history entry of what was looked at, where no date is asked for.
    fn changed(&self, world: &World) -> Option<Moment> {
        self.looked.iter().filter_map(|place| world.fact(*place).changed()).max()
    }

    fn why(&self, world: &World, state: State, requirement: &Requirement) -> String {
        match state {
            State::Nonconforming => self.counted(world, &self.failed, self.strangers.len()),
            State::Stale => self.counted(world, &self.stale, 0),
            State::Gap => told(self.gaps.clone()),
            State::NothingToSample if self.called.is_empty() => {
                let kinds = requirement.from.iter().map(|kind| plural(kind));
                format!("There are no {}", kinds.collect::<Vec<_>>().join(", no "))
            }
            State::NothingToSample => {
                format!("There are no {}", self.called.values().cloned().collect::<Vec<_>>().join(", no "))
            }
            _ => {
                let counts = self.counts(world);
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

    fn counts(&self, world: &World) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for place in &self.looked {
            *counts.entry(world.fact(*place).kind()).or_default() += 1;
        }
        counts
    }

    /// "3 of 1420 incidents closed in the last 90 days have no resolution".
    fn counted(&self, world: &World, groups: &BTreeMap<Reason, BTreeSet<Place>>, strangers: usize) -> String {
        let counts = self.counts(world);
        let mut lines = Vec::new();
        for (reason, places) in groups {
            let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
            for place in places {
                *kinds.entry(world.fact(*place).kind()).or_default() += 1;
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
