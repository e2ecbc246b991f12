//! What our verdicts say of a requirement of another framework that is mapped to ours.

use super::verdict::State;

/// The state of a requirement elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossed {
    /// None of ours is said to have to do with it: nothing is known of it, and nothing is claimed.
    NotMapped,
    /// All of ours that it overlaps with are proved, but none of them covers it whole.
    InPart,
    /// The worst of ours that it is mapped to.
    As(State),
}

/// From the worst to the best. An empty set is worse than a proof: it proves nothing elsewhere either.
const WORST: [State; 6] =
    [State::Nonconforming, State::Gap, State::Stale, State::ForAPerson, State::NothingToSample, State::Proved];

impl Crossed {
    /// From the state of each of ours that it is mapped to, with whether whoever meets ours meets it.
    pub fn of(mapped: impl IntoIterator<Item = (State, bool)>) -> Crossed {
        let (mut worst, mut is_covered) = (None::<usize>, false);
        for (state, covers) in mapped {
            let rank = WORST.iter().position(|known| *known == state).unwrap_or(0);
            worst = Some(worst.map_or(rank, |worst| worst.min(rank)));
            is_covered |= covers;
        }
        match worst.and_then(|rank| WORST.get(rank)) {
            None => Crossed::NotMapped,
            Some(State::Proved) if !is_covered => Crossed::InPart,
            Some(state) => Crossed::As(*state),
        }
    }

    /// As machines are told: the name of a state, `in_part` or `not_mapped`.
    pub fn name(self) -> &'static str {
        match self {
            Crossed::NotMapped => "not_mapped",
            Crossed::InPart => "in_part",
            Crossed::As(state) => state.name(),
        }
    }

    /// All there are, in the order in which they are counted.
    pub fn all() -> impl Iterator<Item = Crossed> {
        let states = [State::Proved, State::Stale, State::Gap, State::Nonconforming];
        let others = [State::NothingToSample, State::ForAPerson];
        let known = states.into_iter().chain(others).map(Crossed::As);
        known.chain([Crossed::InPart, Crossed::NotMapped])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_nothing_proves_nothing() {
        assert_eq!(Crossed::of([]), Crossed::NotMapped);
        assert_eq!(Crossed::of([(State::Proved, true)]), Crossed::As(State::Proved));
        assert_eq!(Crossed::of([(State::Proved, false), (State::Proved, false)]), Crossed::InPart);
        assert_eq!(Crossed::of([(State::Proved, false), (State::Proved, true)]), Crossed::As(State::Proved));
        for (place, worse) in WORST.into_iter().enumerate() {
            for better in WORST.into_iter().skip(place) {
                let expected = if worse == State::Proved { Crossed::InPart } else { Crossed::As(worse) };
                assert_eq!(Crossed::of([(better, false), (worse, false)]), expected);
            }
        }
        assert_eq!(
            Crossed::of([(State::Proved, true), (State::NothingToSample, true)]),
            Crossed::As(State::NothingToSample)
        );
        assert_eq!(Crossed::all().count(), 8);
    }
}
