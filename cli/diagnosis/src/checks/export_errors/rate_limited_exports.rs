//! Exports over the receiver's rate limit.

use super::family::{Family, RATE_LIMIT};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(514),
    name: "rate-limited-exports",
    severity: Severity::Warning,
    summary: "a service's exports are refused over a rate limit",
    why: "What is refused is tried again for a while, which adds to the load; then it is lost.",
    causes: &[
        "More bytes per second than `ingestion.rate_limit_bytes` of Tempo.",
        "One batch larger than `ingestion.burst_size_bytes`, which no second try helps.",
        "A limit of a proxy or hosted backend.",
    ],
    remedy: "Sample at the sender, or raise the limit that the line names.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[RATE_LIMIT],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::RateLimited.examine(service, stack)
}
