//! Vectors of services, money, risks and certificates: rules R13 to R16, R20 to R24, R26, R27 and R31.

use jiff::Timestamp;

use super::input::{Calendars, Input, Read};
use super::wanted::{Got, Parts, date, integer, number, number_as_written, percentage, percentage_with, plain};
use crate::rules::availability::{
    Availability, MIN_NOTICE_HOURS, Maintenance, MaintenanceTerms, MeanTimes, Outage, PartialOutage, allowed_seconds,
    in_parallel, in_series, weighted_seconds, weighted_share,
};
use crate::rules::burn::{self, Events};
use crate::rules::capacity::forecast;
use crate::rules::certification::{self, AuditTableRow, Cycle, LastDay, RenewalPath};
use crate::rules::continuity::{Recovery, RecoveryTargets, recovery_result};
use crate::rules::dates::days_between;
use crate::rules::duty::{DutyState, SOON_DAYS, duty};
use crate::rules::money::{self, Side, variance};
use crate::rules::number::{percent, whole};
use crate::rules::risk::{APPETITE, Risk};
use crate::rules::sample::{discovery, pick, sites};
use crate::rules::share::reaches;
use crate::rules::spans::Span;

/// Places of an availability (convention 4).
const AVAILABILITY_PLACES: u32 = 3;

/// R13: availability of a service.
pub fn availability(input: &Input<'_>, calendars: Calendars<'_>) -> Read<Parts> {
    let calendar = calendars.named(&input.field("calendar")?)?;
    let outages = input.field("outages")?.each(|outage| outage.span(true))?;
    let maintenance = input.optional("maintenance")?.map_or(Ok(Vec::new()), |windows| windows.each(maintenance))?;
    let notice = input.optional("min_notice_hours")?.map(|hours| hours.seconds(3600)).transpose()?;
    let cap = input.optional("maintenance_cap_minutes")?.map(|minutes| minutes.seconds(60)).transpose()?;
    let terms = MaintenanceTerms {
        min_notice_hours: notice.map_or(MIN_NOTICE_HOURS, |seconds| seconds / 3600),
        cap_minutes: cap.map(|seconds| seconds / 60),
    };
    let period = input.field("period")?.span(false)?;
    let measured = Availability::measure(&calendar, period, &outages, &maintenance, terms);
    let share = measured.share();
    let target = input.optional("target_percent")?.map(|target| target.percent()).transpose()?;
    Ok(vec![
        ("agreed_service_seconds", plain(measured.agreed_seconds)),
        ("counted_seconds", plain(measured.counted_seconds)),
        ("downtime_seconds", plain(measured.down_seconds)),
        ("target_reached", plain(target.and_then(|target| reaches(share.as_ref(), target)))),
        ("percent", percentage_with(share, AVAILABILITY_PLACES)),
    ])
}

fn maintenance(window: &Input<'_>) -> Read<Maintenance> {
    Ok(Maintenance {
        window: Span::new(window.field("start")?.instant()?, window.field("end")?.instant()?),
        announced: window.optional("announced")?.map(|at| at.instant()).transpose()?,
    })
}

/// R14: what a target allows; chains; users hit.
pub fn allowance(input: &Input<'_>) -> Read<Parts> {
    if input.has("parts_percent") {
        let parts = input.field("parts_percent")?.each(|part| Ok(percent(part.percent()?)))?;
        let chain = match input.field("kind")?.text()? {
            "series" => in_series(&parts),
            "parallel" => in_parallel(&parts),
            other => return Err(format!("input.kind is \"{other}\", not series or parallel")),
        };
        let chain = Some(chain).filter(|_| !parts.is_empty());
        return Ok(vec![("percent", percentage_with(chain, 4))]);
    }
    if input.has("outages") {
        let outages = input.field("outages")?.each(|outage| {
            let users_percent = outage.field("users_percent")?.percent()?;
            Ok(PartialOutage { seconds: outage.field("seconds")?.seconds(1)?, users_percent })
        })?;
        let weighted = weighted_seconds(&outages);
        let share = weighted_share(input.field("counted_seconds")?.seconds(1)?, &weighted);
        return Ok(vec![
            ("percent", percentage_with(share, AVAILABILITY_PLACES)),
            ("weighted_downtime_seconds", number_as_written(Some(weighted))),
        ]);
    }
    let service = input.field("service_seconds")?.seconds(1)?;
    let allowed = allowed_seconds(service, input.field("target_percent")?.percent()?);
    Ok(vec![
        ("allowed_seconds_floor", integer(allowed.floor().to_integer())),
        ("allowed_minutes", number(Some(allowed / whole(60)), 2)),
    ])
}

/// R15: mean times.
pub fn mean_times(input: &Input<'_>) -> Read<Parts> {
    let failures = input.field("failures")?.each(|failure| {
        let seconds = |name| failure.field(name)?.seconds(1);
        let (down_seconds, repair_seconds) = (seconds("down")?, seconds("repair")?);
        Ok(Outage { down_seconds, repair_seconds, acknowledge_seconds: seconds("ack")? })
    })?;
    let times = MeanTimes::of(input.field("counted_seconds")?.seconds(1)?, &failures);
    let part = |part: fn(MeanTimes) -> crate::rules::number::Fraction| number_as_written(times.clone().map(part));
    Ok(vec![
        ("failures", plain(failures.len())),
        ("mtrs", part(|times| times.mtrs)),
        ("mttr", part(|times| times.mttr)),
        ("mtbf", part(|times| times.mtbf)),
        ("mtbsi", part(|times| times.mtbsi)),
        ("mtta", part(|times| times.mtta)),
    ])
}

/// R16: continuity test.
pub fn continuity(input: &Input<'_>) -> Read<Parts> {
    let instant = |name| -> Read<Option<Timestamp>> { input.optional(name)?.map(|at| at.instant()).transpose() };
    let recovery = Recovery {
        disrupted: input.field("disrupted")?.instant()?,
        invoked: instant("invoked")?,
        recovered: instant("recovered")?,
        restore_point: instant("restore_point")?,
    };
    let targets = RecoveryTargets {
        rto_seconds: input.field("rto_minutes")?.seconds(60)?,
        rpo_seconds: input.field("rpo_minutes")?.seconds(60)?,
        count_from_invocation: input.optional("count_from_invocation")?.map_or(Ok(false), |flag| flag.flag())?,
    };
    let result = recovery_result(recovery, targets).map_err(|reason| format!("input.invoked: {reason}"))?;
    Ok(vec![
        ("rto_reached_seconds", plain(result.rto_reached_seconds)),
        ("rpo_reached_seconds", plain(result.rpo_reached_seconds)),
        ("rto_met", plain(result.rto_met)),
        ("rpo_met", plain(result.rpo_met)),
        ("passed", plain(result.passed())),
    ])
}

/// R20: capacity forecast.
pub fn capacity(input: &Input<'_>) -> Read<Parts> {
    let points = input.field("points")?.each(|point| {
        let [day, used] = point.items()?;
        Ok((day.date()?, used.decimal()?))
    })?;
    let (threshold, today) = (input.field("threshold")?.decimal()?, input.field("as_of")?.date()?);
    let lead_days = input.field("lead_days")?.integer()?;
    let forecast = forecast(&points, threshold, today, lead_days).map_err(|reason| reason.to_string())?;
    let line = forecast.line.as_ref();
    Ok(vec![
        ("slope_per_day", number(line.map(|line| line.slope.clone()), 6)),
        ("fitted_now", number(line.map(|line| line.on(today)), 4)),
        ("threshold_date", date(forecast.threshold_date)),
        ("order_by", date(forecast.order_by)),
        ("state", plain(forecast.state.word())),
    ])
}

/// R21: risk score.
pub fn risk(input: &Input<'_>) -> Read<Parts> {
    let controls = |name| input.optional(name)?.map_or(Ok(Vec::new()), |controls| controls.each(Input::decimal));
    let (on_likelihood, on_impact) = (controls("likelihood_controls_percent")?, controls("impact_controls_percent")?);
    let refused = |reason| format!("input: {reason}");
    let risk = Risk::new(input.field("likelihood")?.integer()?, input.field("impact")?.integer()?).map_err(refused)?;
    let residual = risk.residual(&on_likelihood, &on_impact).map_err(refused)?;
    let appetite = input.optional("appetite")?.map_or(Ok(APPETITE), |appetite| appetite.small())?;
    Ok(vec![
        ("score", plain(risk.score())),
        ("band", plain(risk.band().word())),
        ("residual_likelihood", plain(residual.likelihood())),
        ("residual_impact", plain(residual.impact())),
        ("residual", plain(residual.score())),
        ("residual_band", plain(residual.band().word())),
        ("acceptable", plain(residual.is_acceptable(appetite))),
    ])
}

/// R22: budget against actual.
pub fn budget(input: &Input<'_>) -> Read<Parts> {
    let cents = |name| -> Read<i128> { Ok(input.field(name)?.integer()?.into()) };
    let (budget, actual) = (cents("budget_cents")?, cents("actual_cents")?);
    let limit = input.decimal_or("flag_over_percent", money::FLAG_OVER_PERCENT)?;
    let now = variance(budget, actual, limit);
    let side = match now.side {
        Side::Over => plain("over"),
        Side::Under => plain("under"),
        // The rule has words for both sides, none for the middle.
        Side::On => Got::OwnWord { ours: "on", others: &["over", "under"] },
    };
    let mut parts = vec![
        ("variance_cents", integer(now.cents)),
        ("variance", percentage(now.share)),
        ("side", side),
        ("flag", plain(now.flagged)),
    ];
    if input.has("rest_of_year_budget_cents") {
        let by_plan = money::forecast_by_plan(actual, cents("rest_of_year_budget_cents")?);
        parts.push(("forecast_plan_cents", integer(by_plan)));
        if input.has("year_budget_cents") {
            let year = cents("year_budget_cents")?;
            parts.push(("forecast_variance", percentage(variance(year, by_plan, limit).share)));
        }
    }
    if input.has("months_done") {
        let by_rate = money::forecast_by_rate(actual, input.field("months_done")?.small()?);
        parts.push(("forecast_rate_cents", number(by_rate.map(|cents| cents.round()), 0)));
    }
    Ok(parts)
}

/// R23: error budget and burn rate.
pub fn error_budget(input: &Input<'_>) -> Read<Parts> {
    let slo = input.field("slo_percent")?.percent()?;
    if input.has("window_seconds") {
        let (window, bad) = (input.field("window_seconds")?.seconds(1)?, input.field("bad_seconds")?.seconds(1)?);
        let budget = burn::error_budget(slo, window, bad);
        return Ok(vec![
            ("budget_seconds", number(Some(budget.seconds), 1)),
            ("left_seconds", number(Some(budget.left_seconds), 1)),
            ("used", percentage(budget.used)),
        ]);
    }
    let burn_of = |name| -> Read<_> {
        let span = input.field(name)?;
        let events = Events { bad: span.field("bad")?.count()?, total: span.field("total")?.count()? };
        if events.bad > events.total {
            return Err(format!("input.{name} has {} bad events among {}", events.bad, events.total));
        }
        Ok(events.burn(slo))
    };
    let (long, short) = (burn_of("long")?, burn_of("short")?);
    let threshold = input.field("threshold")?.decimal()?;
    let (used, window) = (input.field("used_percent")?.decimal()?, input.field("window_hours")?.decimal()?);
    let empty = long.as_ref().and_then(|burn| burn::hours_to_empty(used, window, burn));
    Ok(vec![
        ("alert", plain(burn::alerts(long.as_ref(), short.as_ref(), threshold))),
        ("burn_long", number(long, 3)),
        ("burn_short", number(short, 3)),
        ("hours_to_empty", number(empty, 2)),
    ])
}

/// R24: samples for audits.
pub fn audit_sample(input: &Input<'_>) -> Read<Parts> {
    match input.field("kind")?.text()? {
        "discovery" => {
            let rate = input.field("fault_rate_percent")?.decimal()?;
            let confidence = input.field("confidence_percent")?.decimal()?;
            let found = discovery(input.field("population")?.count()?, rate, confidence);
            let found = found.map_err(|reason| format!("input: {reason}"))?;
            Ok(vec![("assumed_faulty", plain(found.assumed_faulty)), ("sample", plain(found.sample))])
        }
        "sites" => {
            let sample = sites(input.field("sites")?.count()?);
            Ok(vec![
                ("initial", plain(sample.initial)),
                ("surveillance", plain(sample.surveillance)),
                ("recertification", plain(sample.recertification)),
            ])
        }
        "pick" => {
            let ids = input.field("ids")?.each(Input::text)?;
            let picked = pick(&ids, input.field("size")?.small()?, input.field("seed")?.text()?);
            Ok(vec![("picked", Got::Words(picked.into_iter().map(str::to_owned).collect()))])
        }
        other => Err(format!("input.kind is \"{other}\", not discovery, sites or pick")),
    }
}

/// R26: certification dates.
pub fn certification(input: &Input<'_>) -> Read<Parts> {
    let day = |name| input.field(name)?.date();
    let parts = match input.field("kind")?.text()? {
        "cycle" => Cycle::from_decision(day("decision")?, LastDay::DayBefore).map(|cycle| {
            vec![
                ("valid_to", date(Some(cycle.valid_to))),
                ("first_surveillance_by", date(Some(cycle.first_surveillance_by))),
                ("second_surveillance_by", date(Some(cycle.second_surveillance_by))),
                ("recertification_audit_by", date(Some(cycle.recertification_audit_by))),
                ("restore_by", date(Some(cycle.restore_by))),
            ]
        }),
        "status" => {
            let (valid_to, today) = (day("valid_to")?, day("as_of")?);
            let suspended_on = input.optional("suspended_on")?.map(|since| since.date()).transpose()?;
            certification::certificate_state(valid_to, suspended_on, today)
                .map(|state| vec![("status", plain(state.word())), ("days_left", plain(days_between(today, valid_to)))])
        }
        "renew" => return renewal(day("valid_to")?, day("decision")?),
        "calendar-years" => {
            let (decision, held) = (day("decision")?, input.field("surveillance_held")?.each(Input::date)?);
            let missing = certification::years_without_audit(decision, &held, day("recertification_audit")?);
            certification::first_surveillance_on_time(decision, &held)
                .map(|first| vec![("years_without_audit", plain(missing)), ("first_on_time", plain(first))])
        }
        "stage2-major" => {
            let today = day("as_of")?;
            certification::major_corrected_by(day("stage2_last_day")?)
                .map(|latest| vec![("verify_by", date(Some(latest))), ("repeat_stage2", plain(today > latest))])
        }
        other => {
            return Err(format!("input.kind is \"{other}\", not cycle, status, renew, calendar-years or stage2-major"));
        }
    };
    parts.map_err(|reason| format!("input: {reason}"))
}

fn renewal(old_valid_to: jiff::civil::Date, decision: jiff::civil::Date) -> Read<Parts> {
    let renewal = certification::renewal(old_valid_to, decision).map_err(|reason| format!("input: {reason}"))?;
    let (path, valid_from) = match renewal.path {
        // Of a renewal on time the rule sets only the new last day: it begins with the decision at the earliest, and
        // with the day after the old last day at the latest, else there were days without a certificate.
        RenewalPath::Renewed => (
            Got::OwnWord { ours: RenewalPath::Renewed.word(), others: &["restored", "new-stage-2"] },
            Got::Between { ours: renewal.valid_from, from: decision, to: renewal.valid_from },
        ),
        known => (plain(known.word()), date(Some(renewal.valid_from))),
    };
    Ok(vec![
        ("path", path),
        ("valid_from", valid_from),
        ("valid_to", date(Some(renewal.valid_to))),
        ("gap_days", plain(renewal.gap_days)),
    ])
}

/// R27: repeated duties.
pub fn repeated_duty(input: &Input<'_>) -> Read<Parts> {
    let last_done = input.optional("last_done")?.map(|done| done.date()).transpose()?;
    let interval = input.field("interval_months")?.small()?;
    let soon = input.optional("soon_days")?.map_or(Ok(SOON_DAYS), |days| days.integer())?;
    let duty = duty(last_done, interval, soon, input.field("as_of")?.date()?);
    let duty = duty.map_err(|reason| format!("input.last_done: {reason}"))?;
    let state = match duty.state {
        // The rule names the states that call for something, not the one in which all is well.
        DutyState::InTime => {
            Got::OwnWord { ours: DutyState::InTime.word(), others: &["due-soon", "overdue", "never-done"] }
        }
        known => plain(known.word()),
    };
    Ok(vec![("due", date(duty.due)), ("state", state), ("days_left", plain(duty.days_left))])
}

/// R31: audit time estimate.
pub fn audit_time(input: &Input<'_>) -> Read<Parts> {
    let table = input.field("table")?.each(|row| {
        let [from, to, days] = row.items()?;
        Ok(AuditTableRow { from_people: from.count()?, to_people: to.count()?, days: days.decimal()? })
    })?;
    let factors = input.field("factors_percent")?.each(Input::decimal)?;
    let most = input.decimal_or("max_reduction_percent", certification::MOST_REDUCTION_PERCENT)?;
    let time = certification::audit_time(input.field("people")?.count()?, &factors, most, &table);
    let half_days = |part: fn(&certification::AuditTime) -> &crate::rules::number::Fraction| {
        number(time.as_ref().map(|time| part(time).clone()), 1)
    };
    Ok(vec![
        ("base_days", half_days(|time| &time.base_days)),
        ("factor_percent", number_as_written(time.as_ref().map(|time| time.factor_percent.clone()))),
        ("initial_days", half_days(|time| &time.initial_days)),
        ("surveillance_days", half_days(|time| &time.surveillance_days)),
        ("recertification_days", half_days(|time| &time.recertification_days)),
    ])
}
