//! The controller's settings.

use std::path::PathBuf;

use service_kit::{BaseUrl, SettingError, Settings};

/// What the controller is told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATA_DIR`: where the documents are kept.
    pub data: PathBuf,
    /// `SCRAPER_URL`: who fetches pages.
    pub scraper: BaseUrl,
    /// `TEXTANALYZER_URL`: who analyses texts.
    pub textanalyzer: BaseUrl,
}

impl Config {
    /// Reads the settings.
    pub fn read(settings: &Settings) -> Result<Self, SettingError> {
        Ok(Self {
            data: settings.data_directory()?,
            scraper: settings.peer("SCRAPER_URL", "scraper")?,
            textanalyzer: settings.peer("TEXTANALYZER_URL", "textanalyzer")?,
        })
    }
}
