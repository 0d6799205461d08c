//! A service and its receiver on Docker's default network, where names do not resolve.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::aim::{self, Aim},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

/// Docker's default network, the one without a name server.
const LEGACY: &str = "bridge";

pub(crate) static CHECK: Check = Check {
    code: Code::new(402),
    name: "default-bridge-without-names",
    severity: Severity::Error,
    summary: "a service names its receiver on Docker's default network, where names do not resolve",
    why: "Docker's name server answers on user-defined networks only. On `bridge`, containers reach each other by address and by nothing else.",
    causes: &[
        "Containers of `docker run` without `--network`.",
        "`network_mode: bridge` in a Compose file.",
    ],
    remedy: "Put both on a network of their own: `docker network create tracing`, then `docker network connect`.",
    verify: "`docker inspect` shows the same network, not `bridge`, in both containers.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let Some(Target::NotShared { name, networks }) = &service.target else {
        return Ok(Outcome::Pass);
    };
    let container = service.container;
    let own = container.attachments.iter().map(|own| own.network.as_str());
    if !both_on_legacy(own, networks) {
        return Ok(Outcome::Pass);
    }
    let host = settings
        .endpoint
        .as_ref()
        .map_or(*name, |endpoint| &endpoint.host);
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, but both are on Docker's default network `{LEGACY}`, where names do not resolve",
            service.label(),
            settings.shown(),
        ),
        aim::source_proof(service, settings),
        Remedy::run(
            "put both on a network of their own",
            format!(
                "docker network create tracing && docker network connect --alias {host} tracing {name} && docker network connect tracing {}",
                container.name
            ),
        ),
    );
    let fields = [container.name.as_str(), name]
        .map(|name| Evidence::new(EvidenceKind::Container, name, format!("networks: {LEGACY}")));
    fail(report.since(Some(aim::created(service))).proof(fields))
}

/// Whether what two containers share is the default network.
pub(in crate::checks) fn both_on_legacy<'n>(
    mut own: impl Iterator<Item = &'n str>,
    others: &[&str],
) -> bool {
    others.contains(&LEGACY) && own.any(|network| network == LEGACY)
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, policy::Policy, snapshot::Role};

    #[test]
    fn the_service_of_the_own_project_is_meant_and_not_its_namesake_of_another() {
        let mut snapshot = fixtures::healthy();
        for name in ["scraper", "tempo"] {
            let container = snapshot.service_mut(name);
            let attachment = &mut container.attachments[0];
            attachment.network = super::LEGACY.to_owned();
            attachment.names.clear();
        }
        let other = fixtures::elsewhere("other_tempo_1", Role::Tempo, "other_default");
        snapshot.elsewhere.push(other);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let codes: Vec<String> = diagnosis
            .findings()
            .filter(|finding| finding.subject.name() == "scraper")
            .map(|finding| finding.code.to_string())
            .collect();
        assert!(codes.contains(&"PT0402".to_owned()), "{codes:?}");
        assert!(!codes.contains(&"PT0304".to_owned()), "{codes:?}");
    }
}
