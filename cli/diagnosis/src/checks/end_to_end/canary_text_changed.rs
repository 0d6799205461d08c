//! Canaries whose text did not come back as it was sent.

use super::canary_lost::{is_direct, sent};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Fidelity,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(610),
    name: "canary-text-changed",
    severity: Severity::Warning,
    summary: "text with other letters than ASCII does not come back as it was sent",
    why: "Names, messages and queries in spans are unreadable, and no search for them finds anything.",
    causes: &[
        "A collector or a proxy on the way rewrites or redacts attributes, or takes UTF-8 for something else.",
    ],
    remedy: "Look at the processors of the collectors on the way.",
    verify: "`ptctl canary SERVICE --shape non-ascii` finds its text unchanged.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(flight) = stack.flight_of(service)? else {
        return Ok(Outcome::NotApplicable("no canary was asked for"));
    };
    let landing = flight.landed();
    match landing.map_or(Fidelity::NotAsked, |landing| landing.text) {
        Fidelity::Kept => Ok(Outcome::Pass),
        Fidelity::NotAsked => Ok(Outcome::NotApplicable("the canary had no such text")),
        Fidelity::Changed => {
            let message = format!(
                "text in a span with the settings of `{}` does not come back as it was sent",
                service.label()
            );
            let asked = landing.map_or("", |landing| landing.asked.as_str());
            let proof = Evidence::new(
                EvidenceKind::Search,
                format!("{asked}/api/traces/{}", flight.trace_id),
                "ptctl.canary.text is another",
            );
            let remedy = Remedy::edit("look at what rewrites attributes between it and Tempo");
            let report = Report::new(message, proof, remedy).proof([sent(service, flight)]);
            // A collector may be told to rewrite it.
            fail(if is_direct(stack, service) {
                report
            } else {
                report.likely()
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        finding::Confidence,
        fixtures,
        observed::Observed,
        policy::Policy,
        snapshot::{Fidelity, Snapshot},
    };

    fn changed(mut snapshot: Snapshot) -> Confidence {
        let mut canary = fixtures::canary(&snapshot, "scraper");
        let Observed::Known(flight) = &mut canary.flight else {
            panic!("the fixture flies");
        };
        let Some(Observed::Known(landing)) = &mut flight.landing else {
            panic!("the fixture lands");
        };
        landing.text = Fidelity::Changed;
        snapshot.canaries = vec![canary];
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let mut findings = diagnosis.causes.iter().map(|cause| &cause.finding);
        let finding = findings.find(|finding| finding.code == super::CHECK.code);
        finding.expect("a finding").confidence
    }

    #[test]
    fn behind_a_collector_text_may_be_rewritten_on_purpose() {
        assert_eq!(changed(fixtures::healthy()), Confidence::Proven);
        assert_eq!(changed(fixtures::surrounded()), Confidence::Likely);
    }
}
