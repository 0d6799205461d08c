//! Reading YAML into a tree, within bounds.

use std::collections::HashMap;

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span};
use thiserror::Error;

use super::{Key, Node, Value};

/// More nodes than any configuration has; aliases count as what they stand for.
const MOST_NODES: usize = 100_000;
/// Deeper than any configuration is.
const DEEPEST: usize = 64;

/// Why a text is no configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct NotYaml {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong there.
    pub reason: String,
}

impl NotYaml {
    fn at(marker: &Marker, reason: impl Into<String>) -> Self {
        Self {
            line: line(marker),
            column: column(marker),
            reason: reason.into(),
        }
    }
}

/// What becomes of that which a tree has no place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// It is passed over, as the program does whose file this is.
    PassedOver,
    /// It is wrong.
    Refused,
}

pub(super) fn read(text: &str, rest: Rest) -> Result<Node, NotYaml> {
    let mut builder = Builder::new(rest);
    for next in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = next.map_err(|error| NotYaml::at(error.marker(), error.info()))?;
        if builder.take(event, span)? == Progress::Done {
            break;
        }
    }
    Ok(builder.root.unwrap_or(Node {
        value: Value::Null,
        tag: None,
        line: 1,
        column: 1,
    }))
}

#[derive(PartialEq, Eq)]
enum Progress {
    Going,
    Done,
}

struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
    rest: Rest,
}

/// A list or mapping whose end has not come yet.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value, in a mapping.
    key: Option<Key>,
}

impl Builder {
    fn new(rest: Rest) -> Self {
        Self {
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            root: None,
            rest,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Progress, NotYaml> {
        let start = span.start;
        let tag = event.tag().map(ToString::to_string);
        let node = |value| Node {
            value,
            tag,
            line: line(&start),
            column: column(&start),
        };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let node = node(scalar(&text, style));
                self.close(node, anchor, &start)?;
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(node(Value::Sequence(Vec::new())), anchor, &start)?;
            }
            Event::MappingStart(_, anchor, _) => {
                self.begin(node(Value::Mapping(Vec::new())), anchor, &start)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { node, anchor, .. }) = self.open.pop() {
                    self.close(merged(node, self.rest)?, anchor, &start)?;
                }
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor);
                let node = known
                    .cloned()
                    .ok_or_else(|| NotYaml::at(&start, "an alias inside of what it stands for"))?;
                self.nodes += size(&node);
                self.close(node, 0, &start)?;
            }
            Event::UnresolvedAlias(name) => {
                return Err(NotYaml::at(&start, format!("unknown anchor `{name}`")));
            }
            Event::DocumentEnd if self.rest == Rest::PassedOver => return Ok(Progress::Done),
            Event::DocumentStart(..) if self.root.is_some() => {
                return Err(NotYaml::at(&start, "a second document begins here"));
            }
            _ => {}
        }
        Ok(Progress::Going)
    }

    fn begin(&mut self, node: Node, anchor: usize, at: &Marker) -> Result<(), NotYaml> {
        if self.open.len() >= DEEPEST {
            return Err(NotYaml::at(
                at,
                format!("nested deeper than {DEEPEST} levels"),
            ));
        }
        self.open.push(Open {
            node,
            anchor,
            key: None,
        });
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn close(&mut self, node: Node, anchor: usize, at: &Marker) -> Result<(), NotYaml> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(NotYaml::at(at, format!("more than {MOST_NODES} values")));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut parent.node.value {
            Value::Sequence(items) => items.push(node),
            Value::Mapping(entries) => match parent.key.take() {
                None => {
                    parent.key = Some(Key {
                        name: match node.value {
                            Value::Scalar(text) => text,
                            Value::Null => String::new(),
                            Value::Sequence(_) | Value::Mapping(_) => {
                                return Err(NotYaml::at(at, "a key that is not a single value"));
                            }
                        },
                        line: node.line,
                        column: node.column,
                    });
                }
                Some(key) => {
                    if key.name != "<<" && entries.iter().any(|(known, _)| known.name == key.name) {
                        let reason = format!("key `{}` stands here twice", key.name);
                        return Err(NotYaml {
                            line: key.line,
                            column: key.column,
                            reason,
                        });
                    }
                    entries.push((key, node));
                }
            },
            Value::Null | Value::Scalar(_) => {}
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        _ => Value::Scalar(text.to_owned()),
    }
}

/// A mapping with its merge keys resolved: its own keys win, then the first of several merged mappings.
fn merged(mut node: Node, rest: Rest) -> Result<Node, NotYaml> {
    let Value::Mapping(entries) = &mut node.value else {
        return Ok(node);
    };
    let (merges, mut own): (Vec<_>, Vec<_>) = std::mem::take(entries)
        .into_iter()
        .partition(|(key, _)| key.name == "<<");
    for (_, source) in merges {
        let sources = match source.value {
            Value::Sequence(items) => items,
            Value::Mapping(_) | Value::Null | Value::Scalar(_) => vec![source],
        };
        for source in sources {
            let inherited = match (source.value, rest) {
                (Value::Mapping(inherited), _) => inherited,
                (_, Rest::PassedOver) => continue,
                (_, Rest::Refused) => {
                    return Err(NotYaml {
                        line: source.line,
                        column: source.column,
                        reason: "what is merged here is no mapping".to_owned(),
                    });
                }
            };
            for (key, value) in inherited {
                if own.iter().all(|(known, _)| known.name != key.name) {
                    own.push((key, value));
                }
            }
        }
    }
    *entries = own;
    Ok(node)
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::Null | Value::Scalar(_) => 0,
        Value::Sequence(items) => items.iter().map(size).sum(),
        Value::Mapping(entries) => entries.iter().map(|(_, value)| size(value)).sum(),
    }
}

fn line(marker: &Marker) -> u32 {
    u32::try_from(marker.line()).unwrap_or(u32::MAX)
}

fn column(marker: &Marker) -> u32 {
    u32::try_from(marker.col() + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::document::Document;

    fn document(text: &str) -> Document {
        Document::read("file.yaml", text).unwrap()
    }

    #[test]
    fn a_value_knows_where_it_stands() {
        let tempo = document(
            "server:\n  http_listen_port: 3200\ndistributor:\n  receivers: {otlp: {protocols: {grpc: , http: {endpoint: '0.0.0.0:4318'}}}}\n",
        );
        let port = tempo.at(&["server", "http_listen_port"]).unwrap();
        assert_eq!(port.text(), Some("3200"));
        assert_eq!(tempo.location(port).to_string(), "file.yaml:2:21");
        let protocols = tempo.at(&["distributor", "receivers", "otlp", "protocols"]);
        let names: Vec<&str> = protocols
            .unwrap()
            .entries()
            .iter()
            .map(|(key, _)| key.name.as_str())
            .collect();
        assert_eq!(names, ["grpc", "http"]);
        assert!(protocols.unwrap().get("grpc").unwrap().is_null());
    }

    #[test]
    fn own_keys_win_over_merged_ones() {
        let text = "base: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  b: 3\n";
        let document = document(text);
        assert_eq!(document.at(&["use", "a"]).unwrap().text(), Some("1"));
        assert_eq!(document.at(&["use", "b"]).unwrap().text(), Some("3"));
    }

    #[test]
    fn scalars_and_tags_stay_as_they_are_written() {
        let document =
            document("mode: 0644\nflag: on\nports: !reset []\nquoted: \"null\"\nnothing: null\n");
        assert_eq!(document.at(&["mode"]).unwrap().text(), Some("0644"));
        assert_eq!(document.at(&["flag"]).unwrap().text(), Some("on"));
        assert_eq!(
            document.at(&["ports"]).unwrap().tag.as_deref(),
            Some("!reset")
        );
        assert_eq!(document.at(&["quoted"]).unwrap().text(), Some("null"));
        assert!(document.at(&["nothing"]).unwrap().is_null());
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let error = Document::read("file.yaml", "server:\n  port: 1\n  port: 2\n").unwrap_err();
        assert_eq!((error.line, error.column), (3, 3));
        assert!(error.reason.contains("`port` stands here twice"));
        assert!(Document::read("file.yaml", "a: [1, 2\nb: 3\n").is_err());
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n".to_owned();
        for level in 1..9 {
            let alias = format!("*a{}", level - 1);
            let items = vec![alias; 10].join(", ");
            text = format!("{text}a{level}: &a{level} [{items}]\n");
        }
        let error = Document::read("bomb.yaml", &text).unwrap_err();
        assert!(error.reason.contains("more than"), "{error}");
    }

    #[test]
    fn secrets_do_not_stay_in_a_document() {
        let text = "exporters:\n  otlp:\n    headers:\n      authorization: Bearer abcdefghij\n    password: hunter2\n    endpoint: tempo:4317\n";
        let redacted = serde_json::to_string(&document(text).redacted()).unwrap();
        assert!(!redacted.contains("abcdefghij") && !redacted.contains("hunter2"));
        assert!(redacted.contains("tempo:4317"));
    }

    #[test]
    fn what_a_tree_has_no_place_for_is_passed_over_or_refused() {
        for (text, place) in [
            ("a: 1\n---\nb: 2\n", (2, 1)),
            ("a: 1\n...\n---\n", (3, 1)),
            ("a:\n  <<: b\n", (2, 7)),
            ("a:\n  <<: [{b: 1}, c]\n", (2, 16)),
        ] {
            assert!(document(text).at(&["a"]).is_some(), "{text}");
            let error = Document::read_whole("file.yaml", text).unwrap_err();
            assert_eq!((error.line, error.column), place, "{text}");
        }
        for text in ["---\na: &b {c: 1}\nd: {<<: *b}\n", "a: 1\n...\n", ""] {
            let whole = Document::read_whole("file.yaml", text);
            assert_eq!(whole, Ok(document(text)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ -~\n\t{}\\[\\]:&*!<|>'\"#-]{0,200}") {
            drop(Document::read("any.yaml", &text));
        }
    }
}
