//! HTTP to an engine over a Unix socket, TCP, TLS or the standard streams of `ssh`.
//!
//! Connections are kept and used again. Deadlines are the caller's.

mod tls;

use std::{
    collections::BTreeMap,
    error::Error,
    io,
    pin::Pin,
    process::Stdio,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{
        Client,
        connect::{Connected, Connection},
    },
    rt::{TokioExecutor, TokioIo},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
    process::{Child, Command},
};

pub(crate) use self::tls::TlsError;
use crate::context::EngineEndpoint;

/// A request's body.
pub(crate) type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// An error between here and the engine; the engine's own refusals are answers.
pub(crate) type TransportError = hyper_util::client::legacy::Error;

/// A pool of connections to one engine.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    client: Client<Connector, Body>,
}

impl Transport {
    /// Prepares connections; nothing is opened yet. `variables` is the environment that `ssh` is started with.
    pub(crate) fn new(
        endpoint: &EngineEndpoint,
        variables: &BTreeMap<String, String>,
    ) -> Result<Self, TlsError> {
        let connector = match endpoint {
            EngineEndpoint::Unix(path) => Connector::Unix(path.clone()),
            EngineEndpoint::Tcp { host, port } => Connector::Tcp(host.clone(), *port),
            EngineEndpoint::Tls {
                host,
                port,
                material,
            } => Connector::Tls(Box::new(tls::TlsTarget::new(host, *port, material)?)),
            EngineEndpoint::Ssh { user, host, port } => Connector::Ssh {
                arguments: ssh_arguments(user.as_deref(), host, *port),
                variables: variables.clone(),
            },
        };
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client })
    }

    /// Sends one request whose URI has a path only.
    pub(crate) async fn send(
        &self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, TransportError> {
        self.client.request(request).await
    }
}

/// Opens connections to one engine.
#[derive(Debug, Clone)]
enum Connector {
    Unix(std::path::PathBuf),
    Tcp(String, u16),
    Tls(Box<tls::TlsTarget>),
    Ssh {
        arguments: Vec<String>,
        variables: BTreeMap<String, String>,
    },
}

/// The remote side of Docker's own ssh transport: it joins its standard streams to the engine's socket.
fn ssh_arguments(user: Option<&str>, host: &str, port: Option<u16>) -> Vec<String> {
    // Several connections cannot ask for a password on one terminal.
    let mut arguments = vec!["-T".to_owned(), "-o".to_owned(), "BatchMode=yes".to_owned()];
    if let Some(user) = user {
        arguments.extend(["-l".to_owned(), user.to_owned()]);
    }
    if let Some(port) = port {
        arguments.extend(["-p".to_owned(), port.to_string()]);
    }
    arguments.extend(["--", host, "docker", "system", "dial-stdio"].map(str::to_owned));
    arguments
}

impl Connector {
    async fn open(self) -> io::Result<Pipe> {
        match self {
            Self::Unix(path) => Ok(Pipe::new(UnixStream::connect(path).await?)),
            Self::Tcp(host, port) => Ok(Pipe::new(TcpStream::connect((host, port)).await?)),
            Self::Tls(target) => Ok(Pipe::new(target.open().await?)),
            Self::Ssh {
                arguments,
                variables,
            } => {
                let (process, streams) = ssh(&arguments, &variables)?;
                Ok(Pipe {
                    _process: Some(process),
                    ..Pipe::new(streams)
                })
            }
        }
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = Pipe;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Pipe>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        Box::pin(self.clone().open())
    }
}

/// A stream in both directions.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An open connection.
struct Pipe {
    stream: TokioIo<Box<dyn Duplex>>,
    /// The process behind it, which ends with it.
    _process: Option<Child>,
}

impl Pipe {
    fn new(stream: impl Duplex + 'static) -> Self {
        Self {
            stream: TokioIo::new(Box::new(stream)),
            _process: None,
        }
    }
}

impl Connection for Pipe {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl hyper::rt::Read for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl hyper::rt::Write for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Starts `ssh`; its standard streams, and the process, which ends with whoever holds it.
fn ssh(
    arguments: &[String],
    variables: &BTreeMap<String, String>,
) -> io::Result<(Child, impl Duplex + use<>)> {
    let mut process = Command::new("ssh")
        .args(arguments)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("could not start `ssh`: {error}")))?;
    let (input, output) = process
        .stdin
        .take()
        .zip(process.stdout.take())
        .ok_or_else(|| io::Error::other("`ssh` has no standard streams"))?;
    Ok((process, tokio::io::join(output, input)))
}
