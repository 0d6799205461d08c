//! Whose a file is that is found and not named: what sends, writes or creates something is taken from nobody else's.

use std::{
    fs::{self, Metadata},
    io::{self, Read as _},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

/// Root, who may do everything anyway.
const ROOT: u32 = 0;
/// The permission of everybody to write.
const OTHERS_WRITE: u32 = 0o002;

/// Whether a file speaks for this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// It is this user's own, or root's.
    Own,
    /// It belongs to another user.
    Foreign {
        /// That user's number.
        owner: u32,
    },
    /// Everybody may write to it.
    Anybody,
}

impl Trust {
    /// Whom a file speaks for, by what its name is and by what was opened under it, which a symbolic link makes two.
    pub(super) fn of(name: &Metadata, opened: &Metadata) -> Self {
        let me = rustix::process::geteuid().as_raw();
        for metadata in [name, opened] {
            let trust = Self::by(metadata.uid(), me);
            if trust != Self::Own {
                return trust;
            }
        }
        // A symbolic link has no permissions of its own.
        if opened.permissions().mode() & OTHERS_WRITE == 0 {
            Self::Own
        } else {
            Self::Anybody
        }
    }

    fn by(owner: u32, me: u32) -> Self {
        if owner == me || owner == ROOT {
            Self::Own
        } else {
            Self::Foreign { owner }
        }
    }

    /// Why it does not speak for this user; `None` where it does.
    pub(crate) fn objection(self) -> Option<String> {
        match self {
            Self::Own => None,
            Self::Foreign { owner } => Some(format!("it belongs to another user ({owner})")),
            Self::Anybody => Some("everybody may write to it".to_owned()),
        }
    }
}

/// What a file says, and whether it speaks for this user.
pub(crate) fn read_with_trust(path: &Path) -> io::Result<(String, Trust)> {
    let mut file = fs::File::open(path)?;
    let trust = Trust::of(&fs::symlink_metadata(path)?, &file.metadata()?);
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((text, trust))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_speaks_for_its_owner_and_root_s_for_everybody() {
        assert_eq!(Trust::by(1000, 1000), Trust::Own);
        assert_eq!(Trust::by(0, 1000), Trust::Own);
        assert_eq!(Trust::by(1001, 1000), Trust::Foreign { owner: 1001 });
        assert_eq!(Trust::by(1001, 0), Trust::Foreign { owner: 1001 });
    }
}
