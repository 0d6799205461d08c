//! Tempo wants a tenant and senders name none.

use super::proof::{counting_since, metric, notice, setting};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::standing,
    code::Code,
    export_errors::ErrorKind,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(213),
    name: "tenant-missing",
    severity: Severity::Error,
    summary: "Tempo wants a tenant with every request, and senders name none",
    why: "Tempo answers 503 or UNAVAILABLE `no org id`, which SDKs take for a passing trouble and try again for ever; `/ready` stays 200.",
    causes: &[
        "`multitenancy_enabled: true` was taken over from an example for several tenants.",
        "A sender or the collector in between lost the header `X-Scope-OrgID`.",
    ],
    remedy: "Set `multitenancy_enabled: false`, or let every sender send a tenant: `OTEL_EXPORTER_OTLP_HEADERS=x-scope-orgid=shop`.",
    verify: "`ptctl status` shows the count of accepted spans rising.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let config = backend.tempo.config.get()?;
    if !config.multitenancy {
        return Ok(Outcome::Pass);
    }
    // The log line alone proves nothing: a query without a tenant, such as ours, leaves the same.
    let sender = stack
        .services
        .iter()
        .filter(|service| {
            stack
                .backend_of(service)
                .is_some_and(|target| target.subject == backend.subject)
        })
        .find_map(|service| {
            let standing = standing::standing(service, stack).ok()?;
            let group = standing
                .into_iter()
                .find(|group| group.kind == ErrorKind::TenantMissing)?;
            Some((service, group))
        });
    let metrics = backend.tempo.metrics.get();
    let all_refused = metrics.as_ref().is_ok_and(|metrics| {
        metrics.refused > 0 && metrics.accepted == 0 && metrics.discarded.is_empty()
    });
    let (proof, since) = match sender {
        Some((service, group)) => (standing::proof(service, group), standing::since(group)),
        None if all_refused => {
            let refused = metrics.as_ref().map_or(0, |metrics| metrics.refused);
            (
                metric(backend, format!("tempo_receiver_refused_spans {refused}")),
                counting_since(backend),
            )
        }
        None => {
            metrics?;
            return Ok(Outcome::Pass);
        }
    };
    let place = setting(backend, &[&["multitenancy_enabled"], &["auth_enabled"]]);
    let said = notice(backend, NoticeKind::TempoTenantMissing)
        .map(|(container, group)| Evidence::log(&container.name, &group.sample));
    let message = format!(
        "Tempo `{}` wants a tenant with every request (`multitenancy_enabled`), and senders name none",
        backend.label()
    );
    let remedy = Remedy::edit(
        "set `multitenancy_enabled: false` in its configuration and restart it, or give every sender `OTEL_EXPORTER_OTLP_HEADERS=x-scope-orgid=<tenant>`",
    );
    let configured = Evidence::new(
        EvidenceKind::Configuration,
        &config.source,
        "multitenancy_enabled: true",
    );
    fail(
        Report::new(message, proof, remedy)
            .since(since)
            .proof([place.map_or(configured, |place| place.proof())])
            .proof(said),
    )
}
