//! What a check saw, and the verdict that follows from it by `[reading].states` and `[reading].population`.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use model::Moment;

use super::{
    catalogue::Requirement,
    part::{Bits, Blames, Foremost, Part, Reason, stretch, union},
    verdict::{EXAMPLES, State, Verdict},
    words::{agree, plural, sentence, told},
    world::{Place, World, natural},
};

/// Most kinds of records that one sentence counts apart.
const KINDS: usize = 4;

/// What checks found, by requirement.
pub(super) type Known = HashMap<&'static str, Arc<Seen>>;

/// What a check saw, without the facts: it may stay when they change, as long as the check need not run again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// In the order of their stretches. Where there are several of one stretch, no record was looked at in two of them.
    pub(super) parts: Vec<Arc<Part>>,
    /// Dates of evidence that stands in other records than those that were looked at.
    pub(super) newest: Option<Moment>,
    /// Numbers that fail and are on record nowhere.
    pub(super) strangers: BTreeSet<String>,
    pub(super) gaps: Vec<String>,
    /// What the records of a kind are called here, such as "incidents closed in the last 90 days".
    pub(super) called: BTreeMap<&'static str, String>,
}

/// Which of what is said against records is told: the bad ones, and only where there are none the stale ones.
#[derive(Clone, Copy, PartialEq)]
enum Blame {
    Failed,
    Stale,
}

impl Blame {
    fn of(self, part: &Part) -> &Blames {
        match self {
            Blame::Failed => &part.failed,
            Blame::Stale => &part.stale,
        }
    }

    fn foremost(self, part: &Part) -> &Foremost {
        &part.foremost[self as usize]
    }
}

impl Seen {
    /// Puts parts together. Those that overlap become one.
    pub(super) fn together(mut parts: Vec<Arc<Part>>, world: &World) -> Vec<Arc<Part>> {
        parts.sort_by_key(|part| part.stretch);
        let mut whole: Vec<Arc<Part>> = Vec::with_capacity(parts.len());
        for part in parts {
            let same = whole.iter().rposition(|known| known.stretch != part.stretch).map_or(0, |other| other + 1);
            let mut merged: Option<Part> = None;
            let mut at = same;
            while at < whole.len() {
                if whole[at].looked.meets(&part.looked) {
                    let known = whole.remove(at);
                    match &mut merged {
                        Some(merged) => merged.absorb(&known),
                        None => merged = Some((*known).clone()),
                    }
                } else {
                    at += 1;
                }
            }
            match merged {
                Some(mut merged) => {
                    merged.absorb(&part);
                    merged.close(world);
                    whole.push(Arc::new(merged));
                }
                None => whole.push(part),
            }
        }
        whole
    }

    /// Lets a reason go that is true of no more than so many percent of a kind.
    pub(super) fn forgive(&mut self, world: &World, kind: &str, reason: &str, percent: usize) {
        let failed: usize = self.parts.iter().filter_map(|part| part.failed.get(reason)).map(Bits::len).sum();
        if failed == 0 || failed * 100 > percent * self.counts(world).get(kind).copied().unwrap_or_default() {
            return;
        }
        for part in self.parts.iter_mut().filter(|part| part.failed.contains_key(reason)) {
            let part = Arc::make_mut(part);
            part.failed.remove(reason);
            part.close(world);
        }
    }

    /// Places of the records that were looked at, in order.
    pub fn looked(&self) -> impl Iterator<Item = Place> + '_ {
        in_order(self.parts.iter().map(|part| (part.stretch, part.looked)))
    }

    /// Places of the bad (else the stale) ones with what is said of them.
    pub fn blamed(&self) -> impl Iterator<Item = (Place, String)> + '_ {
        let blame = self.blame();
        let reasons: BTreeSet<&Reason> = self.parts.iter().flat_map(|part| blame.of(part).keys()).collect();
        reasons.into_iter().flat_map(move |reason| {
            let of = |part: &Arc<Part>| Some((part.stretch, *blame.of(part).get(reason)?));
            let told = agree(reason, 1);
            in_order(self.parts.iter().filter_map(of)).map(move |place| (place, told.clone())).collect::<Vec<_>>()
        })
    }

    /// What is said against a record, if anything is.
    pub fn blamed_for(&self, place: Place) -> Option<String> {
        let blame = self.blame();
        let mut against = self.at(place).iter().flat_map(|part| blame.of(part));
        against.find(|(_, places)| places.contains(place)).map(|(reason, _)| agree(reason, 1))
    }

    pub fn has_looked_at(&self, place: Place) -> bool {
        self.at(place).iter().any(|part| part.looked.contains(place))
    }

    /// The parts of the stretch that holds a place.
    fn at(&self, place: Place) -> &[Arc<Part>] {
        let mine = &self.parts[self.parts.partition_point(|part| part.stretch < stretch(place))..];
        &mine[..mine.partition_point(|part| part.stretch == stretch(place))]
    }

    /// Numbers that are named and on record nowhere; they count as looked at and bad.
    pub fn strangers(&self) -> impl Iterator<Item = &str> {
        self.strangers.iter().map(String::as_str)
    }

    fn blame(&self) -> Blame {
        if self.is_bad() { Blame::Failed } else { Blame::Stale }
    }

    pub(super) fn is_gap(&self) -> bool {
        !self.gaps.is_empty()
    }

    pub(super) fn is_bad(&self) -> bool {
        !self.strangers.is_empty() || self.parts.iter().any(|part| !part.failed.is_empty())
    }

    /// The latest date of the evidence, by the fields that the check asks about.
    fn newest(&self) -> Option<Moment> {
        self.parts.iter().filter_map(|part| part.newest).chain(self.newest).max()
    }

    /// What follows for the requirement, from the facts that were seen.
    pub(super) fn verdict(self: Arc<Seen>, world: &World, requirement: &'static Requirement) -> Verdict {
        let blame = self.blame();
        let blamed: usize = self.parts.iter().map(|part| union(blame.of(part)).len()).sum();
        let population = self.parts.iter().map(|part| part.looked.len()).sum::<usize>() + self.strangers.len();
        let state = if self.is_bad() {
            State::Nonconforming
        } else if self.is_gap() {
            State::Gap
        } else if blamed > 0 {
            State::Stale
        } else if population > 0 {
            State::Proved
        } else {
            State::NothingToSample
        };
        let bad = blamed + self.strangers.len();
        Verdict {
            requirement,
            state,
            population,
            good: population - bad,
            bad,
            examples: self.examples(world, blame),
            newest: self.newest().or_else(|| self.parts.iter().filter_map(|part| part.changed).max()),
            why: self.why(world, state, requirement),
            judged: false,
            seen: self,
        }
    }

    /// Numbers of the first of those that are blamed.
    fn examples(&self, world: &World, blame: Blame) -> Vec<String> {
        let mut foremost = Foremost::default();
        for part in &self.parts {
            // The first one that is too late ends its part: those behind it are later still.
            let _ = blame.foremost(part).iter().all(|place| foremost.offer(world, place));
        }
        let mut numbers: Vec<&str> = foremost.iter().map(|place| world.unseen(place).number()).collect();
        numbers.extend(self.strangers.iter().map(String::as_str));
        numbers.sort_unstable_by(|left, right| natural(left, right));
        numbers.into_iter().take(EXAMPLES).map(str::to_string).collect()
    }

    fn why(&self, world: &World, state: State, requirement: &Requirement) -> String {
        match state {
            State::Nonconforming => self.counted(world, Blame::Failed, self.strangers.len()),
            State::Stale => self.counted(world, Blame::Stale, 0),
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
                    return format!("{} records of {} kinds pass", counts.values().sum::<usize>(), counts.len());
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
        self.parts.iter().for_each(|part| part.count(world, &part.looked, &mut counts));
        counts
    }

    /// "3 of 1420 incidents closed in the last 90 days have no resolution".
    fn counted(&self, world: &World, blame: Blame, strangers: usize) -> String {
        let counts = self.counts(world);
        let mut groups: BTreeMap<&Reason, BTreeMap<&'static str, usize>> = BTreeMap::new();
        for part in &self.parts {
            for (reason, places) in blame.of(part) {
                part.count(world, places, groups.entry(reason).or_default());
            }
        }
        let mut lines = Vec::new();
        for (reason, kinds) in groups {
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

/// The places of stretches that come in order, of which several may be of one stretch.
fn in_order(stretches: impl Iterator<Item = (Place, Bits)>) -> impl Iterator<Item = Place> {
    let mut whole: Vec<(Place, Bits)> = Vec::new();
    for (stretch, bits) in stretches {
        match whole.last_mut() {
            Some((known, all)) if *known == stretch => all.extend(&bits),
            _ => whole.push((stretch, bits)),
        }
    }
    whole.into_iter().flat_map(|(stretch, bits)| bits.places(stretch))
}
