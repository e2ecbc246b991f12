//! Who is acting: a person, a token, an import or the system with a reason.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Administrator,
    SmsManager,
    ProcessOwner,
    Agent,
    Approver,
    CustomerUser,
    InternalAuditor,
    ExternalAuditor,
    TopManagement,
}

impl Role {
    pub const ALL: &'static [Role] = &[
        Role::Administrator,
        Role::SmsManager,
        Role::ProcessOwner,
        Role::Agent,
        Role::Approver,
        Role::CustomerUser,
        Role::InternalAuditor,
        Role::ExternalAuditor,
        Role::TopManagement,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::SmsManager => "sms-manager",
            Role::ProcessOwner => "process-owner",
            Role::Agent => "agent",
            Role::Approver => "approver",
            Role::CustomerUser => "customer-user",
            Role::InternalAuditor => "internal-auditor",
            Role::ExternalAuditor => "external-auditor",
            Role::TopManagement => "top-management",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Role::Administrator => "Administrator",
            Role::SmsManager => "SMS manager",
            Role::ProcessOwner => "Process owner",
            Role::Agent => "Agent",
            Role::Approver => "Approver",
            Role::CustomerUser => "Customer user",
            Role::InternalAuditor => "Internal auditor",
            Role::ExternalAuditor => "External auditor",
            Role::TopManagement => "Top management",
        }
    }

    /// Accepts "sms-manager", "sms_manager" and "SMS manager".
    pub fn parse(text: &str) -> Option<Role> {
        let wanted = text.trim().to_lowercase().replace(['_', ' '], "-");
        Role::ALL.iter().copied().find(|role| role.name() == wanted)
    }
}

/// What one may be allowed to do with records of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    Read,
    Create,
    Edit,
    Step,
    Note,
    Link,
    Attach,
    Remove,
    Import,
}

impl Act {
    pub const ALL: &'static [Act] =
        &[Act::Read, Act::Create, Act::Edit, Act::Step, Act::Note, Act::Link, Act::Attach, Act::Remove, Act::Import];

    pub fn name(self) -> &'static str {
        match self {
            Act::Read => "read",
            Act::Create => "create",
            Act::Edit => "edit",
            Act::Step => "step",
            Act::Note => "note",
            Act::Link => "link",
            Act::Attach => "attach",
            Act::Remove => "remove",
            Act::Import => "import",
        }
    }
}

/// By which way a command came; stands in each journal entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    Web,
    Api,
    Import,
    Job,
    Command,
    Mail,
}

impl Via {
    pub fn parse(name: &str) -> Option<Via> {
        [Via::Web, Via::Api, Via::Import, Via::Job, Via::Command, Via::Mail].into_iter().find(|via| via.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Via::Web => "web",
            Via::Api => "api",
            Via::Import => "import",
            Via::Job => "job",
            Via::Command => "command",
            Via::Mail => "mail",
        }
    }
}

/// Who acts, with which roles, and how far they reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// E-mail of the person behind it, or `system` for what the program does by itself.
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// The customer (its record number) whose person this is; `None` for the provider's own people.
    pub customer: Option<String>,
    pub via: Via,
    /// From when to when the account may act at all (external auditors are invited for dates).
    pub window: Option<(Moment, Moment)>,
    /// Only reading, whatever the roles say (tokens with scope `read`).
    pub read_only: bool,
    /// Clauses to which an outside auditor's seat is limited, such as `8.6`; empty for no limit.
    pub clauses: Vec<String>,
}

impl Actor {
    /// The program itself; `reason` is what the journal shows as the name.
    pub fn system(reason: &str, via: Via) -> Actor {
        Actor {
            email: "system".into(),
            name: reason.into(),
            roles: vec![Role::Administrator],
            customer: None,
            via,
            window: None,
            read_only: false,
            clauses: Vec::new(),
        }
    }

    /// Whether they have what comes with a role. Whoever looks from outside has nothing by any other one, so that no
    /// combination of roles widens a seat.
    pub fn has(&self, role: Role) -> bool {
        let counts = role == Role::ExternalAuditor || !self.roles.contains(&Role::ExternalAuditor);
        counts && self.roles.contains(&role)
    }

    /// Whether they never write anything of the house itself: by their token, or as an auditor from outside, who has
    /// nothing but what that role is granted on records.
    pub fn only_reads(&self) -> bool {
        self.read_only || self.has(Role::ExternalAuditor)
    }

    /// Whether a clause lies within the limit of their seat.
    pub fn covers(&self, clause: &str) -> bool {
        self.clauses.is_empty() || self.clauses.iter().any(|own| is_under(clause, own))
    }

    /// Whether a clause lies within the limit of their seat, or holds a part of it: what gives evidence for 8.5.1 as a whole
    /// gives it for 8.5.1.3.
    pub fn touches(&self, clause: &str) -> bool {
        self.covers(clause) || self.clauses.iter().any(|own| is_under(own, clause))
    }

    /// Outside its window an account is as good as absent.
    pub fn is_active_at(&self, now: Moment) -> bool {
        self.window.is_none_or(|(from, to)| from <= now && now < to)
    }
}

fn is_under(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_role_counts_beside_that_of_an_auditor_from_outside() {
        for role in Role::ALL.iter().copied() {
            let both = Actor { roles: vec![role, Role::ExternalAuditor], ..Actor::system("test", Via::Web) };
            assert_eq!(both.has(role), role == Role::ExternalAuditor, "{role:?}");
            assert!(both.has(Role::ExternalAuditor) && both.only_reads());
        }
    }

    #[test]
    fn a_limit_covers_what_lies_under_it_and_above_it() {
        let limited = Actor { clauses: vec!["8.6".into(), "9.2.1".into()], ..Actor::system("test", Via::Web) };
        for clause in ["8.6", "8.6.1", "9.2.1"] {
            assert!(limited.covers(clause) && limited.touches(clause), "{clause}");
        }
        for clause in ["8", "9.2", "9"] {
            assert!(!limited.covers(clause) && limited.touches(clause), "{clause}");
        }
        for clause in ["8.5", "8.60", "9.2.2", "10", "4"] {
            assert!(!limited.touches(clause), "{clause}");
        }
        assert!(Actor::system("test", Via::Web).covers("8.5"));
    }
}
