//! Asking a program for pages from inside its container's network, where it cannot be reached from here.

use std::fmt;

use futures_util::{FutureExt, future::BoxFuture};
use url::Url;

use crate::{
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        http::{Asked, Carrier, HttpFault},
    },
    helper::Session,
    inside::{Answer, FetchTask, Order, Task, Work, perform_inside},
    secret::Secret,
};

/// A way through a container's network namespace.
pub(crate) enum Relay {
    /// A thread of this program enters it for each question.
    Direct {
        /// The container's main process.
        pid: u32,
        /// The container.
        container: String,
    },
    /// A helper container asks them all.
    Helper(Session),
}

impl fmt::Debug for Relay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Direct { .. } => "Relay::Direct",
            Self::Helper(_) => "Relay::Helper",
        })
    }
}

impl Carrier for Relay {
    fn ask(
        &self,
        url: Url,
        headers: Vec<(String, Secret)>,
        deadline: Deadline,
    ) -> BoxFuture<'_, Asked> {
        async move {
            let task = Task::from(FetchTask { url, headers });
            let answer = match self {
                Self::Direct { pid, container } => {
                    let order = Order {
                        deadline,
                        tasks: vec![task],
                    };
                    let answers = perform_inside(*pid, container, order).await;
                    answers
                        .map_err(|error| on_one_line(&error))
                        .map(|answers| answers.into_iter().next())
                }
                Self::Helper(session) => match deadline.cut(session.ask(task)).await {
                    Ok(Ok(answer)) => Ok(Some(answer)),
                    Ok(Err(error)) => Err(on_one_line(error.as_ref())),
                    Err(passed) => return Err(HttpFault::NoAnswer(passed.after)),
                },
            };
            page(answer.map_err(HttpFault::Connection)?)
        }
        .boxed()
    }
}

fn page(answer: Option<Answer>) -> Asked {
    let fetched = answer
        .and_then(FetchTask::found)
        .ok_or_else(|| HttpFault::Answer("it is of another question".to_owned()))?;
    fetched.map(|page| (page.status, page.body.into_bytes()))
}
