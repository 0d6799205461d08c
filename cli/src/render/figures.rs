//! How often, how well and how fast, in columns and for programs.

use anstyle::{AnsiColor, Style};
use ptctl_diagnosis::trace::figures::Figures;
use serde::Serialize;

use super::{Glyphs, length::length, page::UNKNOWN};

/// The columns that the figures take.
pub(super) const WIDTH: usize = 39;

/// Figures for programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FiguresDocument {
    count: u64,
    /// `null` where the time is not known in which it was counted.
    per_second: Option<f64>,
    errors: u64,
    /// From 0 to 1.
    error_rate: f64,
    p50_ns: Option<u64>,
    p95_ns: Option<u64>,
    p99_ns: Option<u64>,
    longest_ns: Option<u64>,
}

impl FiguresDocument {
    /// Figures that were counted in so many seconds.
    pub(super) fn of(figures: &Figures, seconds: Option<f64>) -> Self {
        let of = figures.percentiles;
        Self {
            count: figures.count,
            per_second: seconds.map(|seconds| per_second(figures.count, seconds)),
            errors: figures.errors,
            error_rate: figures.error_rate(),
            p50_ns: of.map(|of| of.p50_ns),
            p95_ns: of.map(|of| of.p95_ns),
            p99_ns: of.map(|of| of.p99_ns),
            longest_ns: of.map(|of| of.longest_ns),
        }
    }
}

/// How it is said how often something happens, alike in all rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Often {
    /// So often, where the time is not known in which it was counted.
    Count,
    /// So often in this many seconds, by this unit.
    Rate(f64, RateUnit),
    /// Nobody knows.
    Unknown,
}

/// What a rate is by: its name and its seconds.
pub(super) type RateUnit = (&'static str, f64);

/// By what rates are told, the shortest first.
const UNITS: [RateUnit; 3] = [("s", 1.0), ("min", 60.0), ("h", 3_600.0)];

impl Often {
    /// By the shortest time in which the most frequent of all happens once.
    pub(super) fn of(most: u64, seconds: Option<f64>) -> Self {
        let Some(seconds) = seconds else {
            return Self::Count;
        };
        let happens = |unit: &&RateUnit| per_second(most, seconds) * unit.1 >= 1.0;
        Self::Rate(seconds, *UNITS.iter().find(happens).unwrap_or(&UNITS[2]))
    }

    /// In at most eight columns.
    pub(super) fn shown(self, count: u64) -> String {
        match self {
            Self::Unknown => UNKNOWN.to_owned(),
            Self::Count if count < 10_000_000 => count.to_string(),
            Self::Count => format!("{}M", count / 1_000_000),
            Self::Rate(seconds, (unit, length)) => {
                let number = per_second(count, seconds) * length;
                match number {
                    _ if count == 0 => format!("0/{unit}"),
                    ..0.01 => format!("<.01/{unit}"),
                    ..9.995 => format!("{number:.2}/{unit}"),
                    ..99.95 => format!("{number:.1}/{unit}"),
                    ..9_999.5 => format!("{number:.0}/{unit}"),
                    _ => format!("{:.0}k/{unit}", number / 1_000.0),
                }
            }
        }
    }
}

/// Over the columns: what stands in them. Without a rate there is a count of `counted`.
pub(super) fn heading(often: Often, counted: &str) -> String {
    let often = match often {
        Often::Count => counted,
        Often::Rate(..) | Often::Unknown => "rate",
    };
    format!(
        "{often:>8}{:>7}{:>8}{:>8}{:>8}",
        "errors", "p50", "p95", "p99"
    )
}

/// The figures in their columns: how often, how much fails with its style, how long.
pub(super) fn cells(
    figures: &Figures,
    often: Often,
    glyphs: Glyphs,
) -> (String, (Style, String), String) {
    let often = often.shown(figures.count);
    let errors = share(figures);
    let style = if figures.errors > 0 {
        AnsiColor::Red.on_default().bold()
    } else {
        Style::new()
    };
    let times = match figures.percentiles {
        Some(of) => [of.p50_ns, of.p95_ns, of.p99_ns].map(|time| length(time, glyphs)),
        None => [UNKNOWN; 3].map(str::to_owned),
    };
    let [p50, p95, p99] = times;
    (
        format!("{often:>8}"),
        (style, format!("{errors:>7}")),
        format!("{p50:>8}{p95:>8}{p99:>8}"),
    )
}

/// How much fails: `0 %` of what never did, and `100 %` of what always did, alone.
pub(super) fn share(figures: &Figures) -> String {
    let percent = figures.error_rate() * 100.0;
    match percent {
        _ if figures.errors == 0 => "0 %".to_owned(),
        _ if figures.errors >= figures.count => "100 %".to_owned(),
        ..0.1 => "<0.1 %".to_owned(),
        ..9.95 => format!("{percent:.1} %"),
        ..99.0 => format!("{percent:.0} %"),
        _ => "99 %".to_owned(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a rate of 2^53 spans and more may be off in its sixteenth digit"
)]
fn per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rates_are_told_by_the_time_in_which_the_most_frequent_happens_once() {
        for (most, count, seconds, shown) in [
            (3_600, 3_600, 3_600.0, "1.00/s"),
            (44_000, 44_000, 3_600.0, "12.2/s"),
            (44_000, 1_500, 3_600.0, "0.42/s"),
            (44_000, 3, 3_600.0, "<.01/s"),
            (1_500, 60, 3_600.0, "1.00/min"),
            (1_500, 0, 3_600.0, "0/min"),
            (3, 3, 3_600.0, "3.00/h"),
            (123_456_789, 123_456_789, 1.0, "123457k/s"),
        ] {
            assert_eq!(Often::of(most, Some(seconds)).shown(count), shown);
        }
        assert_eq!(Often::of(9, None).shown(1_234), "1234");
    }

    #[test]
    fn what_failed_once_is_never_nothing_and_what_was_good_once_is_never_all() {
        let share = |errors, count| {
            share(&Figures {
                count,
                errors,
                percentiles: None,
            })
        };
        for (errors, of, shown) in [
            (0, 10, "0 %"),
            (1, 100_000, "<0.1 %"),
            (1, 40, "2.5 %"),
            (1, 3, "33 %"),
            (9_999, 10_000, "99 %"),
            (3, 3, "100 %"),
        ] {
            assert_eq!(share(errors, of), shown);
        }
    }

    proptest! {
        #[test]
        fn figures_of_any_size_keep_their_columns(
            count in 0_u64..1_000_000_000,
            errors in 0_u64..1_000_000,
            seconds in proptest::option::of(1.0_f64..1_000_000.0),
        ) {
            prop_assume!(seconds.is_none_or(|seconds| per_second(count, seconds) < 9_999_000.0));
            let figures = Figures { count, errors: errors.min(count), percentiles: None };
            let often = Often::of(count, seconds);
            let (number, (_, errors), times) = cells(&figures, often, Glyphs::Ascii);
            prop_assert_eq!(number.len() + errors.len() + times.len(), WIDTH);
            prop_assert_eq!(heading(often, "spans").len(), WIDTH);
        }
    }
}
