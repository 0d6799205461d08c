use std::collections::BTreeMap;

use jiff::Timestamp;
use ptctl_diagnosis::trace::{
    SpanKind,
    figures::{Figures, Operation, Percentiles},
};

use super::*;
use crate::{
    cli::Sort,
    clients::tempo::{RecentTraces, SearchRange},
    render::{Glyphs, Page, Sample},
};

fn range() -> SearchRange {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    SearchRange {
        since: at("2026-11-22T08:00:00Z"),
        until: at("2026-11-22T09:00:00Z"),
    }
}

type Row = (
    Option<&'static str>,
    &'static str,
    SpanKind,
    u64,
    u64,
    [u64; 3],
);

const ROWS: [Row; 6] = [
    (
        Some("frontend"),
        "GET /checkout",
        SpanKind::Server,
        14_400,
        3,
        [41_000, 320_000, 2_100_000],
    ),
    (
        Some("frontend"),
        "POST",
        SpanKind::Client,
        14_399,
        3,
        [40_000, 318_000, 2_099_000],
    ),
    (
        Some("orders"),
        "POST /orders/{order}/lines/{line}/discounts",
        SpanKind::Server,
        14_000,
        0,
        [30_000, 300_000, 900_000],
    ),
    (
        Some("orders"),
        "SELECT orders",
        SpanKind::Client,
        28_000,
        28_000,
        [400, 900, 12_000],
    ),
    (
        Some("cron \u{1b}[31m"),
        "tick",
        SpanKind::Internal,
        12,
        1,
        [3, 5, 5],
    ),
    (None, "", SpanKind::Unspecified, 60, 0, [1, 1, 1]),
];

fn operations() -> BTreeMap<Operation, Figures> {
    let row = |(service, name, kind, count, errors, micros): Row| {
        let operation = Operation {
            service: service.map(str::to_owned),
            name: name.to_owned(),
            kind,
        };
        let times = micros.map(|micros| micros * 1_000);
        let figures = Figures {
            count,
            errors,
            percentiles: Some(Percentiles::bounded(times, u64::MAX)),
        };
        (operation, figures)
    };
    ROWS.map(row).into()
}

fn counted(sort: Sort, limit: usize) -> Latency {
    Latency {
        filter: "{ }".to_owned(),
        range: range(),
        sort,
        limit,
        from: vec![LatencyFrom {
            tempo: "tempo".to_owned(),
            reached: "http://127.0.0.1:3200 (published port)".to_owned(),
            counted: Counted::Metrics {
                range: range(),
                partial: None,
            },
            operations: operations(),
        }],
    }
}

fn sampled(recent: &RecentTraces, operations: BTreeMap<Operation, Figures>) -> Latency {
    let mut latency = counted(Sort::P95, 50);
    latency.filter = "{ resource.service.name = \"shop\" }".to_owned();
    latency.from[0].operations = operations;
    latency.from[0].counted = Counted::Traces {
        sample: Sample::of(recent, 200),
        because: Some("HTTP 500: error finding generators: empty ring".to_owned()),
    };
    latency
}

fn page(latency: &Latency, columns: usize) -> String {
    let mut page = Page::new(columns, Glyphs::Unicode);
    super::latency(&mut page, latency);
    page.into_text()
}

#[test]
fn operations_stand_by_service_with_bars_to_scale_in_80_columns() {
    let page = page(&counted(Sort::P95, 50), 80);
    assert!(
        page.lines()
            .all(|line| textwrap::core::display_width(line) <= 80),
        "{page}"
    );
    insta::assert_snapshot!(page);
}

#[test]
fn an_operation_takes_two_lines_in_60_columns() {
    let page = page(&counted(Sort::P95, 50), 60);
    assert!(
        page.lines()
            .all(|line| textwrap::core::display_width(line) <= 60),
        "{page}"
    );
    insta::assert_snapshot!(page);
}

#[test]
fn a_sample_says_of_what_it_is_one_and_that_it_tells_no_rate() {
    let recent = RecentTraces {
        found: 200,
        unread: Some("HTTP 500: gone".to_owned()),
        ..RecentTraces::default()
    };
    let page = page(&sampled(&recent, operations()), 80);
    for part in [
        "spans errors",
        "14400",
        "those of this sample",
        "empty ring",
        "HTTP 500: gone",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    assert!(!page.contains("rate"), "{page}");
}

#[test]
fn where_nothing_matches_that_is_said_and_not_an_empty_table() {
    let recent = RecentTraces {
        time: Some(range()),
        ..RecentTraces::default()
    };
    let page = page(&sampled(&recent, BTreeMap::new()), 80);
    assert!(
        page.starts_with("no span matches { resource.service.name = \"shop\" }"),
        "{page}"
    );
    assert!(!page.contains("p95  "), "{page}");
}

#[test]
fn what_comes_first_is_as_it_was_asked_for_and_what_is_left_out_is_counted() {
    let first = |sort: Sort| {
        let latency = counted(sort, 2);
        let (shown, left_out) = latency.from[0].shown(sort, 2);
        assert_eq!(left_out, 4);
        shown[0].0.name.clone()
    };
    assert_eq!(first(Sort::P50), "GET /checkout");
    assert_eq!(first(Sort::P99), "GET /checkout");
    assert_eq!(first(Sort::Rate), "SELECT orders");
    assert_eq!(first(Sort::Errors), "SELECT orders");
    assert_eq!(first(Sort::Name), "");
    assert!(page(&counted(Sort::P95, 2), 80).contains("4 more operations: `--limit 6` shows all"));
}

#[test]
fn programs_read_every_figure_with_its_unit() {
    let latency = counted(Sort::Rate, 1);
    insta::assert_json_snapshot!(latency.document());
}
