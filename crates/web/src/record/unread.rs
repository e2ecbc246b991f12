//! What of a record the program cannot read, by the checks of its kind: the door refuses such things, but what came in from the
//! past stays as it was and is told on its page.

use desk::Shown;
use model::{
    Actor, Draft, Kind, Moment, Via,
    kind::{Facts, Related},
};

/// A sentence for each field that cannot be read, its label first.
pub fn unread(kind: &Kind, shown: &Shown, now: Moment) -> Vec<String> {
    let (reader, related) = (Actor::system("reader", Via::Web), Related::default());
    let facts = Facts { actor: &reader, now, before: None, related: &related };
    let mut draft = Draft { title: shown.title().into(), state: shown.state().into(), fields: shown.fields().clone() };
    let found = kind.checks.iter().filter_map(|check| check(&mut draft, &facts).err());
    found.map(|error| format!("{}: {}", kind.label_of(&error.field), error.message)).collect()
}
