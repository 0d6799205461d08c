//! Starting a container with its standard streams in our hands.

use std::io;

use http::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use ptctl_diagnosis::snapshot::ContainerId;
use tokio::io::{AsyncRead, AsyncReadExt, ReadHalf, WriteHalf};

use super::{Engine, EngineError, EngineFault, read};
use crate::clients::deadline::Deadline;

/// No line of a helper is longer.
const LINE_LIMIT: usize = 64 << 20;
/// So much of what a helper says on standard error is kept.
const COMPLAINT_LIMIT: usize = 4 << 10;

/// The standard streams of a container that runs.
pub(crate) struct Attached {
    /// What it prints.
    pub(crate) lines: PrintedLines<ReadHalf<Stream>>,
    /// What it reads. When this goes, its standard input ends.
    pub(crate) input: WriteHalf<Stream>,
}

type Stream = TokioIo<hyper::upgrade::Upgraded>;

/// The lines that a container prints on standard output, taken out of the engine's frames.
pub(crate) struct PrintedLines<R> {
    frames: R,
    pending: Vec<u8>,
    complaint: Vec<u8>,
}

impl Engine {
    /// Attaches to a container that is not started yet, and starts it.
    pub(crate) async fn start_attached(
        &self,
        id: &ContainerId,
        deadline: Deadline,
    ) -> Result<Attached, EngineError> {
        let failed = |fault| EngineError::new("start a helper container", fault);
        let start = async {
            let stream = self.attach(id, deadline).await?;
            let path = format!("/containers/{}/start", id.0);
            self.change(
                Method::POST,
                &path,
                "application/json",
                Vec::new(),
                deadline,
            )
            .await?;
            let (frames, input) = tokio::io::split(stream);
            Ok(Attached {
                lines: PrintedLines::new(frames),
                input,
            })
        };
        match deadline.cut(start).await {
            Ok(attached) => attached.map_err(failed),
            Err(passed) => Err(failed(EngineFault::no_answer(&self.endpoint, passed))),
        }
    }

    /// Connects to the standard streams of a container that is not started yet.
    async fn attach(&self, id: &ContainerId, deadline: Deadline) -> Result<Stream, EngineFault> {
        let path = format!(
            "/v{}/containers/{}/attach?stream=true&stdin=true&stdout=true&stderr=true",
            self.api, id.0
        );
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://docker{path}"))
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "tcp")
            .body(super::empty())
            .map_err(|error| EngineFault::Answer(error.to_string()))?;
        let response = self
            .transport
            .send(request)
            .await
            .map_err(|error| EngineFault::of_transport(error, &self.endpoint))?;
        let status = response.status();
        if status != StatusCode::SWITCHING_PROTOCOLS {
            let body = read(response, &self.endpoint, deadline).await?;
            return Err(EngineFault::refused(status, &body));
        }
        let upgraded = hyper::upgrade::on(response)
            .await
            .map_err(|error| EngineFault::BrokenOff(Box::new(error)))?;
        Ok(TokioIo::new(upgraded))
    }
}

impl<R: AsyncRead + Unpin> PrintedLines<R> {
    fn new(frames: R) -> Self {
        Self {
            frames,
            pending: Vec::new(),
            complaint: Vec::new(),
        }
    }

    /// The next line; `None` when the container has ended, with what it said on standard error in
    /// [`PrintedLines::complaint`].
    pub(crate) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.pending) {
                let rest = self.pending.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.pending, rest);
                line.truncate(end);
                return Ok(Some(line));
            }
            let mut head = [0; 8];
            match self.frames.read_exact(&mut head).await {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
            let [stream, _, _, _, length @ ..] = head;
            let length = u64::from(u32::from_be_bytes(length));
            let mut payload = Vec::new();
            let mut frame = (&mut self.frames).take(length);
            frame.read_to_end(&mut payload).await?;
            match stream {
                1 if self.pending.len() + payload.len() > LINE_LIMIT => {
                    return Err(io::Error::other("it prints a line without an end"));
                }
                1 => self.pending.extend_from_slice(&payload),
                _ => {
                    payload.truncate(COMPLAINT_LIMIT.saturating_sub(self.complaint.len()));
                    self.complaint.extend_from_slice(&payload);
                }
            }
        }
    }

    /// The beginning of standard error.
    pub(crate) fn complaint(&self) -> String {
        String::from_utf8_lossy(&self.complaint).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(stream: u8, text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).expect("a short text");
        [
            &[stream, 0, 0, 0][..],
            &length.to_be_bytes(),
            text.as_bytes(),
        ]
        .concat()
    }

    async fn lines(bytes: &[u8]) -> (Vec<String>, String) {
        let mut printed = PrintedLines::new(bytes);
        let mut lines = Vec::new();
        while let Some(line) = printed.next().await.expect("frames") {
            lines.push(String::from_utf8(line).expect("a text"));
        }
        (lines, printed.complaint())
    }

    #[tokio::test]
    async fn lines_in_pieces_are_put_together_and_complaints_are_kept_apart() {
        let bytes = [
            frame(2, "warning"),
            frame(1, "{\"id\""),
            frame(1, ":1}\nmo"),
            frame(2, " and error\n"),
            frame(1, "re\n"),
        ]
        .concat();
        let (lines, complaint) = lines(&bytes).await;
        assert_eq!(lines, ["{\"id\":1}", "more"]);
        assert_eq!(complaint, "warning and error");
    }

    #[tokio::test]
    async fn a_container_that_ends_in_the_middle_has_printed_no_line() {
        assert_eq!(lines(b"").await.0.len(), 0);
        assert_eq!(lines(&frame(1, "half")[..9]).await.0.len(), 0);
    }
}
