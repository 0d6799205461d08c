//! Where a service sends its spans: its settings as they take effect, and whom they reach.

mod endpoint;
pub mod known_variables;
mod layer;
pub mod proxy;
mod requests;
mod runtime;
mod settings;
mod signs;
mod target;
pub mod variables;

pub(crate) use self::layer::says;
pub use self::{
    endpoint::{Endpoint, EndpointError, EndpointForm, Scheme},
    layer::{Declared, Layer, compose_service, declared, declared_at, is_tracing_variable},
    requests::TRACES_PATH,
    runtime::{Agent, Language, Runtime},
    settings::{
        EndpointSource, ExportSettings, LIBRARY_LABEL, Library, ProtocolSource, SERVICE_NAME_LABEL,
        ServiceName,
    },
    signs::{Sign, TRACED_LABEL, tracing_signs},
    target::Target,
    variables::Setting,
};
