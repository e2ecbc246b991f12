//! One person's way in: name, roles, how far they reach and how they like their pages.

use model::{Actor, Moment, Role, Via};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub id: i64,
    /// In small letters; what people sign in with.
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// The customer (its record number) whose person this is; `None` for the provider's own people.
    pub customer: Option<String>,
    pub active: bool,
    /// From when to when it may be used; external auditors always have one.
    pub window: Option<(Moment, Moment)>,
    pub preferences: Preferences,
    pub created: Moment,
}

/// How a person likes their pages. Unknown names in the database are kept out of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Whether single-letter keys work.
    pub keys: bool,
}

impl Default for Preferences {
    fn default() -> Preferences {
        Preferences { theme: "system".into(), keys: true }
    }
}

impl Account {
    /// Whether it may be used at all at this time.
    pub fn is_open_at(&self, now: Moment) -> bool {
        self.active && self.window.is_none_or(|(from, until)| from <= now && now < until)
    }

    /// The one who acts when this account does. External auditors only ever read.
    pub fn actor(&self, via: Via, read_only: bool) -> Actor {
        Actor {
            email: self.email.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            customer: self.customer.clone(),
            via,
            window: self.window,
            read_only: read_only || self.roles.contains(&Role::ExternalAuditor),
        }
    }
}
