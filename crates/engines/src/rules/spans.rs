//! Half-open spans of time and their set arithmetic (conventions 2 and 8 of the calculation rules).

use jiff::Timestamp;

/// A half-open span `[from, to)` of UTC instants. One that ends before it starts is empty (convention 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Span {
    pub fn new(from: Timestamp, to: Timestamp) -> Span {
        Span { from, to }
    }

    pub fn is_empty(self) -> bool {
        self.from >= self.to
    }

    /// Length in whole seconds, never negative; fractions of a second of either end are dropped (convention 1).
    pub fn seconds(self) -> i64 {
        (self.to.as_second() - self.from.as_second()).max(0)
    }

    /// The part that both spans share; it may be empty.
    pub fn cut(self, other: Span) -> Span {
        Span { from: self.from.max(other.from), to: self.to.min(other.to) }
    }
}

/// Joins overlapping and touching spans, sorts them and drops the empty ones (convention 8).
pub fn join(spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
    sorted.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

/// What lies in both sets. Both must be joined.
pub fn common(left: &[Span], right: &[Span]) -> Vec<Span> {
    let (mut i, mut j, mut shared) = (0, 0, Vec::new());
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        let part = a.cut(*b);
        if !part.is_empty() {
            shared.push(part);
        }
        if a.to <= b.to {
            i += 1;
        } else {
            j += 1;
        }
    }
    shared
}

/// What lies in `from` and not in `taken`. Both must be joined.
pub fn without(from: &[Span], taken: &[Span]) -> Vec<Span> {
    from.iter().flat_map(|span| remainder(*span, taken)).collect()
}

/// The parts of one span that `taken` (joined) leaves over, in order.
pub fn remainder(span: Span, taken: &[Span]) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut rest = span;
    let first = taken.partition_point(|hole| hole.to <= span.from);
    for hole in taken[first..].iter().take_while(|hole| hole.from < span.to) {
        let before = Span::new(rest.from, hole.from);
        if !before.is_empty() {
            parts.push(before);
        }
        rest.from = rest.from.max(hole.to);
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// Total length in whole seconds.
pub fn total(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.seconds()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, to: i64) -> Span {
        Span::new(Timestamp::from_second(from).unwrap(), Timestamp::from_second(to).unwrap())
    }

    #[test]
    fn joins_cuts_and_takes_away() {
        let joined = join([span(5, 9), span(0, 3), span(3, 4), span(7, 12), span(20, 18)]);
        assert_eq!(joined, [span(0, 4), span(5, 12)]);
        assert_eq!(common(&joined, &[span(2, 6), span(8, 30)]), [span(2, 4), span(5, 6), span(8, 12)]);
        assert_eq!(without(&joined, &[span(1, 2), span(4, 6), span(11, 40)]), [span(0, 1), span(2, 4), span(6, 11)]);
        assert_eq!(total(&joined), 11);
        assert_eq!(span(9, 2).seconds(), 0);
    }
}
