//! What the documents say is so: every command in them runs, and every code exists.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{collections::BTreeSet, path::PathBuf};

use ptctl_diagnosis::{catalogue, code::Code, fixtures};

use crate::{
    fake_stack::{FakeEngine, FakeTempo, Generation, TEMPO, Wire},
    program::{both, ptctl},
};

/// The documents that a person reads; those made by `make docs` are made from the program.
const DOCUMENTS: [&str; 4] = [
    "README.md",
    "docs/troubleshooting.md",
    "docs/tracing.md",
    "docs/architecture.md",
];

fn text(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The commands in the fenced blocks of shell of a document.
fn commands(document: &str) -> Vec<Vec<String>> {
    let mut in_shell = false;
    let mut found = Vec::new();
    for line in text(document).lines() {
        match line.strip_prefix("```") {
            Some(language) => in_shell = language == "sh",
            None if in_shell => {
                let line = line.split(" #").next().unwrap_or_default();
                let line = line.strip_prefix("$ ").unwrap_or(line);
                if let Some(arguments) = line.strip_prefix("ptctl ") {
                    found.push(arguments.split_whitespace().map(str::to_owned).collect());
                }
            }
            None => {}
        }
    }
    found
}

#[tokio::test]
async fn every_command_of_the_documents_runs() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let tempo = FakeTempo::ready(Generation::Three).await;
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] = serde_json::json!({"3200/tcp":
            [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
    let look = serde_json::to_string(&fixtures::healthy()).unwrap();
    std::fs::write(engine.folder().join("look.json"), look).unwrap();
    let mut ran = 0;
    for document in DOCUMENTS {
        for words in commands(document) {
            // The services of the documents are called otherwise than the recorded one.
            let words: Vec<&str> = words
                .iter()
                .map(|word| match word.as_str() {
                    "textanalyzer" | "controller" | "scraper" => "web",
                    word => word,
                })
                .collect();
            let output = ptctl(&engine, &words).await;
            let code = output.status.code().unwrap();
            assert!(
                matches!(code, 0 | 1 | 3),
                "{document}: `ptctl {}` ends with {code}: {}",
                words.join(" "),
                both(&output)
            );
            ran += 1;
        }
    }
    assert!(ran >= 12, "only {ran} commands found");
}

#[test]
fn every_code_of_the_documents_exists() {
    let mut seen = BTreeSet::new();
    for document in DOCUMENTS {
        let text = text(document);
        for (at, _) in text.match_indices("PT") {
            let digits = text.get(at + 2..at + 6).unwrap_or_default();
            if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let code: Code = digits.parse().unwrap();
                assert!(
                    catalogue::by_code(code).is_some(),
                    "{document} names {code}, which no check has"
                );
                seen.insert(code);
            }
        }
    }
    assert!(seen.len() > 10, "only {} codes found", seen.len());
}
