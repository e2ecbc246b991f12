//! What every kind is written with: the nouns of `model`, the typed values, and what kinds share.

pub use model::{
    Area, Column, Decimal, Draft, Field, FieldError, Key, Kind, Lifecycle, Moment, Value,
    field::{Choice, Long, Many, Mixed, Money, Parts, Percentage, PeriodName, Person, Ref, Text},
    kind::{Facts, Outside},
    lifecycle::Phase::{Done, Open, Waiting},
};

/// A calendar day.
pub use model::Date;

pub use crate::{agreed, lifecycles, links, part, roles, rules, shared, waiting, work};
