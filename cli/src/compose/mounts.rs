//! `volumes` and `tmpfs` of a service.

use std::path::{Component, Path, PathBuf};

use ptctl_diagnosis::snapshot::{Certainty, ComposeMount, MountKind};

use super::{
    forms::parts, interpolate::Filled, networks::full_name, tree::Tree, variables::Variables,
};

/// What a service mounts, and whether that is all of it.
pub(super) struct Mounts {
    pub(super) mounts: Vec<ComposeMount>,
    pub(super) complete: Completeness,
}

/// Whether everything that a service mounts could be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Completeness {
    Whole,
    InPart,
}

/// The mounts of a service of the merged `project`.
pub(super) fn mounts(
    service: &Tree,
    project: &Tree,
    name: &str,
    folder: &Path,
    variables: &Variables,
) -> Mounts {
    let mut found = Mounts {
        mounts: Vec::new(),
        complete: Completeness::Whole,
    };
    for item in service.get("volumes").map_or(&[][..], Tree::items) {
        let mount = match item.text() {
            Some(text) => short(text, item, variables),
            None => long(item, variables),
        };
        match mount {
            Some(mut mount) => {
                mount.source = mount.source.take().and_then(|source| {
                    full_source(&source, mount.kind, project, name, folder, variables)
                });
                found.mounts.push(mount);
            }
            None => found.complete = Completeness::InPart,
        }
    }
    for item in service.get("tmpfs").map_or(&[][..], Tree::one_or_more) {
        let filled = item.text().map(|text| Filled::of(text, variables));
        let path = filled.as_ref().and_then(Filled::value);
        match path.and_then(|path| path.split(':').next()) {
            Some(path) => found.mounts.push(ComposeMount {
                kind: MountKind::Tmpfs,
                source: None,
                destination: clean(Path::new(path)),
                writable: true,
                certainty: Certainty::ShellMayDecide,
                location: item.location.clone(),
            }),
            None => found.complete = Completeness::InPart,
        }
    }
    found
}

/// `target`, `source:target` or `source:target:mode`.
fn short(text: &str, item: &Tree, variables: &Variables) -> Option<ComposeMount> {
    let filled: Vec<Filled> = parts(text)
        .into_iter()
        .map(|part| Filled::of(part, variables))
        .collect();
    let values: Vec<&str> = filled.iter().map(Filled::value).collect::<Option<_>>()?;
    let (source, target, mode) = match values.as_slice() {
        [target] => (None, *target, ""),
        [source, target] => (Some(*source), *target, ""),
        [source, target, mode] => (Some(*source), *target, *mode),
        _ => return None,
    };
    let is_path = |source: &str| source.starts_with(['.', '/', '~']);
    Some(ComposeMount {
        kind: if source.is_some_and(is_path) {
            MountKind::Bind
        } else {
            MountKind::Volume
        },
        source: source.map(str::to_owned),
        destination: clean(Path::new(target)),
        writable: !mode.split(',').any(|option| option == "ro"),
        certainty: certainty(&filled),
        location: item.location.clone(),
    })
}

fn long(item: &Tree, variables: &Variables) -> Option<ComposeMount> {
    let part = |name: &str| {
        let text = item.get(name).and_then(Tree::text).unwrap_or_default();
        Filled::of(text, variables)
    };
    let filled = [
        part("type"),
        part("source"),
        part("target"),
        part("read_only"),
    ];
    let values: Vec<&str> = filled.iter().map(Filled::value).collect::<Option<_>>()?;
    let [kind, source, target, read_only] = values.as_slice() else {
        return None;
    };
    Some(ComposeMount {
        kind: match *kind {
            "bind" => MountKind::Bind,
            "volume" => MountKind::Volume,
            "tmpfs" => MountKind::Tmpfs,
            _ => MountKind::Other,
        },
        source: (!source.is_empty()).then(|| (*source).to_owned()),
        destination: clean(Path::new(target)),
        writable: *read_only != "true",
        certainty: certainty(&filled),
        location: item.location.clone(),
    })
}

fn certainty(filled: &[Filled]) -> Certainty {
    if filled.iter().any(Filled::has_holes) {
        Certainty::ShellMayDecide
    } else {
        Certainty::Written
    }
}

/// The absolute path of a bind, the engine's name of a volume; `None` where neither can be told.
fn full_source(
    source: &str,
    kind: MountKind,
    project: &Tree,
    name: &str,
    folder: &Path,
    variables: &Variables,
) -> Option<String> {
    match kind {
        MountKind::Bind if source.starts_with('~') => None,
        MountKind::Bind => Some(clean(&folder.join(source))),
        MountKind::Volume => full_name(project, "volumes", source, name, variables),
        MountKind::Tmpfs | MountKind::Other => None,
    }
}

/// A path without `.` and `..` and without a slash at its end, by its text alone.
pub(crate) fn clean(path: &Path) -> String {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(cleaned.components().next_back(), Some(Component::Normal(_))) =>
            {
                cleaned.pop();
            }
            Component::ParentDir
            | Component::Normal(_)
            | Component::RootDir
            | Component::Prefix(_) => {
                cleaned.push(component);
            }
        }
    }
    cleaned.display().to_string()
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::document::Document;

    use super::*;

    fn shown(list: &str) -> Vec<String> {
        let text = format!(
            "services: {{a: {{volumes: {list}}}}}\nvolumes:\n  named: {{name: other}}\n  mine:\n  theirs: {{external: true}}\n"
        );
        let project = Tree::of(&Document::read("c.yml", &text).unwrap());
        let variables = Variables::read(".env", "");
        let service = project.at(&["services", "a"]).unwrap();
        let found = mounts(
            service,
            &project,
            "shop",
            Path::new("/srv/shop"),
            &variables,
        );
        let mount = |mount: &ComposeMount| {
            let source = mount.source.as_deref().unwrap_or("-");
            format!(
                "{:?} {source} {} {}",
                mount.kind, mount.destination, mount.writable
            )
        };
        found.mounts.iter().map(mount).collect()
    }

    #[test]
    fn every_form_of_a_volume_is_read_with_its_full_name() {
        for (list, expected) in [
            ("['./a/../b/:/x/']", "Bind /srv/shop/b /x true"),
            ("['/a:/x:ro,z']", "Bind /a /x false"),
            ("['~/a:/x']", "Bind - /x true"),
            ("['mine:/x']", "Volume shop_mine /x true"),
            ("['named:/x']", "Volume other /x true"),
            ("['theirs:/x']", "Volume theirs /x true"),
            ("['/x']", "Volume - /x true"),
            (
                "['${A:-./conf}:/x:${M:-ro}']",
                "Bind /srv/shop/conf /x false",
            ),
            (
                "[{type: bind, source: ./a, target: /x, read_only: true}]",
                "Bind /srv/shop/a /x false",
            ),
            (
                "[{type: volume, source: mine, target: /x}]",
                "Volume shop_mine /x true",
            ),
        ] {
            assert_eq!(shown(list), [expected], "{list}");
        }
    }
}
