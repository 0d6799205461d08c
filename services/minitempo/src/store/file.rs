//! The file of a block: its tables, and how it is opened.

use std::path::Path;
use std::sync::RwLock;

use redb::{
    Builder, Database, ReadOnlyDatabase, ReadableDatabase as _, ReadableTable as _, TableDefinition,
};

use super::error::StoreError;
use super::fragment::split_record;
use super::index::{MemoryIndex, Summary};

/// Fragments by their place in the block.
pub(super) const FRAGMENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("fragments");
/// Entries by tenant and trace, written when the block is sealed.
pub(super) const TRACES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("traces");
/// One record, the [`Summary`] of a sealed block as JSON.
pub(super) const SUMMARY: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("summary");
pub(super) const SUMMARY_KEY: &str = "summary";

/// What redb may cache of the block that is being written.
const OPEN_CACHE_BYTES: usize = 8 << 20;
/// What redb may cache of each sealed block: the operating system's cache does the rest.
const SEALED_CACHE_BYTES: usize = 256 << 10;

/// What a file is open for.
pub(super) enum Content {
    Open {
        database: Database,
        index: RwLock<MemoryIndex>,
    },
    Sealed {
        database: ReadOnlyDatabase,
        summary: Summary,
    },
    /// Between closing a file for writing and opening it for reading, or after that failed.
    Closed,
}

/// Makes a new file for writing.
pub(super) fn create(path: &Path) -> Result<Database, StoreError> {
    Builder::new()
        .set_cache_size(OPEN_CACHE_BYTES)
        .create(path)
        .map_err(|source| StoreError::engine(path, source))
}

/// Opens a file for reading; `None` if it was closed in good order but never sealed.
pub(super) fn open_sealed(path: &Path) -> Result<Option<(ReadOnlyDatabase, Summary)>, StoreError> {
    let failed = |source: redb::Error| StoreError::engine(path, source);
    let database = Builder::new()
        .set_cache_size(SEALED_CACHE_BYTES)
        .open_read_only(path)
        .map_err(|source| failed(source.into()))?;
    let transaction = database
        .begin_read()
        .map_err(|source| failed(source.into()))?;
    let table = match transaction.open_table(SUMMARY) {
        Ok(table) => table,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(source) => return Err(failed(source.into())),
    };
    let Some(record) = table
        .get(SUMMARY_KEY)
        .map_err(|source| failed(source.into()))?
    else {
        return Ok(None);
    };
    let summary = serde_json::from_slice(record.value())
        .map_err(|_| StoreError::unreadable(path, "summary"))?;
    drop(record);
    drop(table);
    Ok(Some((database, summary)))
}

/// Opens a file for writing, every page checked, and builds its index again.
pub(super) fn open_unsealed(path: &Path) -> Result<Content, StoreError> {
    let failed = |source: redb::Error| StoreError::engine(path, source);
    let database = Builder::new()
        .set_cache_size(OPEN_CACHE_BYTES)
        .set_check_integrity_on_open(true)
        .open(path)
        .map_err(|source| failed(source.into()))?;
    let mut index = MemoryIndex::default();
    {
        let transaction = database
            .begin_read()
            .map_err(|source| failed(source.into()))?;
        let table = transaction
            .open_table(FRAGMENTS)
            .map_err(|source| failed(source.into()))?;
        for item in table.iter().map_err(|source| failed(source.into()))? {
            let (sequence, record) = item.map_err(|source| failed(source.into()))?;
            let (head, payload) = split_record(record.value())
                .ok_or_else(|| StoreError::unreadable(path, "fragment"))?;
            index.insert(&head, payload.len() as u64, sequence.value());
        }
    }
    Ok(Content::Open {
        database,
        index: RwLock::new(index),
    })
}
