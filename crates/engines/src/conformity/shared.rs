//! What several worlds hold of the same records in common. Whoever looks at days of the past beside today would hold nearly
//! everything twice without it: most records are on most days what they are today.

use std::sync::Arc;

use model::{Mark, RecordId, Value};

use super::world::Held;

/// In the order in which a world looks for names.
pub(super) type Fields = Arc<[(Arc<str>, Value)]>;
pub(super) type Marks = Arc<[Mark]>;

/// Fields and histories that a world holds, for others to hold them as well.
#[derive(Debug, Default)]
pub struct Shared {
    /// In the order of the records.
    held: Vec<(RecordId, Fields, Marks)>,
}

impl Shared {
    pub(super) fn of(held: &[Held]) -> Shared {
        let mut held: Vec<_> = held.iter().map(|one| (one.id, one.fields.clone(), one.marks.clone())).collect();
        held.sort_unstable_by_key(|(id, ..)| *id);
        Shared { held }
    }

    /// The same values: those that are held already where nothing differs.
    pub(super) fn instead(&self, id: RecordId, fields: Fields, marks: Marks) -> (Fields, Marks) {
        let Ok(place) = self.held.binary_search_by_key(&id, |(known, ..)| *known) else { return (fields, marks) };
        let (_, known_fields, known_marks) = &self.held[place];
        (
            if *known_fields == fields { known_fields.clone() } else { fields },
            if *known_marks == marks { known_marks.clone() } else { marks },
        )
    }
}

#[cfg(test)]
mod tests {
    use model::{Moment, Record};

    use super::*;
    use crate::conformity::{Case, Settings, Standing, World};

    fn case(id: i64, owner: &str, at: &[i64]) -> Case {
        let mark = |at: &i64| Mark { at: Moment(*at), wrote: true, ..Mark::default() };
        let record = Record {
            id: RecordId(id),
            kind: "incident",
            number: format!("INC-{id}"),
            title: "Card reader".into(),
            state: "open".into(),
            customer: None,
            version: 1,
            created: Moment(at[0]),
            changed: Moment(at[at.len() - 1]),
            fields: [("owner".to_string(), Value::text(owner))].into(),
        };
        Case { record, marks: at.iter().map(mark).collect(), links: Vec::new() }
    }

    #[test]
    fn a_past_day_holds_only_what_differs_from_today() {
        let today = [case(1, "rosa", &[1]), case(2, "kofi", &[1, 5]), case(3, "elin", &[1, 5])];
        let today = World::new(Moment(9), Settings::default(), today.into());
        let before = [case(1, "rosa", &[1]), case(2, "rosa", &[1]), case(3, "elin", &[1])];
        let mut past = World::empty(Moment(3), Settings::default()).sharing(Arc::new(today.shared()));
        before.clone().into_iter().for_each(|case| past.take(case));
        let past = past.settled();
        let fields = |place: usize| Arc::ptr_eq(&past.held()[place].fields, &today.held()[place].fields);
        let marks = |place: usize| Arc::ptr_eq(&past.held()[place].marks, &today.held()[place].marks);
        assert_eq!([fields(0), fields(1), fields(2)], [true, false, true]);
        assert_eq!([marks(0), marks(1), marks(2)], [true, false, false]);
        // What is shared is what would be there otherwise, also once the day goes on.
        let mut past = Standing::new(past);
        let alone = World::new(Moment(3), Settings::default(), before.into());
        let mut alone = Standing::new(alone);
        for (instant, cases) in [(3, Vec::new()), (6, vec![case(2, "kofi", &[1, 5])])] {
            past.renew(Moment(instant), cases.clone());
            alone.renew(Moment(instant), cases);
            let told = |standing: &mut Standing| standing.assessment(Vec::new()).to_json().to_string();
            assert_eq!(told(&mut past), told(&mut alone), "{instant}");
        }
        assert!(Arc::ptr_eq(&past.world.held()[1].fields, &today.held()[1].fields), "what comes in later as well");
    }
}
