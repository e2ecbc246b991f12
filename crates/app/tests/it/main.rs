//! The program as a whole, on both databases: imports, exports, the demonstration world, backups, sudden death.

#[macro_use]
mod world;

mod backups;
mod commands;
mod demo;
mod export;
mod import_jsonl;
mod import_servicenow;
mod sudden_death;
