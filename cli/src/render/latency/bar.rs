//! Percentiles to scale.

use ptctl_diagnosis::trace::figures::Percentiles;

use crate::render::Glyphs;

/// The signs for what half of the spans take, what the next 45 of 100 take more, and the next 4.
pub(super) fn signs(glyphs: Glyphs) -> [char; 3] {
    match glyphs {
        Glyphs::Unicode => ['█', '▒', '░'],
        Glyphs::Ascii => ['#', '=', '-'],
    }
}

/// So many columns stand for `longest`; at least one is taken.
pub(super) fn bar(of: &Percentiles, longest: u64, columns: usize, glyphs: Glyphs) -> String {
    let end = |time: u64| {
        let columns_wide = u128::from(time) * columns as u128;
        let place = columns_wide.div_ceil(u128::from(longest.max(1)));
        usize::try_from(place).unwrap_or(columns).clamp(1, columns)
    };
    let [half, most, rest] = signs(glyphs);
    let (p50, p95, p99) = (end(of.p50_ns), end(of.p95_ns), end(of.p99_ns));
    (0..p99)
        .map(|column| match column {
            _ if column < p50 => half,
            _ if column < p95 => most,
            _ => rest,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_percentiles() {
        let bar = |estimates, longest| {
            bar(
                &Percentiles::bounded(estimates, u64::MAX),
                longest,
                10,
                Glyphs::Ascii,
            )
        };
        assert_eq!(bar([20, 50, 100], 100), "##===-----");
        assert_eq!(bar([1, 1, 2], 1_000), "#");
        assert_eq!(bar([0, 0, 0], 0), "#");
    }

    proptest! {
        #[test]
        fn a_bar_fits_its_columns(mut times in any::<[u64; 3]>(), columns in 1_usize..50) {
            times.sort_unstable();
            let of = Percentiles::bounded(times, u64::MAX);
            let bar = bar(&of, times[2], columns, Glyphs::Ascii);
            prop_assert!(!bar.is_empty() && bar.len() <= columns);
        }
    }
}
