//! The ways to write one thing: a list of `name=value` or a map, a list of names or a map, one value or a list of one,
//! a line of parts or a map.

use super::tree::{Field, Tree, TreeValue};

/// `[A=1, B]` as `{A: 1, B: }`; a map stays as it is.
pub(super) fn pairs(tree: Tree) -> Tree {
    let TreeValue::List(items) = &tree.value else {
        return tree;
    };
    let mut fields: Vec<Field> = Vec::new();
    for item in items {
        let Some(text) = item.text() else { continue };
        // `extra_hosts` may be written with a colon; a variable's name holds neither.
        let (name, value) = match text.split_once('=').or_else(|| text.split_once(':')) {
            Some((name, value)) => (name, TreeValue::Text(value.to_owned())),
            None => (text, TreeValue::Null),
        };
        fields.retain(|known| known.name != name);
        fields.push(Field {
            name: name.to_owned(),
            location: item.location.clone(),
            tree: Tree::new(value, item.location.clone()),
        });
    }
    Tree::new(TreeValue::Map(fields), tree.location)
}

/// `[a, b]` as `{a: , b: }`; a map stays as it is.
pub(super) fn names(tree: Tree) -> Tree {
    let TreeValue::List(items) = &tree.value else {
        return tree;
    };
    let fields = items
        .iter()
        .filter_map(|item| {
            Some(Field {
                name: item.text()?.to_owned(),
                location: item.location.clone(),
                tree: Tree::new(TreeValue::Null, item.location.clone()),
            })
        })
        .collect();
    Tree::new(TreeValue::Map(fields), tree.location)
}

/// A list; a single value becomes one of its own.
pub(super) fn listed(tree: Tree) -> Tree {
    match tree.value {
        TreeValue::List(_) | TreeValue::Null => tree,
        TreeValue::Text(_) | TreeValue::Map(_) => {
            let location = tree.location.clone();
            Tree::new(TreeValue::List(vec![tree]), location)
        }
    }
}

/// The path in the container of `source:target:mode`, or of the long form.
pub(super) fn target(item: &Tree) -> Option<String> {
    if let Some(target) = item.get("target") {
        return target.text().map(str::to_owned);
    }
    let parts = parts(item.text()?);
    parts
        .get(1)
        .or(parts.first())
        .map(|part| (*part).to_owned())
}

/// The parts between colons, where a colon inside of `${NAME:-default}` parts nothing.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
