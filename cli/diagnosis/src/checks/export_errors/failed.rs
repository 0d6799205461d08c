//! Exports fail for another reason.

use super::family::{AFTER_A_RESTART, Family, NAMED_FAILURES};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(507),
    name: "failed",
    severity: Severity::Warning,
    summary: "a service's exports fail",
    why: "Spans are lost or late.",
    causes: &[
        "The line names no cause: some SDKs say no more than that they failed.",
        "An endpoint that the SDK cannot read.",
        "A collector inside the container gave up.",
    ],
    remedy: "Read the line; look at the endpoint from the service's own network where it names no cause.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::REFUSED_EXPORT,
        explanations::BACKEND,
        AFTER_A_RESTART,
        NAMED_FAILURES,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::Other.examine(service, stack)
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, export_errors::ErrorKind, fixtures::healthy, policy::Policy};

    #[test]
    fn a_line_that_names_no_cause_is_explained_by_one_that_does() {
        let mut snapshot = healthy();
        snapshot.failing("scraper", ErrorKind::ConnectionDropped);
        snapshot.failing("scraper", ErrorKind::Unspecified);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let roots = diagnosis.causes.iter();
        let roots: Vec<String> = roots.map(|cause| cause.finding.code.to_string()).collect();
        assert_eq!(roots, ["PT0515"]);
    }
}
