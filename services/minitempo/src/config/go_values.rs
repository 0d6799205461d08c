//! Durations as Go writes them.

use std::time::Duration;

/// Nanoseconds of each unit; days and longer are what Prometheus' durations add to Go's.
const UNITS: [(&str, u64); 11] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
    ("y", 31_536_000_000_000_000),
];

/// Which units a duration may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    /// Go's own, up to hours.
    Go,
    /// Prometheus', with days, weeks and years too.
    Prometheus,
}

/// Reads `168h`, `1h30m`, `1.5s` or `0`; `None` for anything else.
pub(crate) fn parse_go_duration(text: &str, units: Units) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    if text.is_empty() {
        return None;
    }
    let mut rest = text;
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let number_len = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(number_len);
        let unit_len = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        let index = UNITS.iter().position(|(name, _)| *name == unit)?;
        if units == Units::Go && index > 7 {
            return None;
        }
        total += number.parse::<f64>().ok()? * nanos_as_float(UNITS[index].1);
        rest = after;
    }
    Duration::try_from_secs_f64(total / 1e9).ok()
}

/// Writes a duration as Go prints it: `168h0m0s`, `1.5s`, `250ms`.
pub(crate) fn format_go_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let nanos = duration.subsec_nanos();
    if seconds == 0 {
        return match nanos {
            0 => "0s".to_owned(),
            1..1_000 => format!("{nanos}ns"),
            1_000..1_000_000 => format!("{}µs", decimal(nanos.into(), 1_000)),
            _ => format!("{}ms", decimal(nanos.into(), 1_000_000)),
        };
    }
    let rest = decimal(
        (seconds % 60) * 1_000_000_000 + u64::from(nanos),
        1_000_000_000,
    );
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    if hours > 0 {
        format!("{hours}h{minutes}m{rest}s")
    } else if minutes > 0 {
        format!("{minutes}m{rest}s")
    } else {
        format!("{rest}s")
    }
}

/// `amount / unit` without trailing zeros.
fn decimal(amount: u64, unit: u64) -> String {
    let (whole, part) = (amount / unit, amount % unit);
    if part == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    let fraction = format!("{part:0width$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "every unit is below 2^53 nanoseconds or a round number"
)]
fn nanos_as_float(nanos: u64) -> f64 {
    nanos as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print_as_go_does() {
        for (text, printed) in [
            ("168h", "168h0m0s"),
            ("1h30m", "1h30m0s"),
            ("90s", "1m30s"),
            ("1.5s", "1.5s"),
            ("250ms", "250ms"),
            ("0", "0s"),
        ] {
            let duration = parse_go_duration(text, Units::Go).expect(text);
            assert_eq!(format_go_duration(duration), printed);
        }
    }

    #[test]
    fn days_are_prometheus_only_and_nonsense_is_none() {
        let week = Some(Duration::from_hours(168));
        assert_eq!(parse_go_duration("7d", Units::Prometheus), week);
        assert_eq!(parse_go_duration("7d", Units::Go), None);
        assert_eq!(parse_go_duration("7days", Units::Prometheus), None);
        assert_eq!(parse_go_duration("168", Units::Go), None);
    }
}
