//! One attribute of a kind, built in or added by the organisation.

use std::marker::PhantomData;

use crate::{
    lifecycle::sentence_case,
    record::Fields,
    time::Moment,
    types::{Choices, Refs, Type},
    value::Value,
};

/// A part that every record has and some kinds call by a name of their own ("status" for the state).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Common {
    Number,
    Title,
    State,
}

/// A typed column of the record table that mirrors a field, so that queues never open the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Priority,
    Service,
    Team,
    Owner,
    Requester,
    Due,
}

/// One attribute: at most fourteen properties, more would be a rule in Rust (house.md section 11).
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub help: String,
    pub ty: Type,
    pub required: bool,
    /// States in which it must be filled.
    pub required_in: Vec<&'static str>,
    /// Gets an index, so that filters and sorting by it stay fast at any size.
    pub indexed: bool,
    pub column: Option<Column>,
    /// Another name of a common part: reading gives that part, writing sets it.
    pub alias: Option<Common>,
    /// Never shown to people of a customer.
    pub internal: bool,
    pub default: Option<Value>,
    /// What the form of a new record begins with; other than a default, the door never puts it in by itself.
    pub offered: Option<Value>,
    /// Heading under which forms and pages group it; empty for the first group.
    pub group: &'static str,
    /// Added by the organisation; its name begins with `x_`.
    pub custom: bool,
    /// Filled by rules and acts alone: forms do not offer it, and input that would change it is refused.
    pub derived: bool,
}

impl Field {
    pub fn new(name: impl Into<String>, ty: Type) -> Field {
        let name = name.into();
        Field {
            label: sentence_case(&name),
            name,
            help: String::new(),
            ty,
            required: false,
            required_in: Vec::new(),
            indexed: false,
            column: None,
            alias: None,
            internal: false,
            default: None,
            offered: None,
            group: "",
            custom: false,
            derived: false,
        }
    }

    pub fn label(mut self, label: &str) -> Field {
        self.label = label.into();
        self
    }

    pub fn help(mut self, help: &str) -> Field {
        self.help = help.into();
        self
    }

    pub fn required(mut self) -> Field {
        self.required = true;
        self
    }

    pub fn required_in(mut self, states: &[&'static str]) -> Field {
        self.required_in = states.to_vec();
        self
    }

    pub fn indexed(mut self) -> Field {
        self.indexed = true;
        self
    }

    pub fn column(mut self, column: Column) -> Field {
        self.column = Some(column);
        self
    }

    pub fn alias(mut self, common: Common) -> Field {
        self.alias = Some(common);
        self
    }

    pub fn internal(mut self) -> Field {
        self.internal = true;
        self
    }

    pub fn derived(mut self) -> Field {
        self.derived = true;
        self
    }

    pub fn default(mut self, value: Value) -> Field {
        self.default = Some(value);
        self
    }

    pub fn offered(mut self, value: Value) -> Field {
        self.offered = Some(value);
        self
    }

    pub fn group(mut self, group: &'static str) -> Field {
        self.group = group;
        self
    }
}

/// The compiler's handle on a field: the type is a phantom, the name is the truth.
pub struct Key<T> {
    pub name: &'static str,
    ty: PhantomData<fn() -> T>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

/// What a Rust type looks like as a stored value.
pub trait Stored: Sized {
    fn load(value: &Value) -> Option<Self>;
    fn store(self) -> Value;
}

/// A single line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);
/// Text of several lines, in Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Long(pub String);
/// The e-mail of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person(pub String);
/// The number of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref(pub String);
/// The name of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice(pub String);
/// A month, quarter, half-year or year by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodName(pub String);
/// An amount in the organisation's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money(pub rust_decimal::Decimal);
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentage(pub rust_decimal::Decimal);
/// Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub rust_decimal::Decimal);
/// A list of entries of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Many<T>(pub Vec<T>);
/// Named parts, or rows of them inside [`Many`].
#[derive(Clone, Debug, PartialEq)]
pub struct Parts(pub std::collections::BTreeMap<String, Value>);
/// Anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixed(pub Value);

macro_rules! stored {
    ($($ty:ident: $load:expr, $store:expr;)*) => {$(
        impl Stored for $ty {
            fn load(value: &Value) -> Option<Self> { ($load)(value) }
            fn store(self) -> Value { ($store)(self) }
        }
    )*};
}

fn text_of(value: &Value) -> Option<String> {
    value.as_text().map(str::to_string)
}

type Day = jiff::civil::Date;
type Number = rust_decimal::Decimal;

stored! {
    Text: |value| text_of(value).map(Text), |text: Text| Value::Text(text.0);
    Long: |value| text_of(value).map(Long), |text: Long| Value::Text(text.0);
    Person: |value| text_of(value).map(Person), |text: Person| Value::Text(text.0);
    Ref: |value| text_of(value).map(Ref), |text: Ref| Value::Text(text.0);
    Choice: |value| text_of(value).map(Choice), |text: Choice| Value::Text(text.0);
    PeriodName: |value| text_of(value).map(PeriodName), |text: PeriodName| Value::Text(text.0);
    Money: |value: &Value| value.as_number().or_else(|| value.part("amount")?.as_number()).map(Money), |money: Money| Value::Number(money.0);
    Percentage: |value: &Value| value.as_number().map(Percentage), |share: Percentage| Value::Number(share.0);
    Duration: |value: &Value| value.as_number().map(Duration), |span: Duration| Value::Number(span.0);
    Number: Value::as_number, Value::Number;
    bool: Value::as_flag, Value::Flag;
    Day: |value: &Value| match value { Value::Date(date) => Some(*date), _ => None }, Value::Date;
    Moment: Value::as_moment, Value::Instant;
    Mixed: |value: &Value| Some(Mixed(value.clone())), |mixed: Mixed| mixed.0;
    Parts: |value: &Value| match value { Value::Parts(parts) => Some(Parts(parts.clone())), _ => None }, |parts: Parts| Value::Parts(parts.0);
}

impl<T: Stored> Stored for Many<T> {
    fn load(value: &Value) -> Option<Self> {
        Some(Many(value.entries().iter().filter_map(T::load).collect()))
    }

    fn store(self) -> Value {
        Value::List(self.0.into_iter().map(T::store).collect())
    }
}

impl<T> Key<T> {
    pub const fn new(name: &'static str) -> Self {
        Key { name, ty: PhantomData }
    }
}

impl<T: Stored> Key<T> {
    pub fn get(self, fields: &Fields) -> Option<T> {
        fields.get(self.name).and_then(T::load)
    }
}

fn choices(options: &[&str], open: bool) -> Type {
    Type::Choice(Choices { options: options.iter().map(|name| (name.to_string(), choice_label(name))).collect(), open })
}

/// Short codes such as P1 keep their capitals; words read as words.
fn choice_label(name: &str) -> String {
    if name.chars().any(|c| c.is_ascii_uppercase()) { name.into() } else { sentence_case(name) }
}

fn refs(kinds: &[&'static str], or_text: bool) -> Type {
    Type::Ref(Refs { kinds: kinds.to_vec(), or_text })
}

macro_rules! makers {
    ($($key:ty: $method:ident => $ty:expr;)*) => {$(
        impl Key<$key> { pub fn $method(self) -> Field { Field::new(self.name, $ty) } }
    )*};
}

makers! {
    Text: text => Type::Text;
    Long: long => Type::LongText;
    Person: person => Type::Person;
    PeriodName: period => Type::Period;
    Money: money => Type::Money;
    Percentage: percentage => Type::Percentage;
    Duration: duration => Type::Duration;
    rust_decimal::Decimal: number => Type::Number;
    bool: flag => Type::Flag;
    jiff::civil::Date: date => Type::Date;
    Moment: instant => Type::Instant;
    Mixed: mixed => Type::Mixed;
    Many<Text>: texts => Type::list(Type::Text);
    Many<Person>: persons => Type::list(Type::Person);
    Many<Mixed>: mixed_list => Type::list(Type::Mixed);
    Many<rust_decimal::Decimal>: numbers => Type::list(Type::Number);
    Many<PeriodName>: periods => Type::list(Type::Period);
}

impl Key<Choice> {
    /// A list that the product reasons on: a new value is refused.
    pub fn choice(self, options: &[&str]) -> Field {
        Field::new(self.name, choices(options, false))
    }

    /// Values in use; the organisation may have others.
    pub fn open_choice(self, options: &[&str]) -> Field {
        Field::new(self.name, choices(options, true))
    }
}

impl Key<Many<Choice>> {
    /// A list that the product reasons on: a new value is refused.
    pub fn choices(self, options: &[&str]) -> Field {
        Field::new(self.name, Type::list(choices(options, false)))
    }

    pub fn open_choices(self, options: &[&str]) -> Field {
        Field::new(self.name, Type::list(choices(options, true)))
    }
}

impl Key<Ref> {
    pub fn reference(self, kinds: &[&'static str]) -> Field {
        Field::new(self.name, refs(kinds, false))
    }

    /// A record's number or, as well, a free text.
    pub fn reference_or_text(self, kinds: &[&'static str]) -> Field {
        Field::new(self.name, refs(kinds, true))
    }
}

impl Key<Many<Ref>> {
    pub fn references(self, kinds: &[&'static str]) -> Field {
        Field::new(self.name, Type::list(refs(kinds, false)))
    }

    pub fn references_or_text(self, kinds: &[&'static str]) -> Field {
        Field::new(self.name, Type::list(refs(kinds, true)))
    }
}

impl Key<Parts> {
    pub fn parts(self, fields: Vec<Field>) -> Field {
        Field::new(self.name, Type::Parts(fields))
    }
}

impl Key<Many<Parts>> {
    /// A sub-table: each row has these fields.
    pub fn rows(self, fields: Vec<Field>) -> Field {
        Field::new(self.name, Type::list(Type::Parts(fields)))
    }
}
