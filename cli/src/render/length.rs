//! Lengths of time from nanoseconds to hours, in at most eight columns.

use crate::render::Glyphs;

/// A length of time in nanoseconds: `850 ns`, `12.3 µs`, `1.25 ms`, `2.50 s`, `3m 07s`, `2h 05m`.
pub(super) fn length(nanoseconds: u64, glyphs: Glyphs) -> String {
    let micro = match glyphs {
        Glyphs::Unicode => "µs",
        Glyphs::Ascii => "us",
    };
    let seconds = nanoseconds / 1_000_000_000;
    match nanoseconds {
        0..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => decimal(nanoseconds, 1_000, micro),
        1_000_000..1_000_000_000 => decimal(nanoseconds, 1_000_000, "ms"),
        _ if seconds < 120 => decimal(nanoseconds, 1_000_000_000, "s"),
        _ if seconds < 7_200 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3_600, seconds / 60 % 60),
    }
}

/// Three digits that count, rounded down, so that nothing looks longer than what it is part of.
fn decimal(nanoseconds: u64, unit: u64, name: &str) -> String {
    let whole = nanoseconds / unit;
    let rest = nanoseconds % unit;
    match whole {
        0..10 => format!("{whole}.{:02} {name}", rest / (unit / 100)),
        10..100 => format!("{whole}.{} {name}", rest / (unit / 10)),
        _ => format!("{whole} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_three_digits_that_count_and_fits_its_column() {
        for (nanoseconds, shown) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (12_345, "12.3 us"),
            (1_259_999, "1.25 ms"),
            (999_999_999, "999 ms"),
            (2_500_000_000, "2.50 s"),
            (119_900_000_000, "119 s"),
            (187_000_000_000, "3m 07s"),
            (7_500_000_000_000, "2h 05m"),
        ] {
            assert_eq!(length(nanoseconds, Glyphs::Ascii), shown);
            assert!(shown.len() <= 8);
        }
    }
}
