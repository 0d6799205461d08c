//! A fragment: the spans of one trace that came in one request, as one stored record.

use bytes::{Buf, BufMut};

use crate::ids::{TenantId, TraceId};

/// The format of a stored record, its first byte.
const FORMAT: u8 = 1;
/// Bytes of trace id, span count, start, end and time of arrival.
const HEAD_NUMBERS: usize = 16 + 4 + 8 + 8 + 8;

/// The spans of one trace from one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) tenant: TenantId,
    pub(crate) trace_id: TraceId,
    /// How many spans the payload holds.
    pub(crate) spans: u32,
    /// Earliest start of a span, nanoseconds since the epoch.
    pub(crate) start: u64,
    /// Latest end of a span, nanoseconds since the epoch.
    pub(crate) end: u64,
    /// A protobuf `opentelemetry.proto.trace.v1.TracesData`.
    pub(crate) payload: Vec<u8>,
}

/// What a record says about itself before its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FragmentHead<'record> {
    pub(crate) tenant: &'record str,
    pub(crate) trace_id: TraceId,
    pub(crate) spans: u32,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// When it was stored, milliseconds since the epoch.
    pub(crate) arrived: u64,
}

impl Fragment {
    /// The length of the record that [`Fragment::write_to`] makes.
    pub(crate) fn record_len(&self) -> usize {
        1 + 1 + self.tenant.as_str().len() + HEAD_NUMBERS + self.payload.len()
    }

    /// Writes the record into `target`, which has exactly [`Fragment::record_len`] bytes.
    pub(crate) fn write_to(&self, arrived: u64, mut target: &mut [u8]) {
        let tenant = self.tenant.as_str().as_bytes();
        target.put_u8(FORMAT);
        // Tenant ids have at most 150 bytes.
        target.put_u8(u8::try_from(tenant.len()).unwrap_or(u8::MAX));
        target.put_slice(tenant);
        target.put_slice(self.trace_id.as_bytes());
        target.put_u32_le(self.spans);
        target.put_u64_le(self.start);
        target.put_u64_le(self.end);
        target.put_u64_le(arrived);
        target.put_slice(&self.payload);
    }
}

/// Splits a record into its head and its payload; `None` if this version cannot read it.
pub(crate) fn split_record(mut record: &[u8]) -> Option<(FragmentHead<'_>, &[u8])> {
    if record.len() < 2 || record.get_u8() != FORMAT {
        return None;
    }
    let tenant_len = usize::from(record.get_u8());
    let (tenant, mut rest) = record.split_at_checked(tenant_len)?;
    let tenant = std::str::from_utf8(tenant).ok()?;
    if rest.len() < HEAD_NUMBERS {
        return None;
    }
    let mut trace_id = [0; 16];
    rest.copy_to_slice(&mut trace_id);
    let head = FragmentHead {
        tenant,
        trace_id: TraceId::from_array(trace_id),
        spans: rest.get_u32_le(),
        start: rest.get_u64_le(),
        end: rest.get_u64_le(),
        arrived: rest.get_u64_le(),
    };
    Some((head, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_back_what_was_written() {
        let fragment = Fragment {
            tenant: TenantId::single(),
            trace_id: TraceId::parse("0af7651916cd43dd8448eb211c80319c").expect("valid"),
            spans: 3,
            start: 10,
            end: 20,
            payload: vec![1, 2, 3],
        };
        let mut record = vec![0; fragment.record_len()];
        fragment.write_to(30, &mut record);
        let (head, payload) = split_record(&record).expect("readable");
        assert_eq!(head.tenant, "single-tenant");
        assert_eq!(head.trace_id, fragment.trace_id);
        assert_eq!((head.spans, head.start, head.end), (3, 10, 20));
        assert_eq!(head.arrived, 30);
        assert_eq!(payload, [1, 2, 3]);
    }

    #[test]
    fn a_shortened_record_is_unreadable_not_a_panic() {
        let fragment = Fragment {
            tenant: TenantId::single(),
            trace_id: TraceId::parse("1").expect("valid"),
            spans: 1,
            start: 0,
            end: 0,
            payload: Vec::new(),
        };
        let mut record = vec![0; fragment.record_len()];
        fragment.write_to(30, &mut record);
        for len in 0..record.len() {
            assert_eq!(split_record(&record[..len]), None);
        }
    }
}
