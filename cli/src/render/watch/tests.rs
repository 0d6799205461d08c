//! The picture of a watch.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    diagnose, fixtures,
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::{Snapshot, Status},
    subject::Subject,
    watch::Watch,
};

use super::*;
use crate::{
    cli::Detail,
    exit::Exit,
    render::{Glyphs, Page, Report},
};

/// The time of the look with this number.
fn at(look: i64) -> Timestamp {
    fixtures::now() + SignedDuration::from_secs(10 * look)
}

fn verdict(snapshot: &Snapshot) -> Verdict {
    Verdict::of(&Report {
        snapshot,
        diagnosis: &diagnose(snapshot, &Policy::default()),
        policy: &Policy::default(),
        exit: Exit::Findings,
        detail: Detail::Normal,
        root: "/srv",
        settings: None,
    })
}

fn picture(watch: &Watch, verdict: &Verdict, look: i64) -> String {
    let mut page = Page::new(80, Glyphs::Unicode);
    let screen = WatchScreen {
        watch,
        verdict,
        now: at(look),
        detail: Detail::Normal,
    };
    watch_screen(&mut page, &screen);
    page.into_text()
}

#[test]
fn a_picture_tells_what_is_new_persists_is_out_of_sight_and_is_resolved() {
    let healthy = fixtures::healthy();
    let mut paused = fixtures::healthy();
    paused.stop_tempo(Status::Paused, 0);
    // A container that is listed and that nobody described.
    let mut blind = fixtures::healthy();
    blind.gaps = vec![Gap::new(
        Probe::Containers,
        Subject::Service("tempo".to_owned()),
        "no answer",
    )];
    let mut watch = Watch::default();
    let mut all = String::new();
    for (look, (name, snapshot)) in [
        ("new", &paused),
        ("persists", &paused),
        ("out of sight", &blind),
        ("resolved", &healthy),
    ]
    .into_iter()
    .enumerate()
    {
        let look = i64::try_from(look).unwrap();
        watch.look(at(look), &diagnose(snapshot, &Policy::default()));
        let picture = picture(&watch, &verdict(snapshot), look);
        writeln!(all, "=== {name}\n{picture}").unwrap();
    }
    watch.fail(at(4), "no engine".to_owned());
    let lost = picture(&watch, &verdict(&healthy), 5);
    writeln!(all, "=== lost\n{lost}").unwrap();
    insta::assert_snapshot!(all);
}

#[test]
fn a_picture_is_the_same_as_long_as_nothing_changes() {
    let mut paused = fixtures::healthy();
    paused.stop_tempo(Status::Paused, 0);
    let diagnosis = diagnose(&paused, &Policy::default());
    let verdict = verdict(&paused);
    let mut watch = Watch::default();
    let mut pictures = Vec::new();
    for look in 0..4 {
        watch.look(at(look), &diagnosis);
        pictures.push(picture(&watch, &verdict, look));
    }
    assert_ne!(pictures[0], pictures[1], "it is new no more");
    assert_eq!(pictures[1], pictures[2]);
    assert_eq!(pictures[2], pictures[3]);
}
