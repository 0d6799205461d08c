//! Spans that stay in the write-ahead log.

use jiff::SignedDuration;

use super::{disk_nearly_full, object_storage, object_storage_unreachable};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        commands,
        tempo::{
            proof::{bytes, release, setting},
            writes_failing,
        },
    },
    code::Code,
    duration::go_duration,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::WalBlock,
    view::{Backend, Stack},
};

/// A block is cut after 30 minutes by default, made, and removed from the log within seconds.
const LONGEST: SignedDuration = SignedDuration::from_hours(2);
/// Of what the configuration says this often.
const CUTS: i32 = 4;
/// The folder that Tempo 3 writes to; it never looks at that of 2.x.
const OF_TEMPO_3: &str = "live-store";

pub(crate) static CHECK: Check = Check {
    code: Code::new(813),
    name: "wal-not-flushed",
    severity: Severity::Warning,
    summary: "Tempo has spans in its write-ahead log that never became a block",
    why: "What stays there is not in the store: the log grows, and once it is lost or not read again those traces are gone.",
    causes: &[
        "Making a block fails: Tempo's log says why.",
        "Tempo 2 was replaced by Tempo 3 without `/flush`: 3.x does not read the log of 2.x.",
    ],
    remedy: "Read Tempo's log for `failed to complete` and `failed to flush`. After an upgrade from 2.x: start 2.x on the volume once more, ask `/flush`, then start 3.x.",
    verify: "`ptctl storage` shows a log whose oldest block was written to a moment ago.",
    masked_by: &[
        object_storage::CAUSES,
        &[
            Cause::same_subject(disk_nearly_full::CHECK.code),
            Cause::same_subject(object_storage_unreachable::CHECK.code),
            Cause::same_subject(writes_failing::CHECK.code),
        ],
    ],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let stored = backend.tempo.stored.as_ref();
    let Some(stored) = stored.and_then(|stored| stored.known()) else {
        return Ok(Outcome::NotApplicable("its files were not looked at"));
    };
    let Some(release) = release(backend) else {
        backend.tempo.version.get()?;
        return Ok(Outcome::NotApplicable(
            "it is not a release of Tempo with a write-ahead log",
        ));
    };
    let Some(container) = backend.container.filter(|container| container.is_running()) else {
        return Ok(Outcome::NotApplicable("it does not run"));
    };
    let now = stack.snapshot.taken_at;
    let longest = cut_after(backend).map_or(LONGEST, |cut| {
        cut.checked_mul(CUTS)
            .unwrap_or(SignedDuration::MAX)
            .max(LONGEST)
    });
    let has_run = container
        .state
        .started_at
        .is_some_and(|started| now.duration_since(started) > longest);
    if !has_run {
        return Ok(Outcome::NotApplicable(
            "it has not run for long enough to have made blocks of all",
        ));
    }
    let stays: Vec<&WalBlock> = stored
        .wal
        .oldest
        .iter()
        .filter(|block| now.duration_since(block.written_at) > longest && block.all.bytes > 0)
        .collect();
    let Some(oldest) = stays.first() else {
        return Ok(Outcome::Pass);
    };
    let all: u64 = stays.iter().map(|block| block.all.bytes).sum();
    let is_left_by_2 =
        release.major >= 3 && stays.iter().all(|block| !block.folder.contains(OF_TEMPO_3));
    let hours = now.duration_since(oldest.written_at).as_hours();
    let what = format!(
        "Tempo `{}` has {} in its write-ahead log that was written {hours} h ago",
        backend.label(),
        bytes(all)
    );
    let (message, severity, remedy) = if is_left_by_2 {
        (
            format!("{what} by Tempo 2, which Tempo 3 does not read"),
            Severity::Info,
            Remedy::edit(
                "if those traces matter, start Tempo 2 on the volume once more and ask `/flush`; else remove the folder",
            ),
        )
    } else {
        (
            format!("{what} and never became a block"),
            Severity::Warning,
            Remedy::run("read why in its log", commands::logs(container)),
        )
    };
    let proof = |block: &WalBlock| {
        let text = format!(
            "{}: {} bytes, last written to",
            block.folder, block.all.bytes
        );
        Evidence::new(EvidenceKind::Container, &container.name, text).at(Some(block.written_at))
    };
    let since = Moment::new(oldest.written_at, "the oldest was last written to");
    fail(
        Report::new(message, proof(oldest), remedy)
            .severity(severity)
            .since(Some(since))
            .proof(stays.iter().copied().skip(1).take(2).map(proof)),
    )
}

/// After how long a block is cut, where the configuration says so.
fn cut_after(backend: &Backend<'_>) -> Option<SignedDuration> {
    let setting = setting(
        backend,
        &[
            &["live_store", "max_block_duration"],
            &["ingester", "max_block_duration"],
        ],
    )?;
    go_duration(setting.node.text()?)
}
