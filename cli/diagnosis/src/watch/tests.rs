//! What the machine makes of looks.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    code::Code,
    diagnose,
    diagnosis::{Diagnosis, Passed, RootCause, Unchecked},
    finding::{Confidence, Finding, Remedy, Severity},
    fixtures,
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::Status,
    subject::Subject,
};

/// The time of the look with this number.
fn at(look: i64) -> Timestamp {
    fixtures::now() + SignedDuration::from_secs(10 * look)
}

fn finding(code: u16, service: &str, severity: Severity) -> Finding {
    Finding {
        code: Code::new(code),
        severity,
        confidence: Confidence::Proven,
        subject: Subject::Service(service.to_owned()),
        concerns: Vec::new(),
        message: format!("`{service}` is not well"),
        since: None,
        evidence: Vec::new(),
        remedy: Remedy::edit("mend it"),
    }
}

fn well() -> Diagnosis {
    Diagnosis {
        causes: Vec::new(),
        gaps: Vec::new(),
        passed: Vec::new(),
        not_applicable: Vec::new(),
        unchecked: Vec::new(),
        paths: Vec::new(),
        ledger: None,
        deciding_look: None,
        suppressed: Vec::new(),
        known: Vec::new(),
        not_selected: Vec::new(),
    }
}

/// A diagnosis with a cause and what follows from it.
fn broken(cause: Finding, symptoms: Vec<Finding>) -> Diagnosis {
    let cause = RootCause {
        finding: cause,
        symptoms,
        blocked: Vec::new(),
        timeline: Vec::new(),
    };
    Diagnosis {
        causes: vec![cause],
        ..well()
    }
}

fn blind_to(code: u16, subject: Subject) -> Diagnosis {
    Diagnosis {
        unchecked: vec![Unchecked {
            code: Code::new(code),
            subject: subject.clone(),
            gap: Gap::new(Probe::Logs, subject, "no answer"),
            blocked_by: None,
        }],
        ..well()
    }
}

/// A diagnosis in which a check passes as well.
fn passing(code: u16, service: &str, diagnosis: Diagnosis) -> Diagnosis {
    let passed = Passed {
        code: Code::new(code),
        subject: Subject::Service(service.to_owned()),
    };
    Diagnosis {
        passed: vec![passed],
        ..diagnosis
    }
}

fn bad(service: &str) -> Finding {
    finding(503, service, Severity::Error)
}

/// The words of what a look changed.
fn told(changes: &[Change]) -> Vec<String> {
    let word = |change: &Change| match &change.event {
        Event::New(standing) => format!("new {}", standing.finding.subject.name()),
        Event::Changed { standing, before } => {
            let now = standing.finding.severity.word();
            format!("{} to {now}", before.word())
        }
        Event::Resolved(resolved) => format!("resolved {}", resolved.finding.subject.name()),
        Event::Unseen(standing) => format!("unseen {}", standing.finding.subject.name()),
        Event::Seen { standing, .. } => format!("seen {}", standing.finding.subject.name()),
        Event::Lost { reason } => format!("lost: {reason}"),
        Event::Back { since } => format!("back, lost at {since}"),
    };
    changes.iter().map(word).collect()
}

#[test]
fn a_finding_appears_persists_in_silence_and_is_resolved() {
    let mut watch = Watch::default();
    assert_eq!(told(&watch.look(at(0), &well())), Vec::<String>::new());
    let shown = broken(bad("web"), vec![bad("api")]);
    assert_eq!(told(&watch.look(at(1), &shown)), ["new web", "new api"]);
    let states = |watch: &Watch| -> Vec<State> {
        watch
            .standing()
            .iter()
            .map(|standing| standing.state)
            .collect()
    };
    assert_eq!(states(&watch), [State::New, State::New]);
    for look in [2, 3] {
        assert_eq!(watch.look(at(look), &shown), []);
        assert_eq!(states(&watch), [State::Persisting, State::Persisting]);
    }
    let changes = watch.look(at(4), &broken(bad("web"), Vec::new()));
    assert_eq!(told(&changes), ["resolved api"]);
    assert_eq!(changes[0].at, at(4));
    let resolved: Vec<&Resolved> = watch.resolved().collect();
    assert_eq!(
        (
            resolved[0].first_seen,
            resolved[0].last_seen,
            resolved[0].at
        ),
        (at(1), at(3), at(4))
    );
    assert_eq!(watch.standing()[0].first_seen, at(1));
    assert_eq!(watch.standing()[0].last_seen, at(4));
}

#[test]
fn a_finding_is_the_same_whatever_its_words_its_time_or_its_place_among_others() {
    let mut watch = Watch::default();
    watch.look(at(0), &broken(bad("web"), vec![bad("api")]));
    let mut reworded = bad("web");
    reworded.message = "another count".to_owned();
    assert_eq!(watch.look(at(1), &broken(bad("api"), vec![reworded])), []);
    let standing = watch.standing();
    let messages: Vec<&str> = standing
        .iter()
        .map(|standing| standing.finding.message.as_str())
        .collect();
    assert!(messages.contains(&"another count"), "{messages:?}");
    let beneath: Vec<bool> = standing
        .iter()
        .map(|standing| standing.beneath.is_some())
        .collect();
    assert_eq!(beneath, [false, true], "the cause is another one now");
}

#[test]
fn another_code_or_another_subject_is_another_finding() {
    let mut watch = Watch::default();
    watch.look(at(0), &broken(bad("web"), Vec::new()));
    let other = finding(504, "web", Severity::Error);
    let changes = watch.look(at(1), &broken(other, Vec::new()));
    assert_eq!(told(&changes), ["new web", "resolved web"]);
}

#[test]
fn a_finding_that_grows_worse_is_told_and_keeps_its_beginning() {
    let mut watch = Watch::default();
    let mild = finding(503, "web", Severity::Warning);
    watch.look(at(0), &broken(mild, Vec::new()));
    let changes = watch.look(at(1), &broken(bad("web"), Vec::new()));
    assert_eq!(told(&changes), ["warning to error"]);
    assert_eq!(watch.standing()[0].first_seen, at(0));
}

#[test]
fn what_can_no_longer_be_looked_at_is_not_resolved() {
    let web = || Subject::Service("web".to_owned());
    for subject in [web(), Subject::Stack] {
        let mut watch = Watch::default();
        watch.look(at(0), &broken(bad("web"), Vec::new()));
        let blind = blind_to(503, subject);
        assert_eq!(told(&watch.look(at(1), &blind)), ["unseen web"]);
        assert_eq!(watch.look(at(2), &blind), []);
        assert_eq!(watch.standing()[0].state, State::Unseen { since: at(1) });
        assert_eq!(watch.standing()[0].last_seen, at(0));
        let changes = watch.look(at(3), &broken(bad("web"), Vec::new()));
        assert_eq!(told(&changes), ["seen web"]);
        assert_eq!(watch.standing()[0].first_seen, at(0));
    }
}

#[test]
fn what_belongs_to_a_container_that_is_not_described_is_not_resolved() {
    // The gap has the name of the container, the finding that of its service.
    let undescribed = Diagnosis {
        gaps: vec![Gap::new(
            Probe::Containers,
            Subject::Service("shop-web-1".to_owned()),
            "no answer",
        )],
        ..well()
    };
    let mut watch = Watch::default();
    watch.look(at(0), &broken(bad("web"), Vec::new()));
    assert_eq!(told(&watch.look(at(1), &undescribed)), ["unseen web"]);
    assert_eq!(told(&watch.look(at(2), &well())), ["resolved web"]);
    // What is described and well is resolved all the same.
    watch.look(at(3), &broken(bad("web"), Vec::new()));
    let looked = passing(503, "web", undescribed);
    assert_eq!(told(&watch.look(at(4), &looked)), ["resolved web"]);
}

#[test]
fn a_check_that_passes_resolves_its_finding_whatever_else_of_its_subject_is_unknown() {
    // As of a service of which nobody can tell where it sends, now and for ever.
    let unknown = Diagnosis {
        gaps: vec![Gap::new(
            Probe::ExportSettings,
            Subject::Service("web".to_owned()),
            "no variable names an endpoint",
        )],
        ..well()
    };
    let mut watch = Watch::default();
    watch.look(at(0), &broken(bad("web"), Vec::new()));
    assert_eq!(told(&watch.look(at(1), &unknown)), ["unseen web"]);
    let looked = passing(503, "web", unknown);
    assert_eq!(told(&watch.look(at(2), &looked)), ["resolved web"]);
}

#[test]
fn a_gap_elsewhere_keeps_nothing_from_being_resolved() {
    for blind in [
        blind_to(504, Subject::Service("web".to_owned())),
        blind_to(503, Subject::Service("api".to_owned())),
    ] {
        let mut watch = Watch::default();
        watch.look(at(0), &broken(bad("web"), Vec::new()));
        assert_eq!(told(&watch.look(at(1), &blind)), ["resolved web"]);
    }
}

#[test]
fn looks_that_fail_are_told_once_and_change_no_finding() {
    let mut watch = Watch::default();
    let shown = broken(bad("web"), Vec::new());
    watch.look(at(0), &shown);
    let before = watch.standing()[0].clone();
    let lost = watch.fail(at(1), "no engine".to_owned());
    assert_eq!(told(&Vec::from_iter(lost)), ["lost: no engine"]);
    assert_eq!(watch.fail(at(2), "still none".to_owned()), None);
    let told_now = watch.lost().map(|lost| (lost.since, lost.reason.as_str()));
    assert_eq!(told_now, Some((at(1), "still none")));
    assert_eq!(watch.standing(), [&before]);
    let changes = watch.look(at(3), &well());
    assert_eq!(
        told(&changes),
        [
            format!("back, lost at {}", at(1)),
            "resolved web".to_owned()
        ]
    );
    assert_eq!(watch.lost(), None);
}

#[test]
fn a_finding_that_comes_back_is_new_and_no_longer_among_the_resolved() {
    let mut watch = Watch::default();
    let shown = broken(bad("web"), Vec::new());
    watch.look(at(0), &shown);
    watch.look(at(1), &well());
    assert_eq!(watch.resolved().count(), 1);
    assert_eq!(told(&watch.look(at(2), &shown)), ["new web"]);
    assert_eq!(watch.resolved().count(), 0);
    assert_eq!(watch.standing()[0].first_seen, at(2));
}

#[test]
fn resolved_findings_are_kept_up_to_a_number() {
    let mut watch = Watch::default();
    for look in 0..200 {
        let name = format!("web-{look}");
        watch.look(at(look), &broken(bad(&name), Vec::new()));
    }
    assert_eq!(watch.resolved().count(), 50);
    let latest = watch.resolved().next().map(|latest| latest.at);
    assert_eq!(latest, Some(at(199)));
}

#[test]
fn the_worst_of_two_findings_of_one_check_about_one_subject_stands() {
    let mut watch = Watch::default();
    let mild = finding(503, "web", Severity::Warning);
    watch.look(at(0), &broken(mild, vec![bad("web")]));
    let severities: Vec<Severity> = watch
        .standing()
        .iter()
        .map(|standing| standing.finding.severity)
        .collect();
    assert_eq!(severities, [Severity::Error]);
}

#[test]
fn a_paused_tempo_comes_and_goes_with_what_follows_from_it() {
    let policy = Policy::default();
    let mut stopped = fixtures::healthy();
    stopped.stop_tempo(Status::Paused, 0);
    let (healthy, stopped) = (
        diagnose(&fixtures::healthy(), &policy),
        diagnose(&stopped, &policy),
    );
    let mut watch = Watch::default();
    assert_eq!(watch.look(at(0), &healthy), []);
    let appeared = watch.look(at(1), &stopped);
    assert_eq!(appeared.len(), stopped.findings().count());
    assert_eq!(watch.look(at(2), &stopped), []);
    let gone = watch.look(at(3), &healthy);
    assert_eq!(gone.len(), appeared.len());
    assert!(told(&gone).iter().all(|word| word.starts_with("resolved")));
}
