//! The engine's networks.

use serde::{Deserialize, Serialize};

/// A network of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Its id.
    pub id: String,
    /// Its name: `shop_default`.
    pub name: String,
    /// Its driver: `bridge`.
    pub driver: String,
}
