//! Something else than the receiver answers.

use super::family::Family;
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(516),
    name: "proxy-answers",
    severity: Severity::Error,
    summary: "a proxy or another program answers a service's exports instead of the receiver",
    why: "The answer is not the receiver's: whatever it says, Tempo has none of these spans.",
    causes: &[
        "A proxy cannot reach Tempo (502, 504); gRPC needs an upstream that speaks HTTP/2.",
        "`HTTP_PROXY` is set, and `NO_PROXY` does not name the receiver.",
        "A redirect, which turns a POST into a GET.",
        "The port belongs to another program.",
    ],
    remedy: "Send to the receiver directly, and name its host in `NO_PROXY`; else read the log of what answers.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::ProxyAnswers.examine(service, stack)
}
