//! The index of a sealed file.

use std::path::Path;

use redb::{ReadOnlyDatabase, ReadableDatabase as _};

use super::catalogue::TimeRange;
use super::error::StoreError;
use super::file::TRACES;
use super::index::{TraceEntry, tenant_prefix};
use crate::ids::{TenantId, TraceId};

/// The traces of a tenant in a sealed file that touch `range`, by id.
pub(super) fn sealed_traces(
    path: &Path,
    database: &ReadOnlyDatabase,
    tenant: &TenantId,
    range: TimeRange,
) -> Result<Vec<(TraceId, TraceEntry)>, StoreError> {
    let failed = |source: redb::Error| StoreError::engine(path, source);
    let transaction = database
        .begin_read()
        .map_err(|source| failed(source.into()))?;
    let table = transaction
        .open_table(TRACES)
        .map_err(|source| failed(source.into()))?;
    let prefix = tenant_prefix(tenant);
    let mut found = Vec::new();
    for item in table
        .range(prefix.as_slice()..)
        .map_err(|source| failed(source.into()))?
    {
        let (key, value) = item.map_err(|source| failed(source.into()))?;
        let Some(id) = key.value().strip_prefix(prefix.as_slice()) else {
            break;
        };
        let id = <[u8; 16]>::try_from(id).map_err(|_| StoreError::unreadable(path, "trace key"))?;
        let entry = TraceEntry::decode(value.value())
            .ok_or_else(|| StoreError::unreadable(path, "trace entry"))?;
        if range.touches(entry.start, entry.end) {
            found.push((TraceId::from_array(id), entry));
        }
    }
    Ok(found)
}
