//! Area 07: trace quality and propagation.

pub(crate) mod serves_but_sends_nothing;
