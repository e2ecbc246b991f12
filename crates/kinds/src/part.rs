//! Named parts of a field, and the columns of its rows: fields without a key of their own.

use model::{
    Decimal, Field, Key, Moment,
    field::{Choice, Long, Many, Mixed, Parts, Percentage, PeriodName, Person, Ref, Text},
};

macro_rules! parts {
    ($($name:ident: $key:ty;)*) => {$(
        pub fn $name(name: &'static str) -> Field { Key::<$key>::new(name).$name() }
    )*};
}

parts! {
    text: Text;
    long: Long;
    number: Decimal;
    percentage: Percentage;
    flag: bool;
    date: model::Date;
    instant: Moment;
    period: PeriodName;
    person: Person;
    mixed: Mixed;
    texts: Many<Text>;
    numbers: Many<Decimal>;
    periods: Many<PeriodName>;
    persons: Many<Person>;
    mixed_list: Many<Mixed>;
}

pub fn duration(name: &'static str) -> Field {
    Key::<model::field::Duration>::new(name).duration()
}

pub fn money(name: &'static str) -> Field {
    Key::<model::field::Money>::new(name).money()
}

pub fn choice(name: &'static str, options: &[&str]) -> Field {
    Key::<Choice>::new(name).choice(options)
}

pub fn open_choice(name: &'static str, options: &[&str]) -> Field {
    Key::<Choice>::new(name).open_choice(options)
}

pub fn open_choices(name: &'static str, options: &[&str]) -> Field {
    Key::<Many<Choice>>::new(name).open_choices(options)
}

pub fn reference(name: &'static str, kinds: &[&'static str]) -> Field {
    Key::<Ref>::new(name).reference(kinds)
}

pub fn reference_or_text(name: &'static str, kinds: &[&'static str]) -> Field {
    Key::<Ref>::new(name).reference_or_text(kinds)
}

pub fn references(name: &'static str, kinds: &[&'static str]) -> Field {
    Key::<Many<Ref>>::new(name).references(kinds)
}

pub fn references_or_text(name: &'static str, kinds: &[&'static str]) -> Field {
    Key::<Many<Ref>>::new(name).references_or_text(kinds)
}

pub fn parts(name: &'static str, fields: Vec<Field>) -> Field {
    Key::<Parts>::new(name).parts(fields)
}

pub fn rows(name: &'static str, fields: Vec<Field>) -> Field {
    Key::<Many<Parts>>::new(name).rows(fields)
}
