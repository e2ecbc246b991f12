//! Ids: 64 bits, ordered by time, never the same twice, whatever the clock does.

use std::sync::atomic::{AtomicI64, Ordering};

use model::Moment;

/// 41 bits of milliseconds, 10 bits that tell servers apart, 12 bits of counting.
pub struct Ids {
    last: AtomicI64,
    node: i64,
}

impl Ids {
    pub fn new() -> Ids {
        let mut random = [0u8; 2];
        // Without randomness all servers count in the same range; unique keys still keep them apart.
        let _ = getrandom::fill(&mut random);
        Ids { last: AtomicI64::new(0), node: i64::from(u16::from_le_bytes(random) & 0x3ff) << 12 }
    }

    pub fn next(&self, now: Moment) -> i64 {
        let wanted = (now.0.clamp(0, (1 << 41) - 1) << 22) | self.node;
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let next = wanted.max(last + 1);
            match self.last.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return next,
                Err(now) => last = now,
            }
        }
    }
}

impl Default for Ids {
    fn default() -> Self {
        Ids::new()
    }
}

/// 128 bits from the operating system, for salts and secrets.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    // No salt means no secret: better to stop than to write a guessable one.
    getrandom::fill(&mut bytes).unwrap_or_else(|error| panic!("the operating system gives no randomness: {error}"));
    bytes
}
