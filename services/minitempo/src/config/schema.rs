//! The keys that Tempo's configuration has.
//!
//! The outline in `schema.txt` was made from what Tempo 3.0 prints at `/status/config?mode=defaults`, with the keys that it
//! leaves out while they are empty.

use super::yaml::{Located, LocatedKey, Node};

const OUTLINE: &str = include_str!("schema.txt");
/// The Go type of the whole configuration.
const ROOT_TYPE: &str = "app.Config";

/// A key that Tempo does not have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnknownKey {
    pub(crate) key: LocatedKey,
    /// The Go type that Tempo names in its error.
    pub(crate) section_type: &'static str,
}

/// What a document has that is not acted on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Keys that Tempo does not have, in order.
    pub(crate) unknown: Vec<UnknownKey>,
    /// Dotted paths of keys that Tempo has and minitempo does not act on, in order.
    pub(crate) ignored: Vec<String>,
}

/// A section of the outline.
#[derive(Debug)]
struct Section {
    go_type: &'static str,
    keys: Vec<(&'static str, Content)>,
}

#[derive(Debug)]
enum Content {
    /// A value.
    Leaf,
    /// Anything.
    Open,
    Section(Section),
}

/// Compares a document with the outline; `is_implemented` knows the dotted paths of leaves that are acted on.
pub(crate) fn survey(document: &Node, is_implemented: impl Fn(&str) -> bool) -> Survey {
    let mut lines = OUTLINE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .peekable();
    let root = Section {
        go_type: ROOT_TYPE,
        keys: read_keys(&mut lines, 0),
    };
    let mut survey = Survey::default();
    root.visit(document, "", &is_implemented, &mut survey);
    survey
}

fn read_keys(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'static str>>,
    depth: usize,
) -> Vec<(&'static str, Content)> {
    let mut keys = Vec::new();
    while let Some(line) = lines.next_if(|line| indentation(line) == depth) {
        let (name, content) = match line.trim_start().split_once(": ") {
            None => (line.trim_start(), Content::Leaf),
            Some((name, "*")) => (name, Content::Open),
            Some((name, go_type)) => (
                name,
                Content::Section(Section {
                    go_type,
                    keys: read_keys(lines, depth + 1),
                }),
            ),
        };
        keys.push((name, content));
    }
    keys
}

fn indentation(line: &str) -> usize {
    (line.len() - line.trim_start().len()) / 2
}

impl Section {
    fn visit(
        &self,
        node: &Node,
        path: &str,
        is_implemented: &impl Fn(&str) -> bool,
        survey: &mut Survey,
    ) {
        for (key, value) in node.entries() {
            let path = if path.is_empty() {
                key.name.clone()
            } else {
                format!("{path}.{}", key.name)
            };
            match self.keys.iter().find(|(name, _)| *name == key.name) {
                None => survey.unknown.push(UnknownKey {
                    key: key.clone(),
                    section_type: self.go_type,
                }),
                Some((_, Content::Section(section))) => {
                    section.visit(&value.node, &path, is_implemented, survey);
                }
                Some((_, Content::Leaf | Content::Open)) => {
                    note_leaves(value, &path, is_implemented, survey);
                }
            }
        }
    }
}

/// Notes every leaf below an open key, so that what is acted on is told apart from what is not.
fn note_leaves(
    value: &Located,
    path: &str,
    is_implemented: &impl Fn(&str) -> bool,
    survey: &mut Survey,
) {
    if is_implemented(path) {
        return;
    }
    let entries = value.node.entries();
    if entries.is_empty() {
        survey.ignored.push(path.to_owned());
        return;
    }
    for (key, value) in entries {
        note_leaves(
            value,
            &format!("{path}.{}", key.name),
            is_implemented,
            survey,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::yaml::parse;
    use super::*;

    fn survey_of(text: &str) -> Survey {
        survey(&parse(text).expect("YAML").node, |path| {
            path == "server.http_listen_port"
        })
    }

    #[test]
    fn keys_are_sorted_into_implemented_ignored_and_unknown() {
        let found = survey_of(
            "server:\n  http_listen_port: 1\n  http_listn_port: 2\n  log_level: warn\ningester: {}\n",
        );
        let unknown: Vec<_> = found
            .unknown
            .iter()
            .map(|unknown| {
                (
                    unknown.key.line,
                    unknown.key.name.as_str(),
                    unknown.section_type,
                )
            })
            .collect();
        assert_eq!(
            unknown,
            [
                (3, "http_listn_port", "server.Config"),
                (5, "ingester", "app.Config")
            ]
        );
        assert_eq!(found.ignored, ["server.log_level"]);
    }

    #[test]
    fn a_metrics_generator_that_writes_to_prometheus_is_known() {
        let found = survey_of(
            "metrics_generator:\n  storage:\n    path: /var/tempo/generator/wal\n    remote_write:\n      - url: http://prometheus:9090/api/v1/write\n",
        );
        assert_eq!(found.unknown, []);
    }

    #[test]
    fn open_sections_are_named_leaf_by_leaf() {
        let found = survey_of("distributor:\n  receivers:\n    zipkin:\n      endpoint: x\n");
        assert_eq!(found.ignored, ["distributor.receivers.zipkin.endpoint"]);
        assert_eq!(found.unknown, []);
    }
}
