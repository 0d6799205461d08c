//! How a service exports, and one export in that way.

use std::{fmt, net::SocketAddr};

use bytes::{BufMut, Bytes, BytesMut};
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use ptctl_diagnosis::snapshot::{Delivery, ExportFault, ExportOutcome};
use serde::{Deserialize, Serialize};

use super::{
    connection::{Connection, Progress},
    http1, http2,
    message::SpanBatch,
    reply,
    words::Words,
};
use crate::{clients::deadline::Deadline, secret::Secret};

/// The method of OTLP's service for traces.
const GRPC_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/// Where a receiver takes traces by HTTP.
const HTTP_PATH: &str = "/v1/traces";

/// Everything that decides how a service's exports are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exporter {
    /// The host, a name or an address without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// The encoding, and what it travels in.
    pub(crate) protocol: Protocol,
    /// Plaintext or TLS.
    pub(crate) security: Security,
    /// The path by HTTP, where it is another than OTLP's own; gRPC's never is.
    pub(crate) path: Option<String>,
    /// What is sent along.
    pub(crate) headers: Vec<Header>,
    /// Whether exports are compressed.
    pub(crate) compression: Compression,
}

/// The three forms of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Protocol {
    /// Protobuf in gRPC.
    Grpc,
    /// Protobuf in HTTP.
    HttpProtobuf,
    /// JSON in HTTP.
    HttpJson,
}

/// Whether exports are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Compression {
    /// As they are.
    None,
    /// By gzip.
    Gzip,
}

/// Plaintext or TLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Security {
    /// Plaintext.
    Plain,
    /// TLS.
    Tls(TlsSettings),
}

/// Whom TLS trusts, and who it says that the client is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TlsSettings {
    /// The name that the certificate must be for, where it is not the host's.
    pub(crate) server_name: Option<String>,
    /// Certificates in PEM that are trusted; the public authorities where there are none.
    pub(crate) authorities: Option<String>,
    /// The client's own certificate.
    pub(crate) identity: Option<Identity>,
}

/// A client's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The certificate and those above it, in PEM.
    pub(crate) certificates: String,
    /// Its key, in PEM.
    pub(crate) key: Secret,
}

/// A header; values are often credentials, so all of them are kept as such.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The name.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: Secret,
}

/// What is exported.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Payload<'p> {
    /// No span at all, which every receiver takes.
    Empty,
    /// Spans.
    Spans(&'p SpanBatch),
}

impl Protocol {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Grpc => "application/grpc",
            Self::HttpProtobuf => "application/x-protobuf",
            Self::HttpJson => "application/json",
        })
    }

    fn encode(self, payload: Payload<'_>) -> Vec<u8> {
        match (self, payload) {
            (Self::Grpc | Self::HttpProtobuf, Payload::Empty) => Vec::new(),
            (Self::HttpJson, Payload::Empty) => b"{}".to_vec(),
            (Self::Grpc | Self::HttpProtobuf, Payload::Spans(spans)) => spans.protobuf(),
            (Self::HttpJson, Payload::Spans(spans)) => spans.json(),
        }
    }
}

/// Whom an exporter takes for the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerTrust {
    /// Whoever answers: it speaks plaintext.
    None,
    /// Who has a certificate of the authorities that it was told of.
    Named,
    /// Who has one of those that everybody trusts.
    Public,
}

impl Exporter {
    /// Whom it takes for the receiver.
    pub(crate) fn trust(&self) -> ServerTrust {
        match &self.security {
            Security::Plain => ServerTrust::None,
            Security::Tls(settings) if settings.authorities.is_some() => ServerTrust::Named,
            Security::Tls(_) => ServerTrust::Public,
        }
    }

    /// The same with these authorities in PEM, where it speaks TLS.
    pub(crate) fn trusting(&self, authorities: Option<String>) -> Self {
        let mut exporter = self.clone();
        if let Security::Tls(settings) = &mut exporter.security {
            settings.authorities = authorities;
        }
        exporter
    }

    /// Sends one export to the first of these addresses that can be connected to.
    pub(crate) async fn send(
        &self,
        peers: &[SocketAddr],
        payload: Payload<'_>,
        deadline: Deadline,
    ) -> Delivery {
        let mut progress = Progress::begin();
        let outcome = match self.exchange(peers, payload, deadline, &mut progress).await {
            Ok(outcome) => outcome,
            Err(fault) => ExportOutcome::Broken(fault),
        };
        progress.end(outcome)
    }

    async fn exchange(
        &self,
        peers: &[SocketAddr],
        payload: Payload<'_>,
        deadline: Deadline,
        progress: &mut Progress,
    ) -> Result<ExportOutcome, ExportFault> {
        let request = self
            .request(payload)
            .map_err(|reason| ExportFault::Unsendable { reason })?;
        let connection = Connection::open(self, peers, deadline, progress).await?;
        let reply = match (self.protocol, connection.is_http2) {
            (Protocol::Grpc, _) | (_, true) => {
                deadline.cut(http2::exchange(connection, request)).await
            }
            (Protocol::HttpProtobuf | Protocol::HttpJson, false) => {
                deadline.cut(http1::exchange(connection, request)).await
            }
        };
        let reply = reply.map_err(|_| ExportFault::NoAnswer)??;
        let words = Words::hiding(self.headers.iter().map(|header| &header.value));
        Ok(match self.protocol {
            Protocol::Grpc => reply::of_grpc(&reply, &words),
            Protocol::HttpProtobuf | Protocol::HttpJson => reply::of_http(&reply, &words),
        })
    }

    /// Host and port as the header `Host` has them.
    fn authority(&self) -> impl fmt::Display {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }

    fn request(&self, payload: Payload<'_>) -> Result<Request<Bytes>, String> {
        let path = match self.protocol {
            Protocol::Grpc => GRPC_PATH,
            Protocol::HttpProtobuf | Protocol::HttpJson => {
                self.path.as_deref().unwrap_or(HTTP_PATH)
            }
        };
        let scheme = match self.security {
            Security::Plain => "http",
            Security::Tls(_) => "https",
        };
        let uri: Uri = format!("{scheme}://{}{path}", self.authority())
            .parse()
            .map_err(|_| format!("`{path}` is no path"))?;
        let mut request = Request::new(self.body(payload));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.header_map()?;
        Ok(request)
    }

    fn header_map(&self) -> Result<HeaderMap, String> {
        let mut map = HeaderMap::new();
        for header in &self.headers {
            let name = HeaderName::try_from(header.name.as_str())
                .map_err(|_| format!("`{}` is no name of a header", header.name))?;
            let mut value = HeaderValue::try_from(header.value.reveal())
                .map_err(|_| format!("the value of the header `{name}` cannot be sent"))?;
            value.set_sensitive(true);
            map.append(name, value);
        }
        map.insert(header::CONTENT_TYPE, self.protocol.content_type());
        map.insert(
            header::USER_AGENT,
            HeaderValue::from_static(concat!("ptctl/", env!("CARGO_PKG_VERSION"))),
        );
        let gzip = HeaderValue::from_static("gzip");
        match (self.protocol, self.compression) {
            (Protocol::Grpc, compression) => {
                map.insert(header::TE, HeaderValue::from_static("trailers"));
                if compression == Compression::Gzip {
                    map.insert(HeaderName::from_static("grpc-encoding"), gzip);
                }
            }
            (Protocol::HttpProtobuf | Protocol::HttpJson, Compression::Gzip) => {
                map.insert(header::CONTENT_ENCODING, gzip);
            }
            (Protocol::HttpProtobuf | Protocol::HttpJson, Compression::None) => {}
        }
        Ok(map)
    }

    fn body(&self, payload: Payload<'_>) -> Bytes {
        let message = self.protocol.encode(payload);
        let (message, is_compressed) = match self.compression {
            Compression::None => (message, 0),
            Compression::Gzip => (gzipped(&message), 1),
        };
        match self.protocol {
            Protocol::HttpProtobuf | Protocol::HttpJson => message.into(),
            // https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message".
            Protocol::Grpc => {
                let mut framed = BytesMut::with_capacity(message.len() + 5);
                framed.put_u8(is_compressed);
                framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
                framed.put_slice(&message);
                framed.freeze()
            }
        }
    }
}

fn gzipped(message: &[u8]) -> Vec<u8> {
    use std::io::Write;

    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    // Writing to memory does not fail.
    match encoder.write_all(message).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed,
        Err(_) => unreachable!("a vector takes whatever is written to it"),
    }
}
