//! Whose data it is: one tenant for all, or the one that the `X-Scope-OrgID` header names.

use crate::ids::{TenantId, TenantIdError};

/// The header, and gRPC metadata key, that names the tenant.
pub(crate) const ORG_ID_HEADER: &str = "x-scope-orgid";

/// Whether tenants are told apart (Tempo's `multitenancy_enabled`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tenancy {
    /// Everything belongs to one tenant; the header is ignored.
    #[default]
    Single,
    /// Every request must name its tenant.
    Multi,
}

impl Tenancy {
    /// The tenant of a request with this header value.
    pub(crate) fn tenant(self, org_id: Option<&str>) -> Result<TenantId, TenantIdError> {
        match self {
            Self::Single => Ok(TenantId::single()),
            Self::Multi => TenantId::parse(org_id.unwrap_or_default()),
        }
    }

    /// How a log line names the tenant of a request, valid or not.
    pub(crate) fn shown(self, org_id: Option<&str>) -> &str {
        match self {
            Self::Single => "single-tenant",
            Self::Multi => org_id.unwrap_or_default(),
        }
    }
}
