//! What templates may see: plain values, already worded, already allowed.

pub mod field;
pub mod icalendar;
pub mod marked;
pub mod parts;
pub mod refused;
#[cfg(test)]
pub(crate) mod sample;
pub mod shell;
pub mod state;
pub mod text;
pub mod time;

/// Where an asset lies, for templates: `{{ crate::view::asset("main.css") }}`.
pub fn asset(name: &'static str) -> &'static str {
    crate::assets::url(name)
}

/// The address of one shape in the sprite, for `<use href>`.
pub fn shape(id: &str) -> String {
    format!("{}#{id}", crate::assets::url("marks.svg"))
}
