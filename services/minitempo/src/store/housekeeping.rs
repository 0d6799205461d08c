//! What the writer does from time to time: it opens again what could not be opened, and unlinks blocks past retention.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tracing::{error, info, warn};

use super::error::Causes;
use super::writer::{State, unix_millis};

impl State {
    /// Looks after the blocks once.
    pub(super) fn keep_house(&mut self) {
        self.reopen_current();
        self.seal_closed();
        self.enforce_retention();
    }

    /// The block that takes fragments is closed if it could not be opened again after a failed write.
    fn reopen_current(&self) {
        if self.current.summary().is_some() {
            return;
        }
        match self.current.reopen() {
            Ok(()) => info!(block = %self.current.path().display(), "block opened again"),
            Err(failure) => error!(err = %Causes(&failure), "failed to reopen the block"),
        }
    }

    /// Any other block is closed if it could not be opened for reading after its index was written.
    fn seal_closed(&mut self) {
        self.sealing.retain(|sealing| !sealing.is_finished());
        if !self.sealing.is_empty() {
            // What is being sealed may be closed for a moment; the next time will do.
            return;
        }
        for block in self.catalogue.blocks() {
            if block.summary().is_none() && !Arc::ptr_eq(&block, &self.current) {
                self.start_sealing(block);
            }
        }
    }

    /// Deletes sealed blocks that are known to be past retention; of a closed one nothing is known.
    fn enforce_retention(&self) {
        if self.settings.retention.is_zero() {
            return;
        }
        let retention = u64::try_from(self.settings.retention.as_millis()).unwrap_or(u64::MAX);
        let oldest_kept = unix_millis().saturating_sub(retention);
        for block in self.catalogue.blocks() {
            if block.is_open() || Arc::ptr_eq(&block, &self.current) {
                continue;
            }
            if block
                .summary()
                .is_none_or(|summary| summary.arrived >= oldest_kept)
            {
                continue;
            }
            self.catalogue.remove(block.path());
            match fs::remove_file(block.path()) {
                Ok(()) => {
                    self.counters.deleted.fetch_add(1, Ordering::Relaxed);
                    info!(block = %block.path().display(), "block past retention deleted");
                }
                Err(failure) => {
                    self.counters
                        .failed_deletions
                        .fetch_add(1, Ordering::Relaxed);
                    warn!(block = %block.path().display(), err = %failure, "failed to delete block");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use tempfile::TempDir;

    use super::super::block::Block;
    use super::super::catalogue::Catalogue;
    use super::super::fragment::Fragment;
    use super::super::handle::WriterCounters;
    use super::super::writer::{WriterSettings, create_block};
    use super::*;
    use crate::ids::{TenantId, TraceId};

    const IN_THE_WAY: &[u8] = b"not a block";

    fn trace_id() -> TraceId {
        TraceId::from_bytes(&[7; 16]).expect("not zero")
    }

    fn state(folder: &Path) -> State {
        let settings = WriterSettings {
            folder: folder.to_owned(),
            block_duration: Duration::from_hours(1),
            block_bytes: 1 << 20,
            retention: Duration::from_hours(1),
        };
        let catalogue = Arc::new(Catalogue::default());
        let current = create_block(&settings, &catalogue).expect("a block");
        State {
            settings,
            catalogue,
            current,
            sealing: Vec::new(),
            counters: Arc::new(WriterCounters::default()),
            last_failure: None,
        }
    }

    fn store(state: &State) {
        let fragment = Fragment {
            tenant: TenantId::single(),
            trace_id: trace_id(),
            spans: 1,
            start: 1,
            end: 2,
            payload: vec![1, 2, 3],
        };
        state
            .current
            .append(&[&fragment], unix_millis())
            .expect("stored");
    }

    fn served(state: &State) -> Vec<Vec<u8>> {
        state
            .catalogue
            .trace(&TenantId::single(), trace_id())
            .expect("readable")
    }

    /// Puts another file in the place of a block; gives where the block lies meanwhile.
    fn obstruct(block: &Block) -> PathBuf {
        let away = block.path().with_extension("away");
        fs::rename(block.path(), &away).expect("moved");
        fs::write(block.path(), IN_THE_WAY).expect("written");
        away
    }

    fn keep_house_to_the_end(state: &mut State) {
        state.keep_house();
        for sealing in state.sealing.drain(..) {
            sealing.join().expect("no panic");
        }
    }

    fn assert_nothing_is_deleted_until_served(state: &mut State, block: &Block, away: &Path) {
        let blocks = state.catalogue.blocks().len();
        keep_house_to_the_end(state);
        assert_eq!(state.counters.deleted.load(Ordering::Relaxed), 0);
        assert_eq!(state.catalogue.blocks().len(), blocks);
        assert_eq!(fs::read(block.path()).expect("there"), IN_THE_WAY);
        fs::rename(away, block.path()).expect("moved back");
        keep_house_to_the_end(state);
        assert_eq!(state.counters.deleted.load(Ordering::Relaxed), 0);
        assert_eq!(served(state), [[1, 2, 3]]);
    }

    #[test]
    fn a_current_block_that_cannot_be_reopened_is_kept_and_takes_spans_again_once_it_can() {
        let folder = TempDir::new().expect("a folder");
        let mut state = state(folder.path());
        store(&state);
        let block = Arc::clone(&state.current);
        let away = obstruct(&block);
        assert!(block.reopen().is_err());
        assert_nothing_is_deleted_until_served(&mut state, &block, &away);
        store(&state);
        assert_eq!(served(&state).len(), 2);
    }

    #[test]
    fn a_finished_block_that_cannot_be_opened_for_reading_is_kept_and_served_once_it_can() {
        let folder = TempDir::new().expect("a folder");
        let mut state = state(folder.path());
        store(&state);
        let next = create_block(&state.settings, &state.catalogue).expect("a block");
        let block = std::mem::replace(&mut state.current, next);
        let away = obstruct(&block);
        assert!(block.seal().is_err());
        assert_nothing_is_deleted_until_served(&mut state, &block, &away);
        assert!(!block.is_open());
    }
}
