//! How many containers a look made and removed, so that no more is told than was done.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many containers a look made, and how many of them it removed.
#[derive(Debug, Default)]
pub(super) struct Counts {
    made: AtomicUsize,
    removed: AtomicUsize,
}

impl Counts {
    /// One was made.
    pub(super) fn add_made(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// One was removed.
    pub(super) fn add_removed(&self) {
        self.removed.fetch_add(1, Ordering::Relaxed);
    }

    /// For a person; `None` where none was made.
    pub(super) fn shown(&self) -> Option<String> {
        let made = self.made.load(Ordering::Relaxed);
        let removed = self.removed.load(Ordering::Relaxed);
        let ran = match made {
            0 => return None,
            1 => "ran 1 helper container".to_owned(),
            count => format!("ran {count} helper containers"),
        };
        Some(match (made.saturating_sub(removed), made) {
            (0, 1) => format!("{ran}, and removed it"),
            (0, _) => format!("{ran}, and removed them"),
            (left, _) => format!("{ran}, and has not seen {left} go: they end by themselves"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_removed_is_not_told_as_removed() {
        let counts = Counts::default();
        assert_eq!(counts.shown(), None);
        counts.add_made();
        let told = || counts.shown().unwrap_or_default();
        assert_eq!(
            told(),
            "ran 1 helper container, and has not seen 1 go: they end by themselves"
        );
        counts.add_removed();
        assert_eq!(told(), "ran 1 helper container, and removed it");
    }
}
