//! The endpoints of a stack, for telling whose failed connection a line is about.

use std::sync::Arc;

use ptctl_diagnosis::{export::ExportSettings, export_errors::Context, snapshot::Container};

/// Where the services of a stack send their spans.
#[derive(Debug, Clone, Default)]
pub(crate) struct Endpoints(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    context: Context,
    names: Vec<String>,
}

impl Endpoints {
    /// The endpoints that these containers are configured with.
    pub(crate) fn of(containers: &[Container]) -> Self {
        Self::named(containers.iter().filter_map(|container| {
            let settings = ExportSettings::of(container);
            let settings = settings.known()?;
            let endpoint = settings.endpoint.as_ref().ok()?;
            Some(match settings.port() {
                Some(port) => format!("{}:{port}", endpoint.host),
                None => endpoint.host.clone(),
            })
        }))
    }

    /// Endpoints by their names, each `host` or `host:port`.
    pub(crate) fn named(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(|name| name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        Self(Arc::new(Known {
            context: Context::with_endpoints(names.clone()),
            names,
        }))
    }

    /// The names, in lower case: lines with one may prove something without any other anchor.
    pub(crate) fn names(&self) -> &[String] {
        &self.0.names
    }

    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }
}
