//! What a check looked at while it ran, so that it need not run again before any of that changes.
//!
//! Checks see facts only through [`World`](super::World), and the time only through its functions: both tell here what was
//! asked. A check that is left alone therefore answers what it would answer anew; a property test compares.

use std::cell::Cell;

use model::Moment;

/// Kinds of records, as bits; what else can be asked has bits of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads([u64; 4]);

impl Reads {
    /// Whether there is a record of a number that nothing on record has.
    pub const MISSING: u8 = 0;
    /// Links between records, whatever their kinds.
    pub const LINKS: u8 = 1;
    /// Bits of kinds begin here.
    const KINDS: u8 = 2;

    pub fn with(mut self, bit: u8) -> Reads {
        self.0[usize::from(bit / 64)] |= 1 << (bit % 64);
        self
    }

    pub fn meets(self, other: Reads) -> bool {
        self.0.iter().zip(other.0).any(|(mine, its)| mine & its != 0)
    }

    /// Of the kind that came in after so many others.
    pub fn of_kind(at: usize) -> u8 {
        Reads::KINDS + (at % (256 - usize::from(Reads::KINDS))) as u8
    }

    pub fn all() -> Reads {
        Reads([u64::MAX; 4])
    }

    pub fn and(self, other: Reads) -> Reads {
        let mut both = self;
        both.0.iter_mut().zip(other.0).for_each(|(mine, its)| *mine |= its);
        both
    }
}

/// What one run of a check asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub reads: Reads,
    /// The first instant at which the same facts may be judged otherwise.
    pub until: Moment,
}

impl Default for Trace {
    /// Nothing was asked.
    fn default() -> Trace {
        NOTHING
    }
}

const NOTHING: Trace = Trace { reads: Reads([0; 4]), until: Moment(i64::MAX) };

thread_local! {
    static WORDS: [Cell<u64>; 4] = const { [const { Cell::new(0) }; 4] };
    static UNTIL: Cell<Moment> = const { Cell::new(Moment(i64::MAX)) };
}

/// Runs a check and tells what it asked; whoever asked for it asked the same.
pub(super) fn traced<T>(run: impl FnOnce() -> T) -> (T, Trace) {
    let (answer, mine) = apart(run);
    let outer = take();
    put(Trace { reads: outer.reads.and(mine.reads), until: outer.until.min(mine.until) });
    (answer, mine)
}

/// The same, but whoever asked for it is not told: it must keep what comes back.
pub(super) fn apart<T>(run: impl FnOnce() -> T) -> (T, Trace) {
    let outer = take();
    let answer = run();
    let mine = take();
    put(outer);
    (answer, mine)
}

fn take() -> Trace {
    let reads = WORDS.with(|words| words.each_ref().map(|word| word.replace(0)));
    Trace { reads: Reads(reads), until: UNTIL.replace(NOTHING.until) }
}

fn put(trace: Trace) {
    WORDS.with(|words| words.iter().zip(trace.reads.0).for_each(|(word, bits)| word.set(bits)));
    UNTIL.set(trace.until);
}

/// A record, or all records, of this bit were looked at.
pub(super) fn saw(bit: u8) {
    WORDS.with(|words| {
        let word = &words[usize::from(bit / 64)];
        word.set(word.get() | 1 << (bit % 64));
    });
}

/// What was asked of the time is answered otherwise from this instant on.
pub(super) fn until(at: Moment) {
    UNTIL.set(UNTIL.get().min(at));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_within_a_run_is_told_to_both() {
        let ((_, inner), outer) = traced(|| {
            saw(70);
            until(Moment(9));
            traced(|| {
                saw(3);
                until(Moment(7));
            })
        });
        assert_eq!(inner, Trace { reads: Reads::default().with(3), until: Moment(7) });
        assert_eq!(outer, Trace { reads: Reads::default().with(3).with(70), until: Moment(7) });
        assert_eq!(traced(|| ()).1, NOTHING);
    }

    #[test]
    fn what_was_read_meets_what_was_written() {
        let read = Reads::default().with(Reads::LINKS).with(200);
        assert!(read.meets(Reads::default().with(200)));
        assert!(!read.meets(Reads::default().with(Reads::MISSING)));
    }
}
