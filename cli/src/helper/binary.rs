//! The binary that becomes the helper's image: it has to run on the engine's host without a single library.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// The machine types of ELF, and how the engine names them.
const MACHINES: [(u16, &str); 6] = [
    (0x3e, "amd64"),
    (0xb7, "arm64"),
    (0x28, "arm"),
    (0x03, "386"),
    (0xf3, "riscv64"),
    (0x16, "s390x"),
];
/// The program header that names a dynamic loader.
const INTERPRETER: u32 = 3;

/// A binary that runs alone on a platform.
#[derive(Debug, Clone)]
pub(crate) struct HelperBinary {
    bytes: Vec<u8>,
}

/// Why a binary cannot be the helper.
#[derive(Debug, Error)]
pub(crate) enum BinaryError {
    /// It cannot be read.
    #[error("the helper's binary `{path}` could not be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no Linux binary.
    #[error("`{path}` is no binary for Linux: give one by `--helper-binary PATH`")]
    NotElf {
        /// The file.
        path: PathBuf,
    },
    /// It needs libraries that an empty image has not.
    #[error(
        "`{path}` is linked dynamically and cannot run in an empty image: give a static one by `--helper-binary PATH`"
    )]
    Dynamic {
        /// The file.
        path: PathBuf,
    },
    /// It is built for another processor.
    #[error(
        "`{path}` is built for {built}, the engine's host is {wanted}: give one for {wanted} by `--helper-binary PATH`"
    )]
    Architecture {
        /// The file.
        path: PathBuf,
        /// What it is built for.
        built: String,
        /// What the engine's host is.
        wanted: String,
    },
    /// The engine runs containers of another operating system.
    #[error("the engine runs containers of {system}, the helper is for linux")]
    System {
        /// The engine's operating system.
        system: String,
    },
}

impl HelperBinary {
    /// Reads a binary and makes sure that it fits; `platform` is the engine's, `linux/amd64`.
    pub(crate) fn load(path: &Path, platform: &str) -> Result<Self, BinaryError> {
        let (system, wanted) = platform.split_once('/').unwrap_or((platform, "unknown"));
        if system != "linux" {
            return Err(BinaryError::System {
                system: system.to_owned(),
            });
        }
        let bytes = std::fs::read(path).map_err(|source| BinaryError::Read {
            path: path.to_owned(),
            source,
        })?;
        let elf = Elf::read(&bytes).ok_or_else(|| BinaryError::NotElf {
            path: path.to_owned(),
        })?;
        if elf.has_interpreter {
            return Err(BinaryError::Dynamic {
                path: path.to_owned(),
            });
        }
        // What the engine calls its host: newer ones say `arm64`, `uname` says `aarch64`.
        let wanted = match wanted {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        match MACHINES.iter().find(|(machine, _)| *machine == elf.machine) {
            Some((_, built)) if *built == wanted => Ok(Self { bytes }),
            built => Err(BinaryError::Architecture {
                path: path.to_owned(),
                built: built.map_or_else(
                    || format!("machine {:#x}", elf.machine),
                    |(_, name)| (*name).to_owned(),
                ),
                wanted: wanted.to_owned(),
            }),
        }
    }

    /// Its content.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What is read of an ELF file.
#[derive(Debug, PartialEq, Eq)]
struct Elf {
    machine: u16,
    has_interpreter: bool,
}

impl Elf {
    /// The header of a 32- or 64-bit file in the byte order of all the machines above but `s390x`, which is told apart.
    fn read(bytes: &[u8]) -> Option<Self> {
        let ident = bytes.get(..16)?;
        if ident.get(..4)? != b"\x7fELF" {
            return None;
        }
        let wide = match ident[4] {
            1 => Width::Bits32,
            2 => Width::Bits64,
            _ => return None,
        };
        let order = match ident[5] {
            1 => Order::Little,
            2 => Order::Big,
            _ => return None,
        };
        let reader = Reader { bytes, order };
        let machine = reader.half(18)?;
        let (table, entry, count) = match wide {
            Width::Bits64 => (reader.long(32)?, reader.half(54)?, reader.half(56)?),
            Width::Bits32 => (
                u64::from(reader.word(28)?),
                reader.half(42)?,
                reader.half(44)?,
            ),
        };
        let mut has_interpreter = false;
        for at in 0..u64::from(count) {
            let place = table.checked_add(at.checked_mul(u64::from(entry))?)?;
            has_interpreter |= reader.word(usize::try_from(place).ok()?)? == INTERPRETER;
        }
        Some(Self {
            machine,
            has_interpreter,
        })
    }
}

#[derive(Clone, Copy)]
enum Width {
    Bits32,
    Bits64,
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

/// Numbers out of a file of either byte order.
struct Reader<'b> {
    bytes: &'b [u8],
    order: Order,
}

impl Reader<'_> {
    fn number<const LENGTH: usize>(&self, at: usize) -> Option<[u8; LENGTH]> {
        let mut bytes: [u8; LENGTH] = self
            .bytes
            .get(at..at.checked_add(LENGTH)?)?
            .try_into()
            .ok()?;
        if matches!(self.order, Order::Big) {
            bytes.reverse();
        }
        Some(bytes)
    }

    fn half(&self, at: usize) -> Option<u16> {
        self.number(at).map(u16::from_le_bytes)
    }

    fn word(&self, at: usize) -> Option<u32> {
        self.number(at).map(u32::from_le_bytes)
    }

    fn long(&self, at: usize) -> Option<u64> {
        self.number(at).map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A 64-bit file with one program header of this kind.
    fn elf(machine: u16, header: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[32..40].copy_from_slice(&64_u64.to_le_bytes());
        bytes[54..56].copy_from_slice(&56_u16.to_le_bytes());
        bytes[56..58].copy_from_slice(&1_u16.to_le_bytes());
        bytes[64..68].copy_from_slice(&header.to_le_bytes());
        bytes
    }

    fn load(bytes: &[u8], platform: &str) -> Result<HelperBinary, BinaryError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ptctl");
        std::fs::write(&path, bytes).expect("a file");
        HelperBinary::load(&path, platform)
    }

    #[test]
    fn a_static_binary_of_the_engines_machine_fits() {
        assert!(load(&elf(0x3e, 1), "linux/amd64").is_ok());
        assert!(load(&elf(0xb7, 1), "linux/aarch64").is_ok());
    }

    #[test]
    fn what_does_not_fit_says_why_and_what_to_give() {
        let said = |bytes: &[u8], platform| load(bytes, platform).expect_err("no fit").to_string();
        for (bytes, platform, words) in [
            (elf(0x3e, INTERPRETER), "linux/amd64", "linked dynamically"),
            (
                elf(0x3e, 1),
                "linux/arm64",
                "is built for amd64, the engine's host is arm64",
            ),
            (elf(0x1234, 1), "linux/arm64", "built for machine 0x1234"),
            (
                b"#!/bin/sh\n".to_vec(),
                "linux/amd64",
                "no binary for Linux",
            ),
            (elf(0x3e, 1), "windows/amd64", "containers of windows"),
        ] {
            let said = said(&bytes, platform);
            assert!(said.contains(words), "{said}");
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_it_stumble(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Elf::read(&bytes);
            if bytes.len() > 6 {
                bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
                let _ = Elf::read(&bytes);
            }
        }
    }
}
