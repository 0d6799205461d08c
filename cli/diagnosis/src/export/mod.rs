//! Where a service sends its spans: its settings as they take effect, and whom they reach.

mod endpoint;
mod settings;
mod signs;
mod target;

pub use self::{
    endpoint::{Endpoint, EndpointError, EndpointForm, Scheme},
    settings::{
        EndpointSource, ExportSettings, LIBRARY_LABEL, Library, SERVICE_NAME_LABEL, ServiceName,
    },
    signs::{Sign, TRACED_LABEL, tracing_signs},
    target::Target,
};
