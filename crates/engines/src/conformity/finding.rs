//! Collects what a check sees.

use model::Moment;

use super::{
    checks,
    fact::Fact,
    seen::{Known, Reason, Seen},
    words::words,
    world::World,
};

pub(super) struct Finding<'w> {
    world: &'w World,
    /// Findings that are there already, for checks that build on others.
    known: Option<&'w Known>,
    seen: Seen,
    /// Field whose date counts as the date of the evidence.
    dated: Option<&'static str>,
}

impl<'w> Finding<'w> {
    pub fn new(world: &'w World) -> Finding<'w> {
        Finding { world, known: None, seen: Seen::default(), dated: None }
    }

    pub fn world(&self) -> &'w World {
        self.world
    }

    /// The same with what other checks found.
    pub fn knowing(world: &'w World, known: &'w Known) -> Finding<'w> {
        Finding { known: Some(known), ..Finding::new(world) }
    }

    /// What the check of another requirement found, as it was before or found now.
    pub fn with_found<T>(&self, requirement: &str, use_it: impl FnOnce(&Seen) -> T) -> Option<T> {
        if let Some(found) = self.known.and_then(|known| known.get(requirement)) {
            return Some(use_it(found));
        }
        let check = checks::find(requirement)?;
        let mut found = Finding { known: self.known, ..Finding::new(self.world) };
        check(self.world, &mut found);
        Some(use_it(&found.seen))
    }

    /// Whatever another check found is found here too.
    pub fn absorb(&mut self, other: &Seen) {
        self.look_at_all(other);
        for (mine, its) in [(&mut self.seen.failed, &other.failed), (&mut self.seen.stale, &other.stale)] {
            for (reason, places) in its {
                mine.entry(reason.clone()).or_default().extend(places);
            }
        }
        self.seen.strangers.extend(other.strangers.iter().cloned());
        self.seen.gaps.extend(other.gaps.iter().cloned());
        self.seen.called.extend(other.called.clone());
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

    pub fn look(&mut self, fact: Fact<'w>) {
        self.seen.looked.push(fact.place);
        if let Some(field) = self.dated {
            self.seen.newest = self.seen.newest.max(fact.date(field));
        }
    }

    /// The date of evidence that stands in another record than the one that is looked at.
    pub fn seen(&mut self, at: Option<Moment>) {
        self.seen.newest = self.seen.newest.max(at);
    }

    pub fn fail(&mut self, fact: Fact<'w>, reason: impl Into<Reason>) {
        self.look(fact);
        self.seen.failed.entry(reason.into()).or_default().insert(fact.place);
    }

    pub fn stale(&mut self, fact: Fact<'w>, reason: impl Into<Reason>) {
        self.look(fact);
        self.seen.stale.entry(reason.into()).or_default().insert(fact.place);
    }

    /// Something of which there must be one is not there at all.
    pub fn gap(&mut self, why: impl Into<String>) {
        self.seen.gaps.push(why.into());
    }

    /// Looks at whatever another finding looked at.
    pub fn look_at_all(&mut self, other: &Seen) {
        self.seen.looked.extend(&other.looked);
        self.seen.newest = self.seen.newest.max(other.newest);
    }

    /// A number that fails and has no record.
    pub fn fail_number(&mut self, number: &str) {
        self.seen.strangers.insert(number.to_string());
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
            self.seen.failed.entry(reason.into()).or_default().insert(fact.place);
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

    /// What was seen, to be kept.
    pub fn into_seen(self) -> Seen {
        self.seen.closed()
    }
}
