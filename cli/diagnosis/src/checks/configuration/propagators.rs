//! `OTEL_PROPAGATORS`: the formats in which a trace's context is passed on.

use std::collections::BTreeSet;

use crate::export::Setting;

/// The propagators of the specification, and those that single SDKs have besides.
pub(super) const KNOWN: [&str; 13] = [
    "tracecontext",
    "baggage",
    "b3",
    "b3multi",
    "jaeger",
    "xray",
    "xray-lambda",
    "ottrace",
    "none",
    "datadog",
    "cloud_trace_oneway",
    "oneway-gcp",
    "gcp_trace",
];

/// The formats of a list that carry a trace; baggage carries none.
pub(super) fn formats<'s>(setting: &Setting<'s>) -> BTreeSet<&'s str> {
    setting
        .items()
        .filter(|item| !matches!(*item, "baggage" | "none"))
        .collect()
}
