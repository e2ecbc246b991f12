//! Bodies that come in: JSON of a known media type, no larger than the door allows.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json};

use crate::{App, Refused, api::strict};

/// A JSON object, whatever the method.
pub struct Object(pub Map<String, Json>);

/// Media types that are read as JSON. RFC 7396 names the second one for merge patches.
const TAKEN: [&str; 2] = ["application/json", "application/merge-patch+json"];

impl FromRequest<App> for Object {
    type Rejection = Response;

    async fn from_request(http: Request, app: &App) -> Result<Object, Response> {
        let media = media(http.headers());
        if !TAKEN.contains(&media.as_str()) {
            return Err(wrong_media(&media).into_response());
        }
        let bytes = Bytes::from_request(http, app).await.map_err(|why| unread(&why).into_response())?;
        object(&bytes).map(Object).map_err(IntoResponse::into_response)
    }
}

/// # Errors
/// 400 with the place of what is wrong.
pub fn object(bytes: &[u8]) -> Result<Map<String, Json>, Refused> {
    match strict::read(bytes) {
        Ok(Json::Object(parts)) => Ok(parts),
        Ok(_) => Err(Refused::new(StatusCode::BAD_REQUEST, "The body must be a JSON object: {\"name\": value, …}.")),
        Err(why) => Err(Refused::new(StatusCode::BAD_REQUEST, why)),
    }
}

/// The media type of a body in small letters, without its parameters.
pub fn media(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn wrong_media(media: &str) -> Refused {
    let shown: String = media.chars().take(60).collect();
    let sent =
        if shown.is_empty() { "Nothing was said of the content".into() } else { format!("{shown} is not taken here") };
    Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("{sent}: send Content-Type: application/json."))
        .with_header(header::ACCEPT, "application/json, application/merge-patch+json")
}

/// Too large, or broken off on its way.
pub fn unread(why: &BytesRejection) -> Refused {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than this door takes.");
    }
    Refused::new(StatusCode::BAD_REQUEST, "The body could not be read to its end.")
}
