use crate::{
    diagnose,
    engine::{Entry, Happening},
    export_errors::ErrorKind,
    fixtures::{self, ago},
    observed::Observed,
    policy::Policy,
    snapshot::{EngineEventKind, Snapshot, Status},
};

fn whats(snapshot: &Snapshot) -> Vec<String> {
    let diagnosis = diagnose(snapshot, &Policy::default());
    let cause = &diagnosis.causes[0];
    let now = fixtures::now();
    let shown = |entry: &Entry| {
        let before = now.duration_since(entry.at).as_secs();
        format!("-{before} s {}", entry.what)
    };
    cause.timeline.iter().map(shown).collect()
}

fn killed() -> Snapshot {
    let mut snapshot = fixtures::healthy();
    snapshot.stop_tempo(Status::Exited, 137);
    snapshot.service_mut("tempo").state.oom_killed = true;
    snapshot.reported("tempo", 130, EngineEventKind::Oom);
    snapshot.reported("tempo", 129, EngineEventKind::Die { exit_code: 137 });
    snapshot.failing("scraper", ErrorKind::BackendDown);
    snapshot
}

#[test]
fn a_kill_comes_before_the_first_error_and_its_end_is_not_told_twice() {
    assert_eq!(
        whats(&killed()),
        [
            "-700 s tempo created",
            "-130 s tempo OOM-killed",
            "-120 s first export error of scraper",
        ]
    );
}

#[test]
fn the_last_spans_of_several_services_are_one_entry() {
    let mut snapshot = fixtures::healthy();
    snapshot.service_mut("tempo").state.status = Status::Paused;
    snapshot.reported("tempo", 125, EngineEventKind::Pause);
    snapshot.failing("scraper", ErrorKind::BackendTimeout);
    snapshot.failing("controller", ErrorKind::BackendTimeout);
    let shown = whats(&snapshot);
    assert!(
        shown.contains(&"-300 s last span of controller and scraper".to_owned()),
        "{shown:?}"
    );
    assert!(
        shown.contains(&"-120 s first export error of controller and scraper".to_owned()),
        "{shown:?}"
    );
    assert!(
        shown.contains(&"-125 s tempo paused".to_owned()),
        "{shown:?}"
    );
}

#[test]
fn a_restart_loop_is_one_entry_with_its_count() {
    let mut snapshot = fixtures::healthy();
    snapshot.stop_tempo(Status::Restarting, 1);
    for start in 0..9 {
        snapshot.reported("tempo", 200 - start * 10, EngineEventKind::Start);
        snapshot.reported(
            "tempo",
            198 - start * 10,
            EngineEventKind::Die { exit_code: 1 },
        );
    }
    let shown = whats(&snapshot);
    assert!(shown.len() <= 6, "{shown:?}");
    assert!(
        shown
            .iter()
            .any(|text| text.ends_with("exited with code 1 (9 times)")),
        "{shown:?}"
    );
}

#[test]
fn a_timeline_is_in_order_short_and_about_its_cause() {
    for broken in fixtures::broken() {
        let diagnosis = diagnose(&broken.snapshot, &Policy::default());
        for cause in &diagnosis.causes {
            assert!(cause.timeline.len() <= 6, "{}", broken.code);
            assert!(cause.timeline.is_sorted_by_key(|entry| entry.at));
            assert!(
                cause
                    .timeline
                    .iter()
                    .all(|entry| !entry.subjects.is_empty())
            );
        }
    }
}

#[test]
fn what_began_long_before_the_trouble_is_left_out() {
    let mut snapshot = killed();
    for container in &mut snapshot.containers {
        container.created_at = ago(90_000);
        container.state.started_at = Some(ago(90_000));
    }
    let shown = whats(&snapshot);
    assert!(
        shown.iter().all(|text| !text.contains("created")),
        "{shown:?}"
    );
}

#[test]
fn an_image_built_just_before_is_told_and_an_old_one_is_not() {
    let mut snapshot = killed();
    let tempo = snapshot.service_mut("tempo").image_id.clone();
    let image = |built| crate::snapshot::Image {
        id: tempo.clone(),
        tags: Vec::new(),
        digests: Vec::new(),
        created_at: Some(ago(built)),
        platform: "linux/amd64".to_owned(),
        environment: Vec::new(),
        entrypoint: Vec::new(),
        command: Vec::new(),
        user: String::new(),
        labels: Vec::new(),
    };
    for (built, told) in [(900, true), (9_000_000, false)] {
        snapshot.images = Observed::Known(vec![image(built)]);
        let shown = whats(&snapshot);
        let says = shown.iter().any(|text| text.contains("image built"));
        assert_eq!(says, told, "{shown:?}");
    }
}

#[test]
fn what_only_may_stop_spans_did_not_begin_with_an_end() {
    let mut snapshot = fixtures::healthy();
    let Observed::Known(volume) = &mut snapshot.tempos[0].volume else {
        unreachable!()
    };
    volume.free_bytes = Some(900 << 20);
    snapshot.reported("tempo", 1_300, EngineEventKind::Die { exit_code: 1 });
    snapshot.reported("tempo", 700, EngineEventKind::Disconnect);
    let diagnosis = diagnose(&snapshot, &Policy::default());
    assert_eq!(diagnosis.causes[0].finding.code.to_string(), "PT0802");
    assert_eq!(diagnosis.causes[0].finding.since, None);
}

#[test]
fn how_compose_puts_a_new_container_on_its_networks_is_no_event() {
    let mut snapshot = killed();
    snapshot.reported("tempo", 602, EngineEventKind::Disconnect);
    snapshot.reported("tempo", 601, EngineEventKind::Connect);
    snapshot.reported("scraper", 603, EngineEventKind::Disconnect);
    let shown = whats(&snapshot);
    assert!(
        shown.iter().all(|text| !text.contains("a network")),
        "{shown:?}"
    );
}

#[test]
fn a_setting_that_cannot_be_read_is_no_failed_export() {
    let mut snapshot = fixtures::healthy();
    snapshot.service_mut("tempo").state.status = Status::Paused;
    snapshot.failing("scraper", ErrorKind::HeadersMalformed);
    let shown = whats(&snapshot);
    assert!(
        shown.iter().all(|text| !text.contains("export error")),
        "{shown:?}"
    );
}

#[test]
fn a_cause_that_tells_no_time_takes_the_first_trouble_around_it() {
    let mut snapshot = fixtures::healthy();
    snapshot.service_mut("tempo").state.status = Status::Paused;
    snapshot.failing("scraper", ErrorKind::BackendTimeout);
    let diagnosis = diagnose(&snapshot, &Policy::default());
    let since = diagnosis.causes[0].finding.since.as_ref().unwrap();
    assert!(since.at <= ago(120));
    assert!(
        diagnosis.causes[0]
            .timeline
            .iter()
            .any(|entry| entry.event == Happening::LastSpan)
    );
}
