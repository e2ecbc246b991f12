//! What a check saw of the records in one stretch of places. Stretches are kept: after a write only those are looked at again
//! that hold what was written, and when time goes on only those whose answer turns with it.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeMap, sync::Arc};

use model::Moment;

use super::{
    trace::Trace,
    world::{Place, World, natural},
};

/// A predicate in the plural that begins with its verb: "have no owner".
pub(super) type Reason = Cow<'static, str>;

/// What is said against records, with those of whom it is said.
pub(super) type Blames = BTreeMap<Reason, Bits>;

/// Places in one stretch.
const STRETCH: Place = 1024;

/// Number of the stretch that holds a place.
pub(super) fn stretch(place: Place) -> Place {
    place / STRETCH
}

/// A set of the places of one stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits([u64; (STRETCH / 64) as usize]);

impl Bits {
    pub fn insert(&mut self, place: Place) {
        let at = place % STRETCH;
        self.0[(at / 64) as usize] |= 1 << (at % 64);
    }

    pub fn contains(&self, place: Place) -> bool {
        let at = place % STRETCH;
        self.0[(at / 64) as usize] & 1 << (at % 64) != 0
    }

    pub fn extend(&mut self, other: &Bits) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, its)| *mine |= its);
    }

    pub fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(other.0).any(|(mine, its)| mine & its != 0)
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The places of this set in a stretch, in order.
    pub fn places(&self, stretch: Place) -> impl Iterator<Item = Place> + use<> {
        let words = self.0;
        words.into_iter().zip((stretch * STRETCH..).step_by(64)).flat_map(|(mut word, first)| {
            std::iter::from_fn(move || {
                let at = word.trailing_zeros();
                // The lowest one is taken away.
                word &= word.wrapping_sub(1);
                (at < 64).then_some(first + at)
            })
        })
    }
}

/// Those of some records that come first when their numbers are put in natural order, at most [`super::EXAMPLES`] of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Foremost(Vec<Place>);

impl Foremost {
    /// Whether it found a place among them: whoever hands places in order may stop at the first that did not.
    pub fn offer(&mut self, world: &World, place: Place) -> bool {
        let order =
            |left: Place, right: Place| natural(number(world, left), number(world, right)).then(left.cmp(&right));
        let is_full = self.0.len() == super::EXAMPLES;
        if is_full && self.0.last().is_some_and(|last| order(place, *last) == Ordering::Greater) {
            return false;
        }
        if let Err(at) = self.0.binary_search_by(|known| order(*known, place)) {
            if is_full {
                self.0.pop();
            }
            self.0.insert(at, place);
        }
        true
    }

    pub fn iter(&self) -> impl Iterator<Item = Place> {
        self.0.iter().copied()
    }
}

/// Looking up what a place is called tells nobody that it was read: whoever saw the place has told that already.
fn number(world: &World, place: Place) -> &str {
    &world.held()[place as usize].number
}

/// What was seen in one stretch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Part {
    pub stretch: Place,
    /// Of which kind all that was looked at is; `None` when it may be of several.
    pub kind: Option<&'static str>,
    pub looked: Bits,
    pub failed: Blames,
    pub stale: Blames,
    /// Dates of the evidence, by the fields that the check asks about.
    pub newest: Option<Moment>,
    /// The newest history entry of what was looked at; not sought where there is a date of the evidence.
    pub changed: Option<Moment>,
    /// Of those that failed, and of those that are stale.
    pub foremost: [Foremost; 2],
}

impl Part {
    pub fn of(place: Place, kind: Option<&'static str>) -> Part {
        Part { stretch: stretch(place), kind, ..Part::default() }
    }

    /// Takes in what else was seen in the same stretch.
    pub fn absorb(&mut self, other: &Part) {
        if self.kind != other.kind {
            self.kind = None;
        }
        self.looked.extend(&other.looked);
        for (mine, its) in [(&mut self.failed, &other.failed), (&mut self.stale, &other.stale)] {
            for (reason, places) in its {
                mine.entry(reason.clone()).or_default().extend(places);
            }
        }
        self.newest = self.newest.max(other.newest);
    }

    /// What was looked at, with nothing said against it.
    pub fn without_blame(&self) -> Part {
        Part { failed: Blames::new(), stale: Blames::new(), foremost: Default::default(), ..self.clone() }
    }

    /// Counts what it needs to answer later without looking at every record again.
    pub fn close(&mut self, world: &World) {
        self.foremost = [&self.failed, &self.stale].map(|blames| {
            let mut foremost = Foremost::default();
            for place in union(blames).places(self.stretch) {
                foremost.offer(world, place);
            }
            foremost
        });
        self.changed = None;
        if self.newest.is_none() {
            let places = self.looked.places(self.stretch);
            self.changed = places.filter_map(|place| world.unseen(place).changed()).max();
        }
    }

    /// How many of what was looked at are of each kind.
    pub fn count(&self, world: &World, of: &Bits, counts: &mut BTreeMap<&'static str, usize>) {
        match self.kind {
            Some(kind) => *counts.entry(kind).or_default() += of.len(),
            None => {
                for place in of.places(self.stretch) {
                    *counts.entry(world.unseen(place).kind()).or_default() += 1;
                }
            }
        }
    }
}

/// All of whom anything is said.
pub(super) fn union(blames: &Blames) -> Bits {
    blames.values().fold(Bits::default(), |mut all, places| {
        all.extend(places);
        all
    })
}

/// A part with what was asked to see it.
#[derive(Clone, Debug)]
pub(super) struct KeptPart {
    pub kind: &'static str,
    pub trace: Trace,
    pub part: Arc<Part>,
}

/// The parts of a check that looks at each record of a kind for itself.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptParts {
    /// In the order of kinds and of stretches.
    list: Vec<KeptPart>,
    /// The kinds, also when there was nothing of them.
    kinds: Vec<&'static str>,
}

impl KeptParts {
    pub fn kinds(&self) -> &[&'static str] {
        &self.kinds
    }

    pub fn begin(&mut self, kind: &'static str) {
        self.kinds.push(kind);
    }

    pub fn push(&mut self, kept: KeptPart) {
        self.list.push(kept);
    }

    pub fn iter(&self) -> impl Iterator<Item = &KeptPart> {
        self.list.iter()
    }

    pub fn find(&self, kind: &str, stretch: Place) -> Option<&KeptPart> {
        let begin = self.list.iter().position(|kept| kept.kind == kind)?;
        let mine = &self.list[begin..];
        let mine = &mine[..mine.partition_point(|kept| kept.kind == kind)];
        mine.binary_search_by_key(&stretch, |kept| kept.part.stretch).ok().map(|at| &mine[at])
    }

    /// The first instant at which one of them is seen otherwise.
    pub fn until(&self) -> Moment {
        self.list.iter().map(|kept| kept.trace.until).min().unwrap_or(Moment(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_hold_the_places_of_their_stretch() {
        let mut bits = Bits::default();
        let places = [2048, 2049, 2111, 2112, 3071];
        places.iter().for_each(|place| bits.insert(*place));
        assert_eq!(bits.places(2).collect::<Vec<_>>(), places);
        assert_eq!(bits.len(), places.len());
        assert!(bits.contains(3071) && !bits.contains(3070));
        let mut other = Bits::default();
        other.insert(2050);
        assert!(!bits.meets(&other));
        other.extend(&bits);
        assert!(bits.meets(&other));
        assert_eq!(other.len(), places.len() + 1);
    }
}
