//! The backend rejects what a service exports.

use super::family::{Family, REJECTIONS};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(506),
    name: "rejected",
    severity: Severity::Error,
    summary: "the backend rejects what a service exports",
    why: "What is rejected for good is lost; what may be tried again adds load.",
    causes: &[
        "A trace over Tempo's size limit, or more traces at once than it takes.",
        "Ids of the wrong length.",
        "The memory limiter of a collector.",
    ],
    remedy: "Read the reason in the line: raise the limit that it names, or mend the ids.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        REJECTIONS,
        explanations::HEADERS,
        explanations::NETWORK_PATH,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::Rejected.examine(service, stack)
}
