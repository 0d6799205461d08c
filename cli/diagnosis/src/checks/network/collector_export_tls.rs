//! A collector that speaks TLS to a Tempo that does not.

use super::{collector_export_port, relay};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::endpoint_protocol_mismatch::receiver_at,
    code::Code,
    document::Document,
    export::Target,
    finding::{Evidence, Severity},
    policy::Policy,
    snapshot::{OtlpProtocol, Receiver},
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(420),
    name: "collector-export-tls",
    severity: Severity::Error,
    summary: "a collector speaks TLS to a Tempo that receives plaintext",
    why: "Every export ends in a failed handshake, which the collector tries again until it drops the batch.",
    causes: &[
        "The `otlp` exporter speaks TLS unless `tls.insecure: true` says otherwise.",
        "The endpoint begins with `https://`.",
    ],
    remedy: "Set `tls: {insecure: true}` at the exporter, or write the endpoint with `http://`.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[&[Cause::same_subject(collector_export_port::CHECK.code)]],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    if pipelines.exporters.is_empty() {
        return Ok(Outcome::NotApplicable(relay::NO_TRACES));
    }
    for route in &relay.routes {
        let Target::Container {
            container,
            port: Some(port),
        } = &route.target
        else {
            continue;
        };
        if route.exporter.speaks_tls(&route.endpoint) != Some(true) {
            continue;
        }
        let Some(backend) = stack
            .backends
            .iter()
            .find(|backend| backend.tempo.container.as_ref() == Some(&container.id))
        else {
            continue;
        };
        let config = backend.tempo.config.get()?;
        let Some(receiver) = receiver_at(config, *port) else {
            continue;
        };
        let file = backend.tempo.file.get()?;
        if has_tls(file, receiver) {
            continue;
        }
        let (says, action) = match route.endpoint.scheme {
            Some(_) => (
                "its endpoint says `https`",
                format!(
                    "write the endpoint of `{}` with `http://`",
                    route.exporter.part.id
                ),
            ),
            None => (
                "it has no `tls.insecure: true`",
                format!("set `tls.insecure: true` at `{}`", route.exporter.part.id),
            ),
        };
        let report = Report::new(
            format!(
                "{} with TLS, since {says}, but Tempo `{}` receives plaintext there",
                relay::sends(relay, route),
                backend.label()
            ),
            route.exporter.proof(),
            relay::mend(relay, action),
        );
        let theirs = otlp(file)
            .map(|node| Evidence::setting(file.location(node), "the OTLP receiver, without `tls`"));
        return fail(report.since(relay::started(relay)).proof(theirs));
    }
    Ok(Outcome::Pass)
}

fn otlp(file: &Document) -> Option<&crate::document::Node> {
    file.at(&["distributor", "receivers", "otlp", "protocols"])
}

fn has_tls(file: &Document, receiver: &Receiver) -> bool {
    let protocol = match receiver.protocol {
        OtlpProtocol::Grpc => "grpc",
        OtlpProtocol::Http => "http",
    };
    otlp(file)
        .and_then(|protocols| protocols.at(&[protocol, "tls"]))
        .is_some_and(|tls| !tls.is_null())
}
