use jiff::Timestamp;
use ptctl_diagnosis::trace::{
    Peer, PeerKind,
    calls::{CallWay, Callee},
    figures::{Figures, Percentiles},
    service_map::{Answer, Edge, Node, Seen, ServiceMap},
};

use super::*;
use crate::{
    clients::tempo::{RecentTraces, SearchRange},
    render::{Glyphs, Page, Sample},
};

fn figures(count: u64, errors: u64, micros: [u64; 3]) -> Figures {
    let times = micros.map(|micros| micros * 1_000);
    Figures {
        count,
        errors,
        percentiles: Some(Percentiles::bounded(times, u64::MAX)),
    }
}

fn service(name: &str, figures: Figures, seen: Seen) -> Node {
    Node {
        who: Callee::Service(Some(name.to_owned())),
        figures: Some(figures),
        seen,
    }
}

fn peer(kind: PeerKind, system: Option<&str>, host: Option<&str>) -> Node {
    Node {
        who: Callee::Peer(Peer {
            kind,
            system: system.map(str::to_owned),
            host: host.map(str::to_owned),
        }),
        figures: None,
        seen: Seen::Newest,
    }
}

fn edge(from: usize, to: usize, figures: Figures) -> Edge {
    Edge {
        from,
        to,
        way: CallWay::Request,
        answer: Answer::Spans,
        figures,
        seen: Seen::Newest,
    }
}

/// A shop with all that a map can have.
fn shop() -> ServiceMap {
    let nodes = vec![
        service(
            "frontend",
            figures(7_200, 180, [41_000, 320_000, 2_100_000]),
            Seen::Newest,
        ),
        service(
            "orders",
            figures(7_200, 0, [30_000, 300_000, 900_000]),
            Seen::Newest,
        ),
        service(
            "mailer",
            figures(90, 0, [5_000, 8_000, 9_000]),
            Seen::Newest,
        ),
        service(
            "billing-with-quite-a-long-name-for-one-service",
            figures(3, 3, [9, 9, 9]),
            Seen::Searched,
        ),
        service("lonely \"cron\"\n", figures(12, 0, [3, 5, 5]), Seen::Newest),
        Node {
            who: Callee::Service(Some("idle".to_owned())),
            figures: None,
            seen: Seen::Named,
        },
        peer(PeerKind::Database, Some("postgresql"), Some("db")),
        peer(PeerKind::Messaging, Some("kafka"), None),
        peer(PeerKind::Server, None, Some("api.bank.example")),
    ];
    let asked = figures(7_200, 180, [40_000, 318_000, 2_099_000]);
    let quick = figures(14_400, 0, [400, 900, 12_000]);
    let edges = vec![
        edge(0, 1, asked),
        Edge {
            answer: Answer::None,
            ..edge(0, 1, figures(60, 60, [1_000, 1_000, 1_000]))
        },
        edge(1, 6, quick),
        Edge {
            way: CallWay::Message,
            ..edge(1, 2, figures(90, 0, [5_000, 8_000, 9_000]))
        },
        Edge {
            way: CallWay::Message,
            ..edge(1, 7, figures(90, 0, [40, 60, 100]))
        },
        edge(2, 2, figures(9, 0, [100, 200, 300])),
        Edge {
            seen: Seen::Searched,
            ..edge(3, 8, figures(3, 3, [9, 9, 9]))
        },
    ];
    ServiceMap { nodes, edges }
}

fn mapped(map: ServiceMap) -> Mapped {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let range = SearchRange {
        since: at("2026-11-22T08:00:00Z"),
        until: at("2026-11-22T09:00:00Z"),
    };
    let recent = RecentTraces {
        time: Some(range),
        ..RecentTraces::default()
    };
    Mapped {
        range,
        map,
        from: vec![MapFrom {
            tempo: "tempo".to_owned(),
            reached: "http://127.0.0.1:3200 (published port)".to_owned(),
            sample: Sample::of(&recent, 200),
            notes: Vec::new(),
        }],
    }
}

fn page(mapped: &Mapped, columns: usize, glyphs: Glyphs) -> String {
    let mut page = Page::new(columns, glyphs);
    mapped.write(&mut page);
    let text = page.into_text();
    let fits = |line: &str| textwrap::core::display_width(line) <= columns;
    assert!(text.lines().all(fits), "{text}");
    text
}

#[test]
fn services_stand_above_whom_they_call_in_80_columns() {
    insta::assert_snapshot!(page(&mapped(shop()), 80, Glyphs::Unicode));
}

#[test]
fn a_map_fits_60_columns() {
    insta::assert_snapshot!(page(&mapped(shop()), 60, Glyphs::Unicode));
}

#[test]
fn figures_take_a_line_of_their_own_where_there_is_no_room_beside_a_name() {
    let page = page(&mapped(shop()), 44, Glyphs::Ascii);
    assert!(page.is_ascii() && page.contains("  ~> mailer\n"), "{page}");
}

#[test]
fn graphviz_draws_leaves_in_their_shapes_and_messages_dashed() {
    insta::assert_snapshot!(mapped(shop()).dot());
}

#[test]
fn mermaid_draws_leaves_in_their_shapes_and_messages_dashed() {
    insta::assert_snapshot!(mapped(shop()).mermaid());
}

#[test]
fn programs_read_who_calls_whom_by_the_numbers_of_nodes() {
    let mut map = shop();
    map.nodes.drain(1..8);
    map.edges.retain(|edge| edge.seen == Seen::Searched);
    map.edges[0].from = 0;
    map.edges[0].to = 1;
    insta::assert_json_snapshot!(mapped(map).document());
}

#[test]
fn where_there_is_nothing_to_draw_that_is_said() {
    let nothing = mapped(ServiceMap::default());
    let page = page(&nothing, 80, Glyphs::Unicode);
    assert!(
        page.starts_with("no trace of any service was found"),
        "{page}"
    );
    assert!(nothing.dot().starts_with("digraph") && nothing.mermaid() == "flowchart LR\n");
}

#[test]
fn several_backends_make_one_map_without_rates() {
    let mut several = mapped(shop());
    let other = mapped(ServiceMap::default()).from;
    several.from.extend(other);
    let page = page(&several, 80, Glyphs::Unicode);
    assert!(
        page.contains("count errors") && page.contains("7200"),
        "{page}"
    );
}
