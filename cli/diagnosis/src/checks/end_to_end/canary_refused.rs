//! Canaries that nobody took.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        explanations,
        tempo::{rate_limited, spans_refused, tenant_missing},
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{ConnectFault, ExportFault, ExportOutcome, Flight, Spoken, TlsFault},
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(605),
    name: "canary-refused",
    severity: Severity::Error,
    summary: "a span written from a service's network with its settings is not taken",
    why: "What happens to the canary happens to every span of the service, whatever its SDK says of it, or does not say.",
    causes: &[
        "Nobody listens at the endpoint, or somebody who speaks another protocol.",
        "A certificate, a token or a tenant is missing or wrong.",
        "The receiver is over its limits.",
    ],
    remedy: "Mend what the answer names. The canary is sent with the protocol, path, headers, certificates and compression of the service itself.",
    verify: "`ptctl canary SERVICE` is found.",
    masked_by: &[
        explanations::SWITCHED_OFF,
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::HEADERS,
        explanations::PROTOCOL,
        &[
            Cause::export_target(tenant_missing::CHECK.code),
            Cause::export_target(rate_limited::CHECK.code),
        ],
        explanations::EXPORT_ERRORS,
        &[Cause::export_target(spans_refused::CHECK.code)],
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(flight) = stack.flight_of(service)? else {
        return Ok(Outcome::NotApplicable("no canary was asked for"));
    };
    if flight.delivery.is_accepted() {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "`{}` does not take a span with the settings of `{}`: {}",
        flight.to,
        service.label(),
        flight.delivery.outcome
    );
    let source = flight
        .delivery
        .peer
        .clone()
        .unwrap_or_else(|| flight.to.clone());
    let proof = Evidence::new(
        EvidenceKind::Http,
        source,
        format!(
            "OTLP export from the network of {}: {}",
            service.container.name, flight.delivery.outcome
        ),
    );
    fail(Report::new(
        message,
        proof.at(Some(flight.sent_at)),
        remedy(service, flight),
    ))
}

fn remedy(service: &Service<'_>, flight: &Flight) -> Remedy {
    let to = &flight.to;
    let action = match &flight.delivery.outcome {
        ExportOutcome::Broken(fault) => of_fault(fault, to),
        ExportOutcome::GrpcStatus { message, .. }
        | ExportOutcome::HttpStatus { body: message, .. }
            if message.contains("no org id") =>
        {
            "name a tenant: `OTEL_EXPORTER_OTLP_HEADERS=X-Scope-OrgID=…`".to_owned()
        }
        ExportOutcome::GrpcStatus { code: 8, .. }
        | ExportOutcome::HttpStatus { status: 429, .. } => {
            "raise the receiver's limits, or send less".to_owned()
        }
        ExportOutcome::GrpcStatus { code: 7 | 16, .. }
        | ExportOutcome::HttpStatus {
            status: 401 | 403, ..
        } => "correct the credentials in `OTEL_EXPORTER_OTLP_HEADERS`".to_owned(),
        ExportOutcome::GrpcStatus { code: 12, .. }
        | ExportOutcome::HttpStatus {
            status: 404 | 405 | 415,
            ..
        }
        | ExportOutcome::NotOtlp { .. } => {
            format!(
                "send to an OTLP receiver: what answers at `{to}` is none for this protocol and path"
            )
        }
        ExportOutcome::Accepted
        | ExportOutcome::PartialSuccess { .. }
        | ExportOutcome::GrpcStatus { .. }
        | ExportOutcome::HttpStatus { .. } => {
            format!("read the log of what answers at `{to}`")
        }
    };
    Remedy::run(action, format!("ptctl canary {}", service.label()))
}

fn of_fault(fault: &ExportFault, to: &str) -> String {
    match fault {
        ExportFault::Connect { fault } => match fault {
            ConnectFault::Refused => format!("let something listen at `{to}`, or correct the port"),
            ConnectFault::NoAddress => {
                format!("correct the host in `{to}`: nobody knows its name")
            }
            ConnectFault::TimedOut | ConnectFault::Unreachable | ConnectFault::Other { .. } => {
                format!("open the way to `{to}`: a network that both share, a firewall")
            }
        },
        ExportFault::Tls { fault } => match fault {
            TlsFault::NotTls { .. } => {
                "write `http://` for `https://`: no TLS is spoken there".to_owned()
            }
            TlsFault::ClientCertificateWanted => {
                "give the service a certificate by `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`"
                    .to_owned()
            }
            TlsFault::UnknownIssuer => {
                "name the authority's certificate in `OTEL_EXPORTER_OTLP_CERTIFICATE`".to_owned()
            }
            TlsFault::Expired
            | TlsFault::NotYetValid
            | TlsFault::WrongName { .. }
            | TlsFault::Refused { .. }
            | TlsFault::Closed
            | TlsFault::TimedOut
            | TlsFault::Other { .. } => {
                format!("renew the certificate of `{to}`, or send to the name that it is for")
            }
        },
        ExportFault::Protocol { spoken } => match spoken {
            Spoken::Tls => "write `https://` for `http://`: TLS is spoken there".to_owned(),
            Spoken::Http1 { .. } => {
                "send by HTTP, or to the gRPC port: `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`"
                    .to_owned()
            }
            Spoken::Http2 => {
                "send by gRPC, or to the HTTP port: `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`".to_owned()
            }
            Spoken::Nothing | Spoken::Other { .. } => {
                format!("correct the port: what answers at `{to}` is no OTLP receiver")
            }
        },
        ExportFault::Closed { .. } | ExportFault::NoAnswer => {
            format!(
                "read the log of what listens at `{to}`: it takes connections and answers nothing"
            )
        }
        ExportFault::Unsendable { .. } => "correct the setting that the answer names".to_owned(),
    }
}
