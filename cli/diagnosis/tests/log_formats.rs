//! The classifier against lines put together from the formats in the sources of SDKs, collectors, shippers and proxies.
//! Each line of `fixtures/formats.jsonl` says in `ref` whose format it is; `or` names what the line does not rule out.

use proptest::prelude::*;
use ptctl_diagnosis::export_errors::{Classification, Context, Verdict, classify, is_candidate};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Labelled {
    line: String,
    source: String,
    export_error: bool,
    kind: String,
    #[serde(default)]
    or: Vec<String>,
    signal: Option<String>,
    lost: Option<String>,
}

fn lines() -> Vec<Labelled> {
    include_str!("fixtures/formats.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a labelled line"))
        .collect()
}

fn answer(line: &[u8]) -> Value {
    serde_json::to_value(Classification::of(line, &Context::default())).expect("an object")
}

/// What is said of each line under a name of the answer, where it is not what the label wants.
fn wrong(wanted: impl Fn(&Labelled, &Value) -> bool) -> Vec<String> {
    lines()
        .iter()
        .filter_map(|line| {
            let answer = answer(line.line.as_bytes());
            (!wanted(line, &answer)).then(|| format!("{}\n  {answer}", line.line))
        })
        .collect()
}

#[test]
fn every_format_is_recognised_and_no_look_alike_is() {
    let wrong = wrong(|line, answer| answer["export_error"] == line.export_error);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_kind_is_one_that_the_line_does_not_rule_out() {
    let wrong = wrong(|line, answer| {
        let kind = answer["kind"].as_str().unwrap_or_default();
        kind == line.kind || line.or.iter().any(|other| other == kind)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn signal_loss_and_speaker_are_told() {
    let wrong = wrong(|line, answer| {
        let is = |name: &str, wanted: &Option<String>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| answer[name] == wanted.as_str())
        };
        !line.export_error
            || (is("signal", &line.signal)
                && is("lost", &line.lost)
                && answer["source"] == line.source.as_str()
                && answer["advice"].is_string())
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_line_that_counts_is_passed_over_by_the_scan() {
    for line in lines() {
        for bytes in [line.line.clone(), wrapped(&line.line)] {
            if classify(bytes.as_bytes(), &Context::default()).is_some() {
                assert!(is_candidate(bytes.as_bytes()), "{bytes}");
            }
        }
    }
}

/// The line as the engine keeps it.
fn wrapped(line: &str) -> String {
    json!({"log": format!("{line}\n"), "stream": "stderr", "time": "2026-05-04T10:11:12.345678901Z"})
        .to_string()
}

#[test]
fn what_shippers_and_loggers_put_around_a_line_changes_no_verdict() {
    for line in lines() {
        let bare = answer(line.line.as_bytes());
        for around in [
            wrapped(&line.line),
            format!("shop-checkout-1  | {}", line.line),
            format!("\u{1b}[36mcheckout_1   |\u{1b}[0m {}", line.line),
            format!("2026-05-04T10:11:12.345678901Z {}", line.line),
            format!("2026-05-04T10:11:12.345678901Z stderr F {}", line.line),
            format!("{}\r", line.line),
            json!({"container_name": "a", "source": "stderr", "log": line.line}).to_string(),
            json!({"level": "error", "ts": 1.5, "msg": line.line}).to_string(),
            wrapped(&json!({"level": "error", "msg": line.line}).to_string()),
        ] {
            let answer = answer(around.as_bytes());
            assert_eq!(answer["export_error"], bare["export_error"], "{around}");
            assert_eq!(answer["kind"], bare["kind"], "{around}");
        }
    }
}

#[test]
fn a_frame_of_a_stack_continues_the_record_before_it() {
    for line in [
        "    at Socket.emit (node:events:536:35)",
        "\tat io.opentelemetry.exporter.internal.http.HttpExporter.export(HttpExporter.java:74)",
        "Caused by: java.net.ConnectException: Connection refused",
        "\t... 12 more",
        "  File \"/app/main.py\", line 3, in <module>",
        "Traceback (most recent call last):",
        "   --- End of inner exception stack trace ---",
        "#12 {main}",
        "goroutine 1 [running]:",
        "}",
        "checkout-1  |     at Socket.emit (node:events:536:35)",
        "2026-05-04T10:11:12.345678901Z stderr F \tat java.base/java.lang.Thread.run(Thread.java:833)",
    ] {
        let answer = answer(line.as_bytes());
        assert_eq!(answer["continues"], true, "{line}");
        assert_eq!(answer["export_error"], false, "{line}");
    }
    for line in ["#general: hello", "2026/05/04 10:11:12 traces export: x"] {
        assert_eq!(answer(line.as_bytes())["continues"], false, "{line}");
    }
}

#[test]
fn a_proof_far_inside_a_line_of_a_mebibyte_is_found() {
    let padding = "x".repeat(1 << 20);
    let proof = "traces export: rpc error: code = Unauthenticated desc = token";
    for line in [
        format!("{padding} {proof}"),
        format!("{proof} {padding}"),
        json!({"level": "error", "padding": padding, "msg": proof}).to_string(),
        json!({"level": "error", "msg": proof, "stacktrace": padding}).to_string(),
        wrapped(&format!("{padding} {proof}")),
    ] {
        let answer = answer(line.as_bytes());
        assert_eq!(answer["export_error"], true, "{}", &line[..80]);
        assert_eq!(answer["kind"], "auth-failed", "{}", &line[..80]);
    }
}

proptest! {
    #[test]
    fn any_bytes_get_one_answer_and_the_same_again(line in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(answer(&line), answer(&line));
    }

    #[test]
    fn what_counts_in_a_spoilt_line_is_found_by_the_scan_too(
        pick in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        noise in "[ -~\u{0}\u{7f}äß]{0,12}",
    ) {
        let lines = lines();
        let line = &lines[pick.index(lines.len())].line;
        let at = line.floor_char_boundary(cut.index(line.len() + 1));
        for spoilt in [
            format!("{}{noise}{}", &line[..at], &line[at..]),
            format!("{noise}{}", &line[..at]),
            format!("{noise}{}", &line[at..]),
        ] {
            let is_error = answer(spoilt.as_bytes())["export_error"] == true;
            let proves = classify(spoilt.as_bytes(), &Context::default())
                .is_some_and(Verdict::export_error);
            prop_assert_eq!(is_error, proves, "{}", spoilt);
            prop_assert!(!proves || is_candidate(spoilt.as_bytes()), "{}", spoilt);
        }
    }
}
