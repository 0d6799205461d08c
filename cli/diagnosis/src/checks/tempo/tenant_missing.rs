//! Tempo wants a tenant and senders name none.

use super::proof::{counting_since, file, metric, notice, setting};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        configuration::headers_malformed::{self, Header},
        standing,
    },
    code::Code,
    export::{Setting, variables},
    export_errors::ErrorKind,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    snapshot::ErrorGroup,
    view::{Backend, Service, Stack},
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
    masked_by: &[&[Cause::concerned(headers_malformed::CHECK.code)]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let config = backend.tempo.config.get()?;
    if !config.multitenancy {
        return Ok(Outcome::Pass);
    }
    // The log line alone proves nothing: a query without a tenant, such as ours, leaves the same.
    let senders = Senders::of(backend, stack);
    let metrics = backend.tempo.metrics.get();
    let all_refused = metrics.as_ref().is_ok_and(|metrics| {
        metrics.refused > 0 && metrics.accepted == 0 && metrics.discarded.is_empty()
    });
    let (proof, since) = match senders.refused.first() {
        Some(first) => (
            standing::proof(first.service, first.said),
            standing::since(first.said),
        ),
        None if all_refused && !senders.another_names_one => {
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
    // It has wanted a tenant since its start: what it accepted since then had one.
    let accepts = metrics.is_ok_and(|metrics| metrics.accepted > 0);
    let concerned = senders.concerned(if accepts || senders.another_names_one {
        Others::NameOne
    } else {
        Others::SeemToNameNone
    });
    let who = match concerned.as_slice() {
        [] => "senders name none".to_owned(),
        [one] => format!("`{}` names none", one.label()),
        several => {
            let names: Vec<&str> = several.iter().map(|service| service.label()).collect();
            format!("`{}` name none", names.join("`, `"))
        }
    };
    let place = setting(backend, &[&["multitenancy_enabled"], &["auth_enabled"]]);
    let said = notice(backend, NoticeKind::TempoTenantMissing)
        .map(|(container, group)| Evidence::log(&container.name, &group.sample));
    let message = format!(
        "Tempo `{}` wants a tenant with every request (`multitenancy_enabled`), and {who}",
        backend.label()
    );
    let remedy = remedy(backend, &concerned, &senders);
    let configured = Evidence::new(
        EvidenceKind::Configuration,
        &config.source,
        "multitenancy_enabled: true",
    );
    fail(
        Report::new(message, proof, remedy)
            .since(since)
            .proof([place.map_or(configured, |place| place.proof())])
            .proof(said)
            .concerning(concerned.iter().map(|service| service.subject.clone())),
    )
}

/// A tenant for those who name none, or none for anybody: the first where others name one already.
fn remedy(backend: &Backend<'_>, concerned: &[&Service<'_>], senders: &Senders<'_, '_>) -> Remedy {
    let refused = || senders.refused.iter().map(|refused| refused.service);
    let has_headers =
        |service: &Service<'_>| Setting::first(service.container, &variables::HEADERS).is_some();
    let some_have = concerned.iter().copied().any(has_headers)
        || (concerned.is_empty() && refused().any(has_headers));
    // A variable that is set a second time loses what it said before.
    let pair = if some_have {
        "add `x-scope-orgid=<tenant>` to `OTEL_EXPORTER_OTLP_HEADERS`, after a comma where it says something already,"
    } else {
        "set `OTEL_EXPORTER_OTLP_HEADERS=x-scope-orgid=<tenant>`"
    };
    let off = format!(
        "set `multitenancy_enabled: false` in {} and restart it",
        file(backend)
    );
    match concerned {
        [] => Remedy::edit(format!("{off}, or {pair} for every sender")),
        concerned => {
            let names: Vec<&str> = concerned.iter().map(|service| service.label()).collect();
            Remedy::edit(format!(
                "{pair} for `{}` in the Compose file and recreate what was changed; or {off}",
                names.join("`, `")
            ))
        }
    }
}

/// The header that names the tenant.
const TENANT: &str = "x-scope-orgid";

/// The services that export to a backend themselves.
struct Senders<'a, 's> {
    /// Those that were told that they name no tenant.
    refused: Vec<Refused<'a, 's>>,
    /// Whether another one's headers name a tenant.
    another_names_one: bool,
}

/// What the senders do that were not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    /// Some name a tenant.
    NameOne,
    /// Nothing shows that any names one.
    SeemToNameNone,
}

/// A service that was told that it names no tenant.
struct Refused<'a, 's> {
    service: &'a Service<'s>,
    said: &'s ErrorGroup,
    header: Header,
}

impl<'a, 's> Senders<'a, 's> {
    fn of(backend: &Backend<'s>, stack: &'a Stack<'s>) -> Self {
        let mut senders = Self {
            refused: Vec::new(),
            another_names_one: false,
        };
        for service in &stack.services {
            let target = stack.backend_of(service);
            if target.is_none_or(|target| target.subject != backend.subject) {
                continue;
            }
            let header = Header::of(service, TENANT);
            // Where its log cannot be read nothing says that it was refused.
            let said = standing::standing(service, stack).map(|standing| {
                standing
                    .into_iter()
                    .find(|group| group.kind == ErrorKind::TenantMissing)
            });
            match said {
                Ok(Some(said)) => senders.refused.push(Refused {
                    service,
                    said,
                    header,
                }),
                Ok(None) | Err(_) => senders.another_names_one |= header == Header::Sent,
            }
        }
        senders
    }

    /// The services of which it can be said that they alone name no tenant; none where nobody seems to name any.
    ///
    /// One that means to name it by headers that cannot be read is left to the check of those, unless all are such.
    fn concerned(&self, others: Others) -> Vec<&'a Service<'s>> {
        let of = |wanted: fn(&Refused<'a, 's>) -> bool| -> Vec<&'a Service<'s>> {
            let refused = self.refused.iter().filter(|refused| wanted(refused));
            refused.map(|refused| refused.service).collect()
        };
        let nameless = of(|refused| refused.header != Header::Unreadable);
        if nameless.is_empty() {
            return of(|_| true);
        }
        match others {
            Others::NameOne => nameless,
            Others::SeemToNameNone => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnose, diagnosis::Diagnosis, fixtures, observed::Observed, snapshot::Snapshot,
        subject::Subject,
    };

    /// A stack whose Tempo wants a tenant, whose `scraper` names none and whose `controller` has these headers.
    fn one_names_none(of_the_other: &str) -> Snapshot {
        let broken = fixtures::broken();
        let broken = broken.into_iter().find(|broken| broken.code == "PT0213");
        let mut snapshot = broken.unwrap().snapshot;
        snapshot.add_variable("controller", "OTEL_EXPORTER_OTLP_HEADERS", of_the_other);
        let Observed::Known(metrics) = &mut snapshot.tempos[0].metrics else {
            unreachable!()
        };
        (metrics.accepted, metrics.refused) = (3, 10);
        snapshot
    }

    fn look(snapshot: &Snapshot) -> Diagnosis {
        diagnose(snapshot, &Policy::default())
    }

    #[test]
    fn where_another_service_names_its_tenant_only_those_that_name_none_are_concerned() {
        let diagnosis = look(&one_names_none("X-Scope-OrgID=shop"));
        let found = &diagnosis.causes[0].finding;
        assert_eq!(found.code, CHECK.code);
        assert_eq!(
            found.message,
            "Tempo `tempo` wants a tenant with every request (`multitenancy_enabled`), and `scraper` names none"
        );
        assert_eq!(found.concerns, [Subject::Service("scraper".to_owned())]);
    }

    #[test]
    fn a_sender_that_has_headers_is_told_to_add_one_before_the_tenants_of_all_are_given_up() {
        let mut snapshot = one_names_none("X-Scope-OrgID=shop");
        let action = |snapshot: &Snapshot| look(snapshot).causes[0].finding.remedy.action.clone();
        let alone = action(&snapshot);
        let set = "set `OTEL_EXPORTER_OTLP_HEADERS=x-scope-orgid=<tenant>` for `scraper`";
        assert!(alone.starts_with(set), "{alone}");
        snapshot.add_variable("scraper", "OTEL_EXPORTER_OTLP_HEADERS", "team=[redacted]");
        let beside = action(&snapshot);
        let add = "add `x-scope-orgid=<tenant>` to `OTEL_EXPORTER_OTLP_HEADERS`, after a comma";
        assert!(beside.starts_with(add), "{beside}");
    }

    #[test]
    fn a_tenant_in_headers_that_cannot_be_read_is_explained_by_these() {
        let mut snapshot = one_names_none("x-scope-orgid=shop");
        let headers = r#"{"X-Scope-OrgID":[redacted]"#;
        snapshot.add_variable("scraper", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", headers);
        let diagnosis = look(&snapshot);
        let codes: Vec<_> = diagnosis
            .causes
            .iter()
            .map(|cause| cause.finding.code)
            .collect();
        assert_eq!(codes, [headers_malformed::CHECK.code]);
        let symptoms = diagnosis.causes[0].symptoms.iter();
        let symptoms: Vec<_> = symptoms.map(|finding| finding.code).collect();
        assert!(symptoms.contains(&CHECK.code), "{symptoms:?}");
    }

    #[test]
    fn unreadable_headers_of_one_do_not_explain_that_another_names_none() {
        let mut snapshot = one_names_none("X-Scope-OrgID: shop");
        snapshot.failing("controller", ErrorKind::TenantMissing);
        let diagnosis = look(&snapshot);
        let roots = |code| {
            diagnosis
                .causes
                .iter()
                .find(|cause| cause.finding.code == code)
                .map(|cause| cause.finding.concerns.clone())
        };
        assert_eq!(
            roots(CHECK.code),
            Some(vec![Subject::Service("scraper".to_owned())])
        );
        assert_eq!(roots(headers_malformed::CHECK.code), Some(Vec::new()));
    }

    #[test]
    fn refusals_alone_do_not_say_that_senders_name_none_where_one_names_it() {
        let mut snapshot = one_names_none("x-scope-orgid=shop");
        if let Observed::Known(metrics) = &mut snapshot.tempos[0].metrics {
            metrics.accepted = 0;
        }
        if let Observed::Known(logs) = &mut snapshot.service_mut("scraper").logs {
            logs.errors.clear();
        }
        let diagnosis = look(&snapshot);
        assert!(
            diagnosis
                .findings()
                .all(|finding| finding.code != CHECK.code)
        );
    }
}
