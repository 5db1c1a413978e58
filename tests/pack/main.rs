//! Packs: the reader of Python literals, task lists, upstream's real files, installation with everything that can
//! go wrong in it.

mod fakes;
mod install;
mod literal;
mod task_lists;
mod upstream;
