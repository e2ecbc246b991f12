//! How a text comes to stand for another record from its day on, as its kind declares it: the one before ends, the record says
//! what the text says, and what the text states becomes the settings of the house; all of it in one transaction.

use engines::parameters::parameters;
use model::{
    Actor, Catalog, Command, Date, Draft, FieldError, Input, Kind, Moment, Record, Refusal, Target, Value, Via,
    handling::Publication,
};
use serde_json::{Value as Json, json};

use crate::{
    Desk, Fault, alarms,
    house::{self, Deed},
    perform::{Told, unchanged, write},
    rights,
    settings::{self, Settings},
    stages::draft::act_time,
    store::{house as store, record::Kept},
    unit::Unit,
};

fn text<'r>(record: &'r Record, field: &str) -> &'r str {
    record.fields.get(field).and_then(Value::as_text).unwrap_or_default()
}

fn day(fields: &model::Fields, field: &str) -> Option<Date> {
    match fields.get(field) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    }
}

/// Refuses a step towards standing with what could not stand: settings that do not exist or cannot be so, each with its line,
/// and a text that is not newer than the one in force.
pub(crate) async fn checked(unit: &mut Unit<'_>, kind: &Kind, before: &Record, draft: &Draft) -> Result<(), Refusal> {
    if let Some(own) = publication_of(unit.catalog(), kind)
        && draft.state == own.state
        && before.state != own.state
    {
        let says = draft.fields.get(own.carries[0].0).and_then(Value::as_text).unwrap_or_default();
        if parameters(says) != Ok(Vec::new()) {
            let why = "states settings of the house: it comes into force as a version, not by itself";
            return Err(Refusal::field(own.carries[0].0, why));
        }
    }
    let Some(publication) = kind.publication else { return Ok(()) };
    let moves = [publication.checked_in, publication.waiting, publication.stands];
    if before.state == draft.state || !moves.contains(&draft.state.as_str()) {
        return Ok(());
    }
    let of = draft.fields.get(publication.of).and_then(Value::as_text).unwrap_or_default().to_string();
    let says = draft.fields.get(publication.text).and_then(Value::as_text).unwrap_or_default();
    let mut errors = stated(unit.settings(), &of, publication.text, says).err().unwrap_or_default();
    let standing = unit.find(&of).await?.filter(|kept| kept.record.kind == publication.kind);
    if let Some(kept) = standing.filter(|kept| kept.record.state == publication.state) {
        let number = |fields: &model::Fields| fields.get(publication.count).and_then(Value::as_number);
        if number(&draft.fields) <= number(&kept.record.fields)
            && text(&kept.record, publication.current) != before.number
        {
            let last = number(&kept.record.fields).unwrap_or_default().normalize();
            errors.push(FieldError::new(publication.count, format!("is not above {last}, which is in force")));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
}

/// How the texts of records of this kind come into force.
fn publication_of(catalog: &Catalog, kind: &Kind) -> Option<Publication> {
    catalog.kinds().iter().filter_map(|other| other.publication).find(|own| own.kind == kind.name)
}

/// Whether a record in this state is, or has, a text in force: that ends by a step of its own and is never merely undone.
pub(crate) fn stands(catalog: &Catalog, kind: &Kind, state: &str) -> bool {
    kind.publication.is_some_and(|own| state == own.stands)
        || kind.amendment.is_some_and(|own| state == own.state)
        || publication_of(catalog, kind).is_some_and(|own| state == own.state)
}

/// A setting by name, and what is set; `None` for what the program offers.
type Stated = (String, Option<Json>);

/// The settings that a text states.
fn stated(settings: &Settings, of: &str, field: &str, says: &str) -> Result<Vec<Stated>, Vec<FieldError>> {
    let told = |line: usize, why: String| FieldError::new(field, format!("line {line}: {why}"));
    let found = parameters(says)
        .map_err(|mistakes| mistakes.into_iter().map(|mistake| told(mistake.line, mistake.why)).collect::<Vec<_>>())?;
    let listed = settings.listed();
    let (mut wanted, mut errors) = (Vec::with_capacity(found.len()), Vec::new());
    for parameter in found {
        let name = &parameter.name;
        let Some(setting) = settings.find(name) else {
            let hint = model::suggest::hint(name, listed.iter().map(|setting| setting.name.as_str()));
            errors.push(told(parameter.line, format!("there is no setting \"{name}\"{hint}")));
            continue;
        };
        match settings.governed.get(name).filter(|governed| governed.number != of) {
            Some(other) => errors.push(told(parameter.line, format!("{name} is stated by {} already", other.number))),
            None => match settings::typed(&setting, &parameter.value) {
                Ok(value) => wanted.push((name.clone(), value)),
                Err(why) => errors.push(told(parameter.line, format!("{name}: \"{}\" {why}", parameter.value))),
            },
        }
    }
    if errors.is_empty() { Ok(wanted) } else { Err(errors) }
}

/// Whether something can follow from a step of a record of this kind.
pub(crate) fn concerns(catalog: &Catalog, kind: &Kind) -> bool {
    kind.publication.is_some() || publication_of(catalog, kind).is_some()
}

/// Does what follows from a step of such a text, or of the record that it stands for. Nothing is refused here: [`checked`]
/// came before.
pub(crate) async fn follow(
    unit: &mut Unit<'_>,
    actor: &Actor,
    kind: &Kind,
    before: &Record,
    number: &str,
    now: Moment,
) -> Result<(), Refusal> {
    let Some(mut kept) = unit.find(number).await? else { return Ok(()) };
    let (was, is) = (before.state.clone(), kept.record.state.clone());
    if let Some(publication) = kind.publication {
        let of = text(&kept.record, publication.of).to_string();
        let Some(target) = unit.find(&of).await?.filter(|kept| kept.record.kind == publication.kind) else {
            return Ok(());
        };
        let begins = is == publication.stands && was != publication.stands;
        let due =
            is == publication.waiting && day(&kept.record.fields, publication.on).is_some_and(|day| day <= now.date());
        if due {
            let mut draft = unchanged(&kept.record);
            draft.state = publication.stands.into();
            publish(unit, actor, kind, kept, draft, now)?;
            kept = unit.find(number).await?.ok_or(Refusal::NotFound)?;
        }
        if begins || due {
            return take_effect(unit, actor, &publication, kept, target, now).await;
        }
        if was == publication.stands && is != publication.stands && text(&target.record, publication.current) == number
        {
            let target_kind = unit.catalog().find(publication.kind).cloned().ok_or(Refusal::NotFound)?;
            let mut draft = unchanged(&target.record);
            draft.fields.remove(publication.current);
            publish(unit, actor, &target_kind, target, draft, now)?;
            govern(unit, actor, &of, "", &[], now).await?;
        }
        return Ok(());
    }
    match publication_of(unit.catalog(), kind) {
        Some(own) if was == own.state && is != own.state => end(unit, actor, kind, &own, kept, now).await,
        _ => Ok(()),
    }
}

/// A record that stands no more has no text in force, and states nothing.
async fn end(
    unit: &mut Unit<'_>,
    actor: &Actor,
    kind: &Kind,
    publication: &Publication,
    kept: Kept,
    now: Moment,
) -> Result<(), Refusal> {
    let number = kept.record.number.clone();
    let last = text(&kept.record, publication.current).to_string();
    if last.is_empty() {
        return Ok(());
    }
    end_text(unit, actor, publication, &last, now).await?;
    let mut draft = unchanged(&kept.record);
    draft.fields.remove(publication.current);
    publish(unit, actor, kind, kept, draft, now)?;
    Ok(govern(unit, actor, &number, "", &[], now).await?)
}

/// Ends a text that stands.
async fn end_text(
    unit: &mut Unit<'_>,
    actor: &Actor,
    publication: &Publication,
    number: &str,
    now: Moment,
) -> Result<(), Refusal> {
    let Some(kept) = unit.find(number).await? else { return Ok(()) };
    let kind = unit.catalog().find(kept.record.kind).cloned().ok_or(Refusal::NotFound)?;
    if kind.publication != Some(*publication) || kept.record.state != publication.stands {
        return Ok(());
    }
    let mut draft = unchanged(&kept.record);
    draft.state = publication.ended.into();
    draft.fields.insert(publication.ended_on.into(), Value::Date(now.date()));
    publish(unit, actor, &kind, kept, draft, now)
}

/// The one before ends, the record says what this one says, and the settings follow.
async fn take_effect(
    unit: &mut Unit<'_>,
    actor: &Actor,
    publication: &Publication,
    kept: Kept,
    target: Kept,
    now: Moment,
) -> Result<(), Refusal> {
    let (number, today) = (kept.record.number.clone(), now.date());
    let earlier = text(&target.record, publication.current).to_string();
    if earlier != number {
        end_text(unit, actor, publication, &earlier, now).await?;
    }
    let target_kind = unit.catalog().find(publication.kind).cloned().ok_or(Refusal::NotFound)?;
    let of = target.record.number.clone();
    let mut draft = unchanged(&target.record);
    draft.state = publication.state.into();
    draft.fields.insert(publication.current.into(), Value::text(&number));
    for (to, from) in publication.carries {
        match kept.record.fields.get(*from) {
            Some(value) => drop(draft.fields.insert((*to).into(), value.clone())),
            None => drop(draft.fields.remove(*to)),
        }
    }
    let (due, months, usual) = publication.review;
    let months = draft.fields.get(months).and_then(Value::as_number).and_then(|months| i32::try_from(months).ok());
    let next = Moment::of_date(today).plus_months(months.unwrap_or(usual)).date();
    draft.fields.insert(due.into(), Value::Date(next));
    publish(unit, actor, &target_kind, target, draft, now)?;
    let says = text(&kept.record, publication.text);
    // It was checked on the way here; what another document has come to state meanwhile stays with that one.
    let wanted = stated(unit.settings(), &of, publication.text, says).unwrap_or_default();
    let version = kept.record.fields.get(publication.count).and_then(Value::as_number).unwrap_or_default();
    govern(unit, actor, &of, &version.normalize().to_string(), &wanted, now).await?;
    Ok(())
}

fn publish(
    unit: &mut Unit<'_>,
    actor: &Actor,
    kind: &Kind,
    kept: Kept,
    draft: Draft,
    now: Moment,
) -> Result<(), Refusal> {
    let permit = rights::in_consequence(kind);
    let at = act_time(now, Some(&kept.record));
    write(unit, actor, permit, kind, kept, draft, Told::act("publish"), at).map(drop)
}

/// Name under which it is kept which document states a setting.
pub(crate) fn governed_by(setting: &str) -> String {
    format!("governed.{setting}")
}

/// Makes what a document states the settings of the house, and lets go of what it stated before and states no more: that
/// keeps its value and is set by hand again.
async fn govern(
    unit: &mut Unit<'_>,
    actor: &Actor,
    of: &str,
    version: &str,
    wanted: &[Stated],
    now: Moment,
) -> Result<(), Fault> {
    let warrant = rights::governs();
    let standing = store::settings(unit.conn()).await?;
    let known = |name: &str| standing.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let is_ours = |value: &Json| value.get("document").and_then(Json::as_str) == Some(of);
    let mut touched = false;
    for (name, _) in standing.iter().filter(|(name, value)| name.starts_with("governed.") && is_ours(value)) {
        let setting = name.trim_start_matches("governed.");
        if !wanted.iter().any(|(own, _)| own == setting) {
            store::set_setting(unit.conn(), &warrant, name, None).await?;
            let deed = Deed::on_named("setting", setting, "release").set("value", Some(Value::text(of)));
            house::journal(unit.conn(), actor, deed, None, now).await?;
            touched = true;
        }
    }
    for (name, value) in wanted {
        // Another server may have brought another document into force a moment ago: the first one stays.
        let key = governed_by(name);
        if known(&key).is_some_and(|standing| !is_ours(standing)) {
            continue;
        }
        let before = known(name);
        let by = json!({"document": of, "version": version});
        store::set_setting(unit.conn(), &warrant, &key, Some(&by)).await?;
        if before != value.as_ref() {
            store::set_setting(unit.conn(), &warrant, name, value.as_ref()).await?;
            alarms::follow(unit.conn(), name, before, value.as_ref()).await?;
        }
        let changed = value.as_ref().and_then(Value::from_json);
        let deed = Deed::on_named("setting", name, "govern").set("value", changed);
        house::journal(unit.conn(), actor, deed, Some(&format!("{of}, version {version}")), now).await?;
        touched = true;
    }
    if touched {
        unit.settings_are_new();
    }
    Ok(())
}

/// When a text that waits for its day comes to stand by itself; `None` where nothing is to be said of that.
pub(crate) fn alarm(kind: &Kind, record: &Record) -> Option<Option<Moment>> {
    let publication = kind.publication?;
    let waits = record.state == publication.waiting;
    Some(day(&record.fields, publication.on).filter(|_| waits).map(Moment::of_date))
}

impl Desk {
    /// Brings a text into force whose day has come.
    pub(crate) async fn publish_by_itself(&self, kept: &Kept, now: Moment) -> Result<Option<Moment>, Refusal> {
        let (catalog, record) = (self.catalog(), &kept.record);
        let Some(publication) = catalog.find(record.kind).and_then(|kind| kind.publication) else { return Ok(None) };
        if record.state != publication.waiting {
            return Ok(None);
        }
        if let Some(at) = day(&record.fields, publication.on).map(Moment::of_date).filter(|at| *at > now) {
            return Ok(Some(at));
        }
        let target = Target { kind: record.kind.into(), number: record.number.clone(), version: Some(record.version) };
        let (to, input) = (publication.stands.into(), Input::default());
        let command = Command::Step { target, to, input, note: None, public: false };
        self.perform(&Actor::system("publication", Via::Job), command, now).await?;
        Ok(None)
    }
}
