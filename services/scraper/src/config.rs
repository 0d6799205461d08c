//! The scraper's settings.

use service_kit::{SettingError, Settings};

use crate::domain::allow_list::AllowList;
use crate::domain::fetch::FetchLimits;

/// What the scraper is told by its environment.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `SCRAPER_ALLOW_HOSTS`: hosts that may be scraped although their addresses are not public.
    pub allow: AllowList,
    /// What one fetch may take; not set by the environment.
    pub limits: FetchLimits,
}

impl Config {
    /// Reads the settings.
    pub fn read(settings: &Settings) -> Result<Self, SettingError> {
        let allow = settings.value("SCRAPER_ALLOW_HOSTS", AllowList::default())?;
        Ok(Self {
            allow,
            limits: FetchLimits::default(),
        })
    }
}
