//! Much traffic of which every trace is kept.

use jiff::SignedDuration;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::sampler_off,
    code::Code,
    export::{Setting, variables},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Backend, Service, Stack},
};

/// From so many spans a second on, which are 86 million a day, most of them repeat what others show.
const MUCH: u64 = 1_000;
/// What is counted for less long may be a burst, or what waited while Tempo was away.
const LONG: SignedDuration = SignedDuration::from_mins(10);

pub(crate) static CHECK: Check = Check {
    code: Code::new(715),
    name: "everything-sampled",
    severity: Severity::Info,
    summary: "every trace of much traffic is kept",
    why: "What is kept is paid for in the services, on the way and on Tempo's disk, and a hundred equal traces of a busy route show no more than ten of them.",
    causes: &[
        "No sampler is named: SDKs keep everything then.",
        "`OTEL_TRACES_SAMPLER=always_on` went from a developer's machine to production.",
    ],
    remedy: "Where traces begin set `OTEL_TRACES_SAMPLER=parentbased_traceidratio` and `OTEL_TRACES_SAMPLER_ARG=0.1`, then recreate the service; those that it calls follow. This project's own services know `parentbased_adaptive` as well, which bounds busy routes and still shows rare ones.",
    verify: "`ptctl storage` shows less growth a day.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let mut senders = stack.services.iter().filter(|service| {
        stack
            .backend_of(service)
            .is_some_and(|to| to.subject == backend.subject)
    });
    let Some(first) = senders.next() else {
        return Ok(Outcome::NotApplicable("no service sends to it directly"));
    };
    let behind_relay = stack.collectors.iter().any(|relay| {
        let mut backends = stack.backends_of(relay);
        backends.any(|behind| behind.subject == backend.subject)
    });
    if behind_relay {
        return Ok(Outcome::NotApplicable(
            "a collector sends to it, which may leave traces out",
        ));
    }
    let services: Vec<&Service<'_>> = std::iter::once(first).chain(senders).collect();
    if !services.iter().all(|it| sampler_off::keeps_all(it)) {
        return Ok(Outcome::Pass);
    }
    let metrics = backend.tempo.metrics.get()?;
    let Some(counted) = metrics
        .started_at
        .map(|at| stack.snapshot.taken_at.duration_since(at))
        .filter(|counted| *counted >= LONG)
    else {
        return Ok(Outcome::NotApplicable(
            "it has not counted for long enough to tell",
        ));
    };
    let rate = metrics.accepted / counted.as_secs().unsigned_abs().max(1);
    if rate < MUCH {
        return Ok(Outcome::Pass);
    }
    let url = backend.tempo.reached.known();
    let proof = Evidence::new(
        EvidenceKind::Metric,
        url.map_or_else(String::new, |reached| format!("{}/metrics", reached.url())),
        format!(
            "tempo_receiver_accepted_spans {} in {} min",
            metrics.accepted,
            counted.as_mins()
        ),
    );
    let message = format!(
        "Tempo `{}` takes {rate} spans a second, and no service that sends to it names a sampler that leaves a trace out",
        backend.label(),
    );
    let remedy = Remedy::edit(
        "set `OTEL_TRACES_SAMPLER=parentbased_traceidratio` and `OTEL_TRACES_SAMPLER_ARG=0.1` for the services at which traces begin, then recreate them; where requests enter:",
    )
    .then(Some("ptctl map".to_owned()));
    fail(Report::new(message, proof, remedy).proof(services.iter().map(|it| sampler(it))))
}

/// What the environment of a service says of its sampler.
fn sampler(service: &Service<'_>) -> Evidence {
    let setting = Setting::of(service.container, variables::SAMPLER);
    let shown = setting.map_or_else(
        || format!("{} is not set", variables::SAMPLER),
        |setting| setting.shown(),
    );
    Evidence::new(EvidenceKind::Variable, &service.container.name, shown)
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        fixtures::{self, ago},
        observed::Observed,
        policy::Policy,
    };

    /// The codes of all findings where Tempo took so many spans in so many minutes, with this sampler at both services.
    fn found(spans: u64, minutes: i64, sampler: Option<(&str, &str)>) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        let Observed::Known(metrics) = &mut snapshot.tempos[0].metrics else {
            unreachable!()
        };
        metrics.accepted = spans;
        metrics.started_at = Some(ago(minutes * 60));
        if let Some((name, argument)) = sampler {
            for service in ["controller", "scraper"] {
                snapshot.add_variable(service, "OTEL_TRACES_SAMPLER", name);
                snapshot.add_variable(service, "OTEL_TRACES_SAMPLER_ARG", argument);
            }
        }
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let codes = diagnosis.findings().map(|it| it.code.to_string());
        codes.collect()
    }

    #[test]
    fn a_thousand_spans_a_second_are_much_and_fewer_or_a_burst_are_not() {
        assert_eq!(found(1_000 * 1_200, 20, None), ["PT0715"]);
        assert!(found(999 * 1_200, 20, None).is_empty());
        assert!(found(1_000_000, 9, None).is_empty());
    }

    #[test]
    fn a_sampler_that_leaves_out_some_is_enough_and_one_that_leaves_out_none_is_none() {
        let found = |name, argument| found(9_000_000, 20, Some((name, argument)));
        for (name, argument) in [
            ("always_on", ""),
            ("parentbased_always_on", ""),
            ("traceidratio", "1.0"),
        ] {
            assert_eq!(found(name, argument), ["PT0715"], "{name}");
        }
        for (name, argument) in [
            ("parentbased_traceidratio", "0.5"),
            ("adaptive", "10"),
            ("jaeger_remote", ""),
        ] {
            let found = found(name, argument);
            assert!(!found.contains(&"PT0715".to_owned()), "{name}: {found:?}");
        }
    }
}
