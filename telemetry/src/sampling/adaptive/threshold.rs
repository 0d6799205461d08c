//! Probabilities as OpenTelemetry's consistent probability sampling writes them.
//!
//! A trace is sampled where its randomness, 56 bits, reaches the rejection threshold, which is the
//! number of the 2^56 possible ones that are rejected. Whoever uses the same randomness and a
//! lower threshold samples that trace, too.
//! (opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling)

use opentelemetry::trace::TraceId;

/// Bits of a randomness.
const BITS: u32 = 56;

/// The number of possible randomnesses.
const ALL: u64 = 1 << BITS;

/// Hex digits of a randomness, and of a threshold at most.
const DIGITS: u32 = BITS / 4;

/// Significant hex digits of a threshold: as many as the specification recommends.
const PRECISION: u32 = 4;

/// How many of the 2^56 possible randomnesses are rejected: at least one is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Threshold(u64);

/// The 56 random bits that all decisions about one trace share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Randomness(u64);

impl Threshold {
    /// The threshold for a probability, rounded to four digits after those that are `f` anyway.
    pub(super) fn of(probability: f64) -> Self {
        if probability >= 1.0 {
            return Self(0);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a number from 0 to 2^56, which is a power of two"
        )]
        let kept = ((probability * ALL as f64) as u64).max(1);
        // Each four of these make one digit `f`.
        let leading_ones = kept.leading_zeros() - (u64::BITS - BITS);
        let digits = (PRECISION + leading_ones / 4).min(DIGITS);
        let unit = 1 << (4 * (DIGITS - digits));
        let rejected = ALL - kept;
        Self((rejected + unit / 2) / unit * unit)
    }

    /// Reads the value of `th`: up to 14 hex digits, the last zeros left out.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let length = u32::try_from(text.len())
            .ok()
            .filter(|&length| length <= DIGITS)?;
        Some(Self(hex(text)? << (4 * (DIGITS - length))))
    }

    /// Writes the value of `th` at the end of `text`.
    pub(super) fn write(self, text: &mut String) {
        let mut left = self.0;
        loop {
            let digit = u32::try_from(left >> (4 * (DIGITS - 1))).unwrap_or(0);
            text.extend(char::from_digit(digit, 16));
            left = (left << 4) & (ALL - 1);
            if left == 0 {
                return;
            }
        }
    }

    /// Whether a trace with this randomness is sampled.
    pub(super) fn lets_pass(self, randomness: Randomness) -> bool {
        randomness.0 >= self.0
    }
}

impl Randomness {
    /// The randomness of a trace that tells none: the lower 56 bits of its id.
    pub(super) fn of(trace: TraceId) -> Self {
        let [_, _, _, _, _, _, _, _, low @ ..] = trace.to_bytes();
        Self(u64::from_be_bytes(low) & (ALL - 1))
    }

    /// Reads the value of `rv`: exactly 14 hex digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        (text.len() == DIGITS as usize)
            .then(|| hex(text).map(Self))
            .flatten()
    }
}

fn hex(text: &str) -> Option<u64> {
    // Unlike the standard library's reading, without a sign.
    text.bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u64::from_str_radix(text, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(threshold: Threshold) -> String {
        let mut text = String::new();
        threshold.write(&mut text);
        text
    }

    #[test]
    fn probabilities_are_written_as_the_specification_s_table_has_them() {
        for (one_in, text) in [
            (1.0, "0"),
            (2.0, "8"),
            (3.0, "aaab"),
            (4.0, "c"),
            (5.0, "cccd"),
            (8.0, "e"),
            (10.0, "e666"),
            (16.0, "f"),
            (100.0, "fd70a"),
            (1000.0, "ffbe77"),
            (10_000.0, "fff9724"),
            (100_000.0, "ffff583a"),
            (1_000_000.0, "ffffef39"),
        ] {
            assert_eq!(written(Threshold::of(1.0 / one_in)), text, "1 in {one_in}");
        }
    }

    #[test]
    fn the_least_probability_still_lets_one_pass() {
        for probability in [0.0, f64::MIN_POSITIVE, 1e-17] {
            assert_eq!(written(Threshold::of(probability)), "f".repeat(14));
        }
        assert!(Threshold::of(0.0).lets_pass(Randomness(ALL - 1)));
    }

    #[test]
    fn the_randomness_of_a_trace_is_the_end_of_its_id() {
        let trace = TraceId::from_hex("0af7651916cd43dd8448eb211c80319c").expect("an id");
        assert_eq!(
            Some(Randomness::of(trace)),
            Randomness::parse("48eb211c80319c")
        );
    }

    #[test]
    fn what_is_not_hex_or_has_the_wrong_length_is_no_value() {
        for text in ["", "g", "+8", "-1", "0x8", "8_0", "123456789abcdef"] {
            assert_eq!(Threshold::parse(text), None, "{text}");
        }
        for text in ["", "48eb211c80319", "48eb211c80319c0", "+8eb211c80319c"] {
            assert_eq!(Randomness::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_threshold_is_read_as_it_was_written(probability in 0.0..=1.0f64) {
            let threshold = Threshold::of(probability);
            prop_assert_eq!(Threshold::parse(&written(threshold)), Some(threshold));
        }

        #[test]
        #[expect(clippy::cast_precision_loss, reason = "the loss is far below what is asked for")]
        fn rounding_changes_a_probability_by_little(exponent in -30.0..0.0f64) {
            let probability = exponent.exp2();
            let kept = (ALL - Threshold::of(probability).0) as f64 / ALL as f64;
            prop_assert!((kept / probability - 1.0).abs() < 0.001, "{kept} for {probability}");
        }

        #[test]
        fn who_samples_more_samples_whatever_another_does(
            less in 0.0..=1.0f64,
            more in 0.0..=1.0f64,
            trace in 1u128..,
        ) {
            let (less, more) = (less.min(more), less.max(more));
            let randomness = Randomness::of(TraceId::from(trace));
            prop_assert!(
                !Threshold::of(less).lets_pass(randomness)
                    || Threshold::of(more).lets_pass(randomness)
            );
        }
    }
}
