//! Which IP addresses a request from outside must never make this service talk to.
//!
//! Everything that is not ordinary global unicast is forbidden, by the special-purpose registries of IANA
//! (RFC 6890 and successors), and so are the metadata services of cloud providers. An IPv6 address that carries an
//! IPv4 address (mapped, compatible, NAT64, 6to4) is judged by both. Pure: no I/O.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    /// `0.0.0.0/8` and `::`: this host.
    Unspecified,
    /// `127.0.0.0/8` and `::1`.
    Loopback,
    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`, `fc00::/7` and the old `fec0::/10`.
    Private,
    /// `169.254.0.0/16` and `fe80::/10`, where most clouds keep their metadata service.
    LinkLocal,
    /// `100.64.0.0/10`, the addresses behind a carrier's NAT.
    CarrierNat,
    /// `224.0.0.0/4` and `ff00::/8`.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// `192.0.2.0/24`, `198.51.100.0/24`, `203.0.113.0/24`, `2001:db8::/32` and `3fff::/20`.
    Documentation,
    /// `198.18.0.0/15` and `2001:2::/48`.
    Benchmarking,
    /// A cloud's metadata service on an address that looks public.
    Metadata,
    /// Reserved, translated locally, or for protocols only: nothing a web page is served from.
    Reserved,
}

/// Azure's metadata and DNS service, reachable from every virtual machine there.
const AZURE_WIRE_SERVER: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Says why `address` is forbidden, or nothing where it is an ordinary public one.
pub fn forbidden(address: IpAddr) -> Option<Forbidden> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => forbidden_v6(address),
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<Forbidden> {
    if address == AZURE_WIRE_SERVER {
        return Some(Forbidden::Metadata);
    }
    match address.octets() {
        [0, ..] => Some(Forbidden::Unspecified),
        [127, ..] => Some(Forbidden::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some(Forbidden::Private),
        [169, 254, ..] => Some(Forbidden::LinkLocal),
        [100, 64..=127, ..] => Some(Forbidden::CarrierNat),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some(Forbidden::Documentation),
        [198, 18..=19, ..] => Some(Forbidden::Benchmarking),
        [224..=239, ..] => Some(Forbidden::Multicast),
        [255, 255, 255, 255] => Some(Forbidden::Broadcast),
        // Protocol assignments (RFC 6890), the AS112 and AMT anycasts, the retired 6to4 relay, class E.
        [192, 0, 0, _]
        | [192, 31, 196, _]
        | [192, 52, 193, _]
        | [192, 175, 48, _]
        | [192, 88, 99, _]
        | [240..=255, ..] => Some(Forbidden::Reserved),
        _ => None,
    }
}

fn forbidden_v6(address: Ipv6Addr) -> Option<Forbidden> {
    if address == Ipv6Addr::LOCALHOST {
        return Some(Forbidden::Loopback);
    }
    if address == Ipv6Addr::UNSPECIFIED {
        return Some(Forbidden::Unspecified);
    }
    if let Some(embedded) = embedded_v4(address) {
        return forbidden_v4(embedded);
    }
    match address.segments() {
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Some(Forbidden::Private),
        [0xfe80..=0xfebf, ..] => Some(Forbidden::LinkLocal),
        [0xff00..=0xffff, ..] => Some(Forbidden::Multicast),
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Some(Forbidden::Documentation),
        [0x2001, 0x0002, 0, ..] => Some(Forbidden::Benchmarking),
        // 2001::/23 is for protocols (Teredo, ORCHID, ...); 2620:4f:8000::/48 is AS112's.
        [0x2001, 0..=0x01ff, ..] | [0x2620, 0x004f, 0x8000, ..] => Some(Forbidden::Reserved),
        // Global unicast is 2000::/3; the rest is reserved, discarded, or translated by a local gateway.
        [0x2000..=0x3fff, ..] => None,
        _ => Some(Forbidden::Reserved),
    }
}

/// The IPv4 address that a translating IPv6 address leads to.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        // In this order: ::ffff:a.b.c.d (mapped) and ::a.b.c.d (compatible), ::ffff:0:a.b.c.d (translated),
        // 64:ff9b::a.b.c.d (the well-known NAT64 prefix), 2002:a.b.c.d:: (6to4).
        [0, 0, 0, 0, 0, 0xffff | 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(embedded(high, low)),
        _ => None,
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unspecified => "an unspecified address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::LinkLocal => "a link-local address",
            Self::CarrierNat => "an address behind carrier NAT",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "the broadcast address",
            Self::Documentation => "an address for documentation",
            Self::Benchmarking => "an address for benchmarks",
            Self::Metadata => "a cloud metadata service",
            Self::Reserved => "a reserved address",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn verdict(text: &str) -> Option<Forbidden> {
        forbidden(text.parse().unwrap())
    }

    #[test]
    fn every_special_range_is_forbidden_from_its_first_address_to_its_last() {
        let cases = [
            ("0.0.0.0", "0.255.255.255", Forbidden::Unspecified),
            ("127.0.0.0", "127.255.255.255", Forbidden::Loopback),
            ("10.0.0.0", "10.255.255.255", Forbidden::Private),
            ("172.16.0.0", "172.31.255.255", Forbidden::Private),
            ("192.168.0.0", "192.168.255.255", Forbidden::Private),
            ("169.254.0.0", "169.254.169.254", Forbidden::LinkLocal),
            ("100.64.0.0", "100.127.255.255", Forbidden::CarrierNat),
            ("192.0.2.0", "203.0.113.255", Forbidden::Documentation),
            ("198.18.0.0", "198.19.255.255", Forbidden::Benchmarking),
            ("192.0.0.0", "192.0.0.192", Forbidden::Reserved),
            ("224.0.0.0", "239.255.255.255", Forbidden::Multicast),
            ("240.0.0.0", "255.255.255.254", Forbidden::Reserved),
            ("255.255.255.255", "255.255.255.255", Forbidden::Broadcast),
            ("168.63.129.16", "168.63.129.16", Forbidden::Metadata),
            ("fc00::", "fdff:ffff::1", Forbidden::Private),
            ("fec0::1", "feff::1", Forbidden::Private),
            ("fe80::1", "febf::1", Forbidden::LinkLocal),
            ("ff00::", "ff02::1", Forbidden::Multicast),
            ("2001:db8::", "3fff:fff::1", Forbidden::Documentation),
            ("2001:2::", "2001:2:0:ffff::1", Forbidden::Benchmarking),
            ("2001::1", "2001:1ff::1", Forbidden::Reserved),
            ("100::1", "64:ff9b:1::1", Forbidden::Reserved),
            ("::1", "::1", Forbidden::Loopback),
            ("::", "::", Forbidden::Unspecified),
        ];
        for (first, last, why) in cases {
            assert_eq!(
                (verdict(first), verdict(last)),
                (Some(why), Some(why)),
                "{first} to {last}"
            );
        }
    }

    #[test]
    fn ordinary_public_addresses_are_not_forbidden() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::8",
        ] {
            assert_eq!(verdict(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_ipv6_spelling_of_an_ipv4_address_gets_the_same_verdict(bits in any::<u32>()) {
            let address = Ipv4Addr::from(bits);
            let [a, b, c, d] = address.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let expected = forbidden_v4(address);
            for spelling in [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert_eq!(forbidden(IpAddr::V6(spelling)), expected, "{}", spelling);
            }
        }

        #[test]
        fn no_address_that_the_standard_library_knows_as_special_gets_through(bits in any::<u128>(), v4 in any::<u32>()) {
            let v4 = Ipv4Addr::from(v4);
            if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified() {
                prop_assert!(forbidden(IpAddr::V4(v4)).is_some());
            }
            let v6 = Ipv6Addr::from(bits);
            if v6.is_loopback() || v6.is_multicast() || v6.is_unique_local() || v6.is_unicast_link_local()
                || v6.is_unspecified() {
                prop_assert!(forbidden(IpAddr::V6(v6)).is_some());
            }
        }

        #[test]
        fn nothing_in_a_private_network_gets_through(tail in any::<[u8; 3]>(), second in 16_u8..32) {
            let [b, c, d] = tail;
            for address in [[10, b, c, d], [127, b, c, d], [172, second, c, d], [192, 168, c, d], [169, 254, c, d]] {
                prop_assert!(forbidden(IpAddr::from(address)).is_some(), "{address:?}");
            }
        }
    }
}
