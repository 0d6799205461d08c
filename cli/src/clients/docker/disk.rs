//! How big volumes are.
//!
//! Asked directly: `bollard`'s model has the fields of API 1.52, so an older engine's answer comes back empty with it,
//! without an error.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ApiVersion, Engine, EngineError, EngineFault, read};
use crate::clients::deadline::Deadline;

/// `/system/df`: up to API 1.51 a list, since 1.52 a part of its own.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DiskUsage {
    volumes: Option<Vec<Volume>>,
    volume_usage: Option<VolumeUsage>,
    // Some builds of 1.52 say it in the plural.
    volumes_usage: Option<VolumeUsage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VolumeUsage {
    #[serde(default)]
    items: Option<Vec<Volume>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Volume {
    name: String,
    usage_data: Option<UsageData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UsageData {
    /// -1 where the volume's driver does not tell.
    size: i64,
}

/// The first version that can leave out images and containers, which take long to count.
const WITH_TYPES: ApiVersion = ApiVersion {
    major: 1,
    minor: 42,
};
/// The first version that lists the single volumes only when asked to.
const WITH_VERBOSE: ApiVersion = ApiVersion {
    major: 1,
    minor: 52,
};

impl Engine {
    /// The folder on the engine's host that a volume is.
    pub async fn volume_mount_point(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<String, EngineError> {
        let what = format!("inspect the volume {name}");
        let volume = self
            .call(what.clone(), deadline, self.bollard.inspect_volume(name))
            .await?;
        if volume.mountpoint.is_empty() {
            return Err(EngineError::new(what, EngineFault::without("Mountpoint")));
        }
        Ok(volume.mountpoint)
    }

    /// The size in bytes of each volume that the engine knows the size of. An engine with many images may take long.
    pub async fn volume_sizes(
        &self,
        deadline: Deadline,
    ) -> Result<BTreeMap<String, u64>, EngineError> {
        let failed = |fault| EngineError::new("ask the engine for its disk usage", fault);
        let mut path = "/system/df".to_owned();
        if self.api_version() >= WITH_TYPES {
            path.push_str("?type=volume");
        }
        if self.api_version() >= WITH_VERBOSE {
            path.push_str("&verbose=true");
        }
        let response = self.get(&path, deadline).await.map_err(failed)?;
        let body = read(response, self.endpoint(), deadline)
            .await
            .map_err(failed)?;
        volume_sizes(&body).map_err(failed)
    }
}

fn volume_sizes(body: &[u8]) -> Result<BTreeMap<String, u64>, EngineFault> {
    let usage: DiskUsage =
        serde_json::from_slice(body).map_err(|error| EngineFault::Answer(error.to_string()))?;
    let part = usage.volume_usage.or(usage.volumes_usage);
    let volumes = match (usage.volumes, part) {
        (Some(volumes), _) => volumes,
        // An engine without volumes leaves the list out.
        (None, Some(part)) => part.items.unwrap_or_default(),
        (None, None) => return Err(EngineFault::without("Volumes")),
    };
    Ok(volumes
        .into_iter()
        .filter_map(|volume| {
            let size = volume.usage_data?.size;
            Some((volume.name, u64::try_from(size).ok()?))
        })
        .collect())
}
