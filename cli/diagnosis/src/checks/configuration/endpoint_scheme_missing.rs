//! An endpoint of OpenTelemetry's variables without `http://`.

use super::{
    aim::{self, Aim},
    value::Effect,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{EndpointError, EndpointSource, Language, Library, Runtime, Setting, variables},
    finding::Severity,
    policy::Policy,
    snapshot::OtlpProtocol,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(310),
    name: "endpoint-scheme-missing",
    severity: Severity::Error,
    summary: "the endpoint in a variable of OpenTelemetry has no scheme",
    why: "Over gRPC half of the SDKs take it for TLS; over HTTP most refuse it, and Node's goes to `localhost` instead.",
    causes: &[
        "`host:port` as the collector, Alloy and `TEMPO_ENDPOINT` want it was written for an SDK.",
    ],
    remedy: "Put `http://` in front, then recreate the service.",
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
    let EndpointSource::Variable { name, value, .. } = &settings.source else {
        return Ok(Outcome::NotApplicable("no variable names its endpoint"));
    };
    if !name.starts_with("OTEL_") {
        return Ok(Outcome::NotApplicable(
            "its endpoint is written without a scheme rightly",
        ));
    }
    match &settings.endpoint {
        Ok(endpoint) if endpoint.scheme.is_none() => {}
        Err(EndpointError::NoScheme) => {}
        Ok(_) => return Ok(Outcome::Pass),
        Err(_) => return Ok(Outcome::NotApplicable("its endpoint cannot be read")),
    }
    let effect = Effect::of(service, stack);
    if effect == Effect::Arrive {
        return Ok(Outcome::NotApplicable(
            "its spans arrive all the same: its code puts the scheme right",
        ));
    }
    let language = Runtime::of(service.container).language;
    let refuses = matches!(
        language,
        Some(Language::Java | Language::DotNet | Language::Ruby | Language::Php)
    ) || Library::of(service.container) == Library::Ours
        || settings.protocol == Some(OtlpProtocol::Http);
    let insecure = Setting::first(service.container, &variables::INSECURE)
        .is_some_and(|setting| setting.bare().eq_ignore_ascii_case("true"));
    if insecure && !refuses {
        return Ok(Outcome::NotApplicable(
            "the variable of its own says plaintext, which some SDKs take without a scheme",
        ));
    }
    let known = refuses || matches!(language, Some(Language::Python | Language::Node));
    let what = if refuses {
        "its SDK refuses that"
    } else {
        "its SDK takes that for TLS"
    };
    let right = format!("http://{value}");
    let report = Report::new(
        format!(
            "`{}` has the endpoint `{name}={value}` without a scheme: {}",
            service.label(),
            if known {
                what
            } else {
                "SDKs take that for TLS or refuse it, unless its own code reads the variable"
            },
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    )
    .since(Some(aim::created(service)));
    fail(if known {
        report
    } else {
        report.severity(effect.severity(Severity::Info)).likely()
    })
}
