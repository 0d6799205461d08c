use crate::{
    diagnose,
    engine::Look,
    fixtures,
    fixtures::ago,
    observed::{Gap, Observed, Probe},
    policy::Policy,
    snapshot::Snapshot,
    subject::Subject,
};

fn look(snapshot: &Snapshot) -> Option<Look> {
    diagnose(snapshot, &Policy::default()).deciding_look
}

fn broken(code: &str) -> Snapshot {
    let found = fixtures::broken()
        .into_iter()
        .find(|broken| broken.code == code);
    found.unwrap().snapshot
}

#[test]
fn a_proven_cause_needs_no_further_look() {
    for code in ["PT0102", "PT0105", "PT0203", "PT0302", "PT0306"] {
        assert_eq!(look(&broken(code)), None, "{code}");
    }
    assert_eq!(look(&fixtures::healthy()), None);
}

#[test]
fn requests_without_spans_ask_for_a_canary_and_after_it_for_the_log_of_the_sdk() {
    let mut snapshot = broken("PT0701");
    let first = look(&snapshot).unwrap();
    assert_eq!(first.command.as_deref(), Some("ptctl canary scraper"));
    snapshot.canaries = vec![fixtures::canary(&snapshot, "scraper")];
    let second = look(&snapshot).unwrap();
    assert!(second.action.contains("RUST_LOG=debug"), "{second:?}");
}

#[test]
fn a_tracer_that_started_before_the_window_asks_for_a_longer_one() {
    let mut snapshot = broken("PT0701");
    snapshot.service_mut("scraper").state.started_at = Some(ago(5 * 3_600 + 60));
    let look = look(&snapshot).unwrap();
    assert_eq!(look.command.as_deref(), Some("ptctl doctor --since 6h"));
}

#[test]
fn another_sdk_is_asked_by_its_own_variable() {
    let mut snapshot = broken("PT0701");
    let scraper = snapshot.service_mut("scraper");
    scraper
        .labels
        .retain(|(name, _)| name != "dev.ptctl.library");
    scraper
        .environment
        .push(crate::snapshot::EnvironmentVariable {
            name: "JAVA_TOOL_OPTIONS".to_owned(),
            value: "-javaagent:/opentelemetry-javaagent.jar".to_owned(),
        });
    snapshot.canaries = vec![fixtures::canary(&snapshot, "scraper")];
    let look = look(&snapshot).unwrap();
    assert!(look.action.contains("OTEL_JAVAAGENT_DEBUG"), "{look:?}");
}

#[test]
fn a_refused_connection_asks_the_other_side() {
    let look = look(&broken("PT0501")).unwrap();
    assert_eq!(
        look.command.as_deref(),
        Some("docker logs --tail 50 shop_tempo_1")
    );
}

#[test]
fn who_may_see_nothing_is_told_what_to_allow() {
    let look = look(&fixtures::blind()).unwrap();
    assert!(look.action.contains("socket"), "{look:?}");
}

#[test]
fn what_a_helper_would_see_asks_for_the_helper() {
    let mut snapshot = fixtures::healthy();
    let tempo = &mut snapshot.tempos[0];
    let gap = |probe| {
        let subject = Subject::Tempo("tempo".to_owned());
        Gap::new(
            probe,
            subject,
            "out of reach; `--probe` looks from a helper container",
        )
    };
    tempo.reached = Observed::Unknown(gap(Probe::TempoAddress));
    tempo.ready = Observed::Unknown(gap(Probe::TempoReady));
    let look = look(&snapshot).unwrap();
    assert_eq!(look.command.as_deref(), Some("ptctl doctor --probe"));
}
