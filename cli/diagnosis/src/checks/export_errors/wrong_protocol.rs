//! gRPC at a port of HTTP, or HTTP at one of gRPC.

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
    code: Code::new(519),
    name: "wrong-protocol",
    severity: Severity::Error,
    summary: "a service speaks another protocol than the port that it sends to",
    why: "No export ever gets through; each language words it as a riddle of its own.",
    causes: &[
        "Port 4318 with `grpc`, or port 4317 with `http/protobuf`.",
        "The default protocol differs by language and version: the Java agent changed it with 2.0.",
    ],
    remedy: "Use port 4317 with `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`, or port 4318 with `http/protobuf`, and say both.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::PROTOCOL,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::WrongProtocol.examine(service, stack)
}
