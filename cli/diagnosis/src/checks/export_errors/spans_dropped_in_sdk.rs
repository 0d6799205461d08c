//! The SDK drops spans before it sends them.

use super::family::{AFTER_A_RESTART, FAILED_EXPORTS, Family, NAMED_FAILURES};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(512),
    name: "spans-dropped-in-sdk",
    severity: Severity::Warning,
    summary: "a service's SDK drops spans because its queue is full",
    why: "Traces get gaps, and most SDKs say so only once for many dropped spans.",
    causes: &[
        "The backend is slow or away, so that the queue does not empty.",
        "The backend is away for longer than a buffer for what could not be sent reaches.",
        "A burst of more spans than `OTEL_BSP_MAX_QUEUE_SIZE` (2048) within one `OTEL_BSP_SCHEDULE_DELAY` (5 s).",
    ],
    remedy: "Mend whatever slows the exports first; then raise `OTEL_BSP_MAX_QUEUE_SIZE`, or lower `OTEL_BSP_SCHEDULE_DELAY`. This \
             repository's tracing library keeps what could not be sent in a buffer of its own: `TEMPO_RETRY_BUFFER_BYTES`.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        NAMED_FAILURES,
        FAILED_EXPORTS,
        AFTER_A_RESTART,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::SpansDropped.examine(service, stack)
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        export_errors::{ErrorKind, Program},
        fixtures::healthy,
        observed::Observed,
        policy::Policy,
        snapshot::Snapshot,
    };

    fn remedy(snapshot: &Snapshot) -> String {
        let diagnosis = diagnose(snapshot, &Policy::default());
        let mut causes = diagnosis.causes.into_iter();
        let cause = causes.find(|cause| cause.finding.code == super::CHECK.code);
        cause.unwrap().finding.remedy.action
    }

    #[test]
    fn the_library_with_a_retry_buffer_is_told_how_to_enlarge_it_and_no_other() {
        let mut snapshot = healthy();
        snapshot.failing("scraper", ErrorKind::SdkQueueFull);
        assert!(remedy(&snapshot).contains("`TEMPO_RETRY_BUFFER_BYTES`"));
        if let Observed::Known(logs) = &mut snapshot.service_mut("scraper").logs {
            logs.errors[0].component.program = Program::Sdk;
        }
        assert!(!remedy(&snapshot).contains("TEMPO_RETRY_BUFFER_BYTES"));
    }
}
