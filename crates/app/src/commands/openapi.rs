//! `openapi`: the document that the server serves at `/api/v1/openapi.json`.

use clap::Args;

use super::print_json;
use crate::Failure;

/// Print the OpenAPI 3.1 document of the API
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline openapi > plumbline-openapi.json
  plumbline openapi | jq '.paths | keys[]'")]
pub struct Openapi {}

impl Openapi {
    pub fn run(self) -> Result<(), Failure> {
        print_json(&web::api::openapi::document(&::kinds::catalog()))
    }
}
