//! Files attached to a record: taken as a form or as they are, given back so that no browser runs them.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Path, Query as Pairs, Request, State, multipart::MultipartError},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::FileRow;
use model::{Command, command::File};
use serde_json::json;

use crate::{
    App, Refused, Seat,
    api::{
        self,
        beside::no_parameters,
        condition, content, put,
        record::{Needs, Parameters, once, perform, target},
        shape,
    },
};

type Answer = Result<Response, Refused>;

/// Longest name of a file, in characters.
const NAME_MAX: usize = 200;

/// `GET …/attachments`: what is attached, without the contents.
pub async fn list(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let files = app.desk.files(&seat.actor, kind.name, &number, seat.now).await?;
    let items: Vec<_> = files.iter().map(|file| shape::file(kind, &number, file)).collect();
    Ok(api::answer(StatusCode::OK, json!({"items": items})))
}

/// `POST …/attachments`: a form with the part `file` (and `public`), or the content itself with its name in
/// Content-Disposition or `?filename=`.
pub async fn add(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
    http: Request,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let headers = http.headers().clone();
    let target = target(&app, &seat, kind, number.clone(), &headers, Needs::Nothing).await?;
    let file = if content::media(&headers) == "multipart/form-data" {
        no_parameters(&pairs)?;
        from_form(http).await?
    } else {
        from_body(&pairs, &headers, http, &app).await?
    };
    let (name, size) = (file.name.clone(), file.bytes.len() as i64);
    let done = perform(&app, &seat, &headers, Command::Attach { target, file }).await?;
    let files = app.desk.files(&seat.actor, kind.name, &number, seat.now).await?;
    // Not simply the last one: the write may be one repeated under its key.
    let Some(added) = files.iter().rev().find(|file| file.name == name && file.size == size) else {
        return Err(Refused::fault(&format!("{number}: an attached file is not there")));
    };
    let body = shape::file(kind, &number, added);
    let mut response = api::answer(StatusCode::CREATED, body.clone());
    put(&mut response, header::LOCATION, body["self"].as_str().unwrap_or_default());
    put(&mut response, header::ETAG, &condition::tag(done.version));
    Ok(response)
}

async fn from_form(http: Request) -> Result<File, Refused> {
    let mut form =
        Multipart::from_request(http, &()).await.map_err(|why| Refused::new(why.status(), why.body_text()))?;
    let (mut file, mut public) = (None, false);
    while let Some(part) = form.next_field().await.map_err(broken)? {
        let (name, filename) = (part.name().unwrap_or_default().to_string(), part.file_name().map(str::to_string));
        match filename {
            Some(_) if file.is_some() => return Err(Refused::field("file", "one file at a time")),
            Some(filename) => {
                let media = part.content_type().unwrap_or_default().to_string();
                let bytes = part.bytes().await.map_err(broken)?;
                file = Some(made(&filename, &media, bytes)?);
            }
            None if name == "public" => public = flag(&part.text().await.map_err(broken)?)?,
            None => return Err(Refused::field(&name, "is not a part of this: send file and public")),
        }
    }
    file.map(|file| File { public, ..file }).ok_or_else(|| Refused::field("file", "is needed"))
}

pub(crate) fn broken(why: MultipartError) -> Refused {
    match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refused::new(why.status(), "The file is larger than this door takes."),
        _ => Refused::new(StatusCode::BAD_REQUEST, "The form could not be read to its end."),
    }
}

async fn from_body(pairs: &[(String, String)], headers: &HeaderMap, http: Request, app: &App) -> Result<File, Refused> {
    let (mut filename, mut public) = (None, false);
    for (name, value) in once(pairs)? {
        match name {
            "filename" => filename = Some(value.to_string()),
            "public" => public = flag(value)?,
            other => {
                let hint = model::suggest::hint(other, ["filename", "public"]);
                return Err(Refused::new(StatusCode::BAD_REQUEST, format!("there is no parameter \"{other}\"{hint}")));
            }
        }
    }
    let filename = filename.or_else(|| disposed(headers));
    let filename = filename.ok_or_else(|| {
        Refused::field("filename", "is needed: Content-Disposition: attachment; filename=\"…\", or ?filename=…")
    })?;
    let bytes = Bytes::from_request(http, app).await.map_err(|why| content::unread(&why))?;
    Ok(File { public, ..made(&filename, &content::media(headers), bytes)? })
}

fn flag(text: &str) -> Result<bool, Refused> {
    match text.trim() {
        "true" | "1" | "on" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(Refused::field("public", "needs true or false")),
    }
}

/// The file's name in Content-Disposition (RFC 6266); the form with an asterisk (RFC 8187) weighs more.
fn disposed(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_DISPOSITION)?;
    let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut plain = None;
    for part in split_quoted(&text).into_iter().skip(1) {
        let (name, value) = part.split_once('=')?;
        match name.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let encoded = value.trim().splitn(3, '\'').nth(2)?;
                return Some(unescaped(encoded));
            }
            "filename" => {
                let value = value.trim();
                let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                plain = Some(quoted.map_or_else(|| value.to_string(), |text| text.replace("\\\"", "\"")));
            }
            _ => {}
        }
    }
    plain
}

/// At semicolons outside quotation marks.
fn split_quoted(text: &str) -> Vec<String> {
    let (mut parts, mut inside, mut escaped) = (vec![String::new()], false, false);
    for letter in text.chars() {
        match letter {
            ';' if !inside => parts.push(String::new()),
            _ => {
                inside ^= letter == '"' && !escaped;
                if let Some(part) = parts.last_mut() {
                    part.push(letter);
                }
            }
        }
        escaped = letter == '\\' && !escaped;
    }
    parts
}

/// %XX as bytes; what is not UTF-8 is shown as such.
fn unescaped(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A name without folders and without what no screen shows; a media type that a header can carry.
pub(crate) fn made(filename: &str, media: &str, bytes: Bytes) -> Result<File, Refused> {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
    let name = name.trim().trim_start_matches('.').to_string();
    if name.is_empty() {
        return Err(Refused::field("filename", "is needed"));
    }
    if name.chars().count() > NAME_MAX {
        return Err(Refused::field("filename", format!("has more than {NAME_MAX} characters")));
    }
    if bytes.is_empty() {
        return Err(Refused::field("file", "is empty"));
    }
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c));
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_media = media.len() <= 100 && media.split_once('/').is_some_and(|(kind, sub)| plain(kind) && plain(sub));
    let media = if is_media { media } else { "application/octet-stream".into() };
    Ok(File { name, media, bytes: bytes.to_vec(), public: false })
}

/// `GET …/attachments/{id}`: the content.
pub async fn serve(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number, id)): Path<(String, String, String)>,
    Pairs(pairs): Parameters,
    headers: HeaderMap,
) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let id = id.parse().map_err(|_| Refused::not_found())?;
    let (row, bytes) = app.desk.file(&seat.actor, kind.name, &number, id, seat.now).await?;
    let tag = format!("\"{}\"", row.hash);
    if condition::is_known(&headers, &tag)? {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut response = download(&row, bytes);
    put(&mut response, header::ETAG, &tag);
    Ok(response)
}

/// A file to be saved: never run or shown by a browser in our name, whatever is in it.
pub fn download(row: &FileRow, bytes: Vec<u8>) -> Response {
    let mut response = Body::from(bytes).into_response();
    // What a browser would run is given without its type.
    let media = if is_harmless(&row.media) { row.media.as_str() } else { "application/octet-stream" };
    put(&mut response, header::CONTENT_TYPE, media);
    put(&mut response, header::CONTENT_DISPOSITION, &disposition(&row.name));
    put(&mut response, header::CACHE_CONTROL, "private, no-cache");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn is_harmless(media: &str) -> bool {
    let shown = ["application/pdf", "application/json", "application/zip", "text/plain", "text/csv"];
    shown.contains(&media) || (media.starts_with("image/") && media != "image/svg+xml")
}

/// RFC 6266: the name in ASCII for old programs, and as it is.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' }).collect();
    let exact: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

/// `GET /{plural}/{number}/pdf`: a document in force, a service report, an audit report, the minutes of a review.
pub async fn serve_paper(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?.name;
    let mut response = crate::pages::pdf::of_record(seat, app, kind, number).await?;
    put(&mut response, header::CACHE_CONTROL, "private, no-cache");
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
        disposed(&headers)
    }

    #[test]
    fn names_come_as_browsers_and_curl_write_them() {
        assert_eq!(named("attachment; filename=\"a;b.txt\"").as_deref(), Some("a;b.txt"));
        assert_eq!(named("attachment; filename=log.txt").as_deref(), Some("log.txt"));
        assert_eq!(
            named("attachment; filename=\"x\"; filename*=UTF-8''Stra%C3%9Fe.txt").as_deref(),
            Some("Straße.txt")
        );
        assert_eq!(named("attachment"), None);
        assert_eq!(unescaped("100%"), "100%");
    }

    #[test]
    fn a_name_loses_its_folders_and_what_no_screen_shows() {
        let made = |name: &str| made(name, "text/plain", Bytes::from_static(b"x")).map(|file| file.name).ok();
        assert_eq!(made("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(made("C:\\logs\\a\u{0}b\r\n.txt").as_deref(), Some("ab.txt"));
        assert_eq!(made("/"), None);
        assert_eq!(
            disposition("Straße \"1\".txt"),
            "attachment; filename=\"Stra_e _1_.txt\"; filename*=UTF-8''Stra%C3%9Fe%20%221%22.txt"
        );
    }
}
