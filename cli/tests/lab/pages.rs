//! What the stand-ins of programs with an HTTP API answer: pages that are mounted, and others that take their place while
//! the container runs on.

use std::path::Path;

use crate::failure::Failure;
use crate::stack::Stack;

/// Where the stand-in looks for a page first.
const SHOWN: &str = "/shown";

/// An answer as the stand-in reads it.
pub(crate) fn page(status: &str, content_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\nContent-Type: {content_type}\n\n{body}")
}

/// The mount of a page that the stand-in answers a path with, from a file of the host.
pub(crate) fn mount(file: &str, path: &str) -> String {
    format!("{file}:/pages{path}.http:ro")
}

impl Stack {
    /// Has a stand-in answer these paths with these pages from now on.
    pub(crate) async fn show(
        &self,
        service: &str,
        pages: &[(&str, String)],
    ) -> Result<(), Failure> {
        let folder = self.folder.join(format!("shown-{service}"));
        for (path, page) in pages {
            let file = folder.join(format!("{}.http", path.trim_start_matches('/')));
            write(&file, page)?;
        }
        let id = self.container(service).await?;
        let from = format!("{}/.", folder.display());
        self.docker_on(&["cp", &from], &format!("{id}:{SHOWN}"))
            .await?;
        Ok(())
    }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |action| {
        move |source| Failure::File {
            action,
            path: file.display().to_string(),
            source,
        }
    };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed("create the folder of"))?;
    }
    std::fs::write(file, text).map_err(failed("write"))
}
