//! A small stub resolver: messages of DNS, and their exchange with one name server.

mod exchange;
mod message;

pub(super) use self::{
    exchange::{ExchangeError, ask},
    message::{Answer, Family, NotAName, Query, ResponseCode},
};
