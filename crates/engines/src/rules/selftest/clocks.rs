//! Vectors of calendars and clocks: rules R01 to R08 and R10.

use jiff::Timestamp;

use super::input::{Calendars, Input, Read};
use super::wanted::{Got, Parts, integer, plain};
use crate::rules::calendar::Calendar;
use crate::rules::clock::{self, Due, Stretch};

fn due(due: Due) -> Got {
    Got::At(due.instant())
}

fn target_seconds(input: &Input<'_>) -> Read<i64> {
    input.field("target_minutes")?.seconds(60)
}

fn pauses(input: &Input<'_>) -> Read<Vec<clock::Pause>> {
    input.optional("pauses")?.map_or(Ok(Vec::new()), |pauses| pauses.pauses())
}

/// R01: working time between two instants.
pub fn working_time(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let seconds = calendar.working_seconds(input.field("from")?.instant()?, input.field("to")?.instant()?);
    Ok(vec![("seconds", plain(seconds))])
}

/// R02: due instant.
pub fn due_instant(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let start = input.field("start")?.instant()?;
    Ok(vec![("due", Got::At(calendar.due(start, target_seconds(input)?)))])
}

/// R03: targets in working days.
pub fn working_days(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let start = input.field("start")?.instant()?;
    let days = input.field("target_working_days")?.small()?;
    Ok(vec![("due", Got::At(calendar.due_in_working_days(start, days)))])
}

/// R04: pauses.
pub fn paused(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let (start, now) = (input.field("start")?.instant()?, input.field("now")?.instant()?);
    let reading = clock::read(&calendar, start, target_seconds(input)?, &pauses(input)?, now);
    Ok(vec![
        ("consumed_seconds", plain(reading.used_seconds)),
        ("due", due(reading.due)),
        ("breached", plain(reading.is_breached())),
        ("remaining_seconds", plain(reading.left_seconds)),
    ])
}

/// R05: which states pause.
pub fn states(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let states = input.field("states")?.each(|entry| {
        let [at, state] = entry.items()?;
        Ok((at.instant()?, state.text()?))
    })?;
    in_order(states.iter().map(|(at, _)| *at), "input.states")?;
    let Some((start, _)) = states.first() else { return Err("input.states is empty".to_owned()) };
    let words = |name: &str, default: &[&'static str]| match input.optional(name)? {
        Some(words) => words.each(|word| Ok(word.text()?.to_owned())),
        None => Ok(default.iter().map(|word| (*word).to_owned()).collect()),
    };
    let standing: Vec<String> =
        [words("pausing", &clock::PAUSING_STATES)?, words("stopped", &clock::STOPPED_STATES)?].concat();
    let pauses = clock::pauses_of_states(&states, |state| standing.iter().any(|word| word == state));
    let used = clock::used_seconds(&calendar, *start, input.field("now")?.instant()?, &pauses);
    Ok(vec![("consumed_seconds", plain(used))])
}

/// R06: reopening.
pub fn reopened(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let line = input.field("resolved_reopened")?.each(|entry| {
        let [resolved, reopened] = entry.items()?;
        Ok((resolved.instant()?, reopened.or_null().map(Input::instant).transpose()?))
    })?;
    let instants = line.iter().flat_map(|(resolved, reopened)| [Some(*resolved), *reopened]).flatten();
    in_order(instants, "input.resolved_reopened")?;
    let days = input.optional("reopen_days")?.map_or(Ok(clock::REOPEN_DAYS), |days| days.integer())?;
    let reopening = clock::reopenings(&line, days);
    let (start, now) = (input.field("start")?.instant()?, input.field("now")?.instant()?);
    Ok(vec![
        ("consumed_seconds", plain(clock::used_seconds(&calendar, start, now, &reopening.pauses))),
        ("new_incident", plain(reopening.new_ticket)),
    ])
}

fn in_order(instants: impl Iterator<Item = Timestamp>, path: &str) -> Read<()> {
    match instants.is_sorted() {
        true => Ok(()),
        false => Err(format!("{path} is not in the order of time")),
    }
}

/// R07: priority change on the way.
pub fn priority_change(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let mut targets: Vec<(&str, Calendar, i64)> = Vec::new();
    for (priority, target) in input.field("targets")?.entries()? {
        let calendar = calendars.named(&target.field("calendar")?)?;
        targets.push((priority, calendar, target.field("minutes")?.seconds(60)?));
    }
    let stretches = input.field("changes")?.each(|change| {
        let [from, priority] = change.items()?;
        let word = priority.text()?;
        let target = targets.iter().find(|(name, ..)| *name == word);
        let (_, calendar, target_seconds) = target
            .ok_or_else(|| format!("input.changes names the priority \"{word}\", which input.targets has not"))?;
        Ok(Stretch { from: from.instant()?, calendar, target_seconds: *target_seconds })
    })?;
    in_order(stretches.iter().map(|stretch| stretch.from), "input.changes")?;
    let reading = clock::read_changing(&stretches, &pauses(input)?, input.field("now")?.instant()?);
    let reading = reading.ok_or_else(|| "input.changes is empty".to_owned())?;
    Ok(vec![
        ("consumed_seconds", plain(reading.used_seconds)),
        ("due", due(reading.due)),
        ("first_breach", Got::At(reading.first_breach)),
        ("remaining_seconds", plain(reading.left_seconds)),
    ])
}

/// R08: response clock.
pub fn response(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let answered = input.optional("first_response")?.map(|at| at.instant()).transpose()?;
    let (start, now) = (input.field("start")?.instant()?, input.field("now")?.instant()?);
    let response = clock::response(&calendar, start, target_seconds(input)?, answered, now);
    Ok(vec![("seconds", integer(response.seconds)), ("met", plain(response.met)), ("due", due(response.due))])
}

/// R10: warning instants.
pub fn warnings(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let (start, target, pauses) = (input.field("start")?.instant()?, target_seconds(input)?, pauses(input)?);
    let percents = match input.optional("percents")? {
        Some(percents) => percents.each(Input::decimal)?,
        None => clock::WARNING_PERCENTS.map(Into::into).to_vec(),
    };
    let at = percents.into_iter().map(|percent| {
        let at = clock::warning(&calendar, start, target, percent, &pauses);
        (percent.normalize().to_string(), due(at))
    });
    Ok(vec![("at", Got::Parts(at.collect()))])
}
