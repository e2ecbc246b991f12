//! What the house keeps about itself: accounts, tokens, settings. Not records, but journaled like them.

use std::sync::OnceLock;

use model::{Field, Kind, Type};

/// Kinds of the house's own things, known to the journal alone.
pub fn kind(name: &str) -> Option<&'static Kind> {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    let kinds = KINDS.get_or_init(|| {
        ["account", "session", "token", "custom_field", "saved_view", "setting", "judgement"]
            .into_iter()
            .map(|name| Kind::new(name, name, "").field(Field::new("value", Type::Mixed)))
            .collect()
    });
    kinds.iter().find(|kind| kind.name == name)
}
