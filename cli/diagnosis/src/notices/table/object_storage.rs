//! What Tempo says of an object storage that speaks S3: the words of its client, and those of the servers that Tempo
//! writes down as they come. Each server has its own.

use super::{NoticeKind, Row};
use crate::{notices::By, snapshot::Role};

/// What is wrong with an object storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StorageFault {
    /// The endpoint is no `host:port`.
    EndpointMalformed,
    /// Nobody has the endpoint's name.
    HostUnknown,
    /// Nothing listens at the endpoint.
    ConnectionRefused,
    /// There is no such bucket.
    BucketMissing,
    /// The server does not know the access key.
    KeyUnknown,
    /// The secret key is not that of the access key.
    SignatureWrong,
    /// No key was sent.
    KeyMissing,
    /// The key may not do this.
    NotAllowed,
    /// Tempo speaks TLS, the server does not.
    ServerSpeaksPlaintext,
    /// The server speaks TLS, Tempo does not.
    ServerSpeaksTls,
    /// Tempo does not trust the server's certificate.
    CertificateUntrusted,
    /// The server wants the name of another region.
    RegionDiffers,
}

use StorageFault as Fault;

/// Stands in what a running Tempo says of its bucket: `in s3 bucket`, `to s3 backend`.
const CONTEXT: &str = " s3 b";
/// What a fault reads like.
const WORDS: [(&str, Fault); COUNT] = [
    (
        "Endpoint url cannot have fully qualified paths",
        Fault::EndpointMalformed,
    ),
    (
        "does not follow ip address or domain name standards",
        Fault::EndpointMalformed,
    ),
    ("failed to create minio client", Fault::EndpointMalformed),
    ("no such host", Fault::HostUnknown),
    ("connect: connection refused", Fault::ConnectionRefused),
    ("The specified bucket does not exist", Fault::BucketMissing),
    ("Bucket not found", Fault::BucketMissing),
    ("ey Id you provided does not exist", Fault::KeyUnknown),
    ("ey ID you provided does not exist", Fault::KeyUnknown),
    ("Forbidden: No such key", Fault::KeyUnknown),
    (
        "signature we calculated does not match",
        Fault::SignatureWrong,
    ),
    ("Forbidden: Invalid signature", Fault::SignatureWrong),
    ("not support anonymous access", Fault::KeyMissing),
    ("not allowed for this key", Fault::NotAllowed),
    ("Access Denied", Fault::NotAllowed),
    ("not authorized to perform", Fault::NotAllowed),
    (
        "server gave HTTP response to HTTPS client",
        Fault::ServerSpeaksPlaintext,
    ),
    (
        "first record does not look like a TLS handshake",
        Fault::ServerSpeaksPlaintext,
    ),
    (
        "sent an HTTP request to an HTTPS server",
        Fault::ServerSpeaksTls,
    ),
    ("x509: ", Fault::CertificateUntrusted),
    ("header malformed, unexpected scope", Fault::RegionDiffers),
    ("is wrong; expecting '", Fault::RegionDiffers),
];
const COUNT: usize = 22;

static PARTS: [[&str; 2]; COUNT] = {
    let mut parts = [[CONTEXT; 2]; COUNT];
    let mut place = 0;
    while place < COUNT {
        parts[place][1] = WORDS[place].0;
        place += 1;
    }
    parts
};

/// A row for each of the words.
pub(super) static ROWS: [Row; COUNT] = {
    let mut rows = [Row {
        by: By::Role(Role::Tempo),
        parts: &[],
        kind: NoticeKind::TempoStorageUnreachable,
    }; COUNT];
    let mut place = 0;
    while place < COUNT {
        rows[place].parts = &PARTS[place];
        place += 1;
    }
    rows
};

impl StorageFault {
    /// What a line of Tempo tells of its object storage. That it is about the object storage at all must be known.
    pub(crate) fn of(line: &str) -> Option<Self> {
        WORDS
            .iter()
            .find(|(words, _)| line.contains(words))
            .map(|(_, fault)| *fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::{is_candidate, notice};

    /// What Tempo 2.10.8 and 3.0.3 said, with the fault; the first of them of Garage 2.4.1.
    const AT_START: &str = include_str!("../../../tests/fixtures/object-storage/start.log");
    const WHILE_RUNNING: &str = include_str!("../../../tests/fixtures/object-storage/running.log");

    /// The lines of a recording, each with the name of its fault in front.
    fn recorded(log: &str) -> impl Iterator<Item = (&str, &str)> {
        log.lines().filter_map(|line| line.split_once('\t'))
    }

    #[test]
    fn each_recorded_line_tells_its_fault() {
        for (fault, line) in recorded(AT_START).chain(recorded(WHILE_RUNNING)) {
            let told = StorageFault::of(line).map(|fault| format!("{fault:?}"));
            assert_eq!(told.as_deref(), Some(fault), "{line}");
        }
        assert!(recorded(AT_START).count() > 20);
    }

    #[test]
    fn a_running_tempo_is_read_whatever_it_was_doing() {
        for (_, line) in recorded(WHILE_RUNNING) {
            assert!(is_candidate(line.as_bytes()), "{line}");
            assert_eq!(
                notice(Role::Tempo, line),
                Some(NoticeKind::TempoStorageUnreachable),
                "{line}"
            );
        }
        assert!(recorded(WHILE_RUNNING).count() > 6);
    }

    #[test]
    fn what_a_cancelled_query_leaves_behind_is_no_fault_of_the_storage() {
        for line in [
            r#"level=error msg="failed to poll blocklist" err="error listing blocks in s3 bucket, bucket: tempo: context canceled""#,
            r#"level=info msg="querying" url="/api/search?q=connection refused""#,
            r#"level=error msg="remote write failed" err="dial tcp 10.0.0.2:9090: connect: connection refused""#,
        ] {
            assert_eq!(notice(Role::Tempo, line), None, "{line}");
        }
    }
}
