//! Exports end in a refused connection.

use super::family::{AFTER_A_RESTART, Family};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(501),
    name: "connection-refused",
    severity: Severity::Error,
    summary: "a service's exports are refused: nobody listens at its endpoint",
    why: "The batch is tried a few times and then dropped; spans are lost for as long as it lasts.",
    causes: &[
        "Tempo or the collector is down or restarting.",
        "The receiver listens on its own loopback.",
        "The port is another one.",
    ],
    remedy: "Start the backend, or correct host and port of the endpoint; `ptctl env` shows it.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::RELAY_START,
        AFTER_A_RESTART,
        explanations::ENDPOINT_UNREAD,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::Refused.examine(service, stack)
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        export_errors::ErrorKind,
        fixtures::{ago, healthy},
        policy::Policy,
    };

    #[test]
    fn what_is_tried_again_just_after_tempo_came_back_is_history() {
        for (since_tempo, service_since, expected) in [
            // The last line is 10 s old.
            (40, 600, vec![]),
            (40, 30, vec!["PT0501"]),
            (300, 600, vec!["PT0510"]),
        ] {
            let mut snapshot = healthy();
            snapshot.failing("scraper", ErrorKind::BackendDown);
            snapshot.service_mut("tempo").state.started_at = Some(ago(since_tempo));
            snapshot.service_mut("scraper").state.started_at = Some(ago(service_since));
            let diagnosis = diagnose(&snapshot, &Policy::default());
            let roots = diagnosis.causes.iter();
            let roots: Vec<String> = roots.map(|cause| cause.finding.code.to_string()).collect();
            assert_eq!(roots, expected, "{since_tempo} {service_since}");
        }
    }
}
