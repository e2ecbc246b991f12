//! What stands on the page of risks in figures: counted by the database, so that nothing is cut however many risks there are.

use desk::{Desk, Shown};
use engines::{
    conformity::catalogue,
    rules::{
        dates::{add_days, add_months},
        duty::SOON_DAYS,
    },
};
use kinds::governance::risk;
use model::{Actor, Date, Decimal, Kind, Moment, Query, Refusal, filter_text, query::EVERY, query::orders};

use super::grid::Method;
use crate::{
    pages::lines::encoded,
    view::parts::{Figure, Link},
};

/// Values of fields, and how many records have them.
pub type Counted = (Vec<String>, i64);

/// Who counts what, and when.
pub struct Room<'r> {
    pub desk: &'r Desk,
    pub actor: &'r Actor,
    pub kind: &'r Kind,
    pub now: Moment,
}

impl Room<'_> {
    fn query(&self, filter: &str) -> Result<Query, Refusal> {
        let filter = filter_text::parse(filter, self.kind).map_err(Refusal::Query)?;
        Ok(Query { filter, ..Query::of(self.kind.name) })
    }

    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn spread(&self, filter: &str, fields: &[&str]) -> Result<Vec<Counted>, Refusal> {
        self.desk.spread(self.actor, &self.query(filter)?, fields, self.now).await
    }

    /// All that a filter finds.
    ///
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn count(&self, filter: &str) -> Result<i64, Refusal> {
        Ok(self.spread(filter, &[]).await?.first().map_or(0, |(_, count)| *count))
    }

    /// How many risks stand at each pair of levels; those that lack one of the two are left out.
    ///
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn levels(&self, filter: &str, fields: (&str, &str)) -> Result<Vec<((Decimal, Decimal), i64)>, Refusal> {
        let level = |text: &String| text.parse::<Decimal>().ok();
        let read = |(values, count): Counted| Some(((level(values.first()?)?, level(values.get(1)?)?), count));
        Ok(self.spread(filter, &[fields.0, fields.1]).await?.into_iter().filter_map(read).collect())
    }

    /// The risks of which most is left; those without a residual score stand by the score that they have.
    ///
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn highest(&self, filter: &str, most: usize) -> Result<Vec<Shown>, Refusal> {
        let mut found = Vec::new();
        for (more, order) in [("residual is filled", "-residual,-score"), ("residual is empty", "-score")] {
            let query = Query {
                order: orders(order, self.kind).map_err(Refusal::Query)?,
                columns: vec![EVERY.into()],
                size: most,
                ..self.query(&format!("{filter} and {more}"))?
            };
            found.extend(self.desk.list(self.actor, &query, self.now).await?.records);
        }
        let score = |shown: &Shown| risk::SCORE.get(shown.fields());
        found.sort_by_key(|shown| {
            std::cmp::Reverse((risk::RESIDUAL.get(shown.fields()).or(score(shown)), score(shown)))
        });
        found.truncate(most);
        Ok(found)
    }

    /// The figures above the matrix; each leads to the records that it counts.
    ///
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn figures(&self, filter: &str, method: &Method, whole: i64) -> Result<Vec<Figure>, Refusal> {
        let limit = method.limit.normalize();
        let above = format!("(residual > {limit} or (residual is empty and score > {limit}))");
        let today = self.now.date();
        let ran_out = format!("(accepted_by is filled and accepted_until < {today})");
        let wanted = [
            ("Above the limit", above.clone()),
            ("Want a decision", format!("({ran_out} or (accepted_by is empty and {above}))")),
            ("Review is due", review_is_due(self.months(), today)),
            ("Without an owner", "owner is empty".into()),
        ];
        let list = |filter: &str| format!("/risks?filter={}", encoded(filter));
        let figure = |label: &str, count: i64, href: String| Figure {
            label: label.into(),
            value: Link::new(count.to_string(), if count == 0 { String::new() } else { href }),
            whole: String::new(),
        };
        let mut told = vec![figure("Risks", whole, list(filter))];
        for (label, more) in wanted {
            let narrowed = format!("{filter} and {more}");
            told.push(figure(label, self.count(&narrowed).await?, list(&narrowed)));
        }
        Ok(told)
    }

    /// Months between two reviews where a risk names no day of its own.
    pub fn months(&self) -> i32 {
        let settings = self.desk.settings();
        let offered = || catalogue().interval("risk_review").map(|interval| interval.default_months);
        settings.conformity.intervals.get("risk_review").copied().or_else(offered).unwrap_or(12)
    }
}

/// Rule R27 as a filter: never looked at, overdue, or due within the days that count as soon.
fn review_is_due(months: i32, today: Date) -> String {
    let soon = add_days(today, SOON_DAYS).unwrap_or(today);
    // The last day of a review whose next one falls due by then: months are not all as long.
    let mut looked = add_months(soon, -months).unwrap_or(soon);
    while let Ok(next) = add_days(looked, 1) {
        if !add_months(next, months).is_ok_and(|due| due <= soon) {
            break;
        }
        looked = next;
    }
    format!(
        "((review_due is filled and review_due <= {soon}) or (review_due is empty and (reviewed_on is empty or reviewed_on <= {looked})))"
    )
}

#[cfg(test)]
mod tests {
    use model::Date;

    use super::review_is_due;

    #[test]
    fn the_end_of_a_month_counts_as_rule_r27_counts_it() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        // Due by 28 Feb 2027: whatever was looked at on 28 to 31 Aug 2026 is, as February has no later day.
        assert!(review_is_due(6, day("2027-01-29")).contains("reviewed_on <= 2026-08-31"));
        assert!(review_is_due(12, day("2026-11-26")).contains("review_due <= 2026-12-26"));
        assert!(review_is_due(12, day("2026-11-26")).contains("reviewed_on <= 2025-12-26"));
    }
}
