//! A receiver that wants a tenant.

use super::path::{self, Complaint};
use crate::{
    check::{Cause, Check, Examine, Verdict},
    checks::{explanations, tempo::tenant_missing},
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    snapshot::Wanted,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(442),
    name: "receiver-wants-tenant",
    severity: Severity::Error,
    summary: "the receiver at a service's endpoint wants a tenant, and the service names none",
    why: "A Tempo with `multitenancy_enabled` takes no span without `X-Scope-OrgID`.",
    causes: &[
        "`OTEL_EXPORTER_OTLP_HEADERS` does not name the tenant.",
        "Multitenancy was switched on by a copied configuration.",
    ],
    remedy: "Set `OTEL_EXPORTER_OTLP_HEADERS=X-Scope-OrgID=TENANT`, or switch multitenancy off in Tempo.",
    verify: path::VERIFY,
    masked_by: &[
        explanations::ENDPOINT,
        explanations::BACKEND,
        explanations::RELAY,
        explanations::HEADERS,
        &[Cause::export_target(tenant_missing::CHECK.code)],
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Authenticate, |broken| {
        let Obstacle::Wants(Wanted::Tenant, export) = &broken.at.obstacle else {
            return None;
        };
        Some(Complaint::new(
            format!(
                "but {} wants a tenant: {}",
                broken.place(),
                export.delivery.outcome
            ),
            Remedy::edit(
                "set `OTEL_EXPORTER_OTLP_HEADERS=X-Scope-OrgID=TENANT` with the tenant's name",
            ),
        ))
    })
}
