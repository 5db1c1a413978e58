//! The optimiser against recordings of Python's `gepa` 0.1.4: whole runs event by event, and its parts one by one.

mod landscape;
mod parts;
mod reports;
mod scenario;
mod traces;

use crate::Check;

pub const KINDS: &[(&str, Check)] = &[
    ("traces", traces::traces),
    ("batch_sampler", parts::batch_sampler),
    ("float_text", parts::float_text),
    ("merge", parts::merge),
    ("pareto", parts::pareto),
    ("random", parts::random),
    ("records", parts::records),
    ("replies", parts::replies),
    ("set_order", parts::set_order),
    ("sum", parts::sum),
    ("template_fill", parts::template_fill),
];
