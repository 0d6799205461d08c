//! Files of a container, read as the container sees them: a link in them does not lead out of it, and what never ends or
//! is no file holds nobody up.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::OwnedFd,
};

use rustix::fs::{CWD, Mode, OFlags, openat};

use crate::inside::Place;

/// No file that is read here is longer.
const LIMIT: u64 = 4 << 20;

/// Reads a file of the container by its absolute path there.
pub(super) fn read(place: &Place, path: &str) -> io::Result<Vec<u8>> {
    let file = File::from(open(place, path)?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn open(place: &Place, path: &str) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    if place.is_own_root() {
        // No link leads out of it, and old profiles of seccomp refuse the newer call in a container.
        return Ok(openat(CWD, place.file(path), flags, Mode::empty())?);
    }
    beneath(place, path, flags)
}

/// Opens a file of the container as if its root were this program's.
#[cfg(target_os = "linux")]
fn beneath(place: &Place, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
    use rustix::fs::{ResolveFlags, openat2};

    let root = openat(
        CWD,
        place.file("/"),
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    Ok(openat2(
        root,
        path.trim_start_matches('/'),
        flags,
        Mode::empty(),
        ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS,
    )?)
}

/// Elsewhere no container's files are to be seen.
#[cfg(not(target_os = "linux"))]
fn beneath(_: &Place, _: &str, _: OFlags) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_leads_to_the_file_of_the_container_and_never_out_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let outside = folder.path().join("stub-resolv.conf");
        std::fs::write(&outside, "nameserver 192.0.2.1\n").expect("a file");
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("etc")).expect("a folder");
        let place = Place::at(&root, &root);
        let link = root.join("etc/resolv.conf");
        symlink(&outside, &link).expect("a link");
        let error = read(&place, "/etc/resolv.conf").expect_err("nothing of the host");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        std::fs::remove_file(&link).expect("gone");
        symlink("/run/resolv.conf", &link).expect("a link");
        std::fs::create_dir(root.join("run")).expect("a folder");
        std::fs::write(root.join("run/resolv.conf"), "own").expect("a file");
        assert_eq!(read(&place, "/etc/resolv.conf").expect("text"), b"own");
    }

    #[test]
    fn what_is_no_file_is_an_error_and_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::at(folder.path(), folder.path());
        let pipe = folder.path().join("hosts");
        rustix::fs::mknodat(
            CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            Mode::RUSR | Mode::WUSR,
            0,
        )
        .expect("a pipe");
        assert!(read(&place, "/hosts").is_err());
    }
}
