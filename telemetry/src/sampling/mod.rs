//! Which traces are recorded: `OTEL_TRACES_SAMPLER` and its argument.

mod adaptive;

use opentelemetry_sdk::trace::{Sampler, ShouldSample};

use crate::config::{Lookup, MalformedValue};
use adaptive::{AdaptiveSampler, Callers, TracesPerSecond};

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";

const DEFAULT: &str = "parentbased_always_on";

/// The sampler asked for, and its description for the log. All traces unless told otherwise, and
/// a caller's decision is followed.
pub(crate) fn read(lookup: &Lookup<'_>) -> Result<(Box<dyn ShouldSample>, String), MalformedValue> {
    let name = lookup.text(SAMPLER)?.unwrap_or_else(|| DEFAULT.to_owned());
    let sampler = match name.as_str() {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => return ratio(lookup, &name, |root| root),
        "parentbased_always_on" => following_the_caller(Sampler::AlwaysOn),
        "parentbased_always_off" => following_the_caller(Sampler::AlwaysOff),
        "parentbased_traceidratio" => return ratio(lookup, &name, following_the_caller),
        "adaptive" => return adaptive(lookup, &name, Callers::Ignored),
        "parentbased_adaptive" => return adaptive(lookup, &name, Callers::Followed),
        _ => {
            return Err(MalformedValue::new(
                SAMPLER,
                &name,
                "one of `always_on`, `always_off`, `traceidratio`, `adaptive`, \
                 `parentbased_always_on`, `parentbased_always_off`, `parentbased_traceidratio`, \
                 `parentbased_adaptive`",
            ));
        }
    };
    Ok((Box::new(sampler), name))
}

fn ratio(
    lookup: &Lookup<'_>,
    name: &str,
    wrap: impl FnOnce(Sampler) -> Sampler,
) -> Result<(Box<dyn ShouldSample>, String), MalformedValue> {
    let ratio = lookup.parsed(
        &[ARGUMENT],
        "a number from 0 to 1, such as `0.25`",
        1.0,
        |value| {
            value
                .parse()
                .ok()
                .filter(|ratio: &f64| (0.0..=1.0).contains(ratio))
        },
    )?;
    let sampler = wrap(Sampler::TraceIdRatioBased(ratio));
    Ok((Box::new(sampler), format!("{name} {ratio}")))
}

fn adaptive(
    lookup: &Lookup<'_>,
    name: &str,
    callers: Callers,
) -> Result<(Box<dyn ShouldSample>, String), MalformedValue> {
    let target = lookup.parsed(
        &[ARGUMENT],
        "a number of traces per second above 0, such as `10`",
        TracesPerSecond::DEFAULT,
        |value| value.parse().ok().and_then(TracesPerSecond::new),
    )?;
    let sampler = AdaptiveSampler::new(target, callers);
    Ok((Box::new(sampler), format!("{name} {target}")))
}

fn following_the_caller(root: Sampler) -> Sampler {
    Sampler::ParentBased(Box::new(root))
}
