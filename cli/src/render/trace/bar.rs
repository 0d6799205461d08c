//! When a span ran, to scale.

use std::ops::Range;

use crate::render::Glyphs;

/// A line of columns that stands for a stretch of time.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    extent: Range<u64>,
    columns: usize,
    glyphs: Glyphs,
}

impl Scale {
    /// So many columns for the time of a trace, in nanoseconds.
    pub(super) fn new(extent: Range<u64>, columns: usize, glyphs: Glyphs) -> Self {
        Self {
            extent,
            columns,
            glyphs,
        }
    }

    /// The bar of a span that ran in `time`: one sign for the stretches that the root waited for, another for the rest.
    pub(super) fn bar(&self, time: &Range<u64>, critical: &[Range<u64>]) -> String {
        let (strong, weak) = signs(self.glyphs);
        let own = self.columns_of(time);
        let marked: Vec<Range<usize>> = critical
            .iter()
            .map(|stretch| self.columns_of(stretch))
            .collect();
        (0..self.columns)
            .map(|column| {
                if !own.contains(&column) {
                    ' '
                } else if marked.iter().any(|marked| marked.contains(&column)) {
                    strong
                } else {
                    weak
                }
            })
            .collect()
    }

    /// The columns that a time touches, at least one.
    fn columns_of(&self, time: &Range<u64>) -> Range<usize> {
        let first = self.column(time.start).min(self.columns.saturating_sub(1));
        let end = self.column_after(time.end).min(self.columns);
        first..end.max(first + 1)
    }

    fn column(&self, at: u64) -> usize {
        let total = u128::from(self.extent.end - self.extent.start).max(1);
        let into = u128::from(at.saturating_sub(self.extent.start));
        usize::try_from(into * self.columns as u128 / total).unwrap_or(self.columns)
    }

    fn column_after(&self, at: u64) -> usize {
        let total = u128::from(self.extent.end - self.extent.start).max(1);
        let into = u128::from(at.saturating_sub(self.extent.start));
        usize::try_from((into * self.columns as u128).div_ceil(total)).unwrap_or(self.columns)
    }
}

/// What the root waited for, and what ran beside that.
pub(super) fn signs(glyphs: Glyphs) -> (char, char) {
    match glyphs {
        Glyphs::Unicode => ('█', '▒'),
        Glyphs::Ascii => ('#', '='),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bar_stands_where_its_span_ran() {
        let scale = Scale::new(100..200, 10, Glyphs::Ascii);
        assert_eq!(scale.bar(&(100..200), &[100..120, 180..200]), "##======##");
        assert_eq!(scale.bar(&(150..151), &[]), "     =    ");
        assert_eq!(scale.bar(&(200..200), &[]), "         =");
    }

    proptest! {
        #[test]
        fn a_bar_is_as_wide_as_its_scale_and_never_empty(
            start in 0_u64..1_000,
            length in 0_u64..1_000,
            from in 0_u64..2_000,
            took in 0_u64..2_000,
            columns in 1_usize..80,
        ) {
            let scale = Scale::new(start..start + length, columns, Glyphs::Ascii);
            let time = from..from + took;
            let bar = scale.bar(&time, std::slice::from_ref(&time));
            prop_assert_eq!(bar.len(), columns);
            prop_assert!(bar.contains('#'));
        }
    }
}
