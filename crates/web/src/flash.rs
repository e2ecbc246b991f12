//! What was just done, said once on the next page: carried there by a cookie that the page takes away.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::{seat::cookie, view::shell::Flash};

const NAME: &str = "plumbline-flash";

/// Sends the browser on (303) and has the next page say what was done.
pub fn redirect(to: &str, flash: Flash) -> Response {
    let mut response = Redirect::to(to).into_response();
    let text = json!([flash.text, flash.undo, flash.href, flash.link]).to_string();
    let value = URL_SAFE_NO_PAD.encode(text);
    // A cookie holds 4096 bytes; a longer message is not worth losing the answer over.
    if value.len() < 3_500
        && let Ok(cookie) =
            HeaderValue::from_str(&format!("{NAME}={value}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The same with words alone.
pub fn said(to: &str, text: impl Into<String>) -> Response {
    redirect(to, Flash { text: text.into(), ..Flash::default() })
}

pub(crate) fn read(headers: &HeaderMap) -> Option<Flash> {
    let bytes = URL_SAFE_NO_PAD.decode(cookie(headers, NAME)?).ok()?;
    let (text, undo, href, link): (String, String, String, String) = serde_json::from_slice(&bytes).ok()?;
    // Whoever may set a cookie must still not be able to lead people away.
    let inside = |path: &String| path.is_empty() || (path.starts_with('/') && !path.starts_with("//"));
    (inside(&undo) && inside(&href)).then_some(Flash { text, undo, href, link })
}

/// Takes the message away once a page has shown it.
pub(crate) fn forget(asked: bool, response: &mut Response) {
    let html = response.headers().get(header::CONTENT_TYPE).is_some_and(|ty| ty.as_bytes().starts_with(b"text/html"));
    if asked && html {
        let gone = HeaderValue::from_static("plumbline-flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
}

pub(crate) fn is_there(headers: &HeaderMap) -> bool {
    cookie(headers, NAME).is_some()
}
