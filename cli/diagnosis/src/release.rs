//! The release that a version names: `2.10.8`, `v3.0.3`, `3.1.0-main`.

/// A release by its numbers. What names none (`latest`, `main-1a2b3c4`) stays unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The major version.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
    /// The patch; 0 where only two numbers are given.
    pub patch: u32,
}

impl Release {
    /// The release `major.minor.patch`.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// The release that a version or the tag of an image names; `None` where it names none.
    pub fn read(version: &str) -> Option<Self> {
        let numbers = version.strip_prefix('v').unwrap_or(version);
        let end = numbers
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(numbers.len());
        let (numbers, rest) = numbers.split_at(end);
        if !(rest.is_empty() || rest.starts_with(['-', '+'])) {
            return None;
        }
        let mut parts = numbers.split('.').map(str::parse);
        let release = Self {
            major: parts.next()?.ok()?,
            minor: parts.next()?.ok()?,
            patch: parts.next().unwrap_or(Ok(0)).ok()?,
        };
        parts.next().is_none().then_some(release)
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The name of an image in its parts: `registry:5000/grafana/tempo:3.0.3@sha256:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageName<'n> {
    /// The last part of the repository: `tempo`.
    pub program: &'n str,
    /// The tag.
    pub tag: Option<&'n str>,
    /// Whether a digest says exactly which image it is.
    pub pin: Pin,
}

/// Whether a name says exactly which image it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// By a digest, or because it is an image's id.
    Digest,
    /// By a tag at most, which can be moved.
    Tag,
}

impl<'n> ImageName<'n> {
    /// The parts of a name.
    pub fn of(name: &'n str) -> Self {
        if name.starts_with("sha256:") {
            return Self {
                program: "",
                tag: None,
                pin: Pin::Digest,
            };
        }
        let (name, pin) = match name.split_once('@') {
            Some((name, _)) => (name, Pin::Digest),
            None => (name, Pin::Tag),
        };
        // A colon before a slash belongs to the registry's port.
        let last = name.rsplit_once('/').map_or(name, |(_, last)| last);
        let (program, tag) = match last.split_once(':') {
            Some((program, tag)) => (program, Some(tag)),
            None => (last, None),
        };
        Self { program, tag, pin }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_and_tags_are_compared_by_their_numbers() {
        for (text, release) in [
            ("2.10.8", Release::new(2, 10, 8)),
            ("v3.0.3", Release::new(3, 0, 3)),
            ("3.1.0-main", Release::new(3, 1, 0)),
            ("2.9.0-rc.1", Release::new(2, 9, 0)),
            ("2.10", Release::new(2, 10, 0)),
        ] {
            assert_eq!(Release::read(text), Some(release), "{text}");
        }
        assert!(Release::new(2, 10, 8) > Release::new(2, 9, 2));
    }

    #[test]
    fn what_names_no_release_stays_unknown() {
        for text in [
            "latest",
            "main-1a2b3c4",
            "",
            "3",
            "2.10.8.1",
            "2..1",
            "r137-ab",
        ] {
            assert_eq!(Release::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_name_of_an_image_is_read_in_its_parts() {
        for (name, program, tag, pin) in [
            ("grafana/tempo:3.0.3", "tempo", Some("3.0.3"), Pin::Tag),
            ("registry:5000/tempo", "tempo", None, Pin::Tag),
            (
                "grafana/tempo:2.9.0@sha256:00",
                "tempo",
                Some("2.9.0"),
                Pin::Digest,
            ),
            ("sha256:0011", "", None, Pin::Digest),
        ] {
            assert_eq!(ImageName::of(name), ImageName { program, tag, pin });
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z0-9.:/@v+-]{0,40}") {
            let release = Release::read(&text);
            prop_assert!(release.is_none() || text.contains('.'));
            prop_assert!(text.contains(ImageName::of(&text).program));
        }
    }
}
