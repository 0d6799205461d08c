use super::*;
use crate::{
    diagnose, fixtures, fixtures::ago, observed::Observed, policy::Policy, snapshot::Snapshot,
};

fn ledger_of(snapshot: &Snapshot) -> Ledger {
    diagnose(snapshot, &Policy::default()).ledger.unwrap()
}

fn scraper_counts(snapshot: &mut Snapshot, change: impl Fn(&mut SpanCounters)) {
    let Some(Observed::Known(metrics)) = &mut snapshot.service_mut("scraper").metrics else {
        panic!("the fixture counts")
    };
    change(metrics.spans.as_mut().unwrap());
}

#[test]
fn counts_that_agree_name_no_loss() {
    let ledger = ledger_of(&fixtures::healthy());
    assert_eq!(ledger.services.unwrap().sent, 120);
    assert_eq!(ledger.backends[0].accepted, 120);
    assert_eq!(ledger.losses, []);
}

#[test]
fn spans_that_were_sent_and_never_came_are_lost_on_the_way() {
    let mut snapshot = fixtures::healthy();
    scraper_counts(&mut snapshot, |spans| spans.sent = 1_060);
    let [loss] = ledger_of(&snapshot).losses.try_into().unwrap();
    assert_eq!((loss.how, loss.spans), (Lost::OnTheWay, 1_000));
}

#[test]
fn a_tempo_that_started_later_has_not_counted_what_came_before() {
    let mut snapshot = fixtures::healthy();
    scraper_counts(&mut snapshot, |spans| spans.sent = 1_060);
    snapshot.service_mut("tempo").state.started_at = Some(ago(30));
    assert_eq!(ledger_of(&snapshot).losses, []);
}

#[test]
fn what_a_service_gave_up_is_its_own_loss() {
    let mut snapshot = fixtures::healthy();
    scraper_counts(&mut snapshot, |spans| {
        spans.failed = 7;
        spans.dropped = 3;
    });
    let losses = ledger_of(&snapshot).losses;
    let shown: Vec<_> = losses
        .iter()
        .map(|loss| (loss.subject.name(), loss.how, loss.spans))
        .collect();
    assert_eq!(
        shown,
        [("scraper", Lost::Dropped, 3), ("scraper", Lost::Failed, 7)]
    );
}

#[test]
fn who_sees_nothing_counts_nothing() {
    let diagnosis = diagnose(&fixtures::blind(), &Policy::default());
    assert_eq!(diagnosis.ledger, None);
}

#[test]
fn what_was_counted_before_is_left_out_and_a_newer_process_counts_from_nothing() {
    let earlier = fixtures::healthy();
    let mut snapshot = fixtures::healthy();
    let mut before = Counters::of(&earlier);
    before.taken_at = ago(30);
    snapshot.counted_before = Some(before);
    scraper_counts(&mut snapshot, |spans| {
        spans.made += 10;
        spans.sent += 8;
        spans.dropped += 2;
    });
    let ledger = ledger_of(&snapshot);
    let services = ledger.services.unwrap();
    assert_eq!((services.made, services.sent, services.dropped), (10, 8, 2));
    assert_eq!(ledger.since, Some(ago(30)));
    snapshot.service_mut("scraper").state.started_at = Some(ago(10));
    assert_eq!(ledger_of(&snapshot).services.unwrap().made, 70);
}

#[test]
fn what_nobody_could_read_before_is_not_taken_for_new() {
    let mut before = Counters::of(&fixtures::healthy());
    before.taken_at = ago(30);
    before.services.clear();
    let mut snapshot = fixtures::healthy();
    snapshot.counted_before = Some(before);
    scraper_counts(&mut snapshot, |spans| spans.dropped = 9);
    let ledger = ledger_of(&snapshot);
    assert_eq!(ledger.services, None);
    assert_eq!(ledger.losses, []);
}

#[test]
fn a_process_is_told_from_its_successor_whatever_the_engines_clock_says() {
    let mut earlier = fixtures::healthy();
    earlier.taken_at = ago(30);
    // By the engine's clock, an hour ahead, this was a minute before the first look.
    let begun = ago(-3_600 + 90);
    earlier.service_mut("scraper").state.started_at = Some(begun);
    let mut snapshot = fixtures::healthy();
    snapshot.counted_before = Some(Counters::of(&earlier));
    snapshot.service_mut("scraper").state.started_at = Some(begun);
    scraper_counts(&mut snapshot, |spans| spans.made += 10);
    assert_eq!(ledger_of(&snapshot).services.unwrap().made, 10);
    // An hour behind: what began since seems older than the first look.
    snapshot.service_mut("scraper").state.started_at = Some(ago(3_600 + 10));
    assert_eq!(ledger_of(&snapshot).services.unwrap().made, 70);
}

#[test]
fn the_start_of_a_backend_may_be_read_a_second_later() {
    let earlier = fixtures::healthy();
    let mut before = Counters::of(&earlier);
    before.taken_at = ago(30);
    let accepted = before.backends[0].1.accepted;
    let mut snapshot = fixtures::healthy();
    let Observed::Known(metrics) = &mut snapshot.tempos[0].metrics else {
        panic!("the fixture counts")
    };
    let begun = metrics.started_at.expect("the fixture says when");
    metrics.started_at = Some(begun + jiff::SignedDuration::from_secs(1));
    metrics.accepted += 5;
    snapshot.counted_before = Some(before);
    assert_eq!(ledger_of(&snapshot).backends[0].accepted, 5, "{accepted}");
}

#[test]
fn spans_that_tempo_threw_away_are_counted_by_reason() {
    let mut snapshot = fixtures::healthy();
    let Observed::Known(metrics) = &mut snapshot.tempos[0].metrics else {
        panic!("the fixture counts")
    };
    metrics.discarded = [("trace_too_large", 5), ("live_traces_exceeded", 7)]
        .map(|(reason, spans)| Discarded {
            reason: reason.to_owned(),
            spans,
        })
        .to_vec();
    let losses = ledger_of(&snapshot).losses;
    let shown: Vec<_> = losses
        .iter()
        .map(|loss| (loss.how, loss.reason.as_deref(), loss.spans))
        .collect();
    assert_eq!(
        shown,
        [
            (Lost::Discarded, Some("trace_too_large"), 5),
            (Lost::Discarded, Some("live_traces_exceeded"), 7)
        ]
    );
}
