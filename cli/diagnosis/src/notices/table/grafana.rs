//! Grafana's lines.

use super::NoticeKind as Kind;
use crate::{
    notices::{By, Row},
    snapshot::Role,
};

pub(super) static ROWS: &[Row] = &[
    grafana(
        &["Datasource provisioning error"],
        Kind::GrafanaProvisioningFailed,
    ),
    grafana(
        &["ailed to provision data sources"],
        Kind::GrafanaProvisioningFailed,
    ),
];

const fn grafana(parts: &'static [&'static str], kind: Kind) -> Row {
    Row {
        by: By::Role(Role::Grafana),
        parts,
        kind,
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::{notices::notice, snapshot::Role};

    #[test]
    fn a_failed_provisioning_is_told_from_one_that_starts() {
        let failed = "Error: ✗ *provisioning.ProvisioningServiceImpl run error: Datasource provisioning error: data source not found";
        assert_eq!(
            notice(Role::Grafana, failed),
            Some(Kind::GrafanaProvisioningFailed)
        );
        let started = "logger=provisioning.datasources level=info msg=\"inserting datasource from configuration\" name=Tempo uid=tempo";
        assert_eq!(notice(Role::Grafana, started), None);
    }
}
