//! Availability of a service, what a target allows, chains of parts, users hit, mean times (rules R13 to R15).

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::calendar::Calendar;
use super::number::{Fraction, percent, quotient, share, whole};
use super::spans::{Span, common, join, total, without};

/// Hours before its start by which maintenance must be announced unless the agreement says otherwise (R13).
pub const MIN_NOTICE_HOURS: i64 = 72;

/// A maintenance window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maintenance {
    pub window: Span,
    /// None when it was never announced.
    pub announced: Option<Timestamp>,
}

/// What was agreed on maintenance (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaintenanceTerms {
    /// Notice, in hours, that excuses a window.
    pub min_notice_hours: i64,
    /// Excused minutes per period at most; None for no cap.
    pub cap_minutes: Option<i64>,
}

impl Default for MaintenanceTerms {
    fn default() -> Self {
        MaintenanceTerms { min_notice_hours: MIN_NOTICE_HOURS, cap_minutes: None }
    }
}

/// Service time of a period, in seconds (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The service calendar cut to the period.
    pub agreed_seconds: i64,
    /// Agreed service time without excused maintenance.
    pub counted_seconds: i64,
    /// Outages within the counted time, joined.
    pub down_seconds: i64,
}

impl Availability {
    /// Measures a period (R13). Announced maintenance leaves both sides; what runs over, comes at late notice or
    /// exceeds the cap counts as downtime as far as an outage covers it.
    pub fn measure(
        calendar: &Calendar,
        period: Span,
        outages: &[Span],
        maintenance: &[Maintenance],
        terms: MaintenanceTerms,
    ) -> Availability {
        let agreed = calendar.working_spans(period);
        let announced = maintenance.iter().filter(|window| terms.excuse(window)).map(|window| window.window);
        let excused = earliest(common(&agreed, &join(announced)), terms.cap_minutes);
        let counted = without(&agreed, &excused);
        let down = common(&counted, &join(outages.iter().copied()));
        Availability { agreed_seconds: total(&agreed), counted_seconds: total(&counted), down_seconds: total(&down) }
    }

    /// `(counted - down) / counted`; None when no service time counts.
    pub fn share(self) -> Option<Fraction> {
        share(self.counted_seconds - self.down_seconds, self.counted_seconds)
    }
}

impl MaintenanceTerms {
    fn excuse(self, maintenance: &Maintenance) -> bool {
        let notice = maintenance.announced.map(|at| maintenance.window.from.as_second() - at.as_second());
        notice.is_some_and(|seconds| seconds >= self.min_notice_hours.saturating_mul(3600))
    }
}

/// The earliest minutes of some spans, up to a cap.
fn earliest(spans: Vec<Span>, cap_minutes: Option<i64>) -> Vec<Span> {
    let Some(cap) = cap_minutes else { return spans };
    let mut left = cap.saturating_mul(60).max(0);
    let mut kept = Vec::new();
    for span in spans {
        let taken = left.min(span.seconds());
        let to = span.from.saturating_add(SignedDuration::from_secs(taken)).unwrap_or(span.to);
        kept.push(Span::new(span.from, to));
        left -= taken;
    }
    join(kept)
}

/// Downtime in seconds that a target in percent allows in some service time: time times (100 - target) (R14).
pub fn allowed_seconds(service_seconds: i64, target_percent: Decimal) -> Fraction {
    whole(service_seconds) * (whole(1) - percent(target_percent))
}

/// Availability of parts in a row: the product of their shares (R14). An SLA stricter than it is a risk to record.
pub fn in_series(parts: &[Fraction]) -> Fraction {
    parts.iter().product()
}

/// Availability of parts side by side, each able to carry the load alone: one minus the product of the failures (R14).
pub fn in_parallel(parts: &[Fraction]) -> Fraction {
    whole(1) - parts.iter().map(|part| whole(1) - part).product::<Fraction>()
}

/// An outage that hit a part of the users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialOutage {
    /// Seconds of counted service time.
    pub seconds: i64,
    pub users_percent: Decimal,
}

/// Downtime weighted by users: each outage counts its seconds times the share of users hit (R14).
pub fn weighted_seconds(outages: &[PartialOutage]) -> Fraction {
    outages.iter().map(|outage| whole(outage.seconds) * percent(outage.users_percent)).sum()
}

/// Availability with weighted downtime: `(counted - weighted) / counted` (R14).
pub fn weighted_share(counted_seconds: i64, weighted: &Fraction) -> Option<Fraction> {
    quotient(whole(counted_seconds) - weighted, whole(counted_seconds))
}

/// One failure, in seconds of counted service time (R15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    pub down_seconds: i64,
    /// From the start of repair to its end.
    pub repair_seconds: i64,
    pub acknowledge_seconds: i64,
}

/// Mean times over the failures of a period, in seconds (R15). Many people write MTTR and mean MTRS: label clearly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeanTimes {
    /// To restore service: total downtime / n.
    pub mtrs: Fraction,
    /// To repair: total repair time / n.
    pub mttr: Fraction,
    /// Between failures: (counted - down) / n.
    pub mtbf: Fraction,
    /// Between service incidents: counted / n, which is MTBF + MTRS.
    pub mtbsi: Fraction,
    /// To acknowledge: total / n.
    pub mtta: Fraction,
}

impl MeanTimes {
    /// None, "no data", without a failure.
    pub fn of(counted_seconds: i64, failures: &[Outage]) -> Option<MeanTimes> {
        let sum = |part: fn(&Outage) -> i64| failures.iter().map(|failure| i128::from(part(failure))).sum::<i128>();
        let down = sum(|failure| failure.down_seconds);
        let mean = |seconds: i128| share(seconds, failures.len());
        Some(MeanTimes {
            mtrs: mean(down)?,
            mttr: mean(sum(|failure| failure.repair_seconds))?,
            mtbf: mean(i128::from(counted_seconds) - down)?,
            mtbsi: mean(i128::from(counted_seconds))?,
            mtta: mean(sum(|failure| failure.acknowledge_seconds))?,
        })
    }
}
