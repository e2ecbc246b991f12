//! Vectors of shares and counts: rules R09, R11, R12, R17 to R19, R25, R28 to R30, R32, R33.

use super::input::{Input, Read};
use super::wanted::{Got, Parts, number, number_as_written, percentage, plain};
use crate::rules::backlog::Backlog;
use crate::rules::capacity::workload;
use crate::rules::certification::{Fulfilment, readiness};
use crate::rules::change::{ChangeSuccess, Implemented, Outcome};
use crate::rules::priority::{Level, Priority, Severity, is_major};
use crate::rules::share::{Contact, Csat, FirstContact, MIN_ANSWERS, Nps, TargetCounts, accuracy, reaches};
use crate::rules::trend::{self, Direction, repeating};
use crate::rules::{number, share};

/// R09: share of targets met.
pub fn targets_met(input: &Input<'_>) -> Read<Parts> {
    let mut counts = TargetCounts::default();
    for (name, count) in input.field("counts")?.entries()? {
        let place = match name {
            "met" => &mut counts.met,
            "missed" => &mut counts.missed,
            "cancelled" => &mut counts.cancelled,
            "open-in-time" => &mut counts.open_in_time,
            "open-overdue" => &mut counts.open_overdue,
            _ => return Err(format!("input.counts.{name} is no count that R09 knows")),
        };
        *place = count.count()?;
    }
    let met = counts.share_met();
    let target = input.optional("target_percent")?.map(|target| target.percent()).transpose()?;
    Ok(vec![
        ("met", plain(counts.met)),
        ("missed", super::wanted::integer(counts.all_missed())),
        ("target_reached", plain(target.and_then(|target| reaches(met.as_ref(), target)))),
        ("percent", percentage(met)),
    ])
}

/// R11: priority from impact and urgency.
pub fn priority(input: &Input<'_>) -> Read<Parts> {
    let level = |name| input.field(name)?.word("high, medium, low", Level::parse);
    Ok(vec![("priority", plain(Priority::of(level("impact")?, level("urgency")?).to_string()))])
}

/// R12: major incident test.
pub fn major(input: &Input<'_>) -> Read<Parts> {
    let flag = |name| input.optional(name)?.map_or(Ok(false), |flag| flag.flag());
    let severity = Severity {
        priority: Some(input.field("priority")?.word("P1, P2, P3, P4, P5", Priority::parse)?),
        critical_service: input.field("criticality")?.text()? == "critical",
        users_percent: input.field("users_affected_percent")?.percent()?,
        grave_security: flag("grave_security")?,
        already_major: flag("already_major")?,
    };
    Ok(vec![("major", plain(is_major(severity)))])
}

/// R17: change success.
pub fn change_success(input: &Input<'_>) -> Read<Parts> {
    let outcomes = "successful, failed, backed-out, partly, rejected, cancelled";
    let changes = input.field("changes")?.each(|change| {
        let categories = "normal, standard, emergency";
        let known = |word: &str| ["normal", "standard", "emergency"].contains(&word).then_some(word == "emergency");
        Ok(Implemented {
            outcome: change.optional("outcome")?.map(|word| word.word(outcomes, Outcome::parse)).transpose()?,
            emergency: change.field("category")?.word(categories, known)?,
            grave_incidents: change.field("incidents_p1_p2")?.count()?,
            approved: change.field("approved")?.flag()?,
        })
    })?;
    let counts = ChangeSuccess::of(changes);
    Ok(vec![
        ("implemented", plain(counts.implemented)),
        ("successful", plain(counts.successful)),
        ("success", percentage(counts.success_share())),
        ("emergency_share", percentage(counts.emergency_share())),
        ("unapproved", plain(counts.unapproved)),
    ])
}

/// R18: first contact resolution.
pub fn first_contact(input: &Input<'_>) -> Read<Parts> {
    let tickets = input.field("tickets")?.each(|ticket| {
        Ok(Contact {
            eligible: ticket.field("eligible")?.flag()?,
            contacts: ticket.field("contacts")?.count()?,
            handovers: ticket.field("handovers")?.count()?,
            reopened: ticket.field("reopened")?.flag()?,
        })
    })?;
    let counts = FirstContact::of(tickets);
    Ok(vec![
        ("eligible", plain(counts.eligible)),
        ("first_contact", plain(counts.solved)),
        ("share", percentage(counts.share())),
    ])
}

/// R19: backlog age.
pub fn backlog(input: &Input<'_>) -> Read<Parts> {
    let opened = input.field("opened")?.each(Input::instant)?;
    let backlog = Backlog::at(opened, input.field("as_of")?.instant()?);
    let buckets = backlog.buckets().map(|(name, count)| (name.to_owned(), plain(count)));
    Ok(vec![
        ("open", plain(backlog.ages_days().len())),
        ("ages_days", plain(backlog.ages_days())),
        ("buckets", Got::Parts(buckets.to_vec())),
        ("median_days", plain(backlog.percentile_days(50))),
        ("p90_days", plain(backlog.percentile_days(90))),
        ("oldest_days", plain(backlog.oldest_days())),
        ("mean_days", number(backlog.mean_days(), 1)),
    ])
}

/// R25: satisfaction.
pub fn satisfaction(input: &Input<'_>) -> Read<Parts> {
    let scores = input.field("scores")?.each(Input::integer)?;
    let least = input.optional("min_answers")?.map_or(Ok(MIN_ANSWERS), |least| least.count())?;
    let answers = scores.len() as u64;
    let invited = input.optional("invited")?.map(|invited| invited.count()).transpose()?;
    let response = invited.and_then(|invited| number::share(answers, invited));
    let mut parts =
        vec![("answers", plain(answers)), ("response", percentage(response)), ("enough", plain(answers >= least))];
    match input.field("kind")?.text()? {
        "csat" => {
            let csat = Csat::of(&scores).map_err(|reason| format!("input.scores: {reason}"))?;
            parts.extend([("csat", percentage(csat.satisfied)), ("mean", number_as_written(csat.mean))]);
        }
        "nps" => {
            let nps = Nps::of(&scores).map_err(|reason| format!("input.scores: {reason}"))?;
            parts.extend([
                ("promoters", plain(nps.promoters)),
                ("passives", plain(nps.passives)),
                ("detractors", plain(nps.detractors)),
                ("nps", super::wanted::percentage_with(nps.score(), 0)),
            ]);
        }
        other => return Err(format!("input.kind is \"{other}\", not csat or nps")),
    }
    Ok(parts)
}

/// R28: workload limits.
pub fn workload_limit(input: &Input<'_>) -> Read<Parts> {
    let limit = input.optional("limit")?.map(|limit| limit.decimal()).transpose()?;
    let workload = workload(limit, input.field("actual")?.decimal()?);
    Ok(vec![("over", plain(workload.over)), ("use", percentage(workload.used))])
}

/// R29: trend.
pub fn trend_of(input: &Input<'_>) -> Read<Parts> {
    let values = input.field("values")?.each(Input::decimal)?;
    let periods = input.optional("compare_periods")?.map_or(Ok(trend::COMPARE_PERIODS), |periods| periods.small())?;
    let dead_band = input.decimal_or("dead_band_percent", trend::DEAD_BAND_PERCENT)?;
    let trend = trend::trend(&values, input.field("higher_is_better")?.flag()?, periods, dead_band);
    let word = match trend.direction {
        // "Not enough" is all that the rule says.
        Direction::NotEnough => {
            Got::OwnWord { ours: Direction::NotEnough.word(), others: &["better", "worse", "stable"] }
        }
        known => plain(known.word()),
    };
    Ok(vec![("trend", word), ("change", percentage(trend.change))])
}

/// R30: repeat trigger for problems.
pub fn repeats(input: &Input<'_>) -> Read<Parts> {
    let incidents = input.field("incidents")?.each(|incident| {
        let [at, item] = incident.items()?;
        Ok((at.instant()?, item.text()?))
    })?;
    let count = input.optional("count")?.map_or(Ok(trend::REPEAT_COUNT), |count| count.small())?;
    let days = input.optional("days")?.map_or(Ok(trend::REPEAT_DAYS), |days| days.integer())?;
    let items = repeating(&incidents, count, days);
    Ok(vec![("problem_candidates", Got::Words(items.into_iter().map(str::to_owned).collect()))])
}

/// R32: readiness.
pub fn ready(input: &Input<'_>) -> Read<Parts> {
    let mut states = Vec::new();
    for (id, state) in input.field("states")?.entries()? {
        states.push((id, state.word("met, partly, not-met, unknown", Fulfilment::parse)?));
    }
    let readiness = readiness(&states);
    Ok(vec![
        ("score", percentage(readiness.score)),
        ("open", Got::Words(readiness.open.into_iter().map(str::to_owned).collect())),
        ("ready", plain(readiness.ready)),
    ])
}

/// R33: configuration data accuracy.
pub fn configuration_accuracy(input: &Input<'_>) -> Read<Parts> {
    let (checked, wrong) = (input.field("checked")?.count()?, input.field("wrong")?.count()?);
    let accuracy = accuracy(checked, wrong).map_err(|reason| format!("input.wrong: {reason}"))?;
    let least = input.decimal_or("min_accuracy_percent", share::MIN_ACCURACY_PERCENT)?;
    Ok(vec![("good_enough", plain(reaches(accuracy.as_ref(), least))), ("accuracy", percentage(accuracy))])
}
