//! TLS spoken to a receiver of Tempo's that has none.

use super::{
    aim::{self, Aim},
    receiving::{self, Reached, receiver_setting},
    value::Effect,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::Scheme,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(311),
    name: "endpoint-tls-to-plaintext",
    severity: Severity::Error,
    summary: "a service speaks TLS to a receiver of Tempo's that speaks plaintext",
    why: "The handshake fails with a riddle, such as `wrong version number`, and no span arrives.",
    causes: &["`https://` was written by habit, or copied from a setting for the cloud."],
    remedy: "Write `http://`, or give Tempo's receiver a `tls` section; then recreate what was changed.",
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
    if endpoint.scheme != Some(Scheme::Https) {
        return Ok(Outcome::NotApplicable("its endpoint does not ask for TLS"));
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
    if receiver_setting(backend, receiver.protocol, "tls")?.is_some()
        || Effect::of(service, stack) == Effect::Arrive
    {
        return Ok(Outcome::Pass);
    }
    let right = settings.shown().replacen("https://", "http://", 1);
    let report = Report::new(
        format!(
            "`{}` speaks TLS to `{}`, but that receiver speaks plaintext",
            service.label(),
            settings.shown(),
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    );
    fail(
        report
            .since(Some(aim::created(service)))
            .proof([receiver.proof]),
    )
}
