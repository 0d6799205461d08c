//! Several YAML files read as one: a later one wins, mappings are merged, lists are replaced.

use crate::{
    document::{Document, Node},
    finding::Location,
};

/// The values that stand at one place of several files; the last one wins.
#[derive(Debug, Clone)]
pub(super) struct Layers<'d>(Vec<(&'d Document, &'d Node)>);

impl<'d> Layers<'d> {
    pub(super) fn of(documents: &'d [Document]) -> Self {
        Self(
            documents
                .iter()
                .map(|document| (document, &document.root))
                .collect(),
        )
    }

    /// The value of a key; `None` where no file has it.
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        let found: Vec<_> = self
            .0
            .iter()
            .filter_map(|(document, node)| Some((*document, node.get(name)?)))
            .collect();
        (!found.is_empty()).then_some(Self(found))
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<Self> {
        path.iter()
            .try_fold(self.clone(), |layers, name| layers.get(name))
    }

    /// The text of the scalar that wins.
    pub(super) fn text(&self) -> Option<&'d str> {
        self.0.last()?.1.text()
    }

    /// The items of the list that wins.
    pub(super) fn items(&self) -> Vec<Self> {
        let Some((document, node)) = self.0.last() else {
            return Vec::new();
        };
        node.items()
            .iter()
            .map(|item| Self(vec![(document, item)]))
            .collect()
    }

    /// The keys of all files with their places and values.
    pub(super) fn entries(&self) -> Vec<(&'d str, Location, Self)> {
        let mut names: Vec<(&'d str, Location)> = Vec::new();
        for (document, node) in &self.0 {
            for (key, _) in node.entries() {
                let location = document.key_location(key);
                match names.iter_mut().find(|(name, _)| *name == key.name) {
                    Some(known) => known.1 = location,
                    None => names.push((&key.name, location)),
                }
            }
        }
        names
            .into_iter()
            .filter_map(|(name, location)| Some((name, location, self.get(name)?)))
            .collect()
    }

    /// Where the value that wins stands.
    pub(super) fn location(&self) -> Location {
        self.0.last().map_or_else(
            || Location::new("", 1, 1),
            |(document, node)| document.location(node),
        )
    }
}
