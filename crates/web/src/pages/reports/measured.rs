//! One figure of a month as the records give it, counted as service reports count it: what objectives are read from.

use desk::Desk;
use engines::{
    conformity::State,
    reporting::{figures::Window, periods::spanned},
};
use model::{Decimal, Moment, Refusal};

use super::{make::reader_of, sections};

/// The figure of a period that is over, in percent or points, now or as of an instant of the past; `None` where no record gives
/// one.
///
/// # Errors
/// What the desk refuses.
pub async fn measured(
    desk: &Desk,
    source: &str,
    period: &str,
    times: (Moment, Option<Moment>),
) -> Result<Option<Decimal>, Refusal> {
    let zone = desk.settings().time_zone();
    let Some((from, until)) = spanned(period, &zone) else { return Ok(None) };
    let (section, name) = match source {
        "incidents-in-time" => ("incidents", "Resolved in time"),
        "requests-in-time" => ("requests", "Fulfilled in time"),
        "changes-successful" => ("changes", "Successful"),
        "satisfaction" => ("satisfaction", "Mean of the ratings"),
        "requirements-proved" => return proved(desk, until).await.map(Some),
        _ => return Ok(None),
    };
    let reader = match reader_of(desk, Vec::new(), String::new(), times, Window { from, until }, zone).await {
        // Without a live service there is nothing to count.
        Err(Refusal::Invalid(_)) => return Ok(None),
        reader => reader?,
    };
    let figures = sections::figures(&reader, &[section], period).await?;
    Ok(figures.into_iter().find(|figure| figure.section == section && figure.name == name).and_then(|one| one.actual))
}

/// Share of requirements that were proved when the period ended, in percent.
async fn proved(desk: &Desk, until: Moment) -> Result<Decimal, Refusal> {
    let assessment = desk.assess_as_of(until.plus(-1)).await?;
    let (proved, whole) = (assessment.count(State::Proved), assessment.verdicts.len().max(1));
    Ok((Decimal::from(proved * 100) / Decimal::from(whole)).round_dp(2))
}
