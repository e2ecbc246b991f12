//! "Did you mean": the nearest known name to a mistyped one.

/// The known name nearest to `wrong`, when it is near enough to be what was meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let limit = (wrong.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (distance(&wrong, &name.to_lowercase()), name))
        .filter(|(far, _)| *far <= limit)
        .min_by_key(|(far, name)| (*far, name.len()))
        .map(|(_, name)| name)
}

/// `, did you mean "x"?` or nothing, to end a sentence with.
pub fn hint<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, known).map(|name| format!(", did you mean \"{name}\"?")).unwrap_or_default()
}

/// Whether two words differ in capitals, hyphens, underscores and blanks alone.
pub fn same_word(left: &str, right: &str) -> bool {
    let plain = |word: &str| word.trim().to_lowercase().replace(['-', '_'], " ");
    plain(left) == plain(right)
}

/// Edits between two words, neighbours swapped counting as one (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().take(64).collect(), right.chars().take(64).collect());
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (at, row) in rows.iter_mut().enumerate() {
        row[0] = at;
    }
    for (at, cell) in rows[0].iter_mut().enumerate() {
        *cell = at;
    }
    for i in 1..=left.len() {
        for j in 1..=right.len() {
            let other = usize::from(left[i - 1] != right[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + other);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(nearest("prioritty", ["priority", "state"]), Some("priority"));
        assert_eq!(nearest("stauts", ["priority", "status"]), Some("status"));
        assert_eq!(nearest("banana", ["priority", "status"]), None);
    }

    #[test]
    fn spelling_does_not_make_another_word() {
        assert!(same_word("in_progress", "In Progress"));
        assert!(same_word("in-use", "in_use"));
        assert!(!same_word("in_progress", "inprogress"));
    }
}
