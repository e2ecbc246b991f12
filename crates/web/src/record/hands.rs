//! Who had a ticket for how long: the legs of teams and suppliers, so that it is seen whose leg ate the time.

use desk::Worked;
use engines::clocks::{Clock, Holder, Name, Share, Stay, shares};

use super::{
    clocks::{Window, percent, told, working},
    piece::Lens,
};
use crate::view::{
    parts::{self, Link},
    time,
};

/// Everything that one team, one supplier or whoever asked had of it.
pub struct Hand {
    pub who: Link,
    /// What it is, where the name does not say so.
    pub what: &'static str,
    /// Start and width in percent.
    pub bars: Vec<(String, String)>,
    /// How it kept to what was agreed with it, its newest leg.
    pub leg: Option<parts::Clock>,
    pub agreement: Link,
    /// Time as it passed.
    pub held: String,
    /// Of the time of the whole ticket.
    pub used: String,
    pub share: String,
    pub visits: usize,
}

/// One line for each, in the order in which they first had it. Nothing where one alone had it and no time was agreed.
pub(super) fn all(lens: &Lens<'_>, worked: &Worked, window: &Window) -> Vec<Hand> {
    let shares = shares(&worked.hands);
    let legs: Vec<&Clock> = worked.clocks.iter().filter(|clock| clock.name == Name::Leg).collect();
    if legs.is_empty() && shares.len() < 2 {
        return Vec::new();
    }
    let used: i64 = shares.iter().map(|share| share.used_seconds).sum();
    shares.iter().map(|share| hand(lens, &worked.hands, &legs, used, share, window)).collect()
}

fn hand(lens: &Lens<'_>, stays: &[Stay], legs: &[&Clock], all: i64, share: &Share, window: &Window) -> Hand {
    let own = stays.iter().filter(|stay| stay.holder == share.holder);
    let bars = own.map(|stay| {
        let (from, to) = (window.place(stay.from), window.place(stay.to));
        (percent(from), percent((to - from).max(0.4)))
    });
    let leg = legs.iter().rev().find(|leg| leg.leg == share.holder.who() && share.holder != Holder::Asker);
    Hand {
        who: match &share.holder {
            Holder::Asker => Link::new("Whoever asked", ""),
            Holder::Team(who) if who.is_empty() => Link::new("No team yet", ""),
            Holder::Supplier(who) if who.is_empty() => Link::new("A supplier that is not named", ""),
            Holder::Team(who) | Holder::Supplier(who) => lens.link(who),
        },
        what: if share.holder == Holder::Asker { "waited for" } else { share.holder.name() },
        bars: bars.collect(),
        leg: leg.map(|leg| told(leg, lens.now)),
        agreement: leg.map(|leg| Link::new(&leg.agreement, lens.link(&leg.agreement).href)).unwrap_or_default(),
        held: time::span(share.held_seconds * 1_000),
        used: working(share.used_seconds),
        share: share
            .used_seconds
            .saturating_mul(100)
            .checked_div(all)
            .map(|part| format!("{part} %"))
            .unwrap_or_default(),
        visits: share.visits,
    }
}
