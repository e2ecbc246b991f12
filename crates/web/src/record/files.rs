//! Attachments: files in, files out, never run.

use axum::{
    extract::{Multipart, Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::{Command, Target, command::File};

use super::{address::Address, list::kind_of, piece::record_address};
use crate::{App, Refused, Seat, api, flash};

/// Largest file, in bytes.
const LARGEST: usize = 25_000_000;

/// Media types that a browser shows as a picture and that hold no script.
pub fn is_picture(media: &str) -> bool {
    matches!(media, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}

/// `POST /{plural}/{number}/files`: one or several files of a form.
pub(super) async fn attach(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    mut form: Multipart,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
    let (mut files, mut public): (Vec<File>, bool) = (Vec::new(), false);
    let mut back = format!("{}#files", record_address(kind, &number));
    while let Some(part) = form.next_field().await.map_err(api::file::broken)? {
        let name = part.name().unwrap_or_default().to_string();
        match part.file_name().map(str::to_string) {
            // A browser sends an empty part for a box in which nothing was chosen.
            Some(filename) if filename.is_empty() => {}
            Some(filename) => {
                let media = part.content_type().unwrap_or_default().to_string();
                let bytes = part.bytes().await.map_err(api::file::broken)?;
                if bytes.len() > LARGEST {
                    let sentence = format!("“{filename}” is larger than 25 MB. Nothing was attached.");
                    return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, sentence));
                }
                files.push(api::file::made(&filename, &media, bytes)?);
            }
            None if name == "public" => public = part.text().await.map_err(api::file::broken)? == "yes",
            // The page of one's own that showed the form, never one elsewhere.
            None if name == "back" => {
                let place = part.text().await.map_err(api::file::broken)?;
                if place.starts_with('/') && !place.starts_with("//") && !place.contains(char::is_control) {
                    back = place;
                }
            }
            None => {}
        }
    }
    if files.is_empty() {
        return Err(Refused::field("file", "choose at least one file"));
    }
    let target = || Target { kind: kind.name.into(), number: number.clone(), version: None };
    let said = match files.as_slice() {
        [one] => format!("“{}” is attached.", one.name),
        many => format!("{} files are attached.", many.len()),
    };
    let commands = files.into_iter().map(|file| Command::Attach { target: target(), file: File { public, ..file } });
    app.desk.perform_all(&seat.actor, commands.collect(), seat.now, true).await?;
    Ok(flash::said(&back, said))
}

/// `GET /{plural}/{number}/files/{id}`: to be saved; a picture also to be shown with `?inline=yes`.
pub(super) async fn serve(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number, id)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let id = id.parse().map_err(|_| Refused::not_found())?;
    let (row, bytes) = app.desk.file(&seat.actor, kind.name, &number, id, seat.now).await?;
    let tag = format!("\"{}\"", row.hash);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let inline = Address::read("", &query.unwrap_or_default()).get("inline") == Some("yes") && is_picture(&row.media);
    let mut response = api::file::download(&row, bytes);
    if inline {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    }
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}
