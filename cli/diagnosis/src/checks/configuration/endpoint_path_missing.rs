//! Requests to a path of Tempo's where no traces are taken.

use super::{
    aim,
    receiving::receiver_setting,
    request_path::{self, Reading, TRACES_PATH},
    value::Effect,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::OtlpProtocol,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(309),
    name: "endpoint-path-missing",
    severity: Severity::Error,
    summary: "a service's OTLP requests go to a path at which no traces are taken",
    why: "Over HTTP traces are taken at `/v1/traces` alone; any other path is answered with 404.",
    causes: &[
        "`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` without `/v1/traces`: SDKs take it as it is.",
        "The prefix `/otlp` of Loki, Mimir and Grafana Cloud, which Tempo does not have.",
    ],
    remedy: "End `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` in `/v1/traces`, or set `OTEL_EXPORTER_OTLP_ENDPOINT` without a path; then recreate the service.",
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
    let backend = stack.backend_of(service);
    let relay = stack.relay_of(service);
    // Who answers to another path in front of Tempo is a proxy's own affair.
    let receiver = match (backend, relay) {
        (Some(backend), _) => backend.label(),
        (None, Some(relay)) if requests.path().is_empty() => relay.label(),
        (None, _) => {
            return Ok(Outcome::NotApplicable(
                "it sends to no Tempo of this engine directly",
            ));
        }
    };
    let doubled = requests.reading == Reading::Appended && requests.written.ends_with(TRACES_PATH);
    if requests.path() == TRACES_PATH || doubled {
        return Ok(Outcome::Pass);
    }
    if let Some(backend) = backend
        && let Ok(Some(_)) = receiver_setting(backend, OtlpProtocol::Http, "traces_url_path")
    {
        return Ok(Outcome::NotApplicable(
            "Tempo's receiver was given a path of its own",
        ));
    }
    if Effect::of(service, stack) == Effect::Arrive {
        return Ok(Outcome::NotApplicable(
            "its spans arrive all the same: its code puts the path right",
        ));
    }
    let settings = requests.settings;
    let why = match (requests.reading, requests.written) {
        (Reading::AsItIs, "") => "its SDK takes the variable as it is",
        (_, path) if path == "otlp" || path.starts_with("otlp/") => {
            "the prefix `/otlp` is Loki's, Mimir's and Grafana Cloud's"
        }
        (Reading::AsItIs | Reading::Appended, _) => "that path is not OTLP's",
    };
    let right = aim::right_value(service, settings, stack);
    let report = Report::new(
        format!(
            "`{}` sends spans to the path `/{}` of `{receiver}`, which takes them at `/{TRACES_PATH}` alone: {why}",
            service.label(),
            requests.path(),
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    );
    let proof = Evidence::new(
        EvidenceKind::Variable,
        &service.container.name,
        format!("requests go to {}", settings.shown()),
    );
    fail(report.since(Some(aim::created(service))).proof([proof]))
}
