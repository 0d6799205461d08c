//! Where failing exports go, by what their lines name.

use crate::{snapshot::ErrorGroup, view::Service};

/// Where its exports go: the host that the lines name, where that is another than the configured one.
pub(super) fn told(service: &Service<'_>, group: &ErrorGroup) -> String {
    let Some(settings) = service.settings.known() else {
        return String::new();
    };
    let configured = settings
        .endpoint
        .as_ref()
        .ok()
        .map(|endpoint| &endpoint.host);
    let host = |address: &str| {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        host.to_owned()
    };
    let other = group.endpoint.as_ref().filter(|named| {
        let host = host(named);
        // An address may well be the configured name's.
        host.parse::<std::net::IpAddr>().is_err()
            && !host.starts_with('[')
            && configured.is_some_and(|configured| !configured.eq_ignore_ascii_case(&host))
    });
    match other {
        Some(named) => format!(" to `{named}`, not to `{}`", settings.shown()),
        None => format!(" to `{}`", settings.shown()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, export_errors::ErrorKind, fixtures, observed::Observed, policy::Policy};

    fn finding_on(endpoint: &str) -> String {
        let mut snapshot = fixtures::healthy();
        if let Observed::Known(sightings) = &mut snapshot.tempos[0].sightings {
            sightings.retain(|sighting| sighting.service_name != "docutag-scraper");
        }
        let scraper = snapshot.service_mut("scraper");
        scraper.metrics = None;
        let mut group = fixtures::errors(ErrorKind::AuthFailed);
        group.endpoint = Some(endpoint.to_owned());
        if let Observed::Known(logs) = &mut scraper.logs {
            logs.errors = vec![group];
        }
        let diagnosis = diagnose(&snapshot, &Policy::default());
        diagnosis.causes[0].finding.message.clone()
    }

    #[test]
    fn a_receiver_that_is_not_the_configured_one_is_named() {
        let message = finding_on("backup:4317");
        assert!(message.contains("to `backup:4317`, not to `"), "{message}");
        for configured in ["tempo:4317", "172.18.0.2:4317", "[fd00::2]:4317"] {
            let message = finding_on(configured);
            assert!(!message.contains("not to"), "{message}");
        }
    }
}
