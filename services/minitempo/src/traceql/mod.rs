//! The part of TraceQL that minitempo answers: one or more filters in braces, joined with `&&`, `||`, `>` and `>>`, then
//! `count()` and `select()`.
//!
//! - [`ast`]: what a query says, with [`intrinsic`] and [`pattern`];
//! - [`token`]: a text cut into tokens;
//! - [`parser`]: tokens to a query;
//! - [`check`]: comparisons that can never hold are refused;
//! - [`evaluate`]: a query against the spans of a trace, by what each has ([`values`]).
//!
//! New operators go into [`token`] and [`ast`]; other structural operators join [`ast::Spanset`], aggregates [`ast::Stage`].

mod ast;
mod check;
mod error;
mod evaluate;
mod intrinsic;
mod parser;
mod pattern;
mod token;
mod values;

pub(crate) use ast::{Attribute, Field, Query, Scope, Stage, Static};
pub(crate) use evaluate::matching_spans;
pub(crate) use intrinsic::{Intrinsic, intrinsic_names};
pub(crate) use parser::{parse, parse_field};
pub(crate) use values::values_of;
