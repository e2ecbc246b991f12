//! Pages and API. Knows no SQL.

pub mod assets;
pub mod pages;
pub mod view;
