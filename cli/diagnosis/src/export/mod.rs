//! Where a service sends its spans: its settings as they take effect, and whom they reach.

mod endpoint;
mod settings;
mod signs;
mod target;

pub use self::{
    endpoint::{Endpoint, EndpointError, EndpointForm, Scheme},
    settings::{EndpointSource, ExportSettings, Library, ServiceName},
    signs::{Sign, tracing_signs},
    target::Target,
};
