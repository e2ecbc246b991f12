//! Failed sign-ins make the next ones wait: for one person from one address soon, for a person or an address alone later.
//!
//! Counted in this process: each of several servers counts for itself, and a restart forgets. Argon2 makes every try cost a
//! processor all the same.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use model::{
    Moment,
    time::{HOUR, MINUTE, SECOND},
};

/// After how many failures waiting begins, and how long it lasts at most.
struct Limit {
    free: u32,
    longest: i64,
}

const PAIR: Limit = Limit { free: 5, longest: 15 * MINUTE };
/// Short, because a stranger must not be able to keep somebody out.
const PERSON: Limit = Limit { free: 20, longest: MINUTE };
const ADDRESS: Limit = Limit { free: 40, longest: 15 * MINUTE };
/// The first wait; each further failure doubles it.
const FIRST: i64 = 5 * SECOND;
/// Failures are forgotten after this much quiet.
const MEMORY: i64 = HOUR;
/// Keys remembered; beyond it the oldest go.
const MOST: usize = 50_000;

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Moment,
}

#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Failures>>);

impl Throttle {
    /// When the next try is looked at; `None` for now.
    pub fn wait(&self, email: &str, address: &str, now: Moment) -> Option<Moment> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = |(key, limit): (String, Limit)| {
            let failed = failures.get(&key).filter(|failed| now < failed.last.plus(MEMORY))?;
            let over = failed.count.checked_sub(limit.free)?;
            let wait = FIRST.saturating_mul(1 << over.min(20)).min(limit.longest);
            Some(failed.last.plus(wait)).filter(|until| now < *until)
        };
        keys(email, address).into_iter().filter_map(until).max()
    }

    pub fn failed(&self, email: &str, address: &str, now: Moment) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST {
            failures.retain(|_, failed| now < failed.last.plus(MINUTE));
        }
        if failures.len() >= MOST {
            failures.clear();
        }
        for (key, _) in keys(email, address) {
            let failed = failures.entry(key).or_insert(Failures { count: 0, last: now });
            let count = if now < failed.last.plus(MEMORY) { failed.count } else { 0 };
            *failed = Failures { count: count.saturating_add(1), last: now };
        }
    }

    pub fn succeeded(&self, email: &str, address: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The address stays known for what it tried with others.
        for (key, _) in keys(email, address).into_iter().take(2) {
            failures.remove(&key);
        }
    }
}

/// The pair and the person, and the address where it is known: all who come from nowhere are not one.
fn keys(email: &str, address: &str) -> Vec<(String, Limit)> {
    let mut keys = vec![(format!("pair {email} {address}"), PAIR), (format!("person {email}"), PERSON)];
    if !address.is_empty() {
        keys.push((format!("address {address}"), ADDRESS));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_000_000_000);

    fn fail(throttle: &Throttle, times: usize, email: &str, address: &str) {
        (0..times).for_each(|_| throttle.failed(email, address, NOW));
    }

    #[test]
    fn waiting_begins_after_five_failures_doubles_and_ends() {
        let throttle = Throttle::default();
        fail(&throttle, 4, "ines", "10.0.0.1");
        assert_eq!(throttle.wait("ines", "10.0.0.1", NOW), None);
        fail(&throttle, 1, "ines", "10.0.0.1");
        assert_eq!(throttle.wait("ines", "10.0.0.1", NOW), Some(NOW.plus(5 * SECOND)));
        assert_eq!(throttle.wait("ines", "10.0.0.1", NOW.plus(5 * SECOND)), None);
        fail(&throttle, 1, "ines", "10.0.0.1");
        assert_eq!(throttle.wait("ines", "10.0.0.1", NOW), Some(NOW.plus(10 * SECOND)));
        assert_eq!(throttle.wait("ines", "10.0.0.2", NOW), None, "the person at another desk is not kept out");
        throttle.succeeded("ines", "10.0.0.1");
        assert_eq!(throttle.wait("ines", "10.0.0.1", NOW), None);
    }

    #[test]
    fn many_addresses_against_one_person_and_one_address_against_many_people_wait_too() {
        let throttle = Throttle::default();
        (0..20).for_each(|at| throttle.failed("ines", &format!("10.0.0.{at}"), NOW));
        assert_eq!(throttle.wait("ines", "192.0.2.1", NOW), Some(NOW.plus(5 * SECOND)));
        fail(&throttle, 10, "ines", "10.0.1.1");
        assert!(throttle.wait("ines", "192.0.2.1", NOW) <= Some(NOW.plus(MINUTE)), "nobody is kept out for long");
        (0..40).for_each(|at| throttle.failed(&format!("person{at}"), "203.0.113.9", NOW));
        assert!(throttle.wait("somebody", "203.0.113.9", NOW).is_some());
    }
}
