use super::*;
use crate::{
    catalogue::CATALOGUE,
    diagnose,
    diagnosis::Diagnosis,
    fixtures,
    observed::{Gap, Observed, Probe},
    policy::Policy,
    snapshot::Snapshot,
};

fn broken(code: &str) -> Snapshot {
    let found = fixtures::broken()
        .into_iter()
        .find(|broken| broken.code == code);
    found.unwrap().snapshot
}

fn judged(snapshot: &Snapshot) -> Diagnosis {
    diagnose(snapshot, &Policy::default())
}

/// `scraper: app ok, name PT0303, connection blocked, …` in signs.
fn drawn(path: &Path) -> String {
    let services: Vec<&str> = path.services.iter().map(Subject::name).collect();
    let hops: Vec<String> = path
        .hops
        .iter()
        .map(|hop| {
            let sign = match hop.state {
                HopState::Ok => "+".to_owned(),
                HopState::Degraded { by } => format!("!{by}"),
                HopState::Broken { by } => format!("x{by}"),
                HopState::Unknown => "?".to_owned(),
                HopState::Blocked { .. } => "-".to_owned(),
            };
            format!("{}{sign}", hop.name.word())
        })
        .collect();
    format!("{}: {}", services.join(","), hops.join(" "))
}

#[test]
fn a_paused_tempo_breaks_every_way_at_the_connection_and_equal_ways_are_one() {
    let diagnosis = judged(&broken("PT0105"));
    let shown: Vec<String> = diagnosis.paths.iter().map(drawn).collect();
    assert_eq!(
        shown,
        [
            "controller,scraper: app+ config+ name+ connectionxPT0105 protocol- receiver- storage- query-"
        ]
    );
}

#[test]
fn a_service_with_a_wrong_endpoint_breaks_alone_and_stands_first() {
    let diagnosis = judged(&broken("PT0303"));
    let shown: Vec<String> = diagnosis.paths.iter().map(drawn).collect();
    assert!(
        shown[0].starts_with("scraper: app+ config+ namexPT0303 connection-"),
        "{shown:?}"
    );
    assert!(!shown[1].contains('x'), "{shown:?}");
}

#[test]
fn a_setting_that_is_not_applied_yet_breaks_the_way_where_the_old_one_does() {
    let mut snapshot = fixtures::healthy();
    snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "tempo:4319");
    snapshot.failing("scraper", crate::export_errors::ErrorKind::BackendDown);
    let Observed::Known(compose) = &mut snapshot.compose else {
        unreachable!()
    };
    compose.files[0].modified_at = Some(fixtures::ago(60));
    let diagnosis = judged(&snapshot);
    let root = &diagnosis.causes[0];
    assert_eq!(root.finding.code.to_string(), "PT0141");
    assert!(
        root.symptoms
            .iter()
            .any(|it| it.code.to_string() == "PT0305")
    );
    let shown = drawn(&diagnosis.paths[0]);
    assert!(shown.starts_with("scraper: "), "{shown}");
    assert!(shown.contains("xPT0141"), "{shown}");
    assert!(!shown.contains("receiver+"), "{shown}");
}

#[test]
fn a_loss_in_part_blocks_nothing_beyond_it() {
    let diagnosis = judged(&broken("PT0802"));
    let shown = drawn(&diagnosis.paths[0]);
    assert!(
        shown.contains("storagexPT0802") || shown.contains("storage!PT0802"),
        "{shown}"
    );
    let warned = judged(&broken("PT0801"));
    assert!(
        drawn(&warned.paths[0]).contains("storage!PT0801 query+"),
        "{:?}",
        warned.paths
    );
}

#[test]
fn nothing_breaks_in_a_healthy_stack() {
    let diagnosis = judged(&fixtures::healthy());
    assert_eq!(
        diagnosis.paths.iter().map(drawn).collect::<Vec<_>>(),
        ["controller,scraper: app+ config+ name+ connection+ protocol+ receiver+ storage+ query+"]
    );
}

#[test]
fn what_could_not_be_looked_at_is_no_whole_hop() {
    let mut snapshot = broken("PT0303");
    let scraper = snapshot.service_mut("scraper");
    let subject = Subject::Service("scraper".to_owned());
    scraper.logs = Observed::Unknown(Gap::new(Probe::Logs, subject, "permission denied"));
    let paths = judged(&snapshot).paths;
    assert!(
        paths.iter().all(|path| path.broken_by().is_some()
            || path.hops.iter().any(|hop| hop.state == HopState::Ok))
    );
    let blind = judged(&fixtures::blind());
    for path in &blind.paths {
        let connection = path
            .hops
            .iter()
            .find(|hop| hop.name == HopName::Connection)
            .unwrap();
        assert_eq!(connection.state, HopState::Unknown);
    }
}

#[test]
fn every_root_on_a_way_is_drawn_in_it() {
    for broken in fixtures::broken() {
        let diagnosis = judged(&broken.snapshot);
        for cause in &diagnosis.causes {
            let code = cause.finding.code;
            if HopName::of(code, &cause.finding.subject) == Some(HopName::Grafana)
                || !matches!(cause.finding.subject, Subject::Service(_))
                || cause.finding.severity == crate::finding::Severity::Info
            {
                continue;
            }
            assert!(
                diagnosis
                    .paths
                    .iter()
                    .any(|path| path.broken_by() == Some(code)),
                "{code}: {:?}",
                diagnosis.paths
            );
        }
    }
}

#[test]
fn every_check_of_a_service_has_a_hop() {
    for check in CATALOGUE.iter() {
        let service = Subject::Service("scraper".to_owned());
        assert!(
            HopName::of(check.code, &service).is_some(),
            "{}",
            check.code
        );
    }
}
