//! Words of automatic mail as the organisation has them: its own templates, else those that the program offers.

use futures::FutureExt;
use mail::text::{self, OCCASIONS, Occasion, Words};
use model::{Actor, FieldError, Moment, Refusal, Value};
use serde::{Deserialize, Serialize};

use crate::{
    Desk,
    house::{self, Deed},
    rights,
    store::house as settings,
};

/// Subject and body of one occasion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub subject: String,
    pub body: String,
}

impl Text {
    fn offered(occasion: &Occasion) -> Text {
        Text { subject: occasion.subject.into(), body: occasion.body.into() }
    }
}

fn setting(occasion: &Occasion) -> String {
    format!("mail_text.{}", occasion.name)
}

impl Desk {
    /// What is sent on an occasion.
    pub(super) async fn mail_text(&self, occasion: &'static Occasion) -> Result<Text, Refusal> {
        let name = setting(occasion);
        let rows = settings::settings(&mut self.db().read().await?).await?;
        let own = rows.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        let own = own.and_then(|value| serde_json::from_value(value).ok());
        Ok(own.unwrap_or_else(|| Text::offered(occasion)))
    }

    /// Every occasion with its words, and whether they are the organisation's own.
    pub async fn mail_texts(
        &self,
        actor: &Actor,
        now: Moment,
    ) -> Result<Vec<(&'static Occasion, Text, bool)>, Refusal> {
        rights::administer(actor, now)?;
        let mut all = Vec::new();
        for occasion in &OCCASIONS {
            let text = self.mail_text(occasion).await?;
            let own = text != Text::offered(occasion);
            all.push((occasion, text, own));
        }
        Ok(all)
    }

    /// Sets the words of an occasion; empty ones go back to what the program offers.
    ///
    /// # Errors
    /// `Invalid` with line and reason beside what cannot be drawn; `NotFound` for an occasion that is none.
    pub async fn set_mail_text(&self, actor: &Actor, name: &str, text: Text, now: Moment) -> Result<(), Refusal> {
        let warrant = rights::administer(actor, now)?;
        let occasion = text::occasion(name).ok_or(Refusal::NotFound)?;
        let text = Text { subject: text.subject.trim().into(), body: text.body.replace("\r\n", "\n").trim().into() };
        let empty = text.subject.is_empty() && text.body.is_empty();
        let value = if empty || text == Text::offered(occasion) {
            None
        } else {
            preview(&text)?;
            Some(serde_json::json!({"subject": text.subject, "body": text.body}))
        };
        let (actor, name) = (actor.clone(), setting(occasion));
        let written = self.db().write(move |conn| {
            async move {
                settings::set_setting(conn, &warrant, &name, value.as_ref()).await?;
                let changed = value.as_ref().map(|value| Value::text(value.to_string()));
                house::journal(conn, &actor, Deed::on_named("setting", &name, "edit").set("value", changed), None, now)
                    .await
            }
            .boxed()
        });
        Ok(written.await?)
    }

    /// A text as it would read for an example record.
    ///
    /// # Errors
    /// `Invalid` with line and reason.
    pub fn preview_mail_text(&self, text: &Text) -> Result<Text, Refusal> {
        preview(text)
    }
}

/// Drawn with an example, and with nothing known, because records differ in what they hold.
fn preview(text: &Text) -> Result<Text, Refusal> {
    let mut errors = Vec::new();
    let mut draw = |field: &str, template: &str| {
        let drawn = text::draw(template, &Words::default()).and_then(|_| text::draw(template, &Words::sample()));
        drawn.unwrap_or_else(|why| {
            errors.push(FieldError::new(field, why));
            String::new()
        })
    };
    let drawn = Text { subject: draw("subject", &text.subject), body: draw("body", &text.body) };
    if text.subject.is_empty() {
        errors.push(FieldError::new("subject", "a message needs a subject"));
    }
    if errors.is_empty() { Ok(drawn) } else { Err(Refusal::Invalid(errors)) }
}
