//! Plaintext spoken to a receiver of Tempo's that wants TLS.

use super::{
    aim::{self, Aim},
    receiving::{self, Reached, receiver_setting},
    value::Effect,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Library, Scheme},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(312),
    name: "endpoint-plaintext-to-tls",
    severity: Severity::Error,
    summary: "a service speaks plaintext to a receiver of Tempo's that wants TLS",
    why: "Tempo closes the connection, or answers 400, and no span arrives.",
    causes: &["Tempo's receiver was given a `tls` section, and the services still say `http://`."],
    remedy: "Write `https://` and name the CA in `OTEL_EXPORTER_OTLP_CERTIFICATE`, or take `tls` off the receiver; then recreate what was changed.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let Ok(endpoint) = &settings.endpoint else {
        return Ok(Outcome::NotApplicable("its endpoint cannot be read"));
    };
    let plaintext = match endpoint.scheme {
        Some(Scheme::Http) => true,
        // `TEMPO_ENDPOINT` of our library is plaintext always.
        None => settings.library == Library::Ours,
        Some(Scheme::Https) => false,
    };
    if !plaintext {
        return Ok(Outcome::NotApplicable(
            "its endpoint does not ask for plaintext",
        ));
    }
    let Some(backend) = stack.backend_of(service) else {
        return Ok(Outcome::NotApplicable(
            "it does not send to a Tempo of this engine directly",
        ));
    };
    let receiver = match receiving::reached(service, stack)? {
        Reached::Receiver(receiver) => receiver,
        Reached::None(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let Ok(tls) = receiver_setting(backend, receiver.protocol, "tls") else {
        return Ok(Outcome::NotApplicable(
            "Tempo's configuration file could not be read, and only that tells whether it wants TLS",
        ));
    };
    let Some(tls) = tls.filter(|_| Effect::of(service, stack) != Effect::Arrive) else {
        return Ok(Outcome::Pass);
    };
    let address = settings.shown();
    let right = format!("https://{}", address.trim_start_matches("http://"));
    let remedy = super::value::set(service, "OTEL_EXPORTER_OTLP_ENDPOINT", &right);
    let report = Report::new(
        format!(
            "`{}` speaks plaintext to `{address}`, but that receiver wants TLS",
            service.label(),
        ),
        aim::source_proof(service, settings),
        remedy,
    );
    fail(
        report
            .since(Some(aim::created(service)))
            .proof([tls, receiver.proof]),
    )
}
