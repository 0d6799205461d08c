//! Performing tasks from here inside the network namespace of a container's process.

use std::{fs::File, io, path::PathBuf};

use thiserror::Error;
use tokio::sync::oneshot;

use super::{Answer, Order, Place};

/// Why a namespace could not be entered.
#[derive(Debug, Error)]
pub(crate) enum EnterError {
    /// The process is not this container's, or not to be seen from here.
    #[error("process {pid} is not the container's as seen from here")]
    Stranger {
        /// The process that the engine names.
        pid: u32,
    },
    /// This user may not.
    #[error("this user may not enter the container's network namespace")]
    Permission,
    /// Something else failed.
    #[error("the network namespace could not be entered: {0}")]
    System(io::Error),
    /// The thread that was to do the work is gone.
    #[error("the thread in the container's network namespace ended early")]
    Lost,
}

impl EnterError {
    fn of_system(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Permission,
            _ => Self::System(error),
        }
    }
}

/// Performs an order in the network namespace of a process. The thread that does it enters that namespace for good and
/// ends with the order; the rest of this process stays where it is.
pub(crate) async fn perform_inside(
    pid: u32,
    container_id: &str,
    order: Order,
) -> Result<Vec<Answer>, EnterError> {
    if !is_process_of(pid, container_id) {
        return Err(EnterError::Stranger { pid });
    }
    let namespace =
        File::open(PathBuf::from(format!("/proc/{pid}/ns/net"))).map_err(EnterError::of_system)?;
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("namespace".to_owned())
        .spawn(move || {
            // Nobody waits any more when the look has ended.
            let _unheard = sender.send(enter_and_perform(
                &namespace,
                &order,
                &Place::of_process(pid),
            ));
        })
        .map_err(EnterError::System)?;
    receiver.await.unwrap_or(Err(EnterError::Lost))
}

fn enter_and_perform(
    namespace: &File,
    order: &Order,
    place: &Place,
) -> Result<Vec<Answer>, EnterError> {
    enter(namespace).map_err(EnterError::of_system)?;
    // A runtime of its own: sockets belong to the namespace of the thread that makes them.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(EnterError::System)?;
    Ok(runtime.block_on(order.perform(place)))
}

/// Moves this thread into a network namespace.
#[cfg(target_os = "linux")]
fn enter(namespace: &File) -> io::Result<()> {
    use std::os::fd::AsFd as _;

    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

    Ok(move_into_link_name_space(
        namespace.as_fd(),
        Some(LinkNameSpaceType::Network),
    )?)
}

/// Elsewhere no process is a container's: the engine and its containers are in a machine of their own.
#[cfg(not(target_os = "linux"))]
fn enter(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a process id of the engine means a process of this container here: an engine in another namespace of
/// processes counts otherwise.
fn is_process_of(pid: u32, container_id: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/cgroup"))
        .is_ok_and(|groups| groups.contains(container_id))
}
