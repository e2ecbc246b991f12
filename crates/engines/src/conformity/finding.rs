//! Collects what a check sees.

use std::{collections::BTreeMap, sync::Arc};

use model::Moment;

use super::{
    checks,
    fact::Fact,
    part::{KeptPart, KeptParts, Part, Reason, stretch},
    seen::{Known, Seen},
    trace,
    words::words,
    world::{Place, World},
};

pub(super) struct Finding<'w> {
    world: &'w World,
    /// Findings that are there already, for checks that build on others.
    known: Option<&'w Known>,
    /// What an earlier run kept, as far as its facts stand; `None` when nothing is to be kept of this one either.
    past: Option<&'w KeptParts>,
    kept_parts: KeptParts,
    /// What was looked at record by record, by stretch.
    parts: BTreeMap<Place, Part>,
    /// What other checks looked at.
    others: Vec<Arc<Part>>,
    seen: Seen,
    /// Field whose date counts as the date of the evidence.
    dated: Option<&'static str>,
    forgiven: Option<Forgiven>,
}

/// What is not held against records of a kind when it is true of few of them.
struct Forgiven {
    kind: &'static str,
    reason: &'static str,
    percent: usize,
}

/// One record that a check looks at: whatever is said here is said of this record alone.
pub(super) struct One<'f, 'w> {
    fact: Fact<'w>,
    part: &'f mut Part,
    dated: Option<&'static str>,
}

impl One<'_, '_> {
    pub fn look(&mut self) {
        self.part.looked.insert(self.fact.place);
        if let Some(field) = self.dated {
            self.part.newest = self.part.newest.max(self.fact.date(field));
        }
    }

    pub fn fail(&mut self, reason: impl Into<Reason>) {
        self.look();
        self.part.failed.entry(reason.into()).or_default().insert(self.fact.place);
    }

    pub fn stale(&mut self, reason: impl Into<Reason>) {
        self.look();
        self.part.stale.entry(reason.into()).or_default().insert(self.fact.place);
    }

    /// Looks at it and fails it unless the condition holds.
    pub fn expect(&mut self, holds: bool, reason: impl Into<Reason>) -> bool {
        if holds {
            self.look()
        } else {
            self.fail(reason)
        }
        holds
    }

    /// Looks at it and calls it stale unless the condition holds.
    pub fn fresh(&mut self, holds: bool, reason: impl Into<Reason>) {
        if holds { self.look() } else { self.stale(reason) }
    }

    /// Looks at it: it must have all these fields filled.
    pub fn need(&mut self, fields: &[&str]) -> bool {
        self.look();
        let (fact, mut whole) = (self.fact, true);
        for field in fields.iter().filter(|field| !fact.has(field)) {
            whole = false;
            self.fail(format!("have no {}", words(field)));
        }
        whole
    }
}

impl<'w> Finding<'w> {
    pub fn new(world: &'w World) -> Finding<'w> {
        Finding {
            world,
            known: None,
            past: None,
            kept_parts: KeptParts::default(),
            parts: BTreeMap::new(),
            others: Vec::new(),
            seen: Seen::default(),
            dated: None,
            forgiven: None,
        }
    }

    pub fn world(&self) -> &'w World {
        self.world
    }

    /// The same with what other checks found.
    pub fn knowing(world: &'w World, known: Option<&'w Known>) -> Finding<'w> {
        Finding { known, ..Finding::new(world) }
    }

    /// The same for a run that is kept: what stands of an earlier one is taken as it is.
    pub fn following(self, past: &'w KeptParts) -> Finding<'w> {
        Finding { past: Some(past), ..self }
    }

    /// Looks at each record of a kind for itself. That is the way to look at many: what is seen of one must follow from this
    /// record, from the time, and from others that do not change along with it; after a write only its stretch is looked
    /// at again. Anything else that `look` needs of other records is got before, and then all of it runs again when those change.
    pub fn each(&mut self, kind: &'static str, look: impl Fn(Fact<'w>, &mut One<'_, 'w>)) -> &mut Self {
        // A second look at the same kind is not kept: both would claim the same stretches.
        let Some(past) = self.past.filter(|_| !self.kept_parts.kinds().contains(&kind)) else {
            self.world.all(kind).for_each(|fact| look(fact, &mut self.on(fact)));
            return self;
        };
        self.kept_parts.begin(kind);
        for places in self.world.stretches(kind) {
            let Some(first) = places.first() else { continue };
            let known = past.find(kind, stretch(*first)).filter(|known| self.world.stands(known));
            let kept = known.cloned().unwrap_or_else(|| {
                let (part, trace) = trace::apart(|| {
                    let mut part = Part::of(*first, Some(kind));
                    for place in places {
                        let fact = Fact { world: self.world, place: *place };
                        look(fact, &mut One { fact, part: &mut part, dated: self.dated });
                    }
                    part.close(self.world);
                    part
                });
                KeptPart { kind, trace, part: Arc::new(part) }
            });
            self.kept_parts.push(kept);
        }
        self
    }

    /// Lets a reason go in the end when it is said of no more than so many percent of the records of a kind that were looked at.
    pub fn forgive(&mut self, kind: &'static str, reason: &'static str, percent: usize) {
        self.forgiven = Some(Forgiven { kind, reason, percent });
    }

    /// What another requirement's check found, as it was before or found now.
    pub fn with_found<T>(&self, requirement: &str, use_it: impl FnOnce(&Seen) -> T) -> Option<T> {
        if let Some(found) = self.known.and_then(|known| known.get(requirement)) {
            return Some(use_it(found));
        }
        let check = checks::find(requirement)?;
        let mut found = Finding::knowing(self.world, self.known);
        check(self.world, &mut found);
        Some(use_it(&found.into_seen()))
    }

    /// Whatever another check found is found here too.
    pub fn absorb(&mut self, other: &Seen) {
        self.others.extend(other.parts.iter().cloned());
        self.seen.newest = self.seen.newest.max(other.newest);
        self.seen.strangers.extend(other.strangers.iter().cloned());
        self.seen.gaps.extend(other.gaps.iter().cloned());
        self.seen.called.extend(other.called.clone());
    }

    /// Looks at whatever another finding looked at.
    pub fn look_at_all(&mut self, other: &Seen) {
        self.others.extend(other.parts.iter().map(|part| Arc::new(part.without_blame())));
        self.seen.newest = self.seen.newest.max(other.newest);
    }

    /// Names the records of a kind that are looked at.
    pub fn call(&mut self, kind: &'static str, phrase: impl Into<String>) -> &mut Self {
        self.seen.called.insert(kind, phrase.into());
        self
    }

    /// The field whose date counts as the date of the evidence from here on.
    pub fn dated(&mut self, field: &'static str) -> &mut Self {
        self.dated = Some(field);
        self
    }

    /// One record, of which something is to be said.
    fn on(&mut self, fact: Fact<'w>) -> One<'_, 'w> {
        let part = self.parts.entry(stretch(fact.place)).or_insert_with(|| Part::of(fact.place, None));
        One { fact, part, dated: self.dated }
    }

    pub fn look(&mut self, fact: Fact<'w>) {
        self.on(fact).look();
    }

    /// The date of evidence that stands in another record than the one that is looked at.
    pub fn seen(&mut self, at: Option<Moment>) {
        self.seen.newest = self.seen.newest.max(at);
    }

    pub fn fail(&mut self, fact: Fact<'w>, reason: impl Into<Reason>) {
        self.on(fact).fail(reason);
    }

    /// Something of which there must be one is not there at all.
    pub fn gap(&mut self, why: impl Into<String>) {
        self.seen.gaps.push(why.into());
    }

    /// A number that fails and has no record.
    pub fn fail_number(&mut self, number: &str) {
        self.seen.strangers.insert(number.to_string());
    }

    /// Looks at a record and fails it unless the condition holds.
    pub fn expect(&mut self, fact: Fact<'w>, holds: bool, reason: impl Into<Reason>) -> bool {
        self.on(fact).expect(holds, reason)
    }

    /// Looks at a record and calls it stale unless the condition holds.
    pub fn fresh(&mut self, fact: Fact<'w>, holds: bool, reason: impl Into<Reason>) {
        self.on(fact).fresh(holds, reason);
    }

    /// Looks at a record that must have all these fields filled.
    pub fn need(&mut self, fact: Fact<'w>, fields: &[&str]) -> bool {
        self.on(fact).need(fields)
    }

    /// The record of which there must be one, or the gap.
    pub fn must(&mut self, found: Option<Fact<'w>>, why: &str) -> Option<Fact<'w>> {
        match found {
            Some(fact) => self.look(fact),
            None => self.gap(why),
        }
        found
    }

    /// What was seen, to be kept.
    pub fn into_seen(self) -> Seen {
        self.into_kept().0
    }

    /// The same with the kept_parts that stand until what they hold is written again.
    pub fn into_kept(self) -> (Seen, KeptParts) {
        let Finding { world, parts, others, kept_parts, mut seen, forgiven, .. } = self;
        let parts = parts.into_values().map(|mut part| {
            part.close(world);
            Arc::new(part)
        });
        let of_kept = kept_parts.iter().map(|kept| kept.part.clone());
        seen.parts = Seen::together(parts.chain(of_kept).chain(others).collect(), world);
        if let Some(Forgiven { kind, reason, percent }) = forgiven {
            seen.forgive(world, kind, reason, percent);
        }
        (seen, kept_parts)
    }
}
