//! A Prometheus that does not take what Tempo's metrics generator writes.

use super::remote_write;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Prometheus,
    view::{Neighbour, Stack},
};

/// Flags that let Prometheus receive: since 2.33, and before.
const FLAGS: [&str; 2] = [
    "web.enable-remote-write-receiver",
    "enable-feature=remote-write-receiver",
];

pub(crate) static CHECK: Check = Check {
    code: Code::new(1009),
    name: "prometheus-remote-write-off",
    severity: Severity::Warning,
    summary: "Tempo's metrics generator writes to a Prometheus that does not take it",
    why: "Prometheus answers 404, and the service graph and span metrics stay empty.",
    causes: &["Prometheus was started without `--web.enable-remote-write-receiver`."],
    remedy: "Add `--web.enable-remote-write-receiver` to Prometheus' command, then recreate it.",
    verify: "Prometheus has the metric `traces_service_graph_request_total` after the next request.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachPrometheus(examine),
};

fn examine(prometheus: &Neighbour<'_, Prometheus>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = prometheus.container;
    let has_flag = container.command.iter().any(|word| {
        let word = word.trim_start_matches('-');
        FLAGS.iter().any(|flag| word.starts_with(flag)) && !word.ends_with("=false")
    });
    for backend in &stack.backends {
        for write in remote_write::of(backend, stack)? {
            let here = write.container.is_some_and(|to| to.id == container.id);
            if !here || has_flag || !write.url().ends_with("/api/v1/write") {
                continue;
            }
            let command = Evidence::new(
                EvidenceKind::Container,
                &container.name,
                format!("command: {}", container.command.join(" ")),
            );
            return fail(
                Report::new(
                    format!(
                        "Tempo `{}` writes metrics to Prometheus `{}`, whose remote write receiver is off",
                        backend.label(),
                        prometheus.label()
                    ),
                    write.proof(),
                    Remedy::edit(format!(
                        "add `--web.enable-remote-write-receiver` to the command of `{}` in the Compose file, then recreate it",
                        prometheus.label()
                    ))
                    .then(commands::recreate(container)),
                )
                .proof([command]),
            );
        }
    }
    Ok(Outcome::Pass)
}
