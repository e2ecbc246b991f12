//! Every record type of the service management system, in reading order: what runs, what is offered, how it is kept.
//!
//! Each file declares one kind; its first line says what the record is. [`shared`] holds fields that several kinds
//! have, [`lifecycles`] and [`rules`] what they do alike, [`roles`] who may do what.

pub mod agreed;
pub mod assurance;
pub mod estate;
pub mod follow_up;
pub mod governance;
pub mod information;
pub mod lifecycles;
pub mod links;
pub mod part;
pub mod people;
pub mod performance;
pub mod portfolio;
mod prelude;
pub mod relationship;
pub mod road;
pub mod roles;
pub mod rules;
pub mod shared;
pub mod supply;
pub mod support;
pub mod transition;
pub mod waiting;
pub mod work;

use model::{Catalog, Kind};

/// The kinds that Plumbline comes with.
pub fn catalog() -> Catalog {
    Catalog::new(
        [
            support(),
            transition(),
            portfolio(),
            relationship(),
            estate(),
            supply(),
            assurance(),
            governance(),
            people(),
            information(),
            performance(),
            follow_up(),
            road(),
        ]
        .concat(),
    )
}

fn support() -> Vec<Kind> {
    use support::*;
    vec![
        incident::kind(),
        major_incident_review::kind(),
        service_request::kind(),
        request_model::kind(),
        problem::kind(),
        known_error::kind(),
        macro_::kind(),
        handover_note::kind(),
    ]
}

fn transition() -> Vec<Kind> {
    use transition::*;
    vec![
        change::kind(),
        trend_review::kind(),
        transition_plan::kind(),
        service_design::kind(),
        acceptance::kind(),
        transition_report::kind(),
        release::kind(),
    ]
}

fn portfolio() -> Vec<Kind> {
    use portfolio::*;
    vec![
        service::kind(),
        service_requirement::kind(),
        service_dependency::kind(),
        catalogue_entry::kind(),
        service_calendar::kind(),
        holiday_proposal::kind(),
    ]
}

fn relationship() -> Vec<Kind> {
    use relationship::*;
    vec![
        customer::kind(),
        customer_review::kind(),
        survey::kind(),
        feedback::kind(),
        complaint::kind(),
        sla::kind(),
        sla_result::kind(),
        workload_result::kind(),
        other_party::kind(),
        party_evaluation::kind(),
        contract::kind(),
        contract_review::kind(),
        supplier_result::kind(),
        dispute::kind(),
        internal_agreement::kind(),
    ]
}

fn estate() -> Vec<Kind> {
    use estate::*;
    vec![ci::kind(), ci_link::kind(), ci_verification::kind(), asset::kind(), location::kind()]
}

fn supply() -> Vec<Kind> {
    use supply::*;
    vec![
        budget::kind(),
        cost::kind(),
        cost_review::kind(),
        demand::kind(),
        capacity_requirement::kind(),
        capacity_plan::kind(),
        capacity_reading::kind(),
    ]
}

fn assurance() -> Vec<Kind> {
    use assurance::*;
    vec![
        availability_target::kind(),
        outage::kind(),
        availability_result::kind(),
        continuity_requirement::kind(),
        continuity_plan::kind(),
        continuity_test::kind(),
        continuity_use::kind(),
        security_control::kind(),
        security_incident::kind(),
    ]
}

fn governance() -> Vec<Kind> {
    use governance::*;
    vec![
        context_issue::kind(),
        interested_party::kind(),
        scope_statement::kind(),
        policy::kind(),
        objective::kind(),
        risk_method::kind(),
        risk::kind(),
        opportunity::kind(),
        management_plan::kind(),
        process::kind(),
        process_review::kind(),
        role::kind(),
    ]
}

fn people() -> Vec<Kind> {
    use people::*;
    vec![
        person::kind(),
        team::kind(),
        competence::kind(),
        training::kind(),
        training_result::kind(),
        awareness::kind(),
        campaign::kind(),
    ]
}

fn information() -> Vec<Kind> {
    use information::*;
    vec![
        document::kind(),
        document_version::kind(),
        acknowledgement::kind(),
        knowledge_article::kind(),
        communication_plan::kind(),
        communication::kind(),
    ]
}

fn performance() -> Vec<Kind> {
    use performance::*;
    vec![
        measure::kind(),
        reading::kind(),
        evaluation::kind(),
        audit_programme::kind(),
        audit::kind(),
        audit_question::kind(),
        inquiry::kind(),
        management_review::kind(),
        report_definition::kind(),
        report::kind(),
        saved_report::kind(),
    ]
}

fn follow_up() -> Vec<Kind> {
    use follow_up::*;
    vec![action::kind(), nonconformity::kind(), improvement::kind()]
}

fn road() -> Vec<Kind> {
    use road::*;
    vec![
        certification_body::kind(),
        certificate::kind(),
        certification_audit::kind(),
        stakeholder::kind(),
        tender::kind(),
        implementation_plan::kind(),
        plan_task::kind(),
        requirement_gap::kind(),
    ]
}
