//! The stylesheets, the script and the pictures: built once at start, named by their content, served compressed.

use std::{io::Write as _, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::Engine as _;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// One file as it goes over the wire.
pub struct Asset {
    /// What templates ask for, for example `main.css`.
    pub name: &'static str,
    /// Where it lies, for example `/static/main.9tqW1c0kAbYx.css`. The content hash in it makes the file immutable.
    pub path: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
    /// `None` where compression would not make it smaller.
    pub gzip: Option<Vec<u8>>,
    etag: HeaderValue,
}

/// On every page, in this order.
const MAIN_CSS: &[&str] = &[
    include_str!("../assets/css/layers.css"),
    include_str!("../assets/css/reset.css"),
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/shell.css"),
    include_str!("../assets/css/button.css"),
    include_str!("../assets/css/mark.css"),
    include_str!("../assets/css/table.css"),
    include_str!("../assets/css/list.css"),
    include_str!("../assets/css/queue.css"),
    include_str!("../assets/css/filter.css"),
    include_str!("../assets/css/steps.css"),
    include_str!("../assets/css/journal.css"),
    include_str!("../assets/css/note.css"),
    include_str!("../assets/css/dialog.css"),
    include_str!("../assets/css/form.css"),
    include_str!("../assets/css/chart.css"),
    include_str!("../assets/css/utilities.css"),
    include_str!("../assets/css/print.css"),
];

/// Only on the pages that need them: `Shell::views`.
const VIEWS_CSS: &[&str] = &[
    include_str!("../assets/css/map.css"),
    include_str!("../assets/css/calendar.css"),
    include_str!("../assets/css/graph.css"),
    include_str!("../assets/css/people.css"),
    include_str!("../assets/css/document.css"),
    include_str!("../assets/css/public.css"),
];

/// In this order, because `confirm.js` must be asked before anything is sent. Each file becomes a block of one module, so that only what `base.js` declares is seen by the others.
const MAIN_JS: &[&str] = &[
    include_str!("../assets/js/toast.js"),
    include_str!("../assets/js/confirm.js"),
    include_str!("../assets/js/palette.js"),
    include_str!("../assets/js/keys.js"),
    include_str!("../assets/js/edit.js"),
    include_str!("../assets/js/queue.js"),
    include_str!("../assets/js/live.js"),
    include_str!("../assets/js/list.js"),
    include_str!("../assets/js/form.js"),
    include_str!("../assets/js/draft.js"),
    include_str!("../assets/js/mention.js"),
    include_str!("../assets/js/display.js"),
];
const BASE_JS: &str = include_str!("../assets/js/base.js");

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset("main.css", "text/css; charset=utf-8", styles(MAIN_CSS)),
        asset("views.css", "text/css; charset=utf-8", styles(VIEWS_CSS)),
        asset("main.js", "text/javascript; charset=utf-8", script()),
        asset("marks.svg", "image/svg+xml", include_str!("../assets/marks.svg").to_owned()),
        asset("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg").to_owned()),
    ]
});

/// The whole table, for tests and for measuring the weight of a first page.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// Where an asset lies. A name that does not exist comes back as it is; a test holds every name that a template uses
/// against the table.
pub fn url(name: &'static str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or(name, |asset| &asset.path)
}

/// `GET /static/{file}`: open to all, immutable for a year. Not under `/assets`: that is a list of records.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path.strip_prefix("/static/") == Some(&file)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let fixed = [
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::ETAG, asset.etag.clone()),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    if holds(&headers, asset) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    match &asset.gzip {
        Some(gzip) if takes_gzip(&headers) => {
            (fixed, [(header::CONTENT_ENCODING, "gzip")], gzip.as_slice()).into_response()
        }
        _ => (fixed, asset.bytes.as_slice()).into_response(),
    }
}

/// Whether the browser already has these bytes (RFC 9110, 13.1.2: weak comparison, a list or `*`).
fn holds(headers: &HeaderMap, asset: &Asset) -> bool {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag.as_bytes() == asset.etag.as_bytes())
}

/// Whether gzip is acceptable (RFC 9110, 12.5.3): named or `*`, and not with a weight of zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut by_star = false;
    let codings = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for coding in codings.flat_map(|value| value.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight == 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return !refused;
        }
        if name == "*" {
            by_star = !refused;
        }
    }
    by_star
}

fn asset(name: &'static str, content_type: &'static str, text: String) -> Asset {
    let bytes = text.into_bytes();
    let hash = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..9]);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let gzip = compressed(&bytes).filter(|gzip| gzip.len() < bytes.len());
    Asset {
        name,
        path: format!("/static/{stem}.{hash}.{ending}"),
        content_type,
        etag: HeaderValue::from_str(&format!("\"{hash}\"")).expect("base64 is visible ASCII"),
        bytes,
        gzip,
    }
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// Comments and indents are for readers of the source.
fn styles(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        let mut rest = *part;
        while let Some((before, after)) = rest.split_once("/*") {
            text.push_str(before);
            rest = after.split_once("*/").map_or("", |(_, after)| after);
        }
        text.push_str(rest);
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Lines that are only a comment stay at home.
fn script() -> String {
    let blocks = MAIN_JS.iter().map(|part| format!("{{\n{part}}}\n")).collect::<String>();
    let lines = BASE_JS.lines().chain(blocks.lines()).filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> Vec<(String, String)> {
        let folder = format!("{}/assets/{name}", env!("CARGO_MANIFEST_DIR"));
        let entries =
            std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("readable").path());
        entries
            .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("an asset is text")))
            .collect()
    }

    fn bytes_on_the_wire(name: &str) -> usize {
        let asset = all().iter().find(|asset| asset.name == name).expect("the asset is there");
        asset.gzip.as_ref().unwrap_or(&asset.bytes).len()
    }

    #[test]
    fn styles_and_scripts_keep_their_budgets() {
        let styles = folder("css");
        assert_eq!(styles.len(), MAIN_CSS.len() + VIEWS_CSS.len(), "a stylesheet is never sent");
        assert!(styles.iter().map(|(_, text)| text.len()).sum::<usize>() <= 80_000);
        for (path, text) in &styles {
            assert!(text.starts_with("/*"), "{path} does not say what it is for");
            assert!(!text.contains("!important"), "{path} shouts");
            let colours = text.split('#').skip(1).filter(|rest| {
                let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
                matches!(digits, 3 | 4 | 6 | 8)
            });
            assert!(path.ends_with("tokens.css") || colours.count() == 0, "{path} names a colour");
        }
        let scripts = folder("js");
        assert_eq!(scripts.len(), MAIN_JS.len() + 1, "a script is never sent");
        assert!(scripts.iter().map(|(_, text)| text.lines().count()).sum::<usize>() <= 1300);
        assert!(scripts.iter().all(|(_, text)| text.lines().count() <= 200 && text.starts_with("//")));
    }

    #[test]
    fn a_first_page_leaves_most_of_its_budget_to_the_page_itself() {
        let frame = ["main.css", "main.js", "marks.svg", "icon.svg"].map(bytes_on_the_wire).iter().sum::<usize>();
        assert!(frame < 25_000, "{frame} bytes before the first word");
    }

    #[tokio::test]
    async fn assets_are_immutable_compressed_where_asked_and_not_sent_twice() {
        let file = url("main.css").trim_start_matches("/static/").to_owned();
        let ask = |headers: &[(header::HeaderName, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
            serve(Path(file.clone()), headers)
        };
        let plain = ask(&[(header::ACCEPT_ENCODING, "br, gzip;q=0")]).await;
        assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
        assert!(plain.headers()[header::CACHE_CONTROL].to_str().expect("ASCII").contains("immutable"));
        let packed = ask(&[(header::ACCEPT_ENCODING, "br, gzip")]).await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        let etag = packed.headers()[header::ETAG].clone();
        let again = serve(Path(file.clone()), [(header::IF_NONE_MATCH, etag)].into_iter().collect()).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = serve(Path("main.old.css".to_owned()), HeaderMap::new()).await;
        assert_eq!(other.status(), StatusCode::NOT_FOUND);
    }
}
