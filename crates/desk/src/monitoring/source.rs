//! Sources of events: one monitoring tool each, with the organisation's policy and mapping.

use events::{Policy, Rules};
use futures::FutureExt;
use model::{Actor, FieldError, Kind, Moment, Refusal, Type, Value};

use crate::{
    Desk,
    house::{self, Deed},
    monitoring::Source,
    rights,
    store::{events as store, record},
};

/// A source as somebody wants it.
#[derive(Clone, Debug, Default)]
pub struct SourceEdit {
    pub name: String,
    pub slug: String,
    pub policy: Policy,
    pub active: bool,
}

/// Names that a mapping may set beside fields of the record.
const SPECIAL: [&str; 5] = ["ci", "service", "severity", "identity", "title"];

impl Desk {
    /// All sources, for administrators.
    pub async fn event_sources(&self, actor: &Actor, now: Moment) -> Result<Vec<Source>, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(store::sources(&mut conn).await?)
    }

    /// Makes a source, or changes the one with this id.
    ///
    /// # Errors
    /// `Invalid` with a sentence beside each setting; `NotFound` for an id that is none.
    pub async fn save_event_source(
        &self,
        actor: &Actor,
        id: Option<i64>,
        edit: SourceEdit,
        now: Moment,
    ) -> Result<Source, Refusal> {
        let warrant = rights::administer(actor, now)?;
        let others = self.event_sources(actor, now).await?;
        let before = match id {
            Some(id) => Some(others.iter().find(|source| source.id == id).cloned().ok_or(Refusal::NotFound)?),
            None => None,
        };
        let source = Source {
            id: before.as_ref().map_or_else(|| self.inner.ids.next(now), |before| before.id),
            name: edit.name.split_whitespace().collect::<Vec<_>>().join(" "),
            slug: edit.slug.trim().to_lowercase(),
            policy: trimmed(edit.policy),
            active: edit.active,
            added: before.as_ref().map_or(now, |before| before.added),
            heard: before.as_ref().and_then(|before| before.heard),
        };
        let errors = self.source_errors(&source, &others).await?;
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let (saved, actor) = (source.clone(), actor.clone());
        let deed = deed(&source, before.as_ref());
        self.db()
            .write(move |conn| {
                async move {
                    store::save(conn, &warrant, &saved).await?;
                    house::journal(conn, &actor, deed, None, now).await
                }
                .boxed()
            })
            .await?;
        Ok(source)
    }

    async fn source_errors(&self, source: &Source, others: &[Source]) -> Result<Vec<FieldError>, Refusal> {
        let mut errors = source.policy.errors();
        let mut wrong = |field: &str, why: String| errors.push(FieldError::new(field, why));
        if source.name.is_empty() || source.name.chars().count() > 100 {
            wrong("name", "needs 1 to 100 characters".into());
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if source.slug.is_empty() || source.slug.len() > 60 || !source.slug.chars().all(plain) {
            wrong("slug", "needs 1 to 60 small letters, digits and hyphens".into());
        }
        for other in others.iter().filter(|other| other.id != source.id) {
            if other.name == source.name {
                wrong("name", "is the name of another source".into());
            }
            if other.slug == source.slug {
                wrong("slug", format!("is the address of {}", other.name));
            }
        }
        let catalog = self.catalog();
        let policy = &source.policy;
        match catalog.find(&policy.opens) {
            None => wrong("opens", catalog.unknown(&policy.opens)),
            Some(kind) if kind.monitored.is_none() => {
                let labels = kind.labels.to_lowercase();
                wrong("opens", format!("{labels} do not follow what monitoring says"));
            }
            Some(kind) => errors.extend(field_errors(kind, policy)),
        }
        if !policy.customer.is_empty() {
            let mut conn = self.db().read().await?;
            let found = record::load(&mut conn, &catalog, std::slice::from_ref(&policy.customer), false).await?;
            let refers = catalog.find(&policy.opens).and_then(|kind| kind.type_of(kind.customer_field?));
            let is_customer = found.values().any(|kept| match &refers {
                Some(Type::Ref(refs)) => refs.kinds.contains(&kept.record.kind),
                _ => true,
            });
            if !is_customer {
                errors.push(FieldError::new("customer", format!("there is no customer {}", policy.customer)));
            }
        }
        Ok(errors)
    }
}

/// Fields that are set and are none, or cannot hold what they are given.
fn field_errors(kind: &Kind, policy: &Policy) -> Vec<FieldError> {
    let strange = |name: &str| {
        let hint = model::suggest::hint(name, kind.names().chain(SPECIAL));
        format!("{} has no field \"{name}\"{hint}", kind.label.to_lowercase())
    };
    let mut errors = Vec::new();
    for (name, text) in &policy.fields {
        let typed = kind.type_of(name).ok_or_else(|| strange(name)).and_then(|ty| {
            let parsed = ty.parse(text);
            parsed.map(drop).map_err(|why| format!("{name}: {why}"))
        });
        errors.extend(typed.err().map(|why| FieldError::new("fields", why)));
    }
    if let Ok(rules) = Rules::read(&policy.rules) {
        let wrong = rules.fields().find(|(_, name)| kind.type_of(name).is_none() && !SPECIAL.contains(name));
        errors.extend(wrong.map(|(line, name)| FieldError::new("rules", format!("line {line}: {}", strange(name)))));
    }
    errors
}

fn trimmed(policy: Policy) -> Policy {
    let fields = policy.fields.into_iter().map(|(name, text)| (name.trim().to_string(), text.trim().to_string()));
    Policy {
        opens: policy.opens.trim().into(),
        customer: policy.customer.trim().into(),
        rules: policy.rules.replace("\r\n", "\n").trim_end().into(),
        fields: fields.filter(|(name, text)| !name.is_empty() && !text.is_empty()).collect(),
        ..policy
    }
}

fn deed(source: &Source, before: Option<&Source>) -> Deed {
    let act = if before.is_some() { "edit" } else { "create" };
    let text = |value: &str| Some(Value::text(value));
    let policy = |source: &Source| serde_json::to_string(&source.policy).unwrap_or_default();
    let mut deed = Deed::on("event_source", source.id, act)
        .differs("name", before.and_then(|before| text(&before.name)), text(&source.name))
        .differs("slug", before.and_then(|before| text(&before.slug)), text(&source.slug))
        .differs("policy", before.and_then(|before| text(&policy(before))), text(&policy(source)))
        .differs("active", before.map(|before| Value::Flag(before.active)), Some(Value::Flag(source.active)));
    deed.number = source.slug.clone();
    deed
}
