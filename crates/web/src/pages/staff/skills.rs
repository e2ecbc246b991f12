//! The matrix of skills as values: for each role what it needs, and for each of its holders how that stands.

use desk::{Desk, Shown, rights};
use engines::competence::{Found, Held, Need, Standing, stand};
use kinds::people::competence;
use model::{Actor, Moment, Refusal, Value};

use super::holders::{Staff, every};

/// Roles that need something, the people who hold one of them, and how each need stands.
pub struct Skills {
    pub staff: Staff,
    /// Places in [`Staff::members`], in the order in which they are shown.
    pub people: Vec<usize>,
    pub rows: Vec<Row>,
    /// Numbers of the competences, by the place that a cell names.
    pub numbers: Vec<String>,
    /// Whether the reader sees their own alone.
    pub is_own: bool,
    /// Whether everything on record was read.
    pub is_whole: bool,
}

/// One need of one role.
pub struct Row {
    /// Place in [`Staff::roles`].
    pub role: usize,
    pub need: String,
    pub asked: Need,
    /// One for each of the people; `None` for whoever does not hold the role.
    pub cells: Vec<Option<Found>>,
}

/// What is to be seen of it.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// Number of a team; empty for all.
    pub team: String,
    /// Only what somebody cannot do today, or not for long any more.
    pub is_wanting: bool,
}

impl Skills {
    /// As far as the reader may see it: those in charge everybody, everybody else themselves.
    ///
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn gather(desk: &Desk, actor: &Actor, narrow: &Narrow, now: Moment) -> Result<Skills, Refusal> {
        let staff = Staff::gather(desk, actor, now).await?;
        let (known, all_known) = every(desk, actor, "competence", "number", now).await?;
        let catalog = desk.catalog();
        let kind = catalog.find("competence").ok_or(Refusal::NotFound)?;
        let is_own = !rights::scope(actor, &catalog, Some(kind), now).is_whole(kind.name);
        let shown = |place: &usize| {
            let member = &staff.members[*place];
            let concerned =
                staff.roles.iter().any(|role| !role.needs.is_empty() && role.holders.contains(&member.mail));
            let in_team = narrow.team.is_empty() || member.team == narrow.team;
            concerned && in_team && (!is_own || member.mail == actor.email)
        };
        let people: Vec<usize> = (0..staff.members.len()).filter(shown).collect();
        let held: Vec<(String, String, Held)> = known.iter().map(on_record).collect();
        let mut rows = Vec::new();
        for (place, role) in staff.roles.iter().enumerate() {
            for (need, asked) in &role.needs {
                let cell = |person: &usize| {
                    let mail = &staff.members[*person].mail;
                    role.holders.contains(mail).then(|| found(need, *asked, mail, &held, now))
                };
                rows.push(Row {
                    role: place,
                    need: need.clone(),
                    asked: *asked,
                    cells: people.iter().map(cell).collect(),
                });
            }
        }
        let numbers = known.iter().map(|shown| shown.number().to_string()).collect();
        let is_whole = staff.is_whole && all_known;
        let mut skills = Skills { staff, people, rows, numbers, is_own, is_whole };
        skills.leave_out(narrow);
        Ok(skills)
    }

    /// Rows that concern nobody who is shown say nothing; with `is_wanting`, neither do those in which all is well.
    fn leave_out(&mut self, narrow: &Narrow) {
        let is_wanting = |found: &Found| found.standing != Standing::Held;
        let tells = |row: &Row| row.cells.iter().flatten().any(|found| !narrow.is_wanting || is_wanting(found));
        self.rows.retain(tells);
        let seen = |column: usize| {
            let mut cells = self.rows.iter().filter_map(|row| row.cells[column].as_ref());
            cells.any(|found| !narrow.is_wanting || is_wanting(found))
        };
        let kept: Vec<bool> = (0..self.people.len()).map(seen).collect();
        let mut at = kept.iter();
        self.people.retain(|_| *at.next().unwrap_or(&true));
        for row in &mut self.rows {
            let mut at = kept.iter();
            row.cells.retain(|_| *at.next().unwrap_or(&true));
        }
    }

    /// How many needs stand how.
    pub fn count(&self, standing: Standing) -> usize {
        let cells = self.rows.iter().flat_map(|row| row.cells.iter().flatten());
        cells.filter(|found| found.standing == standing).count()
    }

    pub fn all(&self) -> usize {
        self.rows.iter().map(|row| row.cells.iter().flatten().count()).sum()
    }
}

/// Of whom, for what in lower case, and how it stands.
fn on_record(shown: &Shown) -> (String, String, Held) {
    let fields = shown.fields();
    let filled = |name: &str| fields.get(name).is_some_and(Value::is_filled);
    let held = Held {
        level: competence::LEVEL.get(fields),
        has_proof: filled(competence::PROOF.name),
        has_gap: filled(competence::GAP.name),
        verified_on: competence::VERIFIED_ON.get(fields),
        valid_until: competence::VALID_UNTIL.get(fields),
    };
    let person = competence::PERSON.get(fields).map(|person| person.0).unwrap_or_default();
    let need = competence::NEED.get(fields).map(|need| need.0).unwrap_or_default();
    (person, folded(&need), held)
}

/// Two records mean the same need when their words are the same, whatever their case and spaces.
pub(super) fn folded(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn found(need: &str, asked: Need, mail: &str, held: &[(String, String, Held)], now: Moment) -> Found {
    let wanted = folded(need);
    let own: Vec<(usize, Held)> = held
        .iter()
        .enumerate()
        .filter(|(_, (person, words, _))| person == mail && *words == wanted)
        .map(|(place, (_, _, held))| (place, *held))
        .collect();
    let values: Vec<Held> = own.iter().map(|(_, held)| *held).collect();
    let found = stand(asked, &values, now.date());
    Found { place: found.place.map(|place| own[place].0), ..found }
}
