//! All scenarios, by the stage that they are played on.

mod outages;

use crate::scenario::Stage;

/// Every stage.
pub(crate) static STAGES: &[Stage] = &[outages::STAGE];
