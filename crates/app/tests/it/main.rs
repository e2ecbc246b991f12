//! The program as a whole, on both databases: imports, exports, the demonstration world, backups, sudden death.

#[macro_use]
mod world;

mod approved_changes;
mod articles;
mod assigning;
mod audit_seal;
mod auditors;
mod audits;
mod automation;
mod backups;
mod building;
mod commands;
mod complaints;
mod coverage;
mod customers;
mod demo;
mod duties;
mod events;
mod every_kind;
mod every_route;
mod export;
mod first_steps;
mod frameworks;
mod import_jsonl;
mod import_netbox;
mod import_servicenow;
mod mail;
mod nonconformities;
mod packs;
mod papers;
mod public_page;
mod real_log;
mod requests;
mod seats;
mod service_reports;
mod silo;
mod sms_plan;
mod staff;
mod sudden_death;
mod tenders;
mod thread;
mod tidy;
mod watching;
