//! Docker's stored contexts: `config.json` and `contexts/{meta,tls}/<digest of the name>/`.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use thiserror::Error;

use super::{ServerCheck, TlsMaterial};

/// Why a stored context could not be used.
#[derive(Debug, Error)]
pub enum StoredContextError {
    /// Neither `DOCKER_CONFIG` nor a home folder is known.
    #[error("neither `DOCKER_CONFIG` nor a home folder tells where contexts are stored")]
    NoHome,
    /// No context has this name.
    #[error("no context of this name is stored in `{}`", .0.display())]
    Missing(PathBuf),
    /// The context has no Docker endpoint, as those of other orchestrators.
    #[error("it has no Docker endpoint")]
    NoDockerEndpoint,
    /// A file could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is not what Docker writes.
    #[error("could not understand `{}`", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// The endpoint that a stored context holds.
#[derive(Debug)]
pub(super) struct StoredContext {
    pub(super) host: String,
    pub(super) tls: Option<TlsMaterial>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfigFile {
    current_context: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetaFile {
    name: String,
    #[serde(default)]
    endpoints: MetaEndpoints,
}

#[derive(Deserialize, Default)]
struct MetaEndpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
struct DockerEndpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_tls_verify: bool,
}

/// The name of the current context, where the configuration names one.
pub(super) fn current_context(config_dir: &Path) -> Result<Option<String>, StoredContextError> {
    let path = config_dir.join("config.json");
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoredContextError::Read { path, source }),
    };
    let config: ConfigFile = serde_json::from_slice(&text)
        .map_err(|source| StoredContextError::Parse { path, source })?;
    Ok(config.current_context.filter(|name| !name.is_empty()))
}

/// The context of this name.
///
/// The folder's name is a digest of the context's name; looking at the name inside needs no digest.
pub(super) fn find(config_dir: &Path, name: &str) -> Result<StoredContext, StoredContextError> {
    let metas = config_dir.join("contexts/meta");
    let missing = || StoredContextError::Missing(metas.clone());
    let folders = match std::fs::read_dir(&metas) {
        Ok(folders) => folders,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing()),
        Err(source) => {
            return Err(StoredContextError::Read {
                path: metas,
                source,
            });
        }
    };
    for folder in folders {
        let folder = folder.map_err(|source| StoredContextError::Read {
            path: metas.clone(),
            source,
        })?;
        let path = folder.path().join("meta.json");
        // Another context's broken file must not hide this one.
        let Ok(text) = std::fs::read(&path) else {
            continue;
        };
        let Ok(meta) = serde_json::from_slice::<MetaFile>(&text) else {
            continue;
        };
        if meta.name != name {
            continue;
        }
        let endpoint = meta
            .endpoints
            .docker
            .ok_or(StoredContextError::NoDockerEndpoint)?;
        let host = endpoint
            .host
            .filter(|host| !host.is_empty())
            .ok_or(StoredContextError::NoDockerEndpoint)?;
        let certificates = config_dir
            .join("contexts/tls")
            .join(folder.file_name())
            .join("docker");
        let check = if endpoint.skip_tls_verify {
            ServerCheck::Skip
        } else {
            ServerCheck::Verify
        };
        let material = TlsMaterial::in_folder(Some(&certificates), check);
        let has_tls =
            endpoint.skip_tls_verify || material.authority.is_some() || material.client.is_some();
        return Ok(StoredContext {
            host,
            tls: has_tls.then_some(material),
        });
    }
    Err(missing())
}
