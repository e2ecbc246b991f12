//! Who may do what: presets for groups of kinds, so that a right is decided once for all of its group.
//!
//! The administrator and the SMS manager may do everything everywhere, and only they import. Auditors read, so that
//! their judgement stays independent of what they judge; the internal auditor works on audits and findings alone.

use model::{
    Act::{self, Attach, Create, Edit, Link, Note, Read, Step},
    Grant, Reach, Role,
};

/// To do the work on a record from start to end.
const WORK: &[Act] = &[Read, Create, Edit, Step, Note, Link, Attach];
/// To decide on a record that others prepare.
const DECIDE: &[Act] = &[Read, Step, Note, Attach];
/// To read and to say something.
const FOLLOW: &[Act] = &[Read, Note];
const READ: &[Act] = &[Read];

/// Tickets and what is used to solve them: agents do the work, top management follows.
pub fn operational() -> Vec<Grant> {
    provider(&[
        (Role::ProcessOwner, WORK),
        (Role::Agent, WORK),
        (Role::Approver, FOLLOW),
        (Role::TopManagement, FOLLOW),
    ])
}

/// Changes, releases and acceptance: agents prepare, approvers decide.
pub fn decided() -> Vec<Grant> {
    provider(&[
        (Role::ProcessOwner, WORK),
        (Role::Agent, WORK),
        (Role::Approver, DECIDE),
        (Role::TopManagement, FOLLOW),
    ])
}

/// Services, their requirements, catalogue, targets and plans: process owners shape them, agents look things up.
pub fn service_design() -> Vec<Grant> {
    provider(&[
        (Role::ProcessOwner, WORK),
        (Role::Agent, READ),
        (Role::Approver, DECIDE),
        (Role::TopManagement, FOLLOW),
    ])
}

/// Risks, security and continuity: as service design, and top management accepts what is left of a risk.
pub fn assurance() -> Vec<Grant> {
    provider(&[
        (Role::ProcessOwner, WORK),
        (Role::Agent, FOLLOW),
        (Role::Approver, DECIDE),
        (Role::TopManagement, &[Read, Edit, Step, Note, Attach]),
    ])
}

/// How the system itself is run: processes, documents, measures, reports.
pub fn governance() -> Vec<Grant> {
    provider(&[
        (Role::ProcessOwner, WORK),
        (Role::Agent, READ),
        (Role::Approver, DECIDE),
        (Role::TopManagement, FOLLOW),
    ])
}

/// Documents: those in charge write and decide; everybody else reads what is meant for them.
pub fn documents() -> Vec<Grant> {
    let mut grants = provider(&[(Role::ProcessOwner, WORK), (Role::Approver, DECIDE), (Role::TopManagement, DECIDE)]);
    grants.push(grant(Role::Agent, READ, Reach::Marked("access", "staff")));
    grants.push(grant(Role::Agent, READ, Reach::Marked("access", "public")));
    grants.push(grant(Role::Agent, READ, Reach::Own));
    grants.push(grant(Role::CustomerUser, READ, Reach::Published("access", "customers", &["approved"])));
    grants
}

/// Texts of documents, drafts and old ones among them: for whoever writes, reviews and approves them. Staff reads the one in
/// force on the document itself.
pub fn document_versions() -> Vec<Grant> {
    let mut grants = provider(&[(Role::ProcessOwner, WORK), (Role::Approver, DECIDE), (Role::TopManagement, DECIDE)]);
    grants.push(grant(Role::Agent, WORK, Reach::Own));
    grants
}

/// What people are asked to read and have confirmed: each their own, those in charge all of it.
pub fn acknowledgements() -> Vec<Grant> {
    const CONFIRM: &[Act] = &[Read, Step, Note];
    let mut grants = provider(&[(Role::ProcessOwner, &[Read, Create, Step, Note]), (Role::TopManagement, READ)]);
    let readers = [Role::Agent, Role::Approver, Role::TopManagement, Role::InternalAuditor];
    grants.extend(readers.map(|role| grant(role, CONFIRM, Reach::Own)));
    grants
}

/// What people are told together: those in charge write it, everybody else reads it.
pub fn campaigns() -> Vec<Grant> {
    provider(&[(Role::ProcessOwner, WORK), (Role::Agent, READ), (Role::Approver, READ), (Role::TopManagement, READ)])
}

/// What people are asked after a training and have answered: as what they are asked to read.
pub fn results() -> Vec<Grant> {
    acknowledgements()
}

/// What top management answers for itself: scope, policy, objectives, the management review.
pub fn leadership() -> Vec<Grant> {
    provider(&[(Role::ProcessOwner, WORK), (Role::Agent, READ), (Role::Approver, DECIDE), (Role::TopManagement, WORK)])
}

/// What everybody of the provider may propose and take up: actions and improvements.
pub fn everybody() -> Vec<Grant> {
    let mut grants = provider(&[
        (Role::ProcessOwner, WORK),
        (Role::Agent, WORK),
        (Role::Approver, WORK),
        (Role::TopManagement, WORK),
    ]);
    grants.push(grant(Role::InternalAuditor, &[Create, Note, Link], Reach::All));
    grants
}

/// Budgets, costs, contracts and what is said of suppliers: not for agents.
pub fn money() -> Vec<Grant> {
    provider(&[(Role::ProcessOwner, WORK), (Role::Approver, DECIDE), (Role::TopManagement, FOLLOW)])
}

/// The project that leads to the certificate, with its money and what is known of people's doubts: those in charge, and
/// whoever works on a task of it.
pub fn project() -> Vec<Grant> {
    let mut grants = provider(&[(Role::ProcessOwner, WORK), (Role::Approver, DECIDE), (Role::TopManagement, WORK)]);
    grants.push(grant(Role::Agent, &[Read, Edit, Step, Note, Attach], Reach::Own));
    grants
}

/// Who works here: everybody of the provider looks people up.
pub fn persons() -> Vec<Grant> {
    provider(&[(Role::ProcessOwner, WORK), (Role::Agent, READ), (Role::Approver, READ), (Role::TopManagement, READ)])
}

/// What a person can do and was told: for those in charge, the auditors, and the person.
pub fn people() -> Vec<Grant> {
    let mut grants = provider(&[(Role::ProcessOwner, WORK), (Role::TopManagement, READ)]);
    grants.push(grant(Role::Agent, READ, Reach::Own));
    grants.push(grant(Role::Approver, READ, Reach::Own));
    grants
}

/// Audits: the internal auditor's own work; the audited may answer, not edit.
pub fn audits() -> Vec<Grant> {
    let mut grants = provider(&[(Role::ProcessOwner, FOLLOW), (Role::Approver, READ), (Role::TopManagement, FOLLOW)]);
    grants.push(grant(Role::InternalAuditor, WORK, Reach::All));
    grants
}

/// Nonconformities: found by anyone, judged by the auditor, put right by those in charge.
pub fn findings() -> Vec<Grant> {
    let mut grants = provider(&[
        (Role::ProcessOwner, WORK),
        (Role::Agent, &[Read, Create, Note, Attach]),
        (Role::Approver, READ),
        (Role::TopManagement, FOLLOW),
    ]);
    grants.push(grant(Role::InternalAuditor, WORK, Reach::All));
    grants
}

/// What auditors from outside ask: their own questions are all that they write, and all of these that they see.
pub fn inquiries() -> Vec<Grant> {
    vec![
        grant(Role::Administrator, Act::ALL, Reach::All),
        grant(Role::SmsManager, Act::ALL, Reach::All),
        grant(Role::ProcessOwner, WORK, Reach::All),
        grant(Role::InternalAuditor, READ, Reach::All),
        grant(Role::TopManagement, FOLLOW, Reach::All),
        grant(Role::ExternalAuditor, &[Read, Create, Note], Reach::Own),
    ]
}

/// A customer's people raise and follow what is theirs.
pub fn customers_raise() -> Vec<Grant> {
    vec![grant(Role::CustomerUser, &[Read, Create, Note, Attach], Reach::Customer)]
}

/// A customer's people read what is theirs.
pub fn customers_read() -> Vec<Grant> {
    vec![grant(Role::CustomerUser, READ, Reach::Customer)]
}

/// A customer's people read what is theirs once it was released to them.
pub fn customers_released() -> Vec<Grant> {
    const MADE: &[&str] = &["done", "superseded"];
    vec![grant(Role::CustomerUser, READ, Reach::Published("released_to", "customer", MADE))]
}

/// A customer's people read what is written for customers, once it is in one of the states.
pub fn customers_find(states: &'static [&'static str]) -> Vec<Grant> {
    vec![grant(Role::CustomerUser, READ, Reach::Published("audience", "customers", states))]
}

/// A customer's people read what is on record of their own organisation.
pub fn customers_know_themselves() -> Vec<Grant> {
    vec![grant(Role::CustomerUser, READ, Reach::Itself)]
}

/// A customer's people read what names their customer, once it is in one of the states.
pub fn customers_addressed(states: &'static [&'static str]) -> Vec<Grant> {
    vec![grant(Role::CustomerUser, READ, Reach::Addressed("audience", states))]
}

fn provider(working: &[(Role, &[Act])]) -> Vec<Grant> {
    let keepers = [Role::Administrator, Role::SmsManager].map(|role| grant(role, Act::ALL, Reach::All));
    let auditors = [Role::InternalAuditor, Role::ExternalAuditor].map(|role| grant(role, READ, Reach::All));
    let working = working.iter().map(|(role, acts)| grant(*role, acts, Reach::All));
    keepers.into_iter().chain(working).chain(auditors).collect()
}

fn grant(role: Role, acts: &[Act], reach: Reach) -> Grant {
    Grant { role, acts: acts.to_vec(), reach }
}
