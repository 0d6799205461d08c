//! A configuration file as a tree that remembers where each value stands: Tempo's, a collector's, a Compose file.
//!
//! The tree keeps scalars as they are written (`0644`, `yes`, `1e3`); what they mean is the reader's business, since
//! every program reads them by rules of its own.

mod read;

use serde::{Deserialize, Serialize};

pub use self::read::NotYaml;
use self::read::Rest;
use crate::{finding::Location, redact};

/// One configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The file, as a person would open it: the path on the engine's host where it is mounted from there, else the path
    /// in the container.
    pub file: String,
    /// Its content.
    pub root: Node,
}

/// One value of a file and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its tag where one is written: `!reset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Nothing: `key:` alone, `~` or `null`.
    Null,
    /// A single value as it is written, without its quotes.
    Scalar(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the file; merge keys (`<<`) are resolved.
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The key.
    pub name: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Document {
    /// Reads YAML (and so JSON); only the first document of a stream counts. An empty file is a null.
    pub fn read(file: impl Into<String>, text: &str) -> Result<Self, NotYaml> {
        Ok(Self {
            file: file.into(),
            root: read::read(text, Rest::PassedOver)?,
        })
    }

    /// Reads YAML of which nothing may go unread: a second document and a merge of what is no mapping are errors.
    pub fn read_whole(file: impl Into<String>, text: &str) -> Result<Self, NotYaml> {
        Ok(Self {
            file: file.into(),
            root: read::read(text, Rest::Refused)?,
        })
    }

    /// The value at a path of keys; `None` where any of them is missing.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        self.root.at(path)
    }

    /// Where a node of this document stands.
    pub fn location(&self, node: &Node) -> Location {
        Location::new(&self.file, node.line, node.column)
    }

    /// Where a key of this document stands.
    pub fn key_location(&self, key: &Key) -> Location {
        Location::new(&self.file, key.line, key.column)
    }

    /// The same document without the values of secrets, by the name of their key and by their own form.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        self.root.redact("");
        self
    }
}

impl Node {
    /// The value of a key of this mapping.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entry(name).map(|(_, value)| value)
    }

    /// A key of this mapping and its value.
    pub fn entry(&self, name: &str) -> Option<&(Key, Self)> {
        self.entries().iter().find(|(key, _)| key.name == name)
    }

    /// The value at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The keys and values of this mapping; none of anything else.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Null | Value::Scalar(_) | Value::Sequence(_) => &[],
        }
    }

    /// The items of this list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Null | Value::Scalar(_) | Value::Mapping(_) => &[],
        }
    }

    /// The text of this scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Whether nothing stands here.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    fn redact(&mut self, name: &str) {
        match &mut self.value {
            Value::Null => {}
            Value::Scalar(text) => *text = redact::value(name, text),
            Value::Sequence(items) => {
                for item in items {
                    item.redact(name);
                }
            }
            Value::Mapping(entries) => {
                let of_headers = name.to_ascii_lowercase().ends_with("headers");
                for (key, value) in entries {
                    value.redact(if of_headers { "HEADERS" } else { &key.name });
                }
            }
        }
    }
}
