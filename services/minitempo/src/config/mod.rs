//! What a server is told: the parts of Tempo's configuration that minitempo implements.

mod settings;

pub use settings::Config;
