//! A backend's configuration out of its container, which needs neither a running process nor a shell.

use std::net::IpAddr;

use ptctl_diagnosis::{
    document::Document,
    flag,
    redact::REDACTED,
    snapshot::{Container, TempoConfig},
};

use crate::{
    clients::tempo::read_config,
    probe::file::{self, Files},
};

/// A configuration file, as its settings and as it is written.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
    /// The settings that everything else is decided by.
    pub(crate) config: TempoConfig,
    /// The file itself, secrets redacted, or why it is no YAML.
    pub(crate) document: Result<Document, String>,
}

impl ConfigFile {
    /// Whether its API listens for its own container alone. A flag wins over the file.
    pub(super) fn listens_within(&self, container: &Container) -> bool {
        if container.network_mode == "host" {
            return false;
        }
        let written = || {
            let document = self.document.as_ref().ok()?;
            document.at(&["server", "http_listen_address"])?.text()
        };
        let address =
            flag::value(&container.command, "server.http-listen-address").or_else(written);
        address.is_some_and(|address| {
            let is_loopback = |ip: IpAddr| ip.is_loopback();
            address == "localhost" || address.parse().is_ok_and(is_loopback)
        })
    }
}

/// The configuration file that the command names, or why it could not be read.
pub(crate) async fn from_container(
    from: Files<'_>,
    container: &Container,
) -> Result<ConfigFile, String> {
    let path = flag::value(&container.command, "config.file")
        .ok_or_else(|| "its command names no configuration file".to_owned())?;
    let file = file::at(from, container, path).await?;
    let text = if flag::expands_variables(&container.command) {
        expanded(&file.text, container)
    } else {
        file.text
    };
    let config =
        read_config(&text, path).map_err(|error| format!("`{path}` in the container: {error}"))?;
    let document = Document::read(file.path, &text)
        .map(Document::redacted)
        .map_err(|error| format!("`{path}` in the container: {error}"));
    Ok(ConfigFile { config, document })
}

/// Replaces `${NAME}` and `${NAME:default}`, as Tempo does under `-config.expand-env`, but for credentials.
fn expanded(text: &str, container: &Container) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((inside, after)) = after.split_once('}') else {
            expanded.push_str("${");
            rest = after;
            continue;
        };
        let (name, default) = inside.split_once(':').unwrap_or((inside, ""));
        let value = container.variable(name).filter(|value| !value.is_empty());
        match value {
            // What it holds is nobody's business; what it is called helps to mend it.
            Some(REDACTED) => {
                expanded.push_str("${");
                expanded.push_str(name);
                expanded.push('}');
            }
            Some(value) => expanded.push_str(value),
            None => expanded.push_str(default.trim_start_matches('-')),
        }
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}
