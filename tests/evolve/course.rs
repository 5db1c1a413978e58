//! The course of an evolution: the same answers lead to the same place, whatever the order they come in.
