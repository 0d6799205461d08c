//! What Tempo last said of an object storage that speaks S3, and where its configuration says that this is.

use std::ops::ControlFlow;

use jiff::SignedDuration;

use crate::{
    check::{Cause, Outcome, Report, Verdict},
    checks::{
        stack::run_state,
        tempo::proof::{Setting, setting},
    },
    duration::go_duration,
    export::{Endpoint, EndpointForm, Target},
    finding::{Evidence, Moment, Remedy},
    flag,
    notices::{NoticeKind, StorageFault},
    snapshot::{Container, LogLine, NoticeGroup, Readiness},
    view::{Backend, Stack},
};

use super::{
    object_storage_bucket_missing, object_storage_credentials_refused,
    object_storage_endpoint_malformed, object_storage_host_unknown, object_storage_not_running,
    object_storage_permission_denied, object_storage_region_differs, object_storage_tls_mismatch,
    object_storage_unanswered, object_storage_variable_unexpanded,
};

/// How often Tempo lists its blocks unless told otherwise, and the longest pause before it tries to store one again.
const POLL: SignedDuration = SignedDuration::from_mins(5);
/// What a try may take.
const GRACE: SignedDuration = SignedDuration::from_secs(30);

/// Why Tempo's object storage does not take or give blocks.
pub(in crate::checks) const CAUSES: &[Cause] = &[
    Cause::same_subject(object_storage_variable_unexpanded::CHECK.code),
    Cause::same_subject(object_storage_not_running::CHECK.code),
    Cause::same_subject(object_storage_endpoint_malformed::CHECK.code),
    Cause::same_subject(object_storage_host_unknown::CHECK.code),
    Cause::same_subject(object_storage_unanswered::CHECK.code),
    Cause::same_subject(object_storage_bucket_missing::CHECK.code),
    Cause::same_subject(object_storage_credentials_refused::CHECK.code),
    Cause::same_subject(object_storage_permission_denied::CHECK.code),
    Cause::same_subject(object_storage_tls_mismatch::CHECK.code),
    Cause::same_subject(object_storage_region_differs::CHECK.code),
];

/// Why whatever a server answers to Tempo is not the fault of what Tempo was given.
pub(super) const BEFORE_ANSWERS: &[Cause] = &[
    Cause::same_subject(object_storage_variable_unexpanded::CHECK.code),
    Cause::same_subject(object_storage_not_running::CHECK.code),
];

/// What Tempo last said of its object storage.
#[derive(Debug, Clone)]
pub(super) struct Trouble<'s> {
    /// Tempo's container.
    container: &'s Container,
    /// The line.
    line: &'s LogLine,
    /// Since when.
    since: Option<Moment>,
    /// What it tells.
    pub(super) fault: StorageFault,
}

impl Trouble<'_> {
    /// What Tempo was about to do, for a sentence.
    pub(super) fn deed(&self) -> &'static str {
        if self.line.text.contains("error writing object") {
            "write"
        } else if self.line.text.contains("ListObjects") || self.line.text.contains("error listing")
        {
            "list what is"
        } else {
            "read or delete"
        }
    }

    /// The report of it: the line first, then these settings.
    pub(super) fn report<'s>(
        self,
        message: String,
        remedy: Remedy,
        settings: impl IntoIterator<Item = Setting<'s>>,
    ) -> Report {
        Report::new(
            message,
            Evidence::log(&self.container.name, self.line),
            remedy,
        )
        .since(self.since)
        .proof(settings.into_iter().map(|setting| setting.proof()))
    }
}

/// What Tempo says of its object storage now; otherwise the verdict.
pub(super) fn trouble<'s>(
    backend: &Backend<'s>,
    stack: &Stack<'_>,
) -> ControlFlow<Verdict, Trouble<'s>> {
    let container = in_use(backend)?;
    let logs = match container.logs.get() {
        Ok(logs) => logs,
        Err(gap) => return ControlFlow::Break(Err(gap)),
    };
    let said = failed_start(backend, stack, container, &logs.fatal).or_else(|| {
        let group = logs.notice(NoticeKind::TempoStorageUnreachable)?;
        let fault = StorageFault::of(&group.sample.text)?;
        is_current(backend, stack, group).then(|| Trouble {
            container,
            line: &group.sample,
            since: group
                .first_at
                .map(|at| Moment::new(at, "the first such line in its log")),
            fault,
        })
    });
    match said {
        Some(trouble) => ControlFlow::Continue(trouble),
        None => ControlFlow::Break(Ok(Outcome::Pass)),
    }
}

/// The container of a backend that keeps its blocks in an object storage that speaks S3; otherwise the verdict.
pub(super) fn in_use<'s>(backend: &Backend<'s>) -> ControlFlow<Verdict, &'s Container> {
    let Some(container) = backend.container else {
        return ControlFlow::Break(Ok(Outcome::NotApplicable(
            "this Tempo is outside the engine",
        )));
    };
    let kind = flag::value(&container.command, "storage.trace.backend").or_else(|| {
        let written = setting(backend, &[&["storage", "trace", "backend"]])?;
        written.node.text()
    });
    ControlFlow::Break(match (kind, backend.tempo.file.get()) {
        (Some("s3"), _) => return ControlFlow::Continue(container),
        (None, Err(gap)) => Err(gap),
        (Some(_), _) | (None, Ok(_)) => Ok(Outcome::NotApplicable(
            "its blocks are in no object storage that speaks S3",
        )),
    })
}

/// What Tempo said of it when it gave up its last start.
fn failed_start<'s>(
    backend: &Backend<'_>,
    stack: &Stack<'_>,
    container: &'s Container,
    fatal: &'s [LogLine],
) -> Option<Trouble<'s>> {
    let is_ready = backend.tempo.ready.known() == Some(&Readiness::Ready);
    let is_looping = run_state::is_looping(container, stack);
    if is_ready && !is_looping {
        return None;
    }
    let line = fatal
        .iter()
        .rfind(|line| line.text.contains("failed to create store"))?;
    // It has got past that since.
    let is_past = container.is_running() && !is_looping && line.at < container.state.started_at;
    let fault = StorageFault::of(&line.text).filter(|_| !is_past)?;
    (!has_come_since(backend, stack, line)).then(|| Trouble {
        container,
        line,
        since: line.at.map(|at| Moment::new(at, "its start failed")),
        fault,
    })
}

/// Whether lines that Tempo writes while it runs tell of now: what works is silent, what does not is tried again.
pub(super) fn is_current(backend: &Backend<'_>, stack: &Stack<'_>, group: &NoticeGroup) -> bool {
    let poll = setting(backend, &[&["storage", "trace", "blocklist_poll"]])
        .and_then(|written| go_duration(written.node.text()?))
        .unwrap_or(POLL)
        .max(POLL);
    let until_now = group
        .last_at
        .map(|last| stack.snapshot.taken_at.duration_since(last));
    until_now.is_some_and(|past| past <= poll.saturating_add(GRACE))
        && !has_come_since(backend, stack, &group.sample)
}

/// Whether the storage's container was started after a line was written.
fn has_come_since(backend: &Backend<'_>, stack: &Stack<'_>, line: &LogLine) -> bool {
    let Some((_, Target::Container { container, .. })) = place(backend, stack) else {
        return false;
    };
    container.is_running() && line.at.is_some() && line.at < container.state.started_at
}

/// A setting of the section on S3.
pub(super) fn s3<'s>(backend: &Backend<'s>, key: &str) -> Option<Setting<'s>> {
    setting(backend, &[&["storage", "trace", "s3", key]])
}

/// The value of a setting of the section on S3, for a sentence: `` `tempo` ``.
pub(super) fn named(backend: &Backend<'_>, key: &str) -> Option<String> {
    let setting = s3(backend, key)?;
    Some(format!("`{}`", setting.node.text()?))
}

/// The endpoint as it is written, and whom it reaches.
pub(super) fn place<'s>(
    backend: &'s Backend<'_>,
    stack: &'s Stack<'_>,
) -> Option<(Setting<'s>, Target<'s>)> {
    let setting = s3(backend, "endpoint")?;
    let endpoint = Endpoint::parse(setting.node.text()?, EndpointForm::Any).ok()?;
    let target = Target::at(backend.container?, &endpoint, endpoint.port, stack.snapshot);
    Some((setting, target))
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::Diagnosis,
        engine,
        fixtures::{ago, broken},
        observed::Observed,
        policy::Policy,
        snapshot::{LogFacts, Snapshot, Status},
    };

    /// The broken stack of this check.
    fn stack(code: &str) -> Snapshot {
        let of = broken().into_iter().find(|broken| broken.code == code);
        of.unwrap().snapshot
    }

    fn diagnose(stack: &Snapshot) -> Diagnosis {
        engine::diagnose(stack, &Policy::default())
    }

    fn logs(stack: &mut Snapshot) -> &mut LogFacts {
        match &mut stack.service_mut("tempo").logs {
            Observed::Known(logs) => logs,
            Observed::Unknown(gap) => panic!("{gap:?}"),
        }
    }

    /// The codes of the causes, and of what follows from them.
    fn codes(diagnosis: &Diagnosis) -> (Vec<String>, Vec<String>) {
        let roots: Vec<String> = diagnosis
            .causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect();
        let all = diagnosis.findings().map(|it| it.code.to_string());
        let rest = all.filter(|code| !roots.contains(code)).collect();
        (roots, rest)
    }

    #[test]
    fn an_object_storage_that_takes_every_block_is_nobodys_finding() {
        let mut stack = stack("PT0822");
        logs(&mut stack).notices.clear();
        let diagnosis = diagnose(&stack);
        assert_eq!(codes(&diagnosis).0, Vec::<String>::new());
    }

    #[test]
    fn a_refusal_of_long_ago_that_was_not_repeated_is_over() {
        let mut stack = stack("PT0822");
        for group in &mut logs(&mut stack).notices {
            group.last_at = Some(ago(20 * 60));
        }
        assert_eq!(codes(&diagnose(&stack)).0, Vec::<String>::new());
    }

    #[test]
    fn a_refused_connection_from_before_the_storage_was_started_again_is_over() {
        let mut stack = stack("PT0822");
        for group in &mut logs(&mut stack).notices {
            group.sample.text =
                "failed to poll blocklist in s3 bucket: dial tcp: connect: connection refused"
                    .to_owned();
        }
        assert_eq!(codes(&diagnose(&stack)).0, ["PT0818"]);
        stack.service_mut("garage").state.started_at = Some(ago(5));
        assert_eq!(codes(&diagnose(&stack)).0, Vec::<String>::new());
    }

    #[test]
    fn that_tempo_does_not_start_follows_from_the_bucket_that_is_missing() {
        let (roots, rest) = codes(&diagnose(&stack("PT0819")));
        assert_eq!(roots, ["PT0819"]);
        assert!(rest.contains(&"PT0209".to_owned()), "{rest:?}");
    }

    #[test]
    fn whatever_is_said_of_a_storage_that_was_stopped_follows_from_that() {
        let mut stack = stack("PT0818");
        stack.service_mut("garage").state.status = Status::Exited;
        assert_eq!(codes(&diagnose(&stack)).0, ["PT0815"]);
    }

    #[test]
    fn a_configuration_that_is_refused_for_a_variable_in_it_follows_from_the_missing_flag() {
        let mut stack = stack("PT0820");
        let line = &mut logs(&mut stack).fatal[0];
        line.text = "failed parsing config: failed to parse configFile /etc/tempo.yaml: yaml: unmarshal errors:\n  line 32: cannot unmarshal !!str `${TEMPO...` into bool".to_owned();
        let (roots, rest) = codes(&diagnose(&stack));
        assert_eq!(roots, ["PT0820"]);
        assert!(rest.contains(&"PT0202".to_owned()), "{rest:?}");
    }

    #[test]
    fn keys_are_told_by_the_names_of_their_variables() {
        let diagnosis = diagnose(&stack("PT0821"));
        let evidence = &diagnosis.causes[0].finding.evidence;
        let told: Vec<&str> = evidence.iter().map(|it| it.text.as_str()).collect();
        assert!(
            told.contains(&"storage.trace.s3.secret_key: ${TEMPO_S3_SECRET_KEY}"),
            "{told:?}"
        );
    }
}
