//! Fields that the organisation adds to a kind. Once in the catalog they are fields like all others: forms, lists,
//! filters, API, import and export know no difference.

use std::collections::BTreeMap;

use futures::FutureExt;
use model::{Actor, Catalog, Choices, Field, FieldError, Kind, Moment, Refs, Refusal, Type, Value};
use serde_json::{Value as Json, json};

use crate::{
    Desk,
    house::{self, Deed},
    rights,
    store::{
        fault::Fault,
        house::{self as store, FieldRow},
        migrate,
    },
};

/// Longest name without its `x_`: an index is called after kind and field, and PostgreSQL keeps 63 letters.
const NAME_MAX: usize = 26;
/// Longest label and help, in characters, and most options of a choice.
const LABEL_MAX: usize = 80;
const HELP_MAX: usize = 300;
const OPTIONS_MAX: usize = 200;
/// Most own fields of one kind.
const FIELDS_MAX: usize = 300;

/// Types that an own field may have, with the word for people. A list has several values of the type before it.
pub const TYPES: &[(&str, &str)] = &[
    ("text", "Text"),
    ("long_text", "Text of several lines"),
    ("number", "Number"),
    ("money", "Money"),
    ("percentage", "Percentage"),
    ("date", "Date"),
    ("instant", "Date and time"),
    ("duration", "Duration"),
    ("flag", "Yes or no"),
    ("choice", "One of a list"),
    ("choices", "Several of a list"),
    ("person", "Person"),
    ("reference", "Record"),
];

/// A field to be added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewField {
    /// Empty: made from the label. `x_` is put in front where it is missing.
    pub name: String,
    pub label: String,
    pub help: String,
    /// One of [`TYPES`].
    pub ty: String,
    /// Of a choice, in order.
    pub options: Vec<String>,
    /// Kinds that a reference may lead to; empty for any.
    pub kinds: Vec<String>,
    pub required: bool,
    /// Gets an index: lists of a million records filter and sort by it at once.
    pub searchable: bool,
    /// Hidden from people of customers.
    pub internal: bool,
}

/// An own field as it is listed.
#[derive(Clone, Debug)]
pub struct OwnField {
    pub kind: &'static str,
    pub field: Field,
    pub hidden: bool,
}

impl Desk {
    /// The organisation's own fields, hidden ones among them.
    pub async fn own_fields(&self, actor: &Actor, now: Moment) -> Result<Vec<OwnField>, Refusal> {
        rights::administer(actor, now)?;
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let rows = store::fields(&mut conn).await?;
        Ok(rows.iter().filter_map(|row| own_field(&catalog, row)).collect())
    }

    /// Adds a field to a kind; it is there for the next question.
    ///
    /// # Errors
    /// `NotFound` for a kind that does not exist, `Invalid` with a sentence beside each answer that cannot be so.
    pub async fn add_field(&self, actor: &Actor, kind: &str, new: NewField, now: Moment) -> Result<Field, Refusal> {
        let warrant = rights::administer(actor, now)?;
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let definition = checked(&catalog, kind, &new).map_err(Refusal::Invalid)?;
        let row = FieldRow { kind: kind.name.into(), name: name_of(&new), definition, hidden: false };
        let field = own_field(&catalog, &row).ok_or_else(|| Fault::new("an own field does not read back"))?.field;
        let actor = actor.clone();
        self.db()
            .write(move |conn| {
                async move {
                    if !store::add_field(conn, &warrant, &row).await? {
                        return Err(Refusal::field("name", format!("there is a field {} already", row.name)));
                    }
                    let deed = Deed::on_named("custom_field", &format!("{}.{}", row.kind, row.name), "create")
                        .set("definition", Value::from_json(&row.definition));
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await?;
        self.load_fields().await?;
        Ok(field)
    }

    /// Takes a field out of sight, or brings it back. What records say in it stays with them.
    pub async fn hide_field(
        &self,
        actor: &Actor,
        kind: &str,
        name: &str,
        hidden: bool,
        now: Moment,
    ) -> Result<(), Refusal> {
        let warrant = rights::administer(actor, now)?;
        let kind = self.catalog().find(kind).ok_or(Refusal::NotFound)?.name;
        let (actor, name) = (actor.clone(), name.to_string());
        self.db()
            .write(move |conn| {
                async move {
                    if !store::hide_field(conn, &warrant, kind, &name, hidden).await? {
                        return Err(Refusal::NotFound);
                    }
                    let deed = Deed::on_named("custom_field", &format!("{kind}.{name}"), "edit")
                        .set("hidden", Some(Value::Flag(hidden)));
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await?;
        Ok(self.load_fields().await?)
    }

    /// Puts the own fields into the catalog, with the index of those that are searchable.
    pub(crate) async fn load_fields(&self) -> Result<(), Fault> {
        let standing = self.catalog();
        let mut conn = self.db().read().await?;
        let rows = store::fields(&mut conn).await?;
        drop(conn);
        let mut fields: BTreeMap<String, Vec<Field>> = BTreeMap::new();
        for own in rows.iter().filter_map(|row| own_field(&standing, row)).filter(|own| !own.hidden) {
            fields.entry(own.kind.into()).or_default().push(own.field);
        }
        if own_now(&standing) == fields {
            return Ok(());
        }
        let catalog = standing.with_fields(fields);
        migrate::ensure_indexes(self.db(), &catalog).await?;
        *self.inner.catalog.write().unwrap_or_else(std::sync::PoisonError::into_inner) = std::sync::Arc::new(catalog);
        Ok(())
    }
}

fn own_now(catalog: &Catalog) -> BTreeMap<String, Vec<Field>> {
    let own = |kind: &Kind| -> Vec<Field> { kind.fields.iter().filter(|field| field.custom).cloned().collect() };
    let kinds = catalog.kinds().iter().map(|kind| (kind.name.to_string(), own(kind)));
    kinds.filter(|(_, fields)| !fields.is_empty()).collect()
}

/// `x_` and what is left of the name, or of the label where no name is given.
fn name_of(new: &NewField) -> String {
    let given = if new.name.trim().is_empty() { &new.label } else { &new.name };
    let plain: String =
        given.trim().to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let plain = plain.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    format!("x_{}", plain.strip_prefix("x_").unwrap_or(&plain))
}

fn checked(catalog: &Catalog, kind: &Kind, new: &NewField) -> Result<Json, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, why: String| errors.push(FieldError::new(field, why));
    let (name, label) = (name_of(new), new.label.trim());
    let length = name.len() - 2;
    if label.is_empty() || label.chars().count() > LABEL_MAX {
        wrong("label", format!("say in 1 to {LABEL_MAX} characters what it is called"));
    } else if length == 0 {
        wrong("name", "needs letters a to z or digits: other systems refer to the field by it".into());
    }
    if length > NAME_MAX {
        wrong("name", format!("\"{name}\" is longer than {NAME_MAX} letters; give a shorter one"));
    }
    if kind.find(&name).is_some() {
        wrong("name", format!("there is a field {name} already"));
    }
    if kind.fields.iter().filter(|field| field.custom).count() >= FIELDS_MAX {
        wrong("label", format!("{} have {FIELDS_MAX} own fields, which is the most", kind.labels.to_lowercase()));
    }
    if new.help.trim().chars().count() > HELP_MAX {
        wrong("help", format!("has more than {HELP_MAX} characters"));
    }
    if !TYPES.iter().any(|(known, _)| *known == new.ty) {
        let known: Vec<&str> = TYPES.iter().map(|(known, _)| *known).collect();
        let hint = model::suggest::hint(&new.ty, known.iter().copied());
        wrong("type", format!("\"{}\" is not one of {}{hint}", new.ty, known.join(", ")));
    }
    let mut options: Vec<&str> = new.options.iter().map(|option| option.trim()).filter(|o| !o.is_empty()).collect();
    let count = options.len();
    options.dedup();
    let is_choice = matches!(new.ty.as_str(), "choice" | "choices");
    if is_choice && (options.is_empty() || count > OPTIONS_MAX) {
        wrong("options", format!("give 1 to {OPTIONS_MAX} options, one a line"));
    }
    if let Some(long) = options.iter().find(|option| option.chars().count() > LABEL_MAX) {
        wrong("options", format!("\"{long}\" is longer than {LABEL_MAX} characters"));
    }
    for target in &new.kinds {
        if catalog.find(target).is_none() {
            wrong("kinds", catalog.unknown(target));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(json!({
        "label": label,
        "help": new.help.trim(),
        "type": new.ty,
        "options": options,
        "kinds": new.kinds,
        "required": new.required,
        "searchable": new.searchable,
        "internal": new.internal,
    }))
}

/// The field that a row defines; `None` for a kind or type that this program does not know.
fn own_field(catalog: &Catalog, row: &FieldRow) -> Option<OwnField> {
    let kind = catalog.find(&row.kind)?.name;
    let told = &row.definition;
    let text = |name: &str| told[name].as_str().unwrap_or_default();
    let texts = |name: &str| told[name].as_array().into_iter().flatten().filter_map(Json::as_str);
    let flag = |name: &str| told[name].as_bool().unwrap_or_default();
    let choice = || {
        let options = texts("options").map(|option| (option.to_string(), option.to_string())).collect();
        Type::Choice(Choices { options, open: false })
    };
    let ty = match text("type") {
        "text" => Type::Text,
        "long_text" => Type::LongText,
        "number" => Type::Number,
        "money" => Type::Money,
        "percentage" => Type::Percentage,
        "date" => Type::Date,
        "instant" => Type::Instant,
        "duration" => Type::Duration,
        "flag" => Type::Flag,
        "person" => Type::Person,
        "choice" => choice(),
        "choices" => Type::list(choice()),
        "reference" => {
            let kinds = texts("kinds").filter_map(|target| Some(catalog.find(target)?.name)).collect();
            Type::Ref(Refs { kinds, or_text: false })
        }
        _ => return None,
    };
    let mut field = Field::new(row.name.clone(), ty).label(text("label")).help(text("help"));
    field.required = flag("required");
    field.indexed = flag("searchable");
    field.internal = flag("internal");
    field.custom = true;
    Some(OwnField { kind, field, hidden: row.hidden })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_with_x_and_hold_letters_digits_and_underscores() {
        let name = |name: &str, label: &str| {
            name_of(&NewField { name: name.into(), label: label.into(), ..NewField::default() })
        };
        assert_eq!(name("", "Cost centre (new)"), "x_cost_centre_new");
        assert_eq!(name("x_cost", "Cost centre"), "x_cost");
        assert_eq!(name("Cost--Centre", ""), "x_cost_centre");
        assert_eq!(name("", "Größe"), "x_gr_e");
        assert_eq!(name("", "費用"), "x_");
    }
}
