//! OpenTelemetry's entry in `tracestate`: `ot=th:…;rv:…;…`.
//!
//! Whatever else stands in the entry, and whatever other vendors' entries there are, stays.
//! (opentelemetry.io/docs/specs/otel/trace/tracestate-handling)

use opentelemetry::trace::TraceState;

use super::threshold::{Randomness, Threshold};

/// The key of OpenTelemetry's own entry.
const ENTRY: &str = "ot";

/// How long the entry may be, by the specification.
const LONGEST: usize = 256;

/// What the entry tells about sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// The randomness that goes before the trace id's.
    pub(super) randomness: Option<Randomness>,
    /// The threshold that the trace has passed.
    pub(super) threshold: Option<Threshold>,
}

/// Reads what `state` tells about sampling.
pub(super) fn read(state: &TraceState) -> Told {
    let mut told = Told {
        randomness: None,
        threshold: None,
    };
    for member in members(state) {
        match member.split_once(':') {
            Some(("rv", value)) => told.randomness = Randomness::parse(value),
            Some(("th", value)) => told.threshold = Threshold::parse(value),
            _ => {}
        }
    }
    told
}

/// `state` with this threshold, or without one where the entry would get too long by it: nobody
/// can tell then how many traces this one stands for, but all of the rest is kept.
pub(super) fn with_threshold(state: &TraceState, threshold: Threshold) -> TraceState {
    let mut entry = String::with_capacity(24);
    entry.push_str("th:");
    threshold.write(&mut entry);
    push_others(&mut entry, state);
    if entry.len() > LONGEST {
        return without_threshold(state);
    }
    put(state, entry)
}

/// `state` without a threshold.
pub(super) fn without_threshold(state: &TraceState) -> TraceState {
    if !members(state).any(|member| member.starts_with("th:")) {
        return state.clone();
    }
    let mut entry = String::new();
    push_others(&mut entry, state);
    put(state, entry)
}

fn members(state: &TraceState) -> impl Iterator<Item = &str> {
    let entry = state.get(ENTRY).unwrap_or_default();
    entry.split(';').filter(|member| !member.is_empty())
}

/// Writes all members but the threshold at the end of `entry`.
fn push_others(entry: &mut String, state: &TraceState) {
    for member in members(state).filter(|member| !member.starts_with("th:")) {
        if !entry.is_empty() {
            entry.push(';');
        }
        entry.push_str(member);
    }
}

/// `state` with this entry of ours in front, as W3C Trace Context has it for one that changed.
fn put(state: &TraceState, entry: String) -> TraceState {
    let changed = if entry.is_empty() {
        state.delete(ENTRY)
    } else {
        state.insert(ENTRY, entry)
    };
    // Never an error: the key is valid, and what the value is made of was, or is hex digits.
    changed.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn state(text: &str) -> TraceState {
        TraceState::from_str(text).expect("a list of entries")
    }

    fn half() -> Threshold {
        Threshold::of(0.5)
    }

    #[test]
    fn a_threshold_goes_in_front_and_all_the_rest_is_kept() {
        for (before, after) in [
            ("", "ot=th:8"),
            ("vendor=one,other=two", "ot=th:8,vendor=one,other=two"),
            ("ot=th:c", "ot=th:8"),
            (
                "vendor=one,ot=p:8;th:c;rv:00000000000001;k1:13",
                "ot=th:8;p:8;rv:00000000000001;k1:13,vendor=one",
            ),
        ] {
            assert_eq!(with_threshold(&state(before), half()).header(), after);
        }
    }

    #[test]
    fn a_threshold_is_taken_out_and_all_the_rest_is_kept() {
        for (before, after) in [
            ("", ""),
            ("ot=th:c", ""),
            ("vendor=one,ot=th:c", "vendor=one"),
            (
                "vendor=one,ot=rv:00000000000001",
                "vendor=one,ot=rv:00000000000001",
            ),
            ("vendor=one,ot=k1:13;th:c", "ot=k1:13,vendor=one"),
        ] {
            assert_eq!(without_threshold(&state(before)).header(), after);
        }
    }

    #[test]
    fn an_entry_that_would_get_too_long_goes_without_a_threshold() {
        let longest = format!("ot=k1:{}", "a".repeat(LONGEST - 3));
        assert_eq!(with_threshold(&state(&longest), half()).header(), longest);
        let with = format!("ot=th:c;k1:{}", "a".repeat(LONGEST - 8));
        assert_eq!(
            with_threshold(&state(&with), half()).header(),
            format!("ot=th:8;k1:{}", "a".repeat(LONGEST - 8))
        );
        assert_eq!(
            with_threshold(&state(&with), Threshold::of(0.1)).header(),
            format!("ot=k1:{}", "a".repeat(LONGEST - 8))
        );
    }

    #[test]
    fn the_32nd_entry_gives_way_to_ours() {
        let many: Vec<_> = (0..32).map(|number| format!("v{number}=x")).collect();
        let with = with_threshold(&state(&many.join(",")), half());
        assert_eq!(with.header(), format!("ot=th:8,{}", many[..31].join(",")));
    }

    #[test]
    fn what_others_tell_is_read() {
        let told = read(&state("vendor=one,ot=th:e666;rv:48eb211c80319c;k1:13"));
        assert_eq!(told.threshold, Some(Threshold::of(0.1)));
        assert_eq!(told.randomness, Randomness::parse("48eb211c80319c"));
        for nothing in ["", "vendor=one", "ot=rv:1;th:", "ot=th:xyz;rv", "ot=;;"] {
            let told = read(&state(nothing));
            assert_eq!((told.threshold, told.randomness), (None, None), "{nothing}");
        }
    }
}
