//! The scheduler's settings.

use std::path::PathBuf;

use service_kit::{BaseUrl, SettingError, Settings};

/// What the scheduler is told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATA_DIR`: where tasks and runs are kept.
    pub data: PathBuf,
    /// `CONTROLLER_URL`: who scrapes.
    pub controller: BaseUrl,
}

impl Config {
    /// Reads the settings.
    pub fn read(settings: &Settings) -> Result<Self, SettingError> {
        Ok(Self {
            data: settings.data_directory()?,
            controller: settings.peer("CONTROLLER_URL", "controller")?,
        })
    }
}
