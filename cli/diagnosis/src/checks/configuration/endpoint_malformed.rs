//! An endpoint that no client can read.

use super::aim::{self, Aim};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{EndpointError, EndpointSource},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(301),
    name: "endpoint-malformed",
    severity: Severity::Error,
    summary: "the endpoint that spans are sent to cannot be read",
    why: "The SDK refuses it at start or falls back to its default, and the service runs untraced.",
    causes: &[
        "Quotes kept from an `env_file`: Docker does not remove them.",
        "A blank at the end of the line.",
        "`${…}` that was never replaced.",
        "A scheme such as `grpc://`, or no port.",
    ],
    remedy: "Write `TEMPO_ENDPOINT` as `host:port` and `OTEL_EXPORTER_OTLP_ENDPOINT` as a URL, then recreate the service.",
    verify: "`ptctl env` shows the value as it should be.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let (Err(wrong), EndpointSource::Variable { name, value, form }) =
        (&settings.endpoint, &settings.source)
    else {
        return Ok(Outcome::Pass);
    };
    if *wrong == EndpointError::NoScheme {
        return Ok(Outcome::NotApplicable(
            "a missing scheme has a check of its own",
        ));
    }
    let right = aim::right_value(service, settings, stack);
    let report = Report::new(
        format!(
            "`{}` cannot read its endpoint `{name}={value}`: {wrong}; expected is {}",
            service.label(),
            form.describe()
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    );
    fail(report.since(Some(aim::created(service))))
}
