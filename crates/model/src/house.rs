//! What the house has stated in its documents, as rules and checks read it: which priority impact and urgency give, what makes
//! an incident major, how many must agree. Where nothing is stated the agreed calculation rules hold (R11, R12).

use std::{collections::BTreeMap, fmt};

use rust_decimal::Decimal;

use crate::suggest;

/// A level of impact or urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    High,
    Medium,
    Low,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::High, Level::Medium, Level::Low];

    /// The level by its word; None for any other word.
    pub fn parse(word: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == word)
    }

    pub fn name(self) -> &'static str {
        match self {
            Level::High => "high",
            Level::Medium => "medium",
            Level::Low => "low",
        }
    }

    fn number(self) -> u8 {
        match self {
            Level::High => 1,
            Level::Medium => 2,
            Level::Low => 3,
        }
    }
}

/// A priority, 1 (first) to 5, written `P1` to `P5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u8);

impl Priority {
    pub const P1: Priority = Priority(1);

    /// The priority by its word, `P1` to `P5`; None for any other word.
    pub fn parse(word: &str) -> Option<Priority> {
        let number = word.strip_prefix('P')?.parse().ok()?;
        ((1..=5).contains(&number) && word.len() == 2).then_some(Priority(number))
    }

    /// Impact + urgency - 1, with high 1, medium 2, low 3 (R11). A person may override it with a reason; keep both.
    pub fn of(impact: Level, urgency: Level) -> Priority {
        Priority(impact.number() + urgency.number() - 1)
    }

    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}

/// Names of the settings of a matrix begin so: `matrix.high-low`, and `matrix.SVC-4.high-low` for one service or customer.
pub const MATRIX: &str = "matrix.";

/// The nine names of a matrix, impact before urgency: `high-low`.
pub fn cells() -> impl Iterator<Item = (Level, Level, String)> {
    let of = |impact: Level| {
        Level::ALL.into_iter().map(move |urgency| (impact, urgency, format!("{}-{}", impact.name(), urgency.name())))
    };
    Level::ALL.into_iter().flat_map(of)
}

/// The priorities that documents state, for the house and for single services and customers; R11 where they state nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrices {
    /// By the name of the setting.
    stated: BTreeMap<String, Priority>,
}

/// The priority that impact and urgency give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub priority: Priority,
    /// Name of the setting that says so; `None` for rule R11.
    pub by: Option<String>,
}

impl Matrices {
    fn read(words: &BTreeMap<String, String>) -> Matrices {
        let cell = |(name, word): (&String, &String)| {
            name.starts_with(MATRIX).then(|| Some((name.clone(), Priority::parse(word)?)))?
        };
        Matrices { stated: words.iter().filter_map(cell).collect() }
    }

    /// Whether rule R11 holds for everything.
    pub fn is_plain(&self) -> bool {
        self.stated.is_empty()
    }

    /// What is stated for the customer counts before what is stated for the service, that before what is stated for the
    /// house, cell by cell. `None` for words that are no levels.
    pub fn given(&self, service: Option<&str>, customer: Option<&str>, impact: &str, urgency: &str) -> Option<Given> {
        let (impact, urgency) = (Level::parse(impact)?, Level::parse(urgency)?);
        if self.stated.is_empty() {
            return Some(Given { priority: Priority::of(impact, urgency), by: None });
        }
        let cell = format!("{}-{}", impact.name(), urgency.name());
        let of = |number: Option<&str>| number.map(|number| format!("{MATRIX}{number}.{cell}"));
        let names = [of(customer), of(service), Some(format!("{MATRIX}{cell}"))];
        let stated =
            names.into_iter().flatten().find_map(|name| self.stated.get(&name).map(|priority| (*priority, name)));
        Some(match stated {
            Some((priority, name)) => Given { priority, by: Some(name) },
            None => Given { priority: Priority::of(impact, urgency), by: None },
        })
    }
}

/// What the test for a major incident looks at (R12).
#[derive(Clone, Copy, Debug)]
pub struct Severity {
    /// `None` where it has none of those that R11 gives.
    pub priority: Option<Priority>,
    pub critical_service: bool,
    /// Share of the service's users who are hit, in percent.
    pub users_percent: Decimal,
    pub grave_security: bool,
    /// Once major, a ticket stays major even if its priority falls.
    pub already_major: bool,
}

/// What makes an incident major. As R12 says where nothing is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criteria {
    /// This priority and those before it.
    pub priority: Priority,
    /// A critical service is enough beside the priority.
    pub critical_service: bool,
    /// So is this share of the service's users, in percent; `None` where no share is.
    pub users_percent: Option<Decimal>,
    /// A grave security incident is enough by itself.
    pub grave_security: bool,
}

/// From this percentage of a service's users on, a P1 is major (R12).
pub const MAJOR_USERS_PERCENT: Decimal = Decimal::from_parts(25, 0, 0, false, 0);

impl Default for Criteria {
    fn default() -> Criteria {
        Criteria {
            priority: Priority::P1,
            critical_service: true,
            users_percent: Some(MAJOR_USERS_PERCENT),
            grave_security: true,
        }
    }
}

impl Criteria {
    fn read(words: &BTreeMap<String, String>) -> Criteria {
        let word = |name: &str| words.get(&format!("major.{name}")).map(String::as_str);
        let flag = |name: &str, offered: bool| word(name).map_or(offered, |word| word == "yes");
        let offered = Criteria::default();
        Criteria {
            priority: word("priority").and_then(Priority::parse).unwrap_or(offered.priority),
            critical_service: flag("critical_service", offered.critical_service),
            users_percent: match word("users_percent") {
                None => offered.users_percent,
                Some(word) => word.parse().ok(),
            },
            grave_security: flag("grave_security", offered.grave_security),
        }
    }

    /// Which of the criteria an incident meets, in words that follow "an incident"; `None` where it meets none.
    pub fn met(&self, severity: &Severity) -> Option<String> {
        if self.grave_security && severity.grave_security {
            return Some("that is a grave security incident".into());
        }
        let priority = severity.priority.filter(|priority| *priority <= self.priority)?;
        if self.critical_service && severity.critical_service {
            return Some(format!("of priority {priority} on a critical service"));
        }
        let share = self.users_percent.filter(|share| severity.users_percent >= *share)?;
        Some(format!("of priority {priority} that hits {share} percent of the users or more"))
    }

    /// Whether an incident is major: it meets one of the criteria, or it was major before (R12).
    pub fn is_major(&self, severity: &Severity) -> bool {
        severity.already_major || self.met(severity).is_some()
    }
}

/// How many of those who are asked must agree where a policy does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quorum {
    #[default]
    All,
    /// More than half of them.
    Majority,
    /// So many, and all of them where they are fewer.
    Number(usize),
}

impl Quorum {
    /// Reads `all`, `majority` or a number.
    pub fn read(word: &str) -> Option<Quorum> {
        match word.trim() {
            "all" => Some(Quorum::All),
            "majority" => Some(Quorum::Majority),
            number => number.parse().ok().filter(|number| (1..=100).contains(number)).map(Quorum::Number),
        }
    }

    /// How many of so many people that is.
    pub fn of(self, people: usize) -> usize {
        match self {
            Quorum::All => people,
            Quorum::Majority => people / 2 + 1,
            Quorum::Number(number) => number.min(people),
        }
    }
}

/// Everything of it, read once from the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct House {
    pub matrices: Matrices,
    pub criteria: Criteria,
    pub quorum: Quorum,
    /// Whether it tells everybody how its services are.
    pub has_public_page: bool,
}

impl House {
    /// Reads settings by their names; what is none of these is passed over.
    pub fn read(words: &BTreeMap<String, String>) -> House {
        House {
            matrices: Matrices::read(words),
            criteria: Criteria::read(words),
            quorum: words.get("approval.quorum").and_then(|word| Quorum::read(word)).unwrap_or_default(),
            has_public_page: words.get("public_page").is_some_and(|word| word == "yes"),
        }
    }
}

/// What a setting of this file may be, by its name: `None` for names that are none of them.
///
/// # Errors
/// A sentence about a value that it cannot be.
pub fn typed(name: &str, text: &str) -> Option<Result<(), String>> {
    let one_of = |known: &[&str]| match known.contains(&text) {
        true => Ok(()),
        false => Err(format!("is one of {}{}", known.join(", "), suggest::hint(text, known.iter().copied()))),
    };
    Some(match name {
        "major.priority" => one_of(&["P1", "P2", "P3", "P4", "P5"]),
        "major.critical_service" | "major.grave_security" => one_of(&["yes", "no"]),
        "major.users_percent" => match text.parse::<Decimal>() {
            _ if text == "none" => Ok(()),
            Ok(share) if share > Decimal::ZERO && share <= Decimal::ONE_HUNDRED => Ok(()),
            _ => Err("is a number above 0 and up to 100, or none".into()),
        },
        "approval.quorum" => match Quorum::read(text) {
            Some(_) => Ok(()),
            None => Err("is all, majority or a number from 1 to 100".into()),
        },
        name if is_cell(name) => one_of(&["P1", "P2", "P3", "P4", "P5"]),
        _ => return None,
    })
}

/// Whether it names a cell of a matrix: of the house, or of one service or customer by its number.
pub fn is_cell(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(MATRIX) else { return false };
    let (number, cell) = rest.rsplit_once('.').map_or((None, rest), |(number, cell)| (Some(number), cell));
    let is_number = |number: &str| {
        let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        plain && number.contains('-') && number.len() <= 40
    };
    number.is_none_or(is_number) && cells().any(|(_, _, known)| known == cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(words: &[(&str, &str)]) -> House {
        House::read(&words.iter().map(|(name, word)| (name.to_string(), word.to_string())).collect())
    }

    #[test]
    fn rule_r11_holds_where_nothing_is_stated() {
        let plain = house(&[("organisation", "Tidewell"), ("number.x", "3")]);
        assert_eq!(plain, House::default());
        for (impact, urgency, _) in cells() {
            let given = plain.matrices.given(Some("SVC-1"), None, impact.name(), urgency.name()).expect("levels");
            assert_eq!(given, Given { priority: Priority::of(impact, urgency), by: None });
        }
        assert_eq!(plain.matrices.given(None, None, "huge", "low"), None);
    }

    #[test]
    fn what_is_stated_for_the_closest_counts_cell_by_cell() {
        let house = house(&[("matrix.low-low", "P4"), ("matrix.SVC-4.low-low", "P3"), ("matrix.CUS-2.low-low", "P2")]);
        let given = |service, customer, impact, urgency| {
            house.matrices.given(service, customer, impact, urgency).expect("levels").priority.to_string()
        };
        assert_eq!(given(None, None, "low", "low"), "P4");
        assert_eq!(given(Some("SVC-4"), None, "low", "low"), "P3");
        assert_eq!(given(Some("SVC-4"), Some("CUS-2"), "low", "low"), "P2");
        assert_eq!(given(Some("SVC-5"), Some("CUS-3"), "low", "low"), "P4");
        assert_eq!(given(Some("SVC-4"), Some("CUS-2"), "high", "high"), "P1", "R11 for what nobody states");
    }

    #[test]
    fn the_criteria_are_those_of_the_document() {
        let severity = Severity {
            priority: Some(Priority::P1),
            critical_service: false,
            users_percent: Decimal::from(24),
            grave_security: false,
            already_major: false,
        };
        let wide = Severity { users_percent: Decimal::from(25), ..severity };
        let grave = Severity { priority: None, grave_security: true, ..severity };
        let second = Severity { priority: Priority::parse("P2"), critical_service: true, ..severity };
        let met = |house: &House| [severity, wide, grave, second].map(|one| house.criteria.met(&one).is_some());
        assert_eq!(met(&House::default()), [false, true, true, false]);
        let own = [("major.priority", "P2"), ("major.users_percent", "none"), ("major.grave_security", "no")];
        assert_eq!(met(&house(&own)), [false, false, false, true]);
        assert_eq!(met(&house(&[("major.users_percent", "10")])), [true, true, true, false]);
        assert!(Criteria::default().is_major(&Severity { already_major: true, ..severity }));
    }

    #[test]
    fn settings_are_what_they_can_be() {
        for (name, good, bad) in [
            ("major.priority", "P2", "P9"),
            ("major.critical_service", "no", "perhaps"),
            ("major.users_percent", "12.5", "0"),
            ("approval.quorum", "majority", "most"),
            ("matrix.high-low", "P3", "high"),
            ("matrix.SVC-4.high-low", "P3", ""),
        ] {
            assert_eq!(typed(name, good), Some(Ok(())), "{name}");
            assert!(matches!(typed(name, bad), Some(Err(_))), "{name}");
        }
        for name in ["matrix.hihg-low", "matrix.SVC 4.high-low", "matrix.SVC-4", "organisation"] {
            assert_eq!(typed(name, "P1"), None, "{name}");
        }
        assert_eq!([Quorum::All, Quorum::Majority, Quorum::Number(2)].map(|quorum| quorum.of(4)), [4, 3, 2]);
        assert_eq!(Quorum::Number(9).of(4), 4);
    }
}
