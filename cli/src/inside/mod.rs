//! Work that is done next to a container: in its network namespace, beside its files.
//!
//! Each piece of work is a task, plain data with a plain answer. The same code performs it here, in a thread that has
//! entered the namespace, or in the helper container, which gets its tasks on standard input. Nothing here knows the
//! engine.

mod canary;
mod fetch;
mod log_scan;
mod namespace;
mod network;
mod place;
mod serve;
mod sockets;
mod task;
mod volume;

pub(crate) use self::{
    canary::{Bounds, CanaryTask, Endurance, Patience, SeekTask, Seen, Sent, Sought, seek},
    fetch::FetchTask,
    log_scan::LogScanTask,
    namespace::perform_inside,
    network::NetworkTask,
    place::{Image, Place},
    serve::{ServeError, serve},
    sockets::SocketsTask,
    task::{Answer, Answered, Asked, Opening, Order, Task, Work},
    volume::{VolumeFound, VolumeTask},
};
