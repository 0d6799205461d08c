//! What a canary is made of.

use ptctl_diagnosis::snapshot::{CANARY_SERVICE, CanaryShape};
use uuid::Uuid;

use crate::clients::otlp::{Span, SpanBatch};

/// The attribute that holds the id of a canary's first trace, so that a search finds this one and no other.
pub(super) const ID_ATTRIBUTE: &str = "ptctl.canary.id";
/// The attribute with the service whose settings were used.
const FROM_ATTRIBUTE: &str = "ptctl.canary.from";
/// The attribute with text in many alphabets.
const TEXT_ATTRIBUTE: &str = "ptctl.canary.text";
/// That text: letters of two, three and four bytes, written from both sides.
const TEXT: &str = "Größe · naïve · Ωμέγα · Привет · שלום · 日本語 · 🐤";
/// The name of a canary's spans.
const SPAN_NAME: &str = "ptctl canary";
/// A large canary has so many attributes …
const LARGE_ATTRIBUTES: usize = 560;
/// … of so many bytes; Tempo cuts values at 2048.
const LARGE_VALUE: usize = 2000;
/// How long a canary lasted.
const DURATION_NANOS: u64 = 1_000_000;
/// So many bytes of an id with leading zeros are zero: what is left is a 64-bit id.
const LEADING_ZEROS: usize = 8;

/// How many traces a canary has, each of one span.
pub(super) fn traces(shape: CanaryShape) -> usize {
    match shape {
        CanaryShape::Hundred => 100,
        CanaryShape::Plain
        | CanaryShape::LeadingZeroId
        | CanaryShape::Large
        | CanaryShape::NonAscii => 1,
    }
}

/// The ids of a new canary's traces, 32 digits each.
pub(super) fn trace_ids(shape: CanaryShape) -> Vec<String> {
    let zeros = match shape {
        CanaryShape::LeadingZeroId => LEADING_ZEROS,
        CanaryShape::Plain | CanaryShape::Large | CanaryShape::NonAscii | CanaryShape::Hundred => 0,
    };
    (0..traces(shape))
        .map(|_| {
            let mut id = Uuid::new_v4().into_bytes();
            id[..zeros].fill(0);
            Uuid::from_bytes(id).simple().to_string()
        })
        .collect()
}

/// The text that is to come back as it was sent.
pub(super) fn text(shape: CanaryShape) -> Option<&'static str> {
    match shape {
        CanaryShape::NonAscii => Some(TEXT),
        CanaryShape::Plain
        | CanaryShape::LeadingZeroId
        | CanaryShape::Large
        | CanaryShape::Hundred => None,
    }
}

/// The spans of a canary that begins at a time in nanoseconds since 1970.
pub(super) fn batch(
    shape: CanaryShape,
    trace_ids: &[String],
    from: &str,
    started: u64,
) -> SpanBatch {
    let id = trace_ids.first().map_or("", String::as_str);
    let mut attributes = vec![(ID_ATTRIBUTE.to_owned(), id.to_owned())];
    attributes.extend(text(shape).map(|text| (TEXT_ATTRIBUTE.to_owned(), text.to_owned())));
    if shape == CanaryShape::Large {
        attributes.extend((0..LARGE_ATTRIBUTES).map(|at| {
            let value = char::from(b'a' + u8::try_from(at % 26).unwrap_or_default());
            (
                format!("ptctl.canary.filler.{at}"),
                value.to_string().repeat(LARGE_VALUE),
            )
        }));
    }
    let spans = trace_ids.iter().filter_map(|id| {
        Some(Span {
            trace_id: Uuid::parse_str(id).ok()?.into_bytes(),
            id: span_id(),
            parent: None,
            name: SPAN_NAME.to_owned(),
            started,
            ended: started + DURATION_NANOS,
            attributes: attributes.clone(),
        })
    });
    SpanBatch {
        resource: vec![
            ("service.name".to_owned(), CANARY_SERVICE.to_owned()),
            (FROM_ATTRIBUTE.to_owned(), from.to_owned()),
        ],
        spans: spans.collect(),
    }
}

/// A random id whose first byte is not zero.
fn span_id() -> [u8; 8] {
    let random = Uuid::new_v4().into_bytes();
    let mut id = [0; 8];
    id.copy_from_slice(&random[..8]);
    id[0] |= 1;
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_is_what_it_says() {
        let zero = trace_ids(CanaryShape::LeadingZeroId);
        assert!(zero[0].starts_with("0000000000000000") && zero[0].len() == 32);
        let hundred = trace_ids(CanaryShape::Hundred);
        let batch = batch(CanaryShape::Hundred, &hundred, "shop", 1);
        let mut ids: Vec<_> = batch.spans.iter().map(|span| span.trace_id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 100);
        let large = trace_ids(CanaryShape::Large);
        let large = super::batch(CanaryShape::Large, &large, "shop", 1);
        let bytes: usize = large.spans[0]
            .attributes
            .iter()
            .map(|(_, value)| value.len())
            .sum();
        assert!((1 << 20..3 << 20).contains(&bytes), "{bytes}");
    }
}
