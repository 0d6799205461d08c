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
    /// -1 where the engine does not count.
    ref_count: i64,
}

/// What the engine counts of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolumeCount {
    /// Its bytes, where its driver tells.
    pub bytes: Option<u64>,
    /// The containers that refer to it, running or not.
    pub references: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VolumeList {
    volumes: Option<Vec<VolumeName>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VolumeName {
    name: String,
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

    /// The names of the volumes with a label, given as `key=value`.
    pub async fn volumes_labelled(
        &self,
        label: &str,
        deadline: Deadline,
    ) -> Result<Vec<String>, EngineError> {
        let failed = |fault| EngineError::new("list volumes", fault);
        let filters = serde_json::json!({"label": [label]}).to_string();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filters", &filters)
            .finish();
        let response = self
            .get(&format!("/volumes?{query}"), deadline)
            .await
            .map_err(failed)?;
        let body = read(response, self.endpoint(), deadline)
            .await
            .map_err(failed)?;
        let list: VolumeList = serde_json::from_slice(&body)
            .map_err(|error| failed(EngineFault::Answer(error.to_string())))?;
        let volumes = list.volumes.unwrap_or_default();
        Ok(volumes.into_iter().map(|volume| volume.name).collect())
    }

    /// What the engine counts of each volume. An engine with many images may take long.
    pub async fn volume_counts(
        &self,
        deadline: Deadline,
    ) -> Result<BTreeMap<String, VolumeCount>, EngineError> {
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
        volume_counts(&body).map_err(failed)
    }
}

fn volume_counts(body: &[u8]) -> Result<BTreeMap<String, VolumeCount>, EngineFault> {
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
            let usage = volume.usage_data?;
            let count = VolumeCount {
                bytes: u64::try_from(usage.size).ok(),
                references: u64::try_from(usage.ref_count).ok(),
            };
            Some((volume.name, count))
        })
        .collect())
}
