//! An endpoint that is the container itself.

use super::{
    aim::{self, Aim},
    variable_misspelled,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(302),
    name: "endpoint-localhost",
    severity: Severity::Error,
    summary: "a service sends spans to its own container",
    why: "Inside a container `localhost` is the container itself, where no receiver listens: every export is refused.",
    causes: &[
        "A setting from a laptop was carried into the container.",
        "The variable names `127.0.0.1` or `0.0.0.0`.",
        "`extra_hosts` maps the name of the endpoint to one of them.",
    ],
    remedy: "Name Tempo by its Compose service: `TEMPO_ENDPOINT=tempo:4317`, then recreate the service.",
    verify: "`ptctl env` shows the service name of Tempo as host.",
    masked_by: &[
        explanations::NOT_APPLIED,
        &[Cause::same_variable(variable_misspelled::CHECK.code)],
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    if service.target != Some(Target::OwnLoopback) {
        return Ok(Outcome::Pass);
    }
    let container = service.container;
    let mapped = settings
        .endpoint
        .as_ref()
        .ok()
        .filter(|endpoint| !endpoint.is_loopback());
    let (which, remedy) = match mapped {
        Some(endpoint) => (
            format!("and its `extra_hosts` make `{}` its own container", endpoint.host),
            Remedy::edit(format!(
                "take `{}` out of `extra_hosts` of `{}` in the Compose file, then recreate it (a restart does not apply it)",
                endpoint.host,
                service.label()
            ))
            .then(commands::recreate(container)),
        ),
        None => {
            let right = aim::right_value(service, settings, stack);
            let which = "which is its own container".to_owned();
            (which, aim::set(service, settings, &right))
        }
    };
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, {which}",
            service.label(),
            settings.shown()
        ),
        aim::source_proof(service, settings),
        remedy,
    );
    let field = match mapped {
        Some(_) => format!(
            "HostConfig.ExtraHosts=[{}]",
            container.extra_hosts.join(", ")
        ),
        None => format!("HostConfig.NetworkMode={}", container.network_mode),
    };
    let proof = Evidence::new(EvidenceKind::Container, &container.name, field);
    fail(report.since(Some(aim::created(service))).proof([proof]))
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, export_errors::ErrorKind, fixtures, policy::Policy};

    /// The root causes where `tempo` is mapped by this entry of `extra_hosts`, and what a service's log says twice.
    fn roots(entries: &[&str]) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        snapshot.service_mut("scraper").extra_hosts =
            entries.iter().map(|&entry| entry.to_owned()).collect();
        snapshot.failing("scraper", ErrorKind::BackendDown);
        snapshot.failing("scraper", ErrorKind::Unspecified);
        diagnose(&snapshot, &Policy::default())
            .causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect()
    }

    #[test]
    fn a_name_that_extra_hosts_map_to_the_loopback_is_the_own_container() {
        for entry in [
            "tempo:127.0.0.1",
            "tempo=127.0.0.1",
            "Tempo:0.0.0.0",
            "tempo:::1",
            "tempo=[::1]",
        ] {
            assert_eq!(roots(&[entry]), ["PT0302"], "{entry}");
        }
    }

    #[test]
    fn a_name_with_another_address_as_well_is_not_the_own_container() {
        assert_eq!(
            roots(&["other:127.0.0.1", "tempo:127.0.0.1", "tempo:10.1.2.3"]),
            ["PT0501"]
        );
    }
}
