//! Which fragments a trace has: in memory while a block is open, one table entry per trace once it is sealed.

use std::collections::{BTreeMap, HashMap};

use bytes::{Buf, BufMut};
use serde::{Deserialize, Serialize};

use super::fragment::FragmentHead;
use crate::ids::{TenantId, TraceId};

/// The place of a fragment in its block, counted from 0 in order of arrival.
pub(crate) type Sequence = u64;

/// What a block knows of one trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TraceEntry {
    /// Earliest start of a span, nanoseconds since the epoch.
    pub(crate) start: u64,
    /// Latest end of a span, nanoseconds since the epoch.
    pub(crate) end: u64,
    /// Bytes of payload in this block.
    pub(crate) bytes: u64,
    /// The fragments, in order of arrival.
    pub(crate) fragments: Vec<Sequence>,
}

impl TraceEntry {
    fn merge(&mut self, head: &FragmentHead<'_>, bytes: u64, sequence: Sequence) {
        self.start = self.start.min(head.start);
        self.end = self.end.max(head.end);
        self.bytes += bytes;
        self.fragments.push(sequence);
    }

    /// The entry as the value of a table.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(24 + self.fragments.len() * 8);
        value.put_u64_le(self.start);
        value.put_u64_le(self.end);
        value.put_u64_le(self.bytes);
        for sequence in &self.fragments {
            value.put_u64_le(*sequence);
        }
        value
    }

    /// Reads what [`TraceEntry::encode`] wrote; `None` if it is something else.
    pub(crate) fn decode(mut value: &[u8]) -> Option<Self> {
        if value.len() < 24 || !value.len().is_multiple_of(8) {
            return None;
        }
        let start = value.get_u64_le();
        let end = value.get_u64_le();
        let bytes = value.get_u64_le();
        let mut fragments = Vec::with_capacity(value.len() / 8);
        while value.has_remaining() {
            fragments.push(value.get_u64_le());
        }
        Some(Self {
            start,
            end,
            bytes,
            fragments,
        })
    }
}

/// What a block holds of one tenant, kept in the block itself and shown in `/metrics`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TenantTotals {
    pub(crate) traces: u64,
    pub(crate) spans: u64,
    pub(crate) bytes: u64,
}

/// What a block holds as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Earliest start of a span, nanoseconds since the epoch.
    pub(crate) start: u64,
    /// Latest end of a span, nanoseconds since the epoch.
    pub(crate) end: u64,
    /// When the last fragment was stored, milliseconds since the epoch.
    pub(crate) arrived: u64,
    /// What each tenant has in it.
    pub(crate) tenants: BTreeMap<String, TenantTotals>,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            start: u64::MAX,
            end: 0,
            arrived: 0,
            tenants: BTreeMap::new(),
        }
    }
}

/// The index of an open block.
#[derive(Debug, Default)]
pub(crate) struct MemoryIndex {
    traces: HashMap<TenantId, HashMap<TraceId, TraceEntry>>,
    summary: Summary,
    bytes: u64,
    next: Sequence,
}

impl MemoryIndex {
    /// Enters a fragment that has just become durable.
    pub(crate) fn insert(&mut self, head: &FragmentHead<'_>, bytes: u64, sequence: Sequence) {
        self.summary.start = self.summary.start.min(head.start);
        self.summary.end = self.summary.end.max(head.end);
        self.summary.arrived = self.summary.arrived.max(head.arrived);
        self.bytes += bytes;
        self.next = self.next.max(sequence + 1);
        if !self.summary.tenants.contains_key(head.tenant) {
            self.summary
                .tenants
                .insert(head.tenant.to_owned(), TenantTotals::default());
            self.traces
                .insert(TenantId::from_stored(head.tenant), HashMap::new());
        }
        let Some(totals) = self.summary.tenants.get_mut(head.tenant) else {
            return;
        };
        totals.spans += u64::from(head.spans);
        totals.bytes += bytes;
        // The map is keyed by tenant id; ids compare as their text does.
        let Some(traces) = self.traces.get_mut(&TenantId::from_stored(head.tenant)) else {
            return;
        };
        traces
            .entry(head.trace_id)
            .and_modify(|entry| entry.merge(head, bytes, sequence))
            .or_insert_with(|| {
                totals.traces += 1;
                TraceEntry {
                    start: head.start,
                    end: head.end,
                    bytes,
                    fragments: vec![sequence],
                }
            });
    }

    /// The place that the next fragment gets.
    pub(crate) fn next_sequence(&self) -> Sequence {
        self.next
    }

    /// Bytes of payload in the block.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the block holds as a whole.
    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The entry of one trace.
    pub(crate) fn get(&self, tenant: &TenantId, trace_id: TraceId) -> Option<&TraceEntry> {
        self.traces.get(tenant)?.get(&trace_id)
    }

    /// All entries of one tenant, in no order.
    pub(crate) fn of_tenant(
        &self,
        tenant: &TenantId,
    ) -> impl Iterator<Item = (TraceId, &TraceEntry)> {
        self.traces
            .get(tenant)
            .into_iter()
            .flatten()
            .map(|(id, entry)| (*id, entry))
    }

    /// All entries, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&TenantId, TraceId, &TraceEntry)> {
        self.traces.iter().flat_map(|(tenant, traces)| {
            traces
                .iter()
                .map(move |(trace_id, entry)| (tenant, *trace_id, entry))
        })
    }
}

/// The key of a trace in the table of a sealed block.
pub(crate) fn table_key(tenant: &TenantId, trace_id: TraceId) -> Vec<u8> {
    let mut key = tenant_prefix(tenant);
    key.extend_from_slice(trace_id.as_bytes());
    key
}

/// What the keys of all traces of a tenant begin with.
pub(crate) fn tenant_prefix(tenant: &TenantId) -> Vec<u8> {
    let mut prefix = Vec::with_capacity(tenant.as_str().len() + 17);
    prefix.extend_from_slice(tenant.as_str().as_bytes());
    // No tenant id contains a zero byte, so one tenant's keys never begin another's.
    prefix.push(0);
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_as_written() {
        let entry = TraceEntry {
            start: 1,
            end: 2,
            bytes: 3,
            fragments: vec![4, 5, 6],
        };
        assert_eq!(TraceEntry::decode(&entry.encode()), Some(entry));
        assert_eq!(TraceEntry::decode(&[0; 25]), None);
    }
}
