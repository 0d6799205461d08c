//! `ptctl serve` on a played engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use ptctl::clients::exposition::{Sample, samples};
use rustix::process::Signal;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::{
    fake_stack::{Answer, FakeEngine, TEMPO},
    program::{LIMIT, Running, both, ptctl},
    reports::schema::faults,
    watch::{find, looked_again, looks, lose, pause, stack},
};

/// A server and where it listens.
struct Serving {
    running: Running,
    address: SocketAddr,
}

impl Serving {
    async fn start(engine: &FakeEngine, more: &[&str]) -> Self {
        let fixed = [
            "serve",
            "--project=shop",
            "--listen=127.0.0.1:0",
            "--only=PT0105",
        ];
        let mut running = Running::start(engine, &[&fixed[..], more].concat());
        let said = running.lines_to("looks ").await;
        let address = said[0].trim_start_matches("metrics").trim();
        let address = address
            .trim_start_matches("http://")
            .trim_end_matches("/metrics");
        Self {
            address: address.parse().unwrap(),
            running,
        }
    }

    async fn send(&self, method: &str, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: ptctl\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.send("GET", path).await
    }

    async fn metrics(&self) -> Vec<Sample> {
        let (status, page) = self.get("/metrics").await;
        assert_eq!(status, 200);
        let samples = samples(&page, |_| true);
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(samples.len(), lines.count(), "{page}");
        samples
    }

    /// Waits until the metrics are so.
    async fn until(&self, is_so: impl Fn(&[Sample]) -> bool) -> Vec<Sample> {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        let met = async {
            loop {
                let samples = self.metrics().await;
                if is_so(&samples) {
                    return samples;
                }
                tick.tick().await;
            }
        };
        timeout(LIMIT, met).await.expect("metrics in time")
    }
}

fn value(samples: &[Sample], name: &str) -> Option<f64> {
    let mut all = samples.iter().filter(|sample| sample.name == name);
    all.next().map(|sample| sample.value)
}

fn has_finding(samples: &[Sample], code: &str) -> bool {
    samples.iter().any(|sample| {
        sample.name == "ptctl_findings" && sample.label("code") == Some(code) && sample.value > 0.0
    })
}

fn count(samples: &[Sample], outcome: &str) -> u64 {
    let is_it = |sample: &&Sample| {
        sample.name == "ptctl_looks_total" && sample.label("outcome") == Some(outcome)
    };
    samples.iter().find(is_it).unwrap().count().unwrap()
}

fn is_up(samples: &[Sample]) -> bool {
    value(samples, "ptctl_up") == Some(1.0)
}

#[tokio::test]
async fn a_finding_is_a_series_while_it_stands_and_a_line_when_it_comes_and_goes() {
    let (engine, _tempo) = stack().await;
    let mut serving = Serving::start(&engine, &["--interval=1s"]).await;
    let well = serving.until(is_up).await;
    assert!(!has_finding(&well, "PT0105"));
    assert!(value(&well, "ptctl_gather_duration_seconds").unwrap() > 0.0);
    pause(&engine, true);
    let broken = serving
        .until(|samples| has_finding(samples, "PT0105"))
        .await;
    let finding = broken
        .iter()
        .find(|sample| sample.label("code") == Some("PT0105"))
        .unwrap();
    let label = |name| finding.label(name).unwrap();
    assert_eq!(
        (label("severity"), label("subject"), label("project")),
        ("error", "tempo", "shop")
    );
    let (status, report) = serving.get("/report.json").await;
    assert_eq!(status, 200);
    let report: Value = serde_json::from_str(&report).unwrap();
    let schema = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/schema/report.schema.json"
    );
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    assert_eq!(faults(&schema, &report), Vec::<String>::new());
    assert_eq!(report["causes"][0]["code"], "PT0105");
    assert_eq!(report["exit_code"], 1);
    pause(&engine, false);
    serving
        .until(|samples| !has_finding(samples, "PT0105"))
        .await;
    let told = serving.running.lines_to("resolved PT0105").await.join("\n");
    assert!(told.contains("new      PT0105 error tempo"), "{told}");
    let ended = serving.running.signalled(Signal::TERM).await;
    assert_eq!(ended.status.code(), Some(0), "{}", both(&ended));
}

#[tokio::test]
async fn before_the_first_look_there_is_no_report_and_the_reason_is_told() {
    let (engine, _tempo) = stack().await;
    engine.answer("/containers/json", Answer::Silence);
    for signal in [Signal::INT, Signal::TERM] {
        let serving = Serving::start(&engine, &[]).await;
        let (status, reason) = serving.get("/report.json").await;
        assert_eq!(status, 503);
        assert!(
            reason.contains("the first look has not ended yet"),
            "{reason}"
        );
        let (status, health) = serving.get("/healthz").await;
        assert_eq!(status, 200);
        assert!(health.starts_with("ok: the first look began "), "{health}");
        let samples = serving.metrics().await;
        assert_eq!(value(&samples, "ptctl_up"), Some(0.0));
        assert_eq!(
            value(&samples, "ptctl_last_success_timestamp_seconds"),
            Some(0.0)
        );
        // A look that is under way holds no end up.
        let ended = serving.running.signalled(signal).await;
        assert_eq!(ended.status.code(), Some(0), "{}", both(&ended));
        assert_eq!(both(&ended), "");
    }
}

#[tokio::test]
async fn an_engine_that_goes_away_resolves_nothing_and_ends_nothing() {
    let (engine, _tempo) = stack().await;
    pause(&engine, true);
    let serving = Serving::start(&engine, &["--interval=1s"]).await;
    let before = serving
        .until(|samples| has_finding(samples, "PT0105"))
        .await;
    lose(&engine);
    let lost = serving.until(|samples| count(samples, "failed") > 0).await;
    assert!(has_finding(&lost, "PT0105"), "{lost:?}");
    assert_eq!(value(&lost, "ptctl_up"), Some(0.0));
    let success = "ptctl_last_success_timestamp_seconds";
    assert!(value(&lost, success) >= value(&before, success));
    let (status, reason) = serving.get("/report.json").await;
    assert_eq!(status, 503);
    assert!(reason.contains("out of order"), "{reason}");
    let (status, health) = serving.get("/healthz").await;
    assert_eq!(status, 200, "{health}");
    assert!(health.starts_with("ok: the last look ended "), "{health}");
    pause(&engine, false);
    find(&engine);
    serving
        .until(|samples| is_up(samples) && !has_finding(samples, "PT0105"))
        .await;
}

#[tokio::test]
async fn it_begins_without_an_engine_and_finds_it_later() {
    let (engine, _tempo) = stack().await;
    lose(&engine);
    let serving = Serving::start(&engine, &["--interval=1s"]).await;
    serving.until(|samples| count(samples, "failed") > 0).await;
    find(&engine);
    serving.until(is_up).await;
}

#[tokio::test]
async fn the_engine_is_asked_by_get_alone_and_for_no_more_paths_than_the_documents_name() {
    let (engine, _tempo) = stack().await;
    // What a label allows is not done.
    engine.change(TEMPO, |described| {
        described["Config"]["Labels"]["dev.ptctl.probe"] = "allow".into();
    });
    let serving = Serving::start(&engine, &["--interval=1s"]).await;
    serving.until(is_up).await;
    looked_again(&engine, 1).await;
    assert_eq!(engine.methods(), ["GET"]);
    let asked: BTreeSet<String> = engine.asked().iter().map(|path| form(path)).collect();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/serve.md");
    let page = std::fs::read_to_string(page).unwrap();
    let named: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("GET /"))
        .map(|path| format!("/{path}"))
        .collect();
    let beyond: Vec<&String> = asked.difference(&named).collect();
    assert!(beyond.is_empty(), "asked for, and not named: {beyond:?}");
    // Asked for only where the disks of the engine are within reach, as no played engine's are.
    let of_disks = "/volumes/NAME";
    assert!(named.contains(of_disks));
    let unasked: Vec<&String> = named
        .difference(&asked)
        .filter(|path| *path != of_disks)
        .collect();
    assert!(
        unasked.is_empty(),
        "named, and never asked for: {unasked:?}"
    );
}

/// A path without its version, its query and its names.
fn form(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let path = match path.strip_prefix("/v1.") {
        Some(rest) => rest.split_once('/').unwrap().1,
        None => path.trim_start_matches('/'),
    };
    let words: Vec<&str> = path.split('/').collect();
    match words.as_slice() {
        // The name of an image has slashes of its own.
        ["images", .., last] => format!("/images/NAME/{last}"),
        [kind @ ("containers" | "volumes"), name, rest @ ..] if *name != "json" => {
            let form: Vec<&str> = [*kind, "NAME"].iter().chain(rest).copied().collect();
            format!("/{}", form.join("/"))
        }
        words => format!("/{}", words.join("/")),
    }
}

#[tokio::test]
async fn whoever_asks_for_pages_makes_nobody_look() {
    let (engine, _tempo) = stack().await;
    // Nor is there an end to the time that a look may take.
    let for_ever = ["--interval=1day", "--timeout=18446744073709551615s"];
    let serving = Serving::start(&engine, &for_ever).await;
    serving.until(is_up).await;
    for path in ["/metrics", "/report.json", "/healthz", "/"] {
        for _ in 0..10 {
            assert_eq!(serving.get(path).await.0, 200, "{path}");
        }
    }
    assert_eq!(looks(&engine), 1);
    assert_eq!(serving.get("/other").await.0, 404);
    assert_eq!(serving.send("POST", "/metrics").await.0, 405);
    assert_eq!(serving.send("DELETE", "/report.json").await.0, 405);
}

#[tokio::test]
async fn on_a_slow_engine_a_look_begins_when_the_last_has_ended() {
    let (engine, _tempo) = stack().await;
    engine.answer("/events", Answer::Silence);
    let serving = Serving::start(&engine, &["--interval=1s", "--timeout=2s"]).await;
    let samples = serving
        .until(|samples| {
            let ended = ["whole", "blind", "late", "failed"].map(|word| count(samples, word));
            let ended: u64 = ended.iter().sum();
            let begun = u64::try_from(looks(&engine)).unwrap();
            assert!(begun <= ended + 2, "{begun} looks begun and {ended} ended");
            ended >= 3
        })
        .await;
    assert!(value(&samples, "ptctl_gather_duration_seconds").unwrap() > 1.0);
    let order: Vec<String> = engine.asked().iter().map(|path| form(path)).collect();
    let order: Vec<&str> = order
        .iter()
        .map(String::as_str)
        .filter(|path| ["/containers/json", "/events"].contains(path))
        .collect();
    for pair in order.chunks(2) {
        let is_in_turn = matches!(pair, ["/containers/json", "/events"] | ["/containers/json"]);
        assert!(is_in_turn, "{order:?}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_and_one_that_is_none_are_told() {
    let (engine, _tempo) = stack().await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = ptctl(&engine, &["serve", "--listen", &address]).await;
    assert_eq!(refused.status.code(), Some(3), "{}", both(&refused));
    let told = both(&refused);
    let what = format!("could not listen on {address}");
    assert!(
        told.contains(&what) && told.contains("choose another"),
        "{told}"
    );
    for wrong in ["127.0.0.1:99999", "9466", "localhost:9466", ""] {
        let refused = ptctl(&engine, &["serve", "--listen", wrong]).await;
        assert_eq!(refused.status.code(), Some(2), "{}", both(&refused));
        assert!(
            both(&refused).contains("127.0.0.1:9466"),
            "{}",
            both(&refused)
        );
    }
}

#[tokio::test]
async fn beyond_loopback_it_warns_of_who_can_read_the_report() {
    let (engine, _tempo) = stack().await;
    let mut running = Running::start(&engine, &["serve", "--listen", "0.0.0.0:0"]);
    running.lines_to("looks ").await;
    let ended = running.signalled(Signal::INT).await;
    assert_eq!(ended.status.code(), Some(0));
    let told = both(&ended);
    assert!(told.contains("whoever reaches 0.0.0.0:"), "{told}");
}
