//! A YAML tree whose values know their file, so that several files can become one.

use ptctl_diagnosis::{
    document::{Document, Node, Value},
    finding::Location,
};

/// One value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    pub(super) value: TreeValue,
    pub(super) tag: Option<String>,
    pub(super) location: Location,
}

/// What a tree holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TreeValue {
    Null,
    Text(String),
    List(Vec<Tree>),
    Map(Vec<Field>),
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) location: Location,
    pub(super) tree: Tree,
}

impl Tree {
    /// The tree of a document.
    pub(super) fn of(document: &Document) -> Self {
        Self::of_node(document, &document.root)
    }

    fn of_node(document: &Document, node: &Node) -> Self {
        let value = match &node.value {
            Value::Null => TreeValue::Null,
            Value::Scalar(text) => TreeValue::Text(text.clone()),
            Value::Sequence(items) => TreeValue::List(
                items
                    .iter()
                    .map(|item| Self::of_node(document, item))
                    .collect(),
            ),
            Value::Mapping(entries) => TreeValue::Map(
                entries
                    .iter()
                    .map(|(key, value)| Field {
                        name: key.name.clone(),
                        location: document.key_location(key),
                        tree: Self::of_node(document, value),
                    })
                    .collect(),
            ),
        };
        Self {
            value,
            tag: node.tag.clone(),
            location: document.location(node),
        }
    }

    /// A tree that is not written anywhere of its own.
    pub(super) fn new(value: TreeValue, location: Location) -> Self {
        Self {
            value,
            tag: None,
            location,
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.field(name).map(|field| &field.tree)
    }

    /// A key with its value.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// The value at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, name| tree.get(name))
    }

    /// The keys of a map; none of anything else.
    pub(super) fn fields(&self) -> &[Field] {
        match &self.value {
            TreeValue::Map(fields) => fields,
            TreeValue::Null | TreeValue::Text(_) | TreeValue::List(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            TreeValue::List(items) => items,
            TreeValue::Null | TreeValue::Text(_) | TreeValue::Map(_) => &[],
        }
    }

    /// The items of a list, or the single text that may stand in place of one.
    pub(super) fn one_or_more(&self) -> &[Self] {
        match &self.value {
            TreeValue::Text(_) => std::slice::from_ref(self),
            TreeValue::List(items) => items,
            TreeValue::Null | TreeValue::Map(_) => &[],
        }
    }

    /// The text of a single value.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            TreeValue::Text(text) => Some(text),
            TreeValue::Null | TreeValue::List(_) | TreeValue::Map(_) => None,
        }
    }

    /// Visits this tree and all beneath it.
    pub(super) fn visit(&self, visitor: &mut impl FnMut(&Self)) {
        visitor(self);
        match &self.value {
            TreeValue::Null | TreeValue::Text(_) => {}
            TreeValue::List(items) => {
                for item in items {
                    item.visit(visitor);
                }
            }
            TreeValue::Map(fields) => {
                for field in fields {
                    field.tree.visit(visitor);
                }
            }
        }
    }
}
