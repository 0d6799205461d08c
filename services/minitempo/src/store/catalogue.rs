//! The blocks of a folder, as readers see them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::block::Block;
use super::error::StoreError;
use super::index::TenantTotals;
use crate::ids::{TenantId, TraceId};

/// A span of time, both ends included, in nanoseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeRange {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl TimeRange {
    /// All of time.
    pub(crate) const ALL: Self = Self {
        start: 0,
        end: u64::MAX,
    };

    /// Whether something that lasted from `start` to `end` was going on in this range.
    pub(crate) fn touches(self, start: u64, end: u64) -> bool {
        start <= self.end && end >= self.start
    }
}

/// All blocks, oldest first.
#[derive(Default)]
pub(crate) struct Catalogue {
    blocks: RwLock<Vec<Arc<Block>>>,
}

impl Catalogue {
    pub(crate) fn new(blocks: Vec<Arc<Block>>) -> Self {
        Self {
            blocks: RwLock::new(blocks),
        }
    }

    /// Adds the newest block.
    pub(crate) fn push(&self, block: Arc<Block>) {
        self.blocks
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(block);
    }

    /// Forgets the block at `path`.
    pub(crate) fn remove(&self, path: &Path) {
        self.blocks
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|block| block.path() != path);
    }

    /// The blocks at this moment, oldest first.
    pub(crate) fn blocks(&self) -> Vec<Arc<Block>> {
        self.blocks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The payloads of a trace from all blocks, in order of arrival; empty if there are none.
    pub(crate) fn trace(
        &self,
        tenant: &TenantId,
        trace_id: TraceId,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut payloads = Vec::new();
        for block in self.blocks() {
            if let Some(entry) = block.entry(tenant, trace_id)? {
                payloads.extend(block.payloads(&entry.fragments)?);
            }
        }
        Ok(payloads)
    }

    /// Bytes of a trace over the blocks that are not sealed yet, which the size limit counts.
    pub(crate) fn open_bytes(&self, tenant: &TenantId, trace_id: TraceId) -> u64 {
        self.blocks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .rev()
            .map_while(|block| block.open_bytes(tenant, trace_id))
            .sum()
    }

    /// What each tenant has stored, with the number of blocks that hold some of it.
    pub(crate) fn totals(&self) -> BTreeMap<String, (TenantTotals, u64)> {
        let mut totals = BTreeMap::<String, (TenantTotals, u64)>::new();
        for block in self.blocks() {
            let Some(summary) = block.summary() else {
                continue;
            };
            for (tenant, in_block) in summary.tenants {
                let (sum, blocks) = totals.entry(tenant).or_default();
                sum.traces += in_block.traces;
                sum.spans += in_block.spans;
                sum.bytes += in_block.bytes;
                *blocks += 1;
            }
        }
        totals
    }
}
