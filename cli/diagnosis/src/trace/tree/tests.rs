use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use super::*;
use crate::trace::{
    CriticalPath, Folding, Gap, Resource, RowKind, Rows, Skew, SkewKind, SpanKind, Status, Warning,
};

fn id() -> TraceId {
    "0af7651916cd43dd8448eb211c80319c".parse().unwrap()
}

fn span_id(number: u8) -> SpanId {
    SpanId::new([1, 0, 0, 0, 0, 0, 0, number]).unwrap()
}

/// A span of a service, from and to so many milliseconds after an hour of 1970.
pub(crate) fn span(number: u8, parent: Option<u8>, service: &str, from: u64, to: u64) -> Span {
    const HOUR: u64 = 3_600_000_000_000;
    Span {
        id: span_id(number),
        parent: parent.map(span_id),
        parent_is_unreadable: false,
        resource: Arc::new(Resource {
            service: Some(service.to_owned()),
            attributes: Vec::new(),
        }),
        scope: None,
        name: format!("{service} {number}"),
        kind: SpanKind::Internal,
        start: HOUR + from * 1_000_000,
        end: HOUR + to * 1_000_000,
        status: Status::Unset,
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
    }
}

fn of_kind(kind: SpanKind, span: Span) -> Span {
    Span { kind, ..span }
}

fn trace(spans: Vec<Span>) -> Trace {
    Trace::new(id(), spans).unwrap()
}

fn names(trace: &Trace) -> Vec<String> {
    let spans = trace.spans().iter().enumerate();
    spans
        .map(|(number, span)| format!("{}{}", " ".repeat(trace.depth(number)), span.name))
        .collect()
}

#[test]
fn children_stand_below_their_parent_by_their_start() {
    let trace = trace(vec![
        span(3, Some(1), "b", 20, 30),
        span(4, Some(2), "c", 6, 8),
        span(2, Some(1), "b", 5, 9),
        span(1, None, "a", 0, 100),
    ]);
    assert_eq!(names(&trace), ["a 1", " b 2", "  c 4", " b 3"]);
    assert_eq!(trace.children(0).collect::<Vec<_>>(), [1, 3]);
    assert!(Warning::all(&trace).is_empty());
    let shares = trace.services();
    assert_eq!(shares[1].service.as_deref(), Some("b"));
    assert_eq!(shares[1].spans, 2);
}

#[test]
fn spans_of_one_missing_parent_stand_together_and_name_it() {
    let trace = trace(vec![
        span(2, Some(9), "b", 10, 11),
        span(3, Some(8), "b", 20, 21),
        span(4, Some(9), "b", 30, 33),
    ]);
    assert_eq!(names(&trace), ["b 2", "b 4", "b 3"]);
    assert_eq!(
        Warning::all(&trace),
        [
            Warning::NoRoot,
            Warning::MissingParent {
                parent: span_id(9),
                orphans: 2
            },
            Warning::MissingParent {
                parent: span_id(8),
                orphans: 1
            },
        ]
    );
    // The longest stands for the trace.
    assert_eq!(trace.root(), 1);
    let rows = Rows::of(&trace, &CriticalPath::of(&trace), Folding::Rows(100));
    assert_eq!(rows.rows[0].kind, RowKind::Missing(span_id(9), 2));
    assert_eq!((rows.rows[1].depth, rows.rows[2].is_last), (1, true));
}

#[test]
fn loops_of_parents_are_opened_at_their_earliest_span() {
    let trace = trace(vec![
        span(1, Some(3), "a", 0, 9),
        span(2, Some(1), "a", 1, 8),
        span(3, Some(2), "a", 2, 7),
        span(4, Some(3), "a", 3, 4),
        span(5, Some(5), "a", 5, 6),
    ]);
    assert_eq!(names(&trace), ["a 1", " a 2", "  a 3", "   a 4", "a 5"]);
    assert_eq!(
        Warning::all(&trace),
        [Warning::NoRoot, Warning::Loops { loops: 2 }]
    );
}

#[test]
fn a_span_that_was_stored_twice_counts_once_and_a_shared_id_is_no_duplicate() {
    let call = of_kind(SpanKind::Client, span(2, Some(1), "a", 10, 90));
    let answer = of_kind(SpanKind::Server, span(2, Some(1), "b", 20, 80));
    let work = span(3, Some(2), "b", 30, 40);
    let trace = trace(vec![
        work.clone(),
        answer,
        span(1, None, "a", 0, 100),
        work,
        call,
    ]);
    assert_eq!(names(&trace), ["a 1", " a 2", "  b 2", "   b 3"]);
    assert_eq!(Warning::all(&trace), [Warning::Duplicates { copies: 1 }]);
}

#[test]
fn the_critical_path_goes_into_the_child_that_ended_last() {
    let trace = trace(vec![
        span(1, None, "a", 0, 100),
        span(2, Some(1), "b", 10, 40),
        span(3, Some(1), "c", 20, 90),
        span(4, Some(3), "d", 50, 200),
    ]);
    let path = CriticalPath::of(&trace);
    // Nobody waited for the child that outlasts its parent.
    assert_eq!(milliseconds(&trace, &path), [30, 0, 70, 0]);
    // While `a` alone was waited for from 90 on, `d` still ran below it.
    assert_eq!(gaps(&trace, &path), [("c 3", 20, 50), ("a 1", 0, 10)]);
}

/// What each span has of a critical path.
fn milliseconds(trace: &Trace, path: &CriticalPath) -> Vec<u64> {
    let times = path.by_span(trace);
    times.iter().map(|time| time / 1_000_000).collect()
}

/// The gaps, each with its span, and from and to in milliseconds after the trace began.
fn gaps<'t>(trace: &'t Trace, path: &CriticalPath) -> Vec<(&'t str, u64, u64)> {
    let start = trace.extent().start;
    let after = |at: u64| (at - start) / 1_000_000;
    Gap::all(trace, path)
        .iter()
        .map(|gap| {
            let name = trace.spans()[gap.span].name.as_str();
            (name, after(gap.from), after(gap.to))
        })
        .collect()
}

#[test]
fn a_child_that_runs_beside_the_critical_path_leaves_no_gap() {
    let trace = trace(vec![
        span(1, None, "a", 0, 100),
        span(2, Some(1), "b", 10, 70),
        span(3, Some(1), "c", 60, 100),
    ]);
    let path = CriticalPath::of(&trace);
    assert_eq!(milliseconds(&trace, &path), [60, 0, 40]);
    assert_eq!(gaps(&trace, &path), [("a 1", 0, 10)]);
}

#[test]
fn a_task_that_outlives_the_root_is_not_waited_for_and_an_answer_to_a_call_is() {
    let spans = |kind: SpanKind| {
        trace(vec![
            span(1, None, "a", 0, 100),
            of_kind(kind, span(2, Some(1), "b", 10, 5000)),
            span(3, Some(1), "c", 20, 90),
        ])
    };
    let spawned = spans(SpanKind::Consumer);
    let path = CriticalPath::of(&spawned);
    assert_eq!(milliseconds(&spawned, &path), [30, 0, 70]);
    // The caller had given up, and waited until then.
    let given_up = spans(SpanKind::Server);
    let path = CriticalPath::of(&given_up);
    assert_eq!(milliseconds(&given_up, &path), [10, 90, 0]);
}

#[test]
fn a_span_without_a_time_has_no_length_and_tells_nothing_of_clocks() {
    let mut unbegun = of_kind(SpanKind::Server, span(2, Some(1), "b", 10, 20));
    unbegun.start = 0;
    let mut unended = of_kind(SpanKind::Client, span(3, Some(1), "a", 30, 40));
    unended.end = 0;
    let answer = of_kind(SpanKind::Server, span(4, Some(3), "b", 35, 38));
    let trace = trace(vec![span(1, None, "a", 0, 100), unbegun, unended, answer]);
    let untimed: Vec<u64> = trace
        .spans()
        .iter()
        .filter(|span| !span.is_timed())
        .map(Span::duration)
        .collect();
    assert_eq!(untimed, [0, 0]);
    assert_eq!(trace.extent().end - trace.extent().start, 100_000_000);
    assert_eq!(Warning::all(&trace), [Warning::Untimed { spans: 2 }]);
    let path = CriticalPath::of(&trace);
    assert_eq!(path.by_span(&trace).iter().sum::<u64>(), 100_000_000);
}

#[test]
fn a_span_whose_parent_cannot_be_read_is_no_root() {
    let mut torn = span(2, None, "b", 10, 20);
    torn.parent_is_unreadable = true;
    let trace = trace(vec![span(1, None, "a", 0, 100), torn]);
    assert_eq!(trace.tops()[1].origin, Origin::Unreadable);
    assert_eq!(
        Warning::all(&trace),
        [Warning::UnreadableParent { spans: 1 }]
    );
}

#[test]
fn a_child_that_began_before_its_parent_tells_of_a_clock_and_one_that_outlasts_it_does_not() {
    let trace = trace(vec![
        of_kind(SpanKind::Client, span(1, None, "a", 1000, 1100)),
        of_kind(SpanKind::Server, span(2, Some(1), "b", 500, 560)),
        span(3, Some(2), "b", 510, 900),
        of_kind(SpanKind::Server, span(4, Some(1), "c", 1150, 1200)),
        of_kind(SpanKind::Consumer, span(5, Some(1), "d", 5000, 5001)),
    ]);
    let skews = Skew::all(&trace);
    let found: Vec<_> = skews
        .iter()
        .map(|skew| (skew.child.as_deref(), skew.kind, skew.nanoseconds))
        .collect();
    assert_eq!(
        found,
        [
            (Some("b"), SkewKind::BeforeParent, 500_000_000),
            (Some("c"), SkewKind::AfterCall, 50_000_000),
        ]
    );
}

#[test]
fn siblings_that_repeat_each_other_fold_but_for_the_first_the_failed_and_the_slowest() {
    let mut spans = vec![span(0, None, "a", 0, 10_000)];
    for number in 1..=100 {
        let at = u64::from(number) * 50;
        let length = if number == 70 { 49 } else { 10 };
        let mut child = span(number, Some(0), "b", at, at + length);
        "query".clone_into(&mut child.name);
        if number == 50 || number == 90 {
            child.status = Status::Error("no".to_owned());
        }
        spans.push(child);
    }
    let trace = trace(spans);
    let rows = Rows::of(&trace, &CriticalPath::of(&trace), Folding::Rows(100));
    assert_eq!(rows.rows.len(), 1 + 5 + 1);
    let fold = rows.rows.iter().find_map(|row| match row.kind {
        RowKind::Folded(fold) => Some(fold),
        RowKind::Span(_) | RowKind::Missing(..) => None,
    });
    let fold = fold.unwrap();
    assert_eq!((fold.siblings, fold.spans, fold.errors), (95, 95, 0));
    assert_eq!(fold.longest, 10_000_000);
    let everything = Rows::of(&trace, &CriticalPath::of(&trace), Folding::None);
    assert_eq!(everything.rows.len(), 101);
    let cut = Rows::of(&trace, &CriticalPath::of(&trace), Folding::Rows(3));
    assert_eq!(
        (cut.rows.len(), cut.left_out.spans, cut.left_out.errors),
        (3, 98, 2)
    );
}

#[test]
fn a_fold_that_would_save_no_line_is_none() {
    let mut spans = vec![span(0, None, "a", 0, 1000)];
    for number in 1..=6 {
        let at = u64::from(number) * 100;
        let length = if number == 6 { 90 } else { 10 };
        let mut child = span(number, Some(0), "b", at, at + length);
        "query".clone_into(&mut child.name);
        if number == 4 || number == 5 {
            child.status = Status::Error("no".to_owned());
        }
        spans.push(child);
    }
    let trace = trace(spans);
    let rows = Rows::of(&trace, &CriticalPath::of(&trace), Folding::Rows(100));
    assert_eq!(rows.rows.len(), 7);
    assert!(
        rows.rows
            .iter()
            .all(|row| matches!(row.kind, RowKind::Span(_)))
    );
}

/// So many spans of one shape, and how long all that is worked out of them takes.
fn worked_out(shape: impl Fn(u64) -> (u64, Option<u64>)) -> (Trace, Rows) {
    const SPANS: u64 = 100_000;
    let id = |number: u64| SpanId::new((number + 1).to_be_bytes()).unwrap();
    let spans = (0..SPANS).map(|number| {
        let (own, parent) = shape(number);
        let mut span = of_kind(
            SpanKind::Server,
            span(0, None, "a", number, 2 * SPANS - number),
        );
        span.id = id(own);
        span.parent = parent.map(id);
        span
    });
    let started = std::time::Instant::now();
    let trace = trace(spans.collect());
    let path = CriticalPath::of(&trace);
    Gap::all(&trace, &path);
    Warning::all(&trace);
    let rows = Rows::of(&trace, &path, Folding::Rows(200));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    (trace, rows)
}

#[test]
fn a_hundred_thousand_spans_are_worked_out_whatever_their_shape() {
    let (deep, _) = worked_out(|number| (number, number.checked_sub(1)));
    assert_eq!(deep.depth(99_999), 99_999);
    let (orphans, rows) = worked_out(|number| (number, Some(1_000_000 + number)));
    assert_eq!(orphans.tops().len(), 100_000);
    assert_eq!(
        rows.rows[0].kind,
        RowKind::Missing(orphans_parent(&orphans), 1)
    );
    let (namesakes, _) = worked_out(|_| (7, Some(7)));
    assert_eq!(namesakes.spans().len(), 100_000);
}

fn orphans_parent(trace: &Trace) -> SpanId {
    match trace.tops()[0].origin {
        Origin::Orphan(parent) => parent,
        other => panic!("{other:?}"),
    }
}

prop_compose! {
    fn any_span()(
        number in 0_u8..24,
        parent in proptest::option::of(0_u8..28),
        service in "[abc]",
        from in 0_u64..50,
        length in 0_u64..50,
        kind in prop_oneof![Just(SpanKind::Internal), Just(SpanKind::Client), Just(SpanKind::Server)],
        has_failed in any::<bool>(),
        is_named_alike in any::<bool>(),
    ) -> Span {
        let mut span = of_kind(kind, span(number, parent, &service, from, from + length));
        if has_failed {
            span.status = Status::Error(String::new());
        }
        if is_named_alike {
            "same".clone_into(&mut span.name);
        }
        span
    }
}

proptest! {
    #[test]
    fn every_span_appears_exactly_once_however_its_parents_are_tangled(spans in proptest::collection::vec(any_span(), 1..60)) {
        let received = spans.len();
        let trace = trace(spans);
        prop_assert_eq!(trace.spans().len() + trace.duplicates(), received);
        let below: usize = trace.tops().iter().map(|top| trace.subtree(top.span).len()).sum();
        prop_assert_eq!(below, trace.spans().len());
        for number in 0..trace.spans().len() {
            for child in trace.children(number) {
                prop_assert_eq!(trace.parent(child), Some(number));
                prop_assert!(trace.subtree(number).contains(&child));
            }
        }
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_in_which_spans_came(
        spans in proptest::collection::vec(any_span(), 1..40),
        seed in any::<u64>(),
    ) {
        let mut others = spans.clone();
        let length = others.len();
        for place in (1..length).rev() {
            let step = seed.rotate_left(u32::try_from(place % 64).unwrap());
            let with = usize::try_from(step % u64::try_from(place + 1).unwrap()).unwrap();
            others.swap(place, with);
        }
        prop_assert_eq!(names(&trace(spans)), names(&trace(others)));
    }

    #[test]
    fn the_critical_path_covers_the_root_once_and_no_more(spans in proptest::collection::vec(any_span(), 1..60)) {
        let trace = trace(spans);
        let path = CriticalPath::of(&trace);
        let root = &trace.spans()[trace.root()];
        let mut cursor = root.start;
        for stretch in path.stretches() {
            prop_assert_eq!(stretch.from, cursor);
            prop_assert!(stretch.to > stretch.from);
            let span = &trace.spans()[stretch.span];
            prop_assert!(span.start <= stretch.from && stretch.to <= span.end());
            cursor = stretch.to;
        }
        prop_assert_eq!(cursor, root.end());
        prop_assert_eq!(path.by_span(&trace).iter().sum::<u64>(), root.duration());
    }

    #[test]
    fn what_is_shown_folded_and_left_out_is_everything(
        spans in proptest::collection::vec(any_span(), 1..120),
        most in 1_usize..40,
    ) {
        let trace = trace(spans);
        let rows = Rows::of(&trace, &CriticalPath::of(&trace), Folding::Rows(most));
        prop_assert!(rows.rows.len() <= most);
        let mut shown: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut spans, mut errors) = (rows.left_out.spans, rows.left_out.errors);
        for row in &rows.rows {
            match row.kind {
                RowKind::Span(span) => {
                    *shown.entry(span).or_default() += 1;
                    spans += 1;
                    errors += usize::from(trace.spans()[span].has_failed());
                }
                RowKind::Folded(fold) => {
                    spans += fold.spans;
                    errors += fold.errors;
                }
                RowKind::Missing(..) => {}
            }
        }
        prop_assert!(shown.values().all(|count| *count == 1));
        prop_assert_eq!((spans, errors), (trace.spans().len(), trace.errors()));
    }
}
