//! `OTEL_TRACES_SAMPLER` and its argument.

use crate::export::Library;

/// The samplers of the specification.
pub(super) const KNOWN: [&str; 9] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
    "jaeger_remote",
    "parentbased_jaeger_remote",
    "xray",
];
/// Those of them that keep a share of the traces.
pub(super) const RATIOS: [&str; 2] = ["traceidratio", "parentbased_traceidratio"];
/// Those that our library knows besides: they aim at a number of traces per second.
pub(super) const OURS: [&str; 2] = ["adaptive", "parentbased_adaptive"];

/// What a sampler keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sampler {
    /// This share of all traces.
    Keeps(f64),
    /// This share of the traces that begin at the service, and whatever its callers keep.
    KeepsOfOwn(f64),
    /// Some of all traces, and each that is rare.
    Adapts,
    /// Some of the traces that begin at the service, each of those that is rare, and whatever its callers keep.
    AdaptsOfOwn,
}

/// What a sampler keeps; `None` for one that is unknown, or asks elsewhere. Without a usable argument a ratio is 1.
pub(super) fn read(library: Library, name: &str, argument: Option<&str>) -> Option<Sampler> {
    let share = || argument.and_then(ratio).unwrap_or(1.0);
    match name {
        "adaptive" if library == Library::Ours => Some(Sampler::Adapts),
        "parentbased_adaptive" if library == Library::Ours => Some(Sampler::AdaptsOfOwn),
        "always_on" => Some(Sampler::Keeps(1.0)),
        "always_off" => Some(Sampler::Keeps(0.0)),
        "traceidratio" => Some(Sampler::Keeps(share())),
        "parentbased_always_on" => Some(Sampler::KeepsOfOwn(1.0)),
        "parentbased_always_off" => Some(Sampler::KeepsOfOwn(0.0)),
        "parentbased_traceidratio" => Some(Sampler::KeepsOfOwn(share())),
        _ => None,
    }
}

/// A ratio from 0 to 1.
pub(super) fn ratio(text: &str) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|ratio| (0.0..=1.0).contains(ratio))
}

/// A number of traces per second above 0.
pub(super) fn target(text: &str) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|target: &f64| target.is_finite() && *target > 0.0)
}
