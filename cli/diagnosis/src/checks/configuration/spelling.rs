//! Which known word a misspelled one was meant to be.

/// The known word that is at most this many slips of the hand away; none where the word itself is known.
pub(super) fn meant<'k>(word: &str, known: &[&'k str], slips: usize) -> Option<&'k str> {
    if known.contains(&word) {
        return None;
    }
    known
        .iter()
        .map(|other| (distance(word, other), *other))
        .filter(|(distance, other)| *distance <= slips && *distance * 3 <= other.len())
        .min()
        .map(|(_, other)| other)
}

/// Insertions, deletions, replacements and swaps of neighbours that make one word of the other.
fn distance(left: &str, right: &str) -> usize {
    const LONGEST: usize = 96;
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    // No name that is known here is so long, and nobody is to wait for a value of a megabyte.
    if left.len() > LONGEST || right.len() > LONGEST {
        return usize::MAX / 4;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_told_and_another_word_is_not() {
        let known = ["otlp", "console", "zipkin", "none"];
        assert_eq!(meant("oltp", &known, 2), Some("otlp"));
        assert_eq!(meant("otpl", &known, 2), Some("otlp"));
        assert_eq!(meant("consol", &known, 2), Some("console"));
        assert_eq!(meant("otlp", &known, 2), None);
        assert_eq!(meant("azure_monitor", &known, 2), None);
        assert_eq!(meant("on", &known, 2), None);
        assert_eq!(meant(&"x".repeat(1 << 20), &known, 2), None);
    }
}
