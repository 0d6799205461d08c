//! Durations as programs written in Go take them.

use std::time::Duration;

use jiff::SignedDuration;

/// A duration as Go and Prometheus write it: `336h0m0s`, `1h30m`, `7d`, `0`.
pub fn go_duration(text: &str) -> Option<SignedDuration> {
    if text == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = after;
    }
    let duration = Duration::try_from_secs_f64(total).ok()?;
    (!text.is_empty()).then_some(SignedDuration::try_from(duration).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_of_go_and_prometheus_are_read() {
        for (text, seconds) in [
            ("0", 0),
            ("0s", 0),
            ("1h30m", 5_400),
            ("336h0m0s", 1_209_600),
            ("7d", 604_800),
        ] {
            assert_eq!(
                go_duration(text),
                Some(SignedDuration::from_secs(seconds)),
                "{text}"
            );
        }
        for text in ["", "soon", "7days", "5", "-1h"] {
            assert_eq!(go_duration(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9.a-zµ-]{0,24}") {
            let read = go_duration(&text);
            prop_assert!(read.is_none_or(|read| !read.is_negative()));
        }
    }
}
