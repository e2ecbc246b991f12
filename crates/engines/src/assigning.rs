//! Who of a team gets the next piece of work: of those who are there whoever has least open, and of several the first by e-mail.

use std::cmp::Ordering;

use model::{Moment, Value};

/// One of a team, as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// E-mail, by which all records refer to a person.
    pub person: String,
    pub name: String,
    /// Open records that this person has.
    pub open: i64,
    /// Whether they are away on the day, by their own record.
    pub away: bool,
    /// Whether they are on shift now; `None` while the team keeps no rota.
    pub on_shift: Option<bool>,
}

impl Member {
    /// Whether work may be given to them by itself.
    pub fn is_there(&self) -> bool {
        !self.away && self.on_shift != Some(false)
    }

    /// What of it people must know: `4 open`, `away`, `not on shift, 3 open`.
    pub fn told(&self) -> String {
        match (self.away, self.on_shift) {
            (true, _) => "away".into(),
            (false, Some(false)) => format!("not on shift, {} open", self.open),
            (false, _) => format!("{} open", self.open),
        }
    }
}

/// In which order work is given: to who is there before who is not, then by what they have open, then by e-mail.
fn order(left: &Member, right: &Member) -> Ordering {
    let key = |member: &Member| (!member.is_there(), member.open);
    key(left).cmp(&key(right)).then_with(|| left.person.cmp(&right.person))
}

/// Puts those first to whom work is given first.
pub fn sort(members: &mut [Member]) {
    members.sort_by(order);
}

/// Whom the next piece of work goes to; `None` where nobody is there.
pub fn next(members: &[Member]) -> Option<&Member> {
    members.iter().min_by(|left, right| order(left, right)).filter(|first| first.is_there())
}

/// How all of them stand, in words: `Alice: 4 open, Bob: away`.
pub fn told(members: &[Member]) -> String {
    let one = |member: &Member| format!("{}: {}", member.name, member.told());
    members.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Who is on shift now by the rows of a rota, each with `person`, `from` and `to`. `None` for a rota that is over or not begun
/// at all: a team that does not keep it up is not at work the less for it.
pub fn on_shift(rota: Option<&Value>, now: Moment) -> Option<Vec<String>> {
    let row = |row: &Value| {
        let person = row.part("person")?.as_text()?.to_lowercase();
        let to = row.part("to").and_then(Value::as_moment);
        Some((person, row.part("from")?.as_moment()?, to.unwrap_or(Moment(i64::MAX))))
    };
    let rows: Vec<_> = rota?.entries().iter().filter_map(row).filter(|(_, _, to)| *to > now).collect();
    let on = |(person, from, _): (String, Moment, Moment)| (from <= now).then_some(person);
    (!rows.is_empty()).then(|| rows.into_iter().filter_map(on).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(person: &str, open: i64) -> Member {
        Member { person: person.into(), name: person.into(), open, away: false, on_shift: None }
    }

    #[test]
    fn whoever_has_least_open_gets_it_and_the_first_by_name_of_several() {
        let mut all = vec![member("carol", 3), member("bob", 3), member("alice", 7)];
        assert_eq!(next(&all).map(|one| one.person.as_str()), Some("bob"));
        sort(&mut all);
        assert_eq!(told(&all), "bob: 3 open, carol: 3 open, alice: 7 open");
        assert_eq!(next(&[]), None);
    }

    #[test]
    fn who_is_not_there_gets_nothing_however_little_they_have() {
        let away = Member { away: true, ..member("bob", 0) };
        let off = Member { on_shift: Some(false), ..member("carol", 1) };
        let mut all = vec![away, off, Member { on_shift: Some(true), ..member("dora", 9) }];
        assert_eq!(next(&all).map(|one| one.person.as_str()), Some("dora"));
        sort(&mut all);
        assert_eq!(told(&all), "dora: 9 open, bob: away, carol: not on shift, 1 open");
        assert_eq!(next(&all[1..]), None);
    }

    #[test]
    fn a_rota_counts_while_it_is_kept_up() {
        let hour = |hour: i64| Moment(1_764_115_200_000 + hour * 3_600_000);
        let row = |person: &str, from: i64, to: i64| {
            let parts = [
                ("person", Value::text(person)),
                ("from", Value::Instant(hour(from))),
                ("to", Value::Instant(hour(to))),
            ];
            Value::Parts(parts.map(|(name, value)| (name.to_string(), value)).into())
        };
        let rota = Some(Value::List(vec![row("a@x.example", 0, 8), row("b@x.example", 8, 16)]));
        let on = |at| on_shift(rota.as_ref(), at);
        assert_eq!(on(hour(1)), Some(vec!["a@x.example".to_string()]));
        assert_eq!(on(hour(8)), Some(vec!["b@x.example".to_string()]));
        assert_eq!(on(hour(-1)), Some(Vec::new()), "before the first shift nobody is there");
        assert_eq!(on(hour(17)), None, "a rota that is over says nothing");
        assert_eq!(on_shift(None, hour(1)), None);
    }
}
