//! The OpenAPI 3.1 document, built from the declarations: what the doors take and give, kind by kind.

mod handling;
mod mail;
mod monitoring;
mod paths;
mod schemas;
mod watching;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::{Catalog, Kind};
use serde_json::{Map, Value as Json, json};

use crate::{
    App, Refused, Seat,
    api::{BASE, condition, put},
};

/// The document as it was last built, with the declarations it was built from.
struct Built {
    catalog: Arc<Catalog>,
    bytes: Bytes,
    tag: String,
}

static BUILT: Mutex<Option<Arc<Built>>> = Mutex::new(None);

/// `GET /openapi.json`: the same as `plumbline openapi`.
pub async fn serve(_seat: Seat, State(app): State<App>, headers: HeaderMap) -> Result<Response, Refused> {
    let built = built(app.desk.catalog());
    let mut response = if condition::is_known(&headers, &built.tag)? {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = built.bytes.clone().into_response();
        put(&mut response, header::CONTENT_TYPE, "application/json");
        response
    };
    put(&mut response, header::ETAG, &built.tag);
    put(&mut response, header::CACHE_CONTROL, "private, no-cache");
    Ok(response)
}

/// Built anew when an organisation has changed its fields: the catalog is another one then.
fn built(catalog: Arc<Catalog>) -> Arc<Built> {
    let mut kept = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(built) = kept.as_ref().filter(|built| Arc::ptr_eq(&built.catalog, &catalog)) {
        return built.clone();
    }
    let bytes = Bytes::from(document(&catalog).to_string());
    let tag = format!("\"{}\"", model::canonical::hex(&model::canonical::leaf(&bytes)));
    let built = Arc::new(Built { catalog, bytes, tag });
    *kept = Some(built.clone());
    built
}

/// The whole document.
pub fn document(catalog: &Catalog) -> Json {
    let mut all_paths = paths::across();
    all_paths.extend(monitoring::across());
    all_paths.extend(watching::across());
    let mut all_schemas = schemas::shared();
    all_schemas.extend(monitoring::schemas());
    all_schemas.extend(watching::schemas());
    all_schemas.extend(handling::schemas());
    all_schemas.extend(mail::schemas());
    for kind in catalog.kinds() {
        all_paths.extend(paths::of_kind(kind));
        all_schemas.extend(schemas::of_kind(kind, catalog));
    }
    let tag = |kind: &Kind| json!({"name": kind.labels, "description": kind.about});
    let mut tags = vec![json!({"name": ACROSS, "description": "What goes across all kinds."})];
    tags.extend(catalog.kinds().iter().map(tag));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Plumbline",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A service management system that runs the work and proves conformity.",
            "description": DESCRIPTION,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": BASE}],
        "security": [{"token": []}, {"session": []}],
        "tags": tags,
        "paths": all_paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token, made on the account page or with `plumbline token add`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "plumbline", "description": "The session of a browser, from pages of the same origin alone."},
            },
            "parameters": paths::parameters(),
            "headers": paths::headers(),
            "responses": paths::responses(),
            "schemas": all_schemas,
        },
    })
}

const ACROSS: &str = "Across kinds";

const DESCRIPTION: &str = "Every kind of record has the same doors; what differs is its fields, states and links, which \
`GET /kinds` describes as well.\n\nReads send an `ETag`. Edits and transitions need it back in `If-Match` (428 without, 412 \
when somebody was faster). Every write honours `Idempotency-Key` for 24 hours. Nothing is deleted: records are withdrawn by a \
transition. Errors are problems of RFC 9457; those of input name each field.\n\nFilters read like sentences: `phase = open \
and priority in (P1, P2) and raised_on > now - 30d`. A test is `field = value` (also `!=`, `<`, `<=`, `>`, `>=`), `field in \
(a, b)`, `field contains \"text\"`, `field is filled`, `field is empty`, `linked as caused_by to CHG-7`; tests are joined by \
`and`, `or`, `not` and brackets. `me` is whoever asks; `now` and `today` may be moved by `m`, `h`, `d` and `w`.";

/// `service_request` as the name of a schema: `ServiceRequest`.
fn schema_name(kind: &Kind) -> String {
    let words = kind.name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    words.collect()
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Named parts in the order in which they are written.
fn named<const N: usize>(parts: [(&str, Json); N]) -> Map<String, Json> {
    parts.into_iter().map(|(name, json)| (name.to_string(), json)).collect()
}
