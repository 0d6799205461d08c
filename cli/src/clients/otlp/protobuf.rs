//! The part of protobuf's wire format that the messages here need (<https://protobuf.dev/programming-guides/encoding/>).

/// A message that is being written.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A message within this one, written by `write`.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Writer)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes(field, &inner.bytes);
    }

    /// Bytes or text.
    pub(super) fn bytes(&mut self, field: u32, value: &[u8]) {
        self.varint(u64::from(field << 3 | 2));
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// A number of the type `fixed64`.
    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3 | 1));
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A number or an enum's value.
    pub(super) fn number(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3));
        self.varint(value);
    }

    /// The whole message.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push((value & 0x7f) as u8);
    }
}

/// A field of a message that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field<'b> {
    /// A number.
    Number(u32, u64),
    /// Bytes, text or a message.
    Bytes(u32, &'b [u8]),
    /// Something that is passed over.
    Other,
}

/// Reads a message's fields; ends early at what is no protobuf.
pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: u64) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }
}

impl<'b> Iterator for Reader<'b> {
    type Item = Field<'b>;

    fn next(&mut self) -> Option<Field<'b>> {
        let key = self.varint()?;
        let field = u32::try_from(key >> 3).ok()?;
        match key & 7 {
            0 => Some(Field::Number(field, self.varint()?)),
            1 => self.take(8).map(|_| Field::Other),
            2 => {
                let length = self.varint()?;
                Some(Field::Bytes(field, self.take(length)?))
            }
            5 => self.take(4).map(|_| Field::Other),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(number in any::<u64>(), text in ".{0,300}", fixed in any::<u64>()) {
            let mut writer = Writer::default();
            writer.number(3, number);
            writer.fixed64(7, fixed);
            writer.message(200, |inner| inner.bytes(1, text.as_bytes()));
            let bytes = writer.into_bytes();
            let fields: Vec<_> = Reader::new(&bytes).collect();
            prop_assert_eq!(fields[0], Field::Number(3, number));
            prop_assert_eq!(fields[1], Field::Other);
            let Field::Bytes(200, inner) = fields[2] else {
                panic!("no message");
            };
            prop_assert_eq!(Reader::new(inner).next(), Some(Field::Bytes(1, text.as_bytes())));
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(Reader::new(&bytes).count() <= bytes.len());
        }
    }
}
