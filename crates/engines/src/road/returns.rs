//! Cost and return of the way to the certificate, month by month: what was spent, what is left to spend, what comes back.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::rules::{Refused, dates::add_months};

/// Money that goes out or comes in on a day. In the organisation's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    pub on: Date,
    pub amount: Decimal,
}

/// What comes back every month from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain {
    pub since: Date,
    /// Of a whole month, weighted by how likely it is.
    pub a_month: Decimal,
}

/// The balance at the end of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// First day of the month.
    pub month: Date,
    pub amount: Decimal,
    /// The month is not over: everything from here on is a forecast.
    pub ahead: bool,
}

/// The balance of each month from the first cost on, for so many months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returns {
    pub balances: Vec<Balance>,
    /// First month at whose end nothing is missing any more, after something was; `None` within the months looked at.
    pub pays_back: Option<Date>,
    pub lowest: Decimal,
}

/// Adds up month by month. A gain counts for a month when the month begins on its day or later.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn returns(costs: &[Sum], gains: &[Gain], today: Date, months: usize) -> Result<Returns, Refused> {
    let first = costs.iter().map(|cost| cost.on).min().unwrap_or(today).first_of_month();
    let (mut balances, mut balance, mut lowest) = (Vec::with_capacity(months), Decimal::ZERO, Decimal::ZERO);
    let mut pays_back = None;
    for place in 0..months {
        let month = add_months(first, i32::try_from(place).unwrap_or(i32::MAX))?;
        let next = add_months(month, 1)?;
        let spent: Decimal = costs.iter().filter(|cost| (month..next).contains(&cost.on)).map(|cost| cost.amount).sum();
        let gained: Decimal = gains.iter().filter(|gain| gain.since <= month).map(|gain| gain.a_month).sum();
        let before = balance;
        balance += gained - spent;
        lowest = lowest.min(balance);
        if before < Decimal::ZERO && balance >= Decimal::ZERO {
            pays_back = Some(month);
        } else if balance < Decimal::ZERO {
            pays_back = None;
        }
        balances.push(Balance { month, amount: balance, ahead: next > today });
    }
    Ok(Returns { balances, pays_back, lowest })
}

/// How many fewer cases there are a month: the mean of the three whole months before the beginning against the mean of the
/// last three whole months. Never less than nothing; `None` without three whole months since the beginning.
///
/// `by_month` counts cases of a month; it is asked for months by their first day.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn fewer_a_month(begins: Date, today: Date, by_month: impl Fn(Date) -> usize) -> Result<Option<Decimal>, Refused> {
    let (first, running) = (begins.first_of_month(), today.first_of_month());
    if add_months(first, 4)? > running {
        return Ok(None);
    }
    let mean = |end: Date| -> Result<Decimal, Refused> {
        let mut cases = 0;
        for back in 1..=3 {
            cases += by_month(add_months(end, -back)?);
        }
        Ok(Decimal::from(cases) / Decimal::from(3))
    };
    Ok(Some((mean(first)? - mean(running)?).max(Decimal::ZERO)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_was_spent_comes_back() {
        let costs =
            [(3, 600), (4, 300)].map(|(month, amount)| Sum { on: date(2026, month, 10), amount: amount.into() });
        let gains = [Gain { since: date(2026, 5, 1), a_month: 300.into() }];
        let told = returns(&costs, &gains, date(2026, 5, 20), 6).expect("dates can be written");
        let amounts: Vec<i64> =
            told.balances.iter().map(|balance| i64::try_from(balance.amount).expect("whole")).collect();
        assert_eq!(amounts, [-600, -900, -600, -300, 0, 300]);
        assert_eq!(told.pays_back, Some(date(2026, 7, 1)));
        assert_eq!(told.lowest, Decimal::from(-900));
        let ahead: Vec<bool> = told.balances.iter().map(|balance| balance.ahead).collect();
        assert_eq!(ahead, [false, false, true, true, true, true]);
    }

    #[test]
    fn a_later_cost_takes_the_pay_back_away_again() {
        let costs =
            [Sum { on: date(2026, 1, 1), amount: 100.into() }, Sum { on: date(2026, 3, 1), amount: 500.into() }];
        let gains = [Gain { since: date(2026, 2, 1), a_month: 100.into() }];
        assert_eq!(returns(&costs, &gains, date(2026, 1, 1), 4).expect("dates").pays_back, None);
        assert_eq!(returns(&costs, &gains, date(2026, 1, 1), 8).expect("dates").pays_back, Some(date(2026, 7, 1)));
    }

    #[test]
    fn fewer_cases_are_counted_over_whole_months() {
        let cases = |month: Date| if month < date(2026, 3, 1) { 9 } else { 4 };
        assert_eq!(fewer_a_month(date(2026, 3, 10), date(2026, 7, 2), cases), Ok(Some(5.into())));
        assert_eq!(fewer_a_month(date(2026, 3, 10), date(2026, 6, 30), cases), Ok(None));
        assert_eq!(fewer_a_month(date(2026, 3, 10), date(2026, 7, 2), |_| 3), Ok(Some(0.into())));
    }
}
