//! The path of traces, written where the SDK appends it.

use super::{
    aim,
    request_path::{self, Reading, TRACES_PATH},
    value::Effect,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::Runtime,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(308),
    name: "endpoint-path-doubled",
    severity: Severity::Error,
    summary: "a service's OTLP requests go to `/v1/traces/v1/traces`",
    why: "SDKs append `/v1/traces` to the general endpoint. Written there it stands twice, and every export ends in 404.",
    causes: &["`/v1/traces` was copied from an example for `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`."],
    remedy: "Write `OTEL_EXPORTER_OTLP_ENDPOINT` without a path, then recreate the service.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let requests = match request_path::requests(service, stack)? {
        Ok(requests) => requests,
        Err(why) => return Ok(Outcome::NotApplicable(why)),
    };
    if requests.reading != Reading::Appended || !requests.written.ends_with(TRACES_PATH) {
        return Ok(Outcome::Pass);
    }
    let effect = Effect::of(service, stack);
    if effect == Effect::Arrive {
        return Ok(Outcome::NotApplicable(
            "its spans arrive all the same: its code takes the variable as it is",
        ));
    }
    let settings = requests.settings;
    let shown = settings.shown();
    let right = shown
        .strip_suffix(TRACES_PATH)
        .map_or(shown.as_str(), |base| base.trim_end_matches('/'));
    let report = Report::new(
        format!(
            "`{}` sends spans to `/{}`: its SDK appends `/{TRACES_PATH}` to `{shown}`",
            service.label(),
            requests.path(),
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, right),
    )
    .since(Some(aim::created(service)));
    // A program in a language that nothing tells may take the variable as it is.
    fail(match Runtime::of(service.container).language {
        Some(_) => report,
        None => report.severity(effect.severity(Severity::Warning)).likely(),
    })
}
