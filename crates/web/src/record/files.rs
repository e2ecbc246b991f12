//! Attachments: files in, files out, never run.

/// Media types that a browser shows as a picture and that hold no script.
pub fn is_picture(media: &str) -> bool {
    matches!(media, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}
