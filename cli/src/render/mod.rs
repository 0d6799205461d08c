//! Turning facts and diagnoses into what people and programs read. Pure: everything comes in, a text goes out.

mod difference;
mod doctor;
mod environment;
mod explain;
mod json;
mod page;
mod smoke;
mod status;
mod storage;
mod time;

pub use self::{
    difference::difference,
    doctor::doctor,
    environment::{environment, environments},
    explain::{checks, explain},
    json::{DoctorDocument, REPORT_VERSION, json},
    page::{Glyphs, Page, Tone},
    smoke::smoke,
    status::status,
    storage::storage,
    time::{age, clock},
};
