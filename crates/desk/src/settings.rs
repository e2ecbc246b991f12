//! What an organisation sets for itself: its name, the scope of its SMS, how often what is due, which limits hold.

use std::{collections::BTreeMap, sync::Arc};

use engines::conformity::{self, LEAD_MAX, LEADS, catalogue};
use futures::FutureExt;
use jiff::tz::TimeZone;
use model::{Actor, Entry, FieldError, Moment, Refusal, Value};
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;

use crate::{
    Desk, alarms,
    house::{self, Deed},
    rights, stated,
    store::{fault::Fault, house as store, journal, record},
};

/// Longest text of a setting, in characters.
const TEXT_MAX: usize = 200;
/// Name of the setting with the time zone.
const ZONE: &str = "zone";
/// Name of the setting with the team of tickets that belong to nobody else.
const FIRST_TEAM: &str = "first_team";
/// Name of the setting with the calendar by whose days work is planned.
const WORKING_CALENDAR: &str = "working_calendar";
/// Names of the settings of the public page.
const PUBLIC_PAGE: &str = "public_page";
const PUBLIC_PARTS: &str = "public_parts";
const PUBLIC_CONTACT: &str = "public_contact";
/// Longest interval, in months, and largest number: far beyond what anybody means.
const MONTHS_MAX: i64 = 120;
const NUMBER_MAX: i64 = 1_000_000;

/// Numbers of the house that no check reads: key, group, label, what it is for, what is offered.
const OWN_NUMBERS: [(&str, &str, &str, &str, i64); 1] = [(
    "major_update_minutes",
    "Major incidents",
    "Minutes between two updates",
    "So long after each public word on a major incident the next one is due.",
    30,
)];

/// The settings as they hold.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Settings {
    /// Name of the organisation; empty until it is set.
    pub organisation: String,
    /// One line about the scope of the SMS.
    pub scope: String,
    /// Name of the time zone of the organisation's calendar; empty until it is set.
    pub zone: String,
    /// Number of the team that tickets come to which no service or model gives to another; empty for none.
    pub first_team: String,
    /// Number of the service calendar by whose days work is planned; empty for Monday to Friday.
    pub working_calendar: String,
    pub public: Public,
    pub conformity: conformity::Settings,
    /// Words by which rules judge, by name: see [`crate::stated`].
    pub words: BTreeMap<String, String>,
    /// Settings that a document states, by name: they change with the document alone.
    pub governed: BTreeMap<String, Governed>,
}

/// What the organisation tells everybody at `/status`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Public {
    pub is_on: bool,
    /// Those of [`PARTS`] that are shown.
    pub parts: Vec<String>,
    /// Where security is told of: an address or a few words.
    pub contact: String,
}

/// What the public page can show.
pub const PARTS: [&str; 6] = ["services", "availability", "maintenance", "announcements", "certificate", "policies"];

/// The document that states a setting, and its version in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Governed {
    pub number: String,
    pub version: String,
}

/// One setting as it is listed and typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// `organisation`, `scope`, `zone`, `interval.ID` or `number.KEY`.
    pub name: String,
    pub label: String,
    /// What it is for; empty where the label says it.
    pub help: String,
    pub group: &'static str,
    /// In words: months for intervals, working days for lead times.
    pub unit: &'static str,
    pub value: String,
    /// What holds where nothing is set.
    pub offered: String,
}

impl Settings {
    fn read(rows: &[(String, Json)]) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in rows {
            let text = || value.as_str().unwrap_or_default().to_string();
            match name.split_once('.') {
                None if name == "organisation" => settings.organisation = text(),
                None if name == "scope" => settings.scope = text(),
                None if name == ZONE => settings.zone = text(),
                None if name == FIRST_TEAM => settings.first_team = text(),
                None if name == WORKING_CALENDAR => settings.working_calendar = text(),
                None if name == PUBLIC_PAGE => settings.public.is_on = text() == "yes",
                None if name == PUBLIC_PARTS => settings.public.parts = parts(&text()),
                None if name == PUBLIC_CONTACT => settings.public.contact = text(),
                Some(("interval", id)) => {
                    if let Some(months) = value.as_i64().and_then(|months| i32::try_from(months).ok()) {
                        settings.conformity.intervals.insert(id.into(), months);
                    }
                }
                Some(("number", key)) => {
                    if let Some(number) = value.as_i64() {
                        settings.conformity.numbers.insert(key.into(), number);
                    }
                }
                _ if stated::is_own(name) => drop(settings.words.insert(name.clone(), text())),
                Some(("governed", setting)) => {
                    let part = |name: &str| value.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
                    let governed = Governed { number: part("document"), version: part("version") };
                    settings.governed.insert(setting.into(), governed);
                }
                // What a newer or older program has set is kept and not understood.
                _ => {}
            }
        }
        settings.conformity.house = Arc::new(stated::house(&settings.words, settings.public.is_on));
        settings
    }

    /// The time zone of the organisation's calendar; UTC until one is set.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// A number by its key, as it is set or offered; 0 for one that does not exist.
    pub fn number(&self, key: &str) -> i64 {
        let own = OWN_NUMBERS.iter().find(|(known, ..)| *known == key).map(|(.., offered)| *offered);
        let own = own.or_else(|| LEADS.iter().find(|lead| lead.key == key).map(|lead| lead.days));
        let set = self.conformity.numbers.get(key).copied();
        set.or_else(|| catalogue().defaults.get(key).copied()).or(own).unwrap_or_default()
    }

    /// The setting of a name: one that is listed, or a cell of a matrix for a service or customer.
    pub(crate) fn find(&self, name: &str) -> Option<Setting> {
        self.listed().into_iter().find(|setting| setting.name == name).or_else(|| stated::setting(name, &self.words))
    }

    /// Every setting there is, in the order in which it is shown.
    pub fn listed(&self) -> Vec<Setting> {
        let mut all = self.of_the_organisation();
        all.extend(self.public.listed());
        let catalogue = catalogue();
        all.extend(catalogue.intervals.iter().map(|interval| Setting {
            name: format!("interval.{}", interval.id),
            label: interval.activity.clone(),
            help: match interval.demanded_by_standard {
                true => format!("Clause {} wants an interval; usual: {}.", interval.clause, interval.usual),
                false => format!("Clause {}; usual: {}.", interval.clause, interval.usual),
            },
            group: "How often",
            unit: "months",
            value: self.conformity.intervals.get(&interval.id).map(ToString::to_string).unwrap_or_default(),
            offered: interval.default_months.to_string(),
        }));
        all.extend(catalogue.defaults.iter().map(|(key, offered)| Setting {
            name: format!("number.{key}"),
            label: model::lifecycle::sentence_case(key),
            help: String::new(),
            group: "Limits of the checks",
            unit: "",
            value: self.conformity.numbers.get(key).map(ToString::to_string).unwrap_or_default(),
            offered: offered.to_string(),
        }));
        all.extend(LEADS.iter().map(|lead| Setting {
            name: format!("number.{}", lead.key),
            label: lead.label.into(),
            help: lead.help.into(),
            group: "Lead times",
            unit: "working days",
            value: self.conformity.numbers.get(lead.key).map(ToString::to_string).unwrap_or_default(),
            offered: lead.days.to_string(),
        }));
        all.extend(OWN_NUMBERS.iter().map(|(key, group, label, help, offered)| Setting {
            name: format!("number.{key}"),
            label: (*label).into(),
            help: (*help).into(),
            group,
            unit: "",
            value: self.conformity.numbers.get(*key).map(ToString::to_string).unwrap_or_default(),
            offered: offered.to_string(),
        }));
        all.extend(stated::listed(&self.words));
        all
    }

    fn of_the_organisation(&self) -> Vec<Setting> {
        let text = |name: &str, label: &str, help: &str, value: &str| Setting {
            name: name.into(),
            label: label.into(),
            help: help.into(),
            group: "The organisation",
            unit: "",
            value: value.into(),
            offered: String::new(),
        };
        vec![
            text("organisation", "Name", "As it stands on pages and reports.", &self.organisation),
            text("scope", "Scope of the SMS", "One line: services, sites, customers.", &self.scope),
            text(
                ZONE,
                "Time zone",
                "Reports go out by its clock. Such as Europe/Berlin; left empty it is UTC.",
                &self.zone,
            ),
            text(
                FIRST_TEAM,
                "Team of the first line",
                "Number of the team, such as TM-1, that tickets come to which no service and no request model gives to another.",
                &self.first_team,
            ),
            text(
                WORKING_CALENDAR,
                "Calendar of working days",
                "Number of the service calendar, such as CLN-1, by whose days and holidays the last day to begin is counted back. Left empty it is Monday to Friday.",
                &self.working_calendar,
            ),
        ]
    }
}

impl Public {
    fn listed(&self) -> [Setting; 3] {
        let one = |name: &str, label: &str, help: String, value: String| Setting {
            name: name.into(),
            label: label.into(),
            help,
            group: "Public page",
            unit: "",
            value,
            offered: String::new(),
        };
        let on = if self.is_on { "yes" } else { "" };
        [
            one(
                PUBLIC_PAGE,
                "Switched on",
                "yes or no. Everybody can then read /status without a sign-in.".into(),
                on.into(),
            ),
            one(PUBLIC_PARTS, "What it shows", format!("Of {}, with commas.", PARTS.join(", ")), self.parts.join(", ")),
            one(PUBLIC_CONTACT, "Contact for security", "An address or a few words.".into(), self.contact.clone()),
        ]
    }
}

fn put<T>(among: &mut BTreeMap<String, T>, name: &str, value: Option<T>) {
    match value {
        Some(value) => drop(among.insert(name.into(), value)),
        None => drop(among.remove(name)),
    }
}

/// Words with commas between them.
fn parts(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_string).collect()
}

/// A text as the setting's value; `None` goes back to what is offered.
pub(crate) fn typed(setting: &Setting, text: &str) -> Result<Option<Json>, String> {
    let text = text.trim();
    if stated::is_own(&setting.name) {
        // What one service or customer has is said even where it is what holds for nobody else.
        let is_said = stated::is_for_one(&setting.name);
        if text.is_empty() || (text == setting.offered && !is_said) {
            return Ok(None);
        }
        model::house::typed(&setting.name, text).unwrap_or(Ok(()))?;
        return Ok(Some(text.into()));
    }
    let most = match setting.name.split_once('.') {
        None if text.chars().count() > TEXT_MAX => return Err(format!("has more than {TEXT_MAX} characters")),
        None if setting.name == ZONE && !text.is_empty() && TimeZone::get(text).is_err() => {
            return Err("is not a time zone of the IANA database, such as Europe/Berlin".into());
        }
        None if setting.name == PUBLIC_PAGE && !matches!(text, "" | "yes" | "no") => {
            return Err("is yes or no".into());
        }
        None if setting.name == PUBLIC_PARTS => {
            let known = |part: &&String| !PARTS.contains(&part.as_str());
            if let Some(other) = parts(text).iter().find(known) {
                let hint = model::suggest::hint(other, PARTS);
                return Err(format!("\"{other}\" is none of {}{hint}", PARTS.join(", ")));
            }
            return Ok((!text.is_empty()).then(|| parts(text).join(", ").into()));
        }
        None => return Ok((!text.is_empty()).then(|| text.into())),
        Some(("interval", _)) => MONTHS_MAX,
        Some((_, key)) if LEADS.iter().any(|lead| lead.key == key) => LEAD_MAX,
        Some(_) => NUMBER_MAX,
    };
    if text.is_empty() || text == setting.offered {
        return Ok(None);
    }
    match text.parse::<i64>() {
        Ok(number) if (1..=most).contains(&number) => Ok(Some(number.into())),
        _ => Err(format!("is not a whole number from 1 to {most}")),
    }
}

impl Desk {
    /// The settings as they hold; costs nothing.
    pub fn settings(&self) -> Arc<Settings> {
        self.inner.settings.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Sets several settings at once, by name and as typed; empty goes back to what the program offers.
    ///
    /// # Errors
    /// `Invalid` with a sentence beside each setting that is unknown or cannot be so; then nothing is set.
    pub async fn set_settings(&self, actor: &Actor, given: &[(String, String)], now: Moment) -> Result<(), Refusal> {
        let warrant = rights::administer(actor, now)?;
        let listed = self.settings().listed();
        let (mut errors, mut wanted) = (Vec::new(), Vec::new());
        for (name, text) in given {
            match self.settings().find(name) {
                None => {
                    let hint = model::suggest::hint(name, listed.iter().map(|setting| setting.name.as_str()));
                    errors.push(FieldError::new(name, format!("there is no such setting{hint}")));
                }
                Some(setting) => {
                    let value = typed(&setting, text).and_then(|value| self.by_hand(&setting, text, value));
                    let value = match value {
                        Ok(value) if name == FIRST_TEAM => self.a_team(value).await?,
                        Ok(value) if name == WORKING_CALENDAR => self.a_calendar(value).await?,
                        value => value,
                    };
                    match value {
                        Ok(value) => wanted.push((name.clone(), value)),
                        Err(why) => errors.push(FieldError::new(name, why)),
                    }
                }
            }
        }
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let actor = actor.clone();
        self.db()
            .write(move |conn| {
                async move {
                    let standing = store::settings(conn).await?;
                    for (name, value) in wanted {
                        let before = standing.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
                        if before == value.as_ref() {
                            continue;
                        }
                        store::set_setting(conn, &warrant, &name, value.as_ref()).await?;
                        let changed = value.as_ref().and_then(Value::from_json);
                        alarms::follow(conn, &name, before, value.as_ref()).await?;
                        let deed = Deed::on_named("setting", &name, "edit").set("value", changed);
                        house::journal(conn, &actor, deed, None, now).await?;
                    }
                    Ok::<(), Fault>(())
                }
                .boxed()
            })
            .await?;
        Ok(self.load_settings().await?)
    }

    /// Refuses what is not the number of a record that brings people together.
    async fn a_team(&self, value: Option<Json>) -> Result<Result<Option<Json>, String>, Fault> {
        let Some(number) = value.as_ref().and_then(Json::as_str) else { return Ok(Ok(value)) };
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let found = record::load(&mut conn, &catalog, &[number.to_string()], false).await?;
        let kind = found.get(number).and_then(|kept| catalog.find(kept.record.kind));
        match kind.is_some_and(|kind| kind.gathers.is_some()) {
            true => Ok(Ok(value)),
            false => Ok(Err(format!("there is no team {number}"))),
        }
    }

    /// Refuses what is not the number of a calendar that clocks know.
    async fn a_calendar(&self, value: Option<Json>) -> Result<Result<Option<Json>, String>, Refusal> {
        let Some(number) = value.as_ref().and_then(Json::as_str) else { return Ok(Ok(value)) };
        Ok(match self.agreed(None).await?.has_calendar(number) {
            true => Ok(value),
            false => Err(format!("there is no service calendar {number}")),
        })
    }

    /// Refuses to set by hand what a document states; saying again what it says is fine.
    fn by_hand(&self, setting: &Setting, text: &str, value: Option<Json>) -> Result<Option<Json>, String> {
        match self.settings().governed.get(&setting.name) {
            Some(by) if text.trim() != setting.value => {
                Err(format!("is stated by {}, version {}: it changes with the next version", by.number, by.version))
            }
            _ => Ok(value),
        }
    }

    /// The intervals and limits of checks as they held at an instant, from the journal. What nobody ever set by a journaled deed
    /// is as it stands.
    pub(crate) async fn limits_as_of(&self, at: Moment) -> Result<conformity::Settings, Fault> {
        let (mut limits, catalogue) = (self.settings().conformity.clone(), catalogue());
        let offered = conformity::Settings::default();
        let names = catalogue.intervals.iter().map(|interval| format!("interval.{}", interval.id));
        let names: Vec<String> = names.chain(catalogue.defaults.keys().map(|key| format!("number.{key}"))).collect();
        let ids: Vec<i64> = names.iter().map(|name| Deed::on_named("setting", name, "edit").id.0).collect();
        let told = journal::of_records(&mut self.db().read().await?, &self.catalog(), &ids).await?;
        for (name, id) in names.iter().zip(ids) {
            // Letting go of a document leaves the value as it was.
            let set = |entry: &&Entry| entry.changes.contains_key("value") && entry.act != "release";
            let mut set = told.get(&id).map(Vec::as_slice).unwrap_or_default().iter().filter(set).peekable();
            if set.peek().is_none() {
                continue;
            }
            let last = set.take_while(|entry| entry.at <= at).last();
            let value = last.and_then(|entry| whole(entry.changes.get("value")?.as_ref()?));
            match name.split_once('.') {
                Some(("interval", id)) => {
                    let months = value.and_then(|months| i32::try_from(months).ok());
                    put(&mut limits.intervals, id, months.or_else(|| offered.intervals.get(id).copied()));
                }
                Some((_, key)) => {
                    put(&mut limits.numbers, key, value.or_else(|| offered.numbers.get(key).copied()));
                }
                None => {}
            }
        }
        Ok(limits)
    }

    /// Reads the settings again: after a change, and now and then for what another server has changed.
    pub(crate) async fn load_settings(&self) -> Result<(), Fault> {
        let mut conn = self.db().read().await?;
        let settings = Arc::new(Settings::read(&store::settings(&mut conn).await?));
        *self.inner.settings.write().unwrap_or_else(std::sync::PoisonError::into_inner) = settings;
        Ok(())
    }
}
/// A whole number as a journal tells it, which knows of no type where there is no kind.
fn whole(value: &Value) -> Option<i64> {
    value.as_number().and_then(|number| number.to_i64()).or_else(|| value.as_text()?.trim().parse().ok())
}
