//! Exports without the tenant that Tempo wants.

use super::family::{Family, REFUSED, TENANT};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(520),
    name: "no-tenant",
    severity: Severity::Error,
    summary: "a service's exports name no tenant, and Tempo wants one",
    why: "Each batch is refused with `no org id`, for good.",
    causes: &[
        "`multitenancy_enabled: true` in Tempo, and no header in the exporter.",
        "The header was not read: a colon instead of `=`.",
    ],
    remedy: "Set `OTEL_EXPORTER_OTLP_HEADERS=X-Scope-OrgID=TENANT` and query with the same tenant, or set `multitenancy_enabled: false` in Tempo.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        TENANT,
        explanations::HEADERS,
        explanations::NETWORK_PATH,
        REFUSED,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::NoTenant.examine(service, stack)
}
