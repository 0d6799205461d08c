//! Base64 of ids, as protobuf's JSON mapping writes bytes; the alphabet of URLs and missing padding are read too
//! (<https://protobuf.dev/programming-guides/json/>).

/// The bytes; `None` where the text is not base64 of exactly so many.
pub(super) fn decode<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let text = text.trim_end_matches('=');
    if text.len() != (LENGTH * 8).div_ceil(6) {
        return None;
    }
    let mut bytes = [0; LENGTH];
    let (mut held, mut bits, mut filled) = (0_u32, 0_u32, 0);
    for character in text.bytes() {
        held = held << 6 | u32::from(value(character)?);
        bits += 6;
        if bits >= 8 && filled < LENGTH {
            bits -= 8;
            bytes[filled] = u8::try_from(held >> bits & 0xff).ok()?;
            filled += 1;
        }
        held &= (1 << bits) - 1;
    }
    // What is left over of the last character means nothing, and is zero in what an encoder writes.
    (held == 0).then_some(bytes)
}

fn value(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn ids_are_read_with_and_without_padding_and_in_both_alphabets() {
        let expected = [
            0x1d, 0x14, 0xff, 0x53, 0xfa, 0x7c, 0x8e, 0xa7, 0xf4, 0x9b, 0x6a, 0x26, 0xbc, 0x17,
            0xf5, 0x59,
        ];
        for text in [
            "HRT/U/p8jqf0m2omvBf1WQ==",
            "HRT/U/p8jqf0m2omvBf1WQ",
            "HRT_U_p8jqf0m2omvBf1WQ",
        ] {
            assert_eq!(decode::<16>(text), Some(expected), "{text}");
        }
        assert_eq!(decode::<8>("AAAAAAAAAAE="), Some([0, 0, 0, 0, 0, 0, 0, 1]));
        assert_eq!(decode::<8>("AAAAAAAAAAEAAA=="), None);
        assert_eq!(decode::<8>("AAAAAAAAA*E="), None);
        assert_eq!(decode::<8>("AAAAAAAAAAF="), None);
    }
}
