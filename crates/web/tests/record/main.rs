//! The generic pages over HTTP, as a browser without a script uses them.

mod beside;
mod certificates;
mod clocks;
mod course;
mod due;
mod every_kind;
mod exports;
mod forms;
mod handling;
mod judgements;
mod lists;
mod live;
mod offered;
mod papers;
mod pictures;
mod printed;
mod risks;
mod road;
mod staff;
mod world;

#[path = "../shared/place.rs"]
mod place;
