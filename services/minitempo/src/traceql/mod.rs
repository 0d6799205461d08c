//! The part of TraceQL that minitempo answers: one or more filters in braces, joined with `&&`, `||`, `>` and `>>`, then
//! `count()` and `select()`.
//!
//! - [`ast`]: what a query says;
//! - [`token`]: a text cut into tokens;
//! - [`parser`]: tokens to a query;
//! - [`check`]: comparisons that can never hold are refused;
//! - [`evaluate`]: a query against the spans of a trace.
//!
//! New operators go into [`token`] and [`ast`]; other structural operators join [`ast::Spanset`], aggregates [`ast::Stage`].

mod ast;
mod check;
mod error;
mod evaluate;
mod parser;
mod token;

pub(crate) use ast::{Attribute, Field, Intrinsic, Query, Scope, Stage, Static, intrinsic_names};
pub(crate) use evaluate::{matching_spans, values_of};
pub(crate) use parser::{parse, parse_field};
