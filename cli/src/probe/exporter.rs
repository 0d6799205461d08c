//! How a service exports, in full: with the headers and certificates that no snapshot holds.

use std::borrow::Cow;

use ptctl_diagnosis::{
    export::{Endpoint, EndpointSource, ExportSettings, Setting, variables},
    redact::REDACTED,
    snapshot::{Container, Encryption, OtlpProtocol},
};

use super::Look;
use crate::{
    clients::{
        cause::on_one_line,
        docker::ArchivedFile,
        otlp::{Compression, Exporter, Header, Identity, Protocol, Security, TlsSettings},
    },
    secret::Secret,
};

const CERTIFICATE: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
];
const CLIENT_CERTIFICATE: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
];
const CLIENT_KEY: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
    "OTEL_EXPORTER_OTLP_CLIENT_KEY",
];

/// How a container exports; `Err` says what keeps anybody else from doing the same. Asks the engine for the container's
/// headers anew, so that they are in no snapshot.
pub(crate) async fn exporter_of(
    look: &Look<'_>,
    container: &Container,
    settings: &ExportSettings,
) -> Result<Exporter, String> {
    let endpoint = endpoint(settings)?;
    let protocol = protocol(container, settings, endpoint)?;
    let port = settings
        .port()
        .ok_or("nothing tells the port that it sends to")?;
    let security = match encryption(container, settings) {
        Encryption::Plaintext => Security::Plain,
        Encryption::Tls => Security::Tls(tls(look, container).await?),
    };
    Ok(Exporter {
        host: endpoint.host.clone(),
        port,
        protocol,
        security,
        path: match protocol {
            Protocol::Grpc => None,
            Protocol::HttpProtobuf | Protocol::HttpJson => settings.request_path(),
        },
        headers: headers(look, container).await?,
        compression: compression(container),
    })
}

/// The endpoint, where it is known in full: an SDK may well send the credentials in it, and nobody here has them.
fn endpoint(settings: &ExportSettings) -> Result<&Endpoint, String> {
    if let EndpointSource::Variable { name, value, .. } = &settings.source {
        let address = value.split_once("://").map_or(&**value, |(_, rest)| rest);
        let authority = address.split('/').next().unwrap_or_default();
        if authority.contains('@') || value.contains(REDACTED) {
            return Err(format!(
                "the URL in `{name}` holds credentials, which are kept nowhere: none but the service can send with them"
            ));
        }
    }
    let endpoint = settings.endpoint.as_ref();
    endpoint.map_err(|error| format!("its endpoint cannot be read: {error}"))
}

/// The protocol that is written, else the one that the port stands for.
fn protocol(
    container: &Container,
    settings: &ExportSettings,
    endpoint: &Endpoint,
) -> Result<Protocol, String> {
    let by_port = || endpoint.port.and_then(OtlpProtocol::of_port);
    match settings.protocol.or_else(by_port) {
        Some(OtlpProtocol::Grpc) => Ok(Protocol::Grpc),
        Some(OtlpProtocol::Http) => {
            let written = Setting::first(container, &variables::PROTOCOL);
            Ok(match written.map(|setting| setting.bare()) {
                Some("http/json") => Protocol::HttpJson,
                Some(_) | None => Protocol::HttpProtobuf,
            })
        }
        None => Err("nothing tells the protocol that it sends by".to_owned()),
    }
}

/// As the settings tell; where SDKs differ, those of gRPC mean TLS.
fn encryption(container: &Container, settings: &ExportSettings) -> Encryption {
    settings
        .encryption(container)
        .unwrap_or(match settings.protocol {
            Some(OtlpProtocol::Http) => Encryption::Plaintext,
            Some(OtlpProtocol::Grpc) | None => Encryption::Tls,
        })
}

fn compression(container: &Container) -> Compression {
    match Setting::first(container, &variables::COMPRESSION) {
        Some(setting) if setting.bare() == "gzip" => Compression::Gzip,
        Some(_) | None => Compression::None,
    }
}

async fn headers(look: &Look<'_>, container: &Container) -> Result<Vec<Header>, String> {
    // The snapshot knows whether there are any, and not what they hold.
    if Setting::first(container, &variables::HEADERS).is_none() {
        return Ok(Vec::new());
    }
    let deadline = look.engine_deadline();
    let text = look
        .engine
        .secret_variable(&container.id, &variables::HEADERS, deadline)
        .await
        .map_err(|error| on_one_line(&error))?;
    match text {
        Some(text) => parse_headers(&text),
        None => Ok(Vec::new()),
    }
}

/// `name=value,name=value`, values percent-encoded; the text of an error never holds a part of it.
fn parse_headers(text: &Secret) -> Result<Vec<Header>, String> {
    text.reveal()
        .trim()
        .trim_matches(['"', '\''])
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair
                .split_once('=')
                .ok_or("its headers are not of the form `name=value`")?;
            Ok(Header {
                name: name.trim().to_owned(),
                value: Secret::new(percent_decoded(value.trim())),
            })
        })
        .collect()
}

/// A value with each `%20` undone; what is no such code stays as it is.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    // The parser of forms knows the codes; a plus sign is itself here.
    let escaped = format!("v={}", text.replace('+', "%2B").replace('&', "%26"));
    let decoded = url::form_urlencoded::parse(escaped.as_bytes()).next();
    decoded.map_or(Cow::Borrowed(text), |(_, value)| {
        Cow::Owned(value.into_owned())
    })
}

async fn tls(look: &Look<'_>, container: &Container) -> Result<TlsSettings, String> {
    let authorities = file(look, container, &CERTIFICATE).await?;
    let certificates = file(look, container, &CLIENT_CERTIFICATE).await?;
    let key = file(look, container, &CLIENT_KEY).await?;
    Ok(TlsSettings {
        server_name: None,
        authorities,
        identity: certificates.zip(key).map(|(certificates, key)| Identity {
            certificates,
            key: Secret::new(key),
        }),
    })
}

/// The file that the first of these variables names, out of the container.
async fn file(
    look: &Look<'_>,
    container: &Container,
    names: &[&'static str],
) -> Result<Option<String>, String> {
    let Some(setting) = Setting::first(container, names) else {
        return Ok(None);
    };
    let path = setting.bare();
    let found = look
        .engine
        .file(&container.id, path, look.engine_deadline())
        .await
        .map_err(|error| on_one_line(&error))?;
    match found {
        Some(ArchivedFile::Content(content)) => {
            Ok(Some(String::from_utf8_lossy(&content).into_owned()))
        }
        Some(ArchivedFile::NotAFile) | None => {
            Err(format!("`{}` names no file: `{path}`", setting.name))
        }
    }
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

    use super::*;

    #[test]
    fn nobody_else_sends_to_an_endpoint_with_credentials() {
        let endpoint_of = |value: &str| {
            let mut snapshot = fixtures::healthy();
            snapshot.set_variable("scraper", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value);
            let settings = ExportSettings::of(snapshot.service_mut("scraper"));
            endpoint(settings.known().expect("settings")).cloned()
        };
        for value in [
            "http://[redacted]@tempo:4318",
            "http://ann:secret@tempo:4318/v1/traces",
            "http://tempo:4318/[redacted]",
            "http://tempo:4318/v1/traces?token=[redacted]",
        ] {
            let reason = endpoint_of(value).expect_err(value);
            assert!(reason.contains("holds credentials"), "{reason}");
            assert!(!reason.contains("secret"), "{reason}");
        }
        let plain = endpoint_of("http://tempo:4318/a@b").expect("an endpoint");
        assert_eq!(plain.host, "tempo");
    }

    #[test]
    fn headers_are_read_and_an_error_tells_nothing_of_them() {
        let read = |text: &str| parse_headers(&Secret::new(text));
        let headers = read("X-Scope-OrgID=team-a, authorization=Basic%20a+b%3D%3D").unwrap();
        let shown: Vec<_> = headers
            .iter()
            .map(|header| (header.name.as_str(), header.value.reveal()))
            .collect();
        assert_eq!(
            shown,
            [
                ("X-Scope-OrgID", "team-a"),
                ("authorization", "Basic a+b==")
            ]
        );
        assert!(
            !read("authorization: Bearer abc")
                .unwrap_err()
                .contains("abc")
        );
    }
}
