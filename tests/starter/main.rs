//! The starter worlds: they can be read, they hold together, their tasks can be won and not by accident.

#[path = "../support/mod.rs"]
mod support;

mod airline_figures;
mod airline_records;
mod airline_rig;
mod airline_tasks;
mod both;
mod retail;
mod shape;
mod worlds;
