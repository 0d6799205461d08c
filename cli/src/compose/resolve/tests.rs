use std::collections::BTreeMap;

use ptctl_diagnosis::snapshot::ComposeLayer;

use super::*;
use crate::compose::{ComposeSources, read, read_view};

/// The variables of `web` by both readings: name, value, and where it stands, if anywhere.
fn environment(files: &str, view: &str, shell: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.yml");
    let text = format!("services:\n  web:\n    environment:\n{files}");
    std::fs::write(&path, text).unwrap();
    let sources = ComposeSources {
        config_files: vec![path],
        folder: folder.path().to_owned(),
        project: "shop".to_owned(),
        env_files: Vec::new(),
    };
    let view = format!("services:\n  web:\n    environment:\n{view}");
    let environment = Environment {
        variables: shell
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        home: None,
        working_dir: folder.path().to_owned(),
    };
    let view = read_view("docker compose config", &view, &sources).unwrap();
    let resolved = resolve(read(&sources).unwrap(), view, &environment);
    let web = resolved.service("web").unwrap();
    web.environment
        .iter()
        .map(|variable| {
            let value = variable.text.value.as_deref().unwrap_or("?");
            match variable.layer {
                ComposeLayer::Resolved => format!("{}={value}", variable.name),
                ComposeLayer::Environment | ComposeLayer::EnvFile => {
                    format!(
                        "{}={value} at {}",
                        variable.name, variable.text.location.line
                    )
                }
            }
        })
        .collect()
}

#[test]
fn the_view_decides_on_values_and_the_files_on_places() {
    for (files, view, expected) in [
        ("      A: b\n", "      A: b\n", "A=b at 4"),
        ("      A: b\n", "      A: c\n", "A=c"),
        ("      A: 1.50\n", "      A: '1.5'\n", "A=1.5 at 4"),
        ("      A: True\n", "      A: 'true'\n", "A=true at 4"),
        ("      A: x$$y\n", "      A: x$$y\n", "A=x$y at 4"),
        ("      A: ${X:-b}:1\n", "      A: b:1\n", "A=b:1 at 4"),
        ("      A: ${X:-b}:1\n", "      A: c:1\n", "A=c:1 at 4"),
        ("      A: ${X:-b}:1\n", "      A: c:2\n", "A=c:2"),
        ("      A: ${SET}\n", "      A: c\n", "A=c at 4"),
        ("      - SET\n", "      SET: c\n", "SET=c at 4"),
    ] {
        assert_eq!(
            environment(files, view, &[("SET", "c")]),
            [expected],
            "{files}"
        );
    }
}

#[test]
fn what_nobody_sets_here_stays_open_though_compose_puts_nothing_in_its_place() {
    for (files, view) in [
        ("      A: ${X}\n", "      A: ''\n"),
        ("      A: ${SET}:${X}\n", "      A: 'c:'\n"),
        ("      - A\n", "      A: null\n"),
        ("      - A\n", "      B: c\n"),
    ] {
        let read = environment(files, view, &[("SET", "c")]);
        assert_eq!(read[0], "A=? at 4", "{files}");
    }
}

#[test]
fn what_compose_leaves_out_is_gone_and_what_it_adds_has_no_place() {
    let read = environment("      A: b\n", "      C: d\n", &[]);
    assert_eq!(read, ["C=d"]);
}
