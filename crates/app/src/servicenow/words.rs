//! What the tool's words mean here: states, levels, dates, people, groups, numbers.

use jiff::{civil, tz::TimeZone};
use model::{Catalog, Moment, suggest};

pub struct Words {
    zone: TimeZone,
    incident: &'static str,
    team: &'static str,
    ci: &'static str,
    problem: &'static str,
    change: &'static str,
}

/// Where the people of a log live who have no address: a domain that can never exist (RFC 2606).
const DOMAIN: &str = "servicenow.invalid";

/// The tool's states by their names and codes.
const STATES: &[(&str, &str)] = &[
    ("new", "new"),
    ("open", "new"),
    ("draft", "new"),
    ("assigned", "assigned"),
    ("active", "in_progress"),
    ("in progress", "in_progress"),
    ("work in progress", "in_progress"),
    ("awaiting user info", "waiting_customer"),
    ("awaiting caller", "waiting_customer"),
    ("awaiting customer", "waiting_customer"),
    ("pending user", "waiting_customer"),
    ("awaiting vendor", "waiting_supplier"),
    ("awaiting supplier", "waiting_supplier"),
    ("awaiting problem", "waiting_problem"),
    ("awaiting change", "scheduled"),
    ("awaiting evidence", "on_hold"),
    ("on hold", "on_hold"),
    ("pending", "on_hold"),
    ("resolved", "resolved"),
    ("closed", "closed"),
    ("closed complete", "closed"),
    ("canceled", "cancelled"),
    ("cancelled", "cancelled"),
    ("1", "new"),
    ("2", "in_progress"),
    ("3", "on_hold"),
    ("6", "resolved"),
    ("7", "closed"),
    ("8", "cancelled"),
];

impl Words {
    pub fn new(catalog: &Catalog, zone: TimeZone) -> Words {
        let prefix = |kind: &str| catalog.find(kind).map_or("X", |kind| kind.prefix);
        Words {
            zone,
            incident: prefix("incident"),
            team: prefix("team"),
            ci: prefix("ci"),
            problem: prefix("problem"),
            change: prefix("change"),
        }
    }

    pub fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_string()
    }

    /// The number of the incident: the log's own, with our prefix where it is digits only.
    pub fn number(&self, text: &str) -> Option<String> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Some(if digits { format!("{}-{text}", self.incident) } else { text.to_string() })
    }

    /// # Errors
    /// A sentence with the states that are known.
    pub fn state(&self, text: &str) -> Result<&'static str, String> {
        let plain = text.to_lowercase().replace(['_', '-'], " ");
        let known = || STATES.iter().map(|(name, _)| *name).filter(|name| name.len() > 1);
        let found = STATES.iter().find(|(name, _)| *name == plain || (name.len() == 1 && *name == text));
        found.map(|(_, state)| *state).ok_or_else(|| {
            let hint = suggest::hint(&plain, known());
            format!("state: \"{text}\" is no state that is known ({}){hint}", known().collect::<Vec<_>>().join(", "))
        })
    }

    /// "1", "1 - High" or "High".
    ///
    /// # Errors
    /// A sentence with the levels.
    pub fn level(&self, column: &str, text: &str) -> Result<&'static str, String> {
        let plain = text.to_lowercase();
        match (plain.chars().next(), plain.as_str()) {
            (_, "1" | "high") => Ok("high"),
            (_, "2" | "medium") => Ok("medium"),
            (_, "3" | "low") => Ok("low"),
            (Some('1'), text) if text.starts_with("1 ") => Ok("high"),
            (Some('2'), text) if text.starts_with("2 ") => Ok("medium"),
            (Some('3'), text) if text.starts_with("3 ") => Ok("low"),
            _ => Err(format!("{column}: \"{text}\" is not 1 (high), 2 (medium) or 3 (low)")),
        }
    }

    /// "3", "3 - Moderate", "P3".
    ///
    /// # Errors
    /// A sentence with the priorities.
    pub fn priority(&self, text: &str) -> Result<String, String> {
        let plain = text.to_lowercase();
        let code = plain.trim_start_matches('p');
        let named = ["critical", "high", "moderate", "low", "planning"].iter().position(|name| *name == plain);
        let number = match code.split([' ', '-']).next().and_then(|code| code.parse::<usize>().ok()) {
            Some(number @ 1..=5) => Some(number),
            _ => named.map(|place| place + 1),
        };
        let number = number.ok_or_else(|| format!("priority: \"{text}\" is not a priority from 1 to 5"))?;
        Ok(format!("P{number}"))
    }

    /// Day first: "29/2/2016 01:16", seconds or not; also "2016-02-29 01:16:00". Local to the zone.
    ///
    /// # Errors
    /// A sentence that names the column.
    pub fn moment(&self, column: &str, text: &str) -> Result<Moment, String> {
        let wrong = || format!("{column}: \"{text}\" is not a date such as 29/2/2016 01:16 (day/month/year)");
        if text.contains('T') && text.ends_with('Z') {
            return Moment::parse(text).ok_or_else(wrong);
        }
        let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "0:00"));
        let numbers = |text: &str, mark: char| -> Option<Vec<i16>> {
            text.trim().split(mark).map(|part| part.parse::<i16>().ok()).collect()
        };
        let iso = date.len() == 10 && date.as_bytes()[4] == b'-';
        let mark = if date.contains('/') {
            '/'
        } else if date.contains('.') {
            '.'
        } else {
            '-'
        };
        let day = numbers(date, mark).filter(|day| day.len() == 3).ok_or_else(wrong)?;
        let (year, month, day) = if iso { (day[0], day[1], day[2]) } else { (day[2], day[1], day[0]) };
        let clock = numbers(time, ':').filter(|clock| (2..=3).contains(&clock.len())).ok_or_else(wrong)?;
        let small = |number: i16| i8::try_from(number).map_err(|_| wrong());
        let second = small(clock.get(2).copied().unwrap_or_default())?;
        if year < 1970 {
            return Err(wrong());
        }
        let local =
            civil::DateTime::new(year, small(month)?, small(day)?, small(clock[0])?, small(clock[1])?, second, 0);
        // An hour that a clock skipped or struck twice is read as most calendars do (RFC 5545).
        let zoned = local.ok().and_then(|local| local.to_zoned(self.zone.clone()).ok()).ok_or_else(wrong)?;
        Ok(Moment(zoned.timestamp().as_millisecond()))
    }

    /// # Errors
    /// A sentence that names the column.
    pub fn flag(&self, column: &str, text: &str) -> Result<bool, String> {
        match text.to_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err(format!("{column}: \"{text}\" is neither true nor false")),
        }
    }

    /// # Errors
    /// A sentence that names the column.
    pub fn count(&self, column: &str, text: &str) -> Result<u32, String> {
        text.parse().map_err(|_| format!("{column}: \"{text}\" is not a whole number"))
    }

    /// An e-mail for whoever the log means. Codes are numbered for each column by itself, so 8 who opened a ticket and 8
    /// who resolved one are two people; names are the same everywhere.
    pub fn person(&self, column: &str, text: &str) -> String {
        if model::types::is_mail(text) {
            return text.to_lowercase();
        }
        let name = slug(text);
        match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("{column}-{name}@{DOMAIN}"),
            false => format!("{name}@{DOMAIN}"),
        }
    }

    /// Number and name of the team behind a group.
    pub fn team(&self, text: &str) -> (String, String) {
        match code(text, "group") {
            Some(digits) => (format!("{}-{digits}", self.team), format!("Group {digits}")),
            None => (format!("{}-{}", self.team, plain_slug(text)), text.to_string()),
        }
    }

    pub fn ci(&self, text: &str) -> String {
        code(text, "cmdb_ci").map_or_else(|| text.to_string(), |digits| format!("{}-{digits}", self.ci))
    }

    pub fn problem(&self, text: &str) -> String {
        code(text, "problem id").map_or_else(|| text.to_string(), |digits| format!("{}-{digits}", self.problem))
    }

    pub fn change(&self, text: &str) -> String {
        code(text, "chg").map_or_else(|| text.to_string(), |digits| format!("{}-{digits}", self.change))
    }

    pub fn contact(&self, text: &str) -> String {
        let plain = text.to_lowercase();
        match plain.replace(['-', '_'], " ").as_str() {
            "self service" => "portal".into(),
            "walk in" => "in-person".into(),
            "event" => "monitoring".into(),
            _ => plain,
        }
    }

    pub fn notify(&self, text: &str) -> String {
        match text.to_lowercase().as_str() {
            "do not notify" => "none".into(),
            "send email" => "email".into(),
            other => other.to_string(),
        }
    }
}

/// The digits of "31" or "cmdb_ci 31".
fn code<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word));
    let rest = start.map_or(text, |start| text[start.len()..].trim());
    (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
}

/// Letters and digits in small, everything between them a hyphen.
fn slug(text: &str) -> String {
    let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '.' || letter == '_'));
    let slug = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_lowercase();
    let slug = slug.trim_matches('.').to_string();
    if slug.is_empty() { "unknown".into() } else { slug }
}

/// The same in ASCII, as numbers are written; names that differ only in other letters stay apart.
fn plain_slug(text: &str) -> String {
    let whole = slug(text);
    let plain: String = whole.chars().filter(char::is_ascii).take(40).collect();
    if plain == whole {
        return plain;
    }
    let digest = model::canonical::hex(&model::canonical::leaf(text.as_bytes())[..4]);
    format!("{}-{digest}", plain.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(zone: &str) -> Words {
        Words::new(&kinds::catalog(), TimeZone::get(zone).unwrap())
    }

    #[test]
    fn dates_are_day_first_and_local_to_the_zone() {
        let read = |zone, text| words(zone).moment("opened_at", text).map(|at| at.to_string());
        assert_eq!(read("UTC", "29/2/2016 01:16").unwrap(), "2016-02-29T01:16:00Z");
        assert_eq!(read("Europe/Berlin", "1/7/2016 01:16").unwrap(), "2016-06-30T23:16:00Z");
        assert_eq!(read("UTC", "2016-07-01 01:16:05").unwrap(), "2016-07-01T01:16:05Z");
        // 02:30 does not exist that night in Berlin.
        assert_eq!(read("Europe/Berlin", "27/3/2016 02:30").unwrap(), "2016-03-27T01:30:00Z");
        for wrong in
            ["30/2/2016 01:16", "2/29/2016 01:16", "yesterday", "29/2/2016 25:16", "29/2/16 10:00", "1/1/1900 00:00"]
        {
            assert!(read("UTC", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn codes_become_numbers_and_names_stay_names() {
        let words = words("UTC");
        assert_eq!(words.number("0000045").unwrap(), "INC-0000045");
        assert_eq!(words.number("INC0000045").unwrap(), "INC0000045");
        assert_eq!(words.person("resolver", "89"), "resolver-89@servicenow.invalid");
        assert_eq!(words.person("resolver", "Resolver 89"), "resolver-89@servicenow.invalid");
        assert_eq!(words.person("resolver", "Ines@Tidewell.example"), "ines@tidewell.example");
        assert_eq!(words.team("Group 56").1, "Group 56");
        assert_eq!(words.team("56").0, words.team("Group 56").0);
        assert!(words.team("Büro Köln").0 != words.team("Bro Kln").0);
        assert_eq!(words.ci("cmdb_ci 31"), words.ci("31"));
        assert_eq!(words.priority("3 - Moderate").unwrap(), "P3");
        assert_eq!(words.level("impact", "2 - Medium").unwrap(), "medium");
        assert!(words.level("impact", "12").is_err());
        assert!(words.state("-100").is_err());
        assert!(words.state("Awaiting Vender").unwrap_err().contains("did you mean \"awaiting vendor\"?"));
    }
}
