//! Where the metrics generators of the stack's Tempos write their metrics to.

use super::source;
use crate::{
    document::{Document, Node},
    export::Target,
    finding::Evidence,
    observed::Gap,
    snapshot::Container,
    view::{Backend, Stack},
};

/// One target of a remote write.
pub(super) struct RemoteWrite<'s> {
    /// Tempo's file.
    pub(super) file: &'s Document,
    /// The URL in it.
    pub(super) node: &'s Node,
    /// The container that it reaches, where it is one of this engine.
    pub(super) container: Option<&'s Container>,
}

impl RemoteWrite<'_> {
    /// The URL as it stands there.
    pub(super) fn url(&self) -> &str {
        self.node.text().unwrap_or_default()
    }

    /// Its place.
    pub(super) fn proof(&self) -> Evidence {
        Evidence::setting(
            self.file.location(self.node),
            format!("metrics_generator remote_write url: {}", self.url()),
        )
    }
}

/// What a Tempo's file says of it; unknown where the file is.
pub(super) fn of<'s>(
    backend: &Backend<'s>,
    stack: &Stack<'s>,
) -> Result<Vec<RemoteWrite<'s>>, Gap> {
    let file = match &backend.tempo.file {
        crate::observed::Observed::Known(file) => file,
        crate::observed::Observed::Unknown(gap) => return Err(gap.clone()),
    };
    let list = file.at(&["metrics_generator", "storage", "remote_write"]);
    let urls = list.map_or(&[][..], Node::items).iter();
    Ok(urls
        .filter_map(|item| item.get("url"))
        .map(|node| {
            let way = backend
                .container
                .and_then(|container| source::way(node.text()?, container, stack.snapshot));
            let container = match way.map(|way| way.target) {
                Some(Target::Container { container, .. }) => Some(container),
                Some(
                    Target::OwnLoopback
                    | Target::HostPort
                    | Target::NotShared { .. }
                    | Target::Nobody
                    | Target::Outside,
                )
                | None => None,
            };
            RemoteWrite {
                file,
                node,
                container,
            }
        })
        .collect())
}
