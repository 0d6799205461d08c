//! Where a service sends its spans: its settings as they take effect, and whom they reach.

mod endpoint;
mod runtime;
mod settings;
mod signs;
mod target;
pub mod variables;

pub use self::{
    endpoint::{Endpoint, EndpointError, EndpointForm, Scheme},
    runtime::{Agent, Language, Runtime},
    settings::{
        EndpointSource, ExportSettings, LIBRARY_LABEL, Library, ProtocolSource, SERVICE_NAME_LABEL,
        ServiceName,
    },
    signs::{Sign, TRACED_LABEL, tracing_signs},
    target::Target,
    variables::Setting,
};
