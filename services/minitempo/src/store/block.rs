//! One block: a redb file that is either open for writing, with its index in memory, or sealed, with its index in a table.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use redb::{Durability, ReadTransaction, ReadableDatabase as _};

use super::catalogue::TimeRange;
use super::error::StoreError;
use super::file::{
    Content, FRAGMENTS, SUMMARY, SUMMARY_KEY, TRACES, create, open_sealed, open_unsealed,
};
use super::fragment::{Fragment, FragmentHead, split_record};
use super::index::{MemoryIndex, Sequence, Summary, TraceEntry, table_key};
use super::sealed::sealed_traces;
use crate::ids::{TenantId, TraceId};

/// One file of spans.
pub(crate) struct Block {
    path: PathBuf,
    content: RwLock<Content>,
}

impl Block {
    /// Makes a new, empty block at `path`.
    pub(crate) fn create(path: &Path) -> Result<Self, StoreError> {
        let database = create(path)?;
        let block = Self {
            path: path.to_owned(),
            content: RwLock::new(Content::Open {
                database,
                index: RwLock::new(MemoryIndex::default()),
            }),
        };
        // A file with its tables in it is told apart from one that was cut.
        block.append(&[], 0)?;
        Ok(block)
    }

    /// Opens a file that an earlier run left behind; every page of a block that was not sealed is checked.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let content = match open_sealed(path) {
            Ok(Some((database, summary))) => Content::Sealed { database, summary },
            Ok(None) | Err(_) => open_unsealed(path)?,
        };
        Ok(Self {
            path: path.to_owned(),
            content: RwLock::new(content),
        })
    }

    /// Where the file lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes fragments and waits until they are on disk; they can be read when this returns.
    pub(crate) fn append(&self, fragments: &[&Fragment], arrived: u64) -> Result<(), StoreError> {
        let content = self.read();
        let Content::Open { database, index } = &*content else {
            return Err(self.closed());
        };
        let failed = |source: redb::Error| StoreError::engine(&self.path, source);
        let first = read_index(index).next_sequence();
        let mut transaction = database
            .begin_write()
            .map_err(|source| failed(source.into()))?;
        transaction
            .set_durability(Durability::Immediate)
            .map_err(|source| failed(source.into()))?;
        {
            let mut table = transaction
                .open_table(FRAGMENTS)
                .map_err(|source| failed(source.into()))?;
            for (sequence, fragment) in (first..).zip(fragments) {
                let mut record = table
                    .insert_reserve(sequence, fragment.record_len())
                    .map_err(|source| failed(source.into()))?;
                fragment.write_to(arrived, record.as_mut());
            }
        }
        transaction
            .commit()
            .map_err(|source| failed(source.into()))?;
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        for (sequence, fragment) in (first..).zip(fragments) {
            let head = FragmentHead {
                tenant: fragment.tenant.as_str(),
                trace_id: fragment.trace_id,
                spans: fragment.spans,
                start: fragment.start,
                end: fragment.end,
                arrived,
            };
            index.insert(&head, fragment.payload.len() as u64, sequence);
        }
        Ok(())
    }

    /// Writes the index into the file, closes it for writing and opens it for reading; of a block whose opening failed
    /// before, only the opening is left to do.
    pub(crate) fn seal(&self) -> Result<(), StoreError> {
        self.write_index()?;
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        if !matches!(&*content, Content::Sealed { .. }) {
            *content = Content::Closed;
            *content = match open_sealed(&self.path)? {
                Some((database, summary)) => Content::Sealed { database, summary },
                None => return Err(StoreError::unreadable(&self.path, "summary")),
            };
        }
        Ok(())
    }

    /// Closes the file after a failed write and opens it again with what is on disk.
    pub(crate) fn reopen(&self) -> Result<(), StoreError> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        *content = Content::Closed;
        *content = open_unsealed(&self.path)?;
        Ok(())
    }

    fn write_index(&self) -> Result<(), StoreError> {
        let content = self.read();
        let Content::Open { database, index } = &*content else {
            return Ok(());
        };
        let failed = |source: redb::Error| StoreError::engine(&self.path, source);
        let index = read_index(index);
        let summary = serde_json::to_vec(index.summary())
            .map_err(|_| StoreError::unreadable(&self.path, "summary"))?;
        let mut entries: Vec<_> = index
            .iter()
            .map(|(tenant, trace_id, entry)| (table_key(tenant, trace_id), entry.encode()))
            .collect();
        entries.sort_unstable();
        let transaction = database
            .begin_write()
            .map_err(|source| failed(source.into()))?;
        {
            let mut table = transaction
                .open_table(TRACES)
                .map_err(|source| failed(source.into()))?;
            for (key, value) in &entries {
                table
                    .insert(key.as_slice(), value.as_slice())
                    .map_err(|source| failed(source.into()))?;
            }
            let mut table = transaction
                .open_table(SUMMARY)
                .map_err(|source| failed(source.into()))?;
            table
                .insert(SUMMARY_KEY, summary.as_slice())
                .map_err(|source| failed(source.into()))?;
        }
        transaction.commit().map_err(|source| failed(source.into()))
    }

    /// What the block holds as a whole; `None` while the file could not be opened again, for then it is not known.
    pub(crate) fn summary(&self) -> Option<Summary> {
        match &*self.read() {
            Content::Open { index, .. } => Some(read_index(index).summary().clone()),
            Content::Sealed { summary, .. } => Some(summary.clone()),
            Content::Closed => None,
        }
    }

    /// Bytes of payload, which decide when an open block is full.
    pub(crate) fn payload_bytes(&self) -> u64 {
        match &*self.read() {
            Content::Open { index, .. } => read_index(index).bytes(),
            Content::Sealed { summary, .. } => summary.tenants.values().map(|t| t.bytes).sum(),
            Content::Closed => 0,
        }
    }

    /// Whether the block still takes fragments.
    pub(crate) fn is_open(&self) -> bool {
        matches!(&*self.read(), Content::Open { .. })
    }

    /// Bytes of one trace, if the block is open.
    pub(crate) fn open_bytes(&self, tenant: &TenantId, trace_id: TraceId) -> Option<u64> {
        match &*self.read() {
            Content::Open { index, .. } => Some(
                read_index(index)
                    .get(tenant, trace_id)
                    .map_or(0, |entry| entry.bytes),
            ),
            Content::Sealed { .. } | Content::Closed => None,
        }
    }

    /// The entry of one trace, if the block has any of it.
    pub(crate) fn entry(
        &self,
        tenant: &TenantId,
        trace_id: TraceId,
    ) -> Result<Option<TraceEntry>, StoreError> {
        match &*self.read() {
            Content::Open { index, .. } => Ok(read_index(index).get(tenant, trace_id).cloned()),
            Content::Sealed { database, .. } => {
                let failed = |source: redb::Error| StoreError::engine(&self.path, source);
                let transaction = database
                    .begin_read()
                    .map_err(|source| failed(source.into()))?;
                let table = transaction
                    .open_table(TRACES)
                    .map_err(|source| failed(source.into()))?;
                let value = table
                    .get(table_key(tenant, trace_id).as_slice())
                    .map_err(|source| failed(source.into()))?;
                value
                    .map(|value| {
                        TraceEntry::decode(value.value())
                            .ok_or_else(|| StoreError::unreadable(&self.path, "trace entry"))
                    })
                    .transpose()
            }
            Content::Closed => Err(self.closed()),
        }
    }

    /// The traces of a tenant that touch `range`, latest start first.
    pub(crate) fn traces(
        &self,
        tenant: &TenantId,
        range: TimeRange,
    ) -> Result<Vec<(TraceId, TraceEntry)>, StoreError> {
        let mut found = match &*self.read() {
            Content::Open { index, .. } => read_index(index)
                .of_tenant(tenant)
                .filter(|(_, entry)| range.touches(entry.start, entry.end))
                .map(|(id, entry)| (id, entry.clone()))
                .collect(),
            Content::Sealed { database, .. } => sealed_traces(&self.path, database, tenant, range)?,
            Content::Closed => return Err(self.closed()),
        };
        found.sort_unstable_by_key(|(id, entry)| (std::cmp::Reverse(entry.start), *id));
        Ok(found)
    }

    /// The payloads of some fragments, in the order asked for.
    pub(crate) fn payloads(&self, fragments: &[Sequence]) -> Result<Vec<Vec<u8>>, StoreError> {
        let content = self.read();
        let begin = match &*content {
            Content::Open { database, .. } => database.begin_read(),
            Content::Sealed { database, .. } => database.begin_read(),
            Content::Closed => return Err(self.closed()),
        };
        let failed = |source: redb::Error| StoreError::engine(&self.path, source);
        let transaction = begin.map_err(|source| failed(source.into()))?;
        self.read_payloads(&transaction, fragments)
    }

    fn read_payloads(
        &self,
        transaction: &ReadTransaction,
        fragments: &[Sequence],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let failed = |source: redb::Error| StoreError::engine(&self.path, source);
        let table = transaction
            .open_table(FRAGMENTS)
            .map_err(|source| failed(source.into()))?;
        let mut payloads = Vec::with_capacity(fragments.len());
        for sequence in fragments {
            let record = table
                .get(sequence)
                .map_err(|source| failed(source.into()))?
                .ok_or_else(|| StoreError::unreadable(&self.path, "fragment"))?;
            let (_, payload) = split_record(record.value())
                .ok_or_else(|| StoreError::unreadable(&self.path, "fragment"))?;
            payloads.push(payload.to_vec());
        }
        Ok(payloads)
    }

    fn closed(&self) -> StoreError {
        StoreError::BlockClosed {
            path: self.path.clone(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_index(index: &RwLock<MemoryIndex>) -> RwLockReadGuard<'_, MemoryIndex> {
    index.read().unwrap_or_else(PoisonError::into_inner)
}
