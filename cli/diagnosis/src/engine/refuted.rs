//! Findings that a canary refutes: a way on which a span with the service's own settings arrived is open.

use crate::{
    check::{Check, Outcome, Verdict},
    checks::{configuration, network},
    subject::Subject,
    view::Stack,
};

/// The verdict, unless it says of a service's name or connection what its canary has shown to be otherwise.
pub(super) fn refuted(
    check: &Check,
    subject: &Subject,
    verdict: Verdict,
    stack: &Stack<'_>,
) -> Verdict {
    if !matches!(verdict, Ok(Outcome::Fail(_))) || !is_about_the_way(check, subject) {
        return verdict;
    }
    let is_open = stack
        .services
        .iter()
        .any(|service| service.subject == *subject && stack.is_way_open(service));
    if is_open {
        Ok(Outcome::NotApplicable(
            "a canary with its settings arrived by this way",
        ))
    } else {
        verdict
    }
}

/// The checks that judge by settings, or by a moment's sight, whether a service reaches its endpoint.
fn is_about_the_way(check: &Check, subject: &Subject) -> bool {
    let codes = [
        configuration::endpoint_unknown_host::CHECK.code,
        configuration::endpoint_on_another_network::CHECK.code,
        configuration::endpoint_port_not_served::CHECK.code,
        configuration::endpoint_target_not_running::CHECK.code,
        configuration::endpoint_published_port::CHECK.code,
        configuration::endpoint_legacy_port::CHECK.code,
        configuration::host_docker_internal_unmapped::CHECK.code,
        network::connection_unanswered::CHECK.code,
        network::default_bridge_without_names::CHECK.code,
    ];
    matches!(subject, Subject::Service(_)) && codes.contains(&check.code)
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, fixtures::canary, policy::Policy, snapshot::Snapshot};

    #[test]
    fn a_canary_that_arrived_refutes_what_settings_alone_say_of_the_way() {
        let mut snapshot = fixtures::healthy();
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "elsewhere:4317");
        let codes = |snapshot: &Snapshot| -> Vec<String> {
            let diagnosis = diagnose(snapshot, &Policy::default());
            diagnosis
                .findings()
                .map(|finding| finding.code.to_string())
                .collect()
        };
        assert!(
            codes(&snapshot).contains(&"PT0303".to_owned()),
            "{:?}",
            codes(&snapshot)
        );
        snapshot.canaries = vec![canary(&snapshot, "scraper")];
        assert!(
            !codes(&snapshot).contains(&"PT0303".to_owned()),
            "{:?}",
            codes(&snapshot)
        );
    }
}
