//! Texts that people wrote, from Markdown to markup that can do no harm.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Markdown as safe HTML: tables, strikethrough, line ends kept as typed; raw markup is shown or dropped, never run.
/// Headings begin at the third level, below those of the page.
pub fn markdown(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(text, options).map(|event| match event {
        // People press Enter and mean it.
        Event::SoftBreak => Event::HardBreak,
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: lowered(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lowered(level))),
        // Tags typed in a text are words of it, such as the output of a tool.
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    });
    let mut markup = String::with_capacity(text.len() + text.len() / 4);
    html::push_html(&mut markup, events);
    ammonia::clean(&markup)
}

/// A text that fills a page of its own: its markup and what its headings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    pub html: String,
    pub headings: Vec<Heading>,
}

/// Level from 2 on, the anchor and the words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    pub level: usize,
    pub id: String,
    pub text: String,
}

/// Markdown of a document as safe HTML: as [`markdown`], but headings begin at the second level and can be linked to, and lines
/// flow together as in a printed text. `last` sees the markup before it is cleaned.
pub fn document(text: &str, last: impl FnOnce(String) -> String) -> Document {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut headings: Vec<Heading> = Vec::new();
    let mut within = false;
    let events: Vec<Event<'_>> = Parser::new_ext(text, options)
        .map(|event| match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let level = (level as usize + 1).min(6);
                let id = format!("s-{}", headings.len() + 1);
                headings.push(Heading { level, id: id.clone(), text: String::new() });
                within = true;
                let level = HeadingLevel::try_from(level).unwrap_or(HeadingLevel::H6);
                Event::Start(Tag::Heading { level, id: Some(id.into()), classes: Vec::new(), attrs: Vec::new() })
            }
            Event::End(TagEnd::Heading(level)) => {
                within = false;
                let level = (level as usize + 1).min(6);
                Event::End(TagEnd::Heading(HeadingLevel::try_from(level).unwrap_or(HeadingLevel::H6)))
            }
            Event::Text(words) | Event::Code(words) if within => {
                if let Some(heading) = headings.last_mut() {
                    heading.text.push_str(&words);
                }
                Event::Text(words)
            }
            Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
            other => other,
        })
        .collect();
    let mut markup = String::with_capacity(text.len() + text.len() / 4);
    html::push_html(&mut markup, events.into_iter());
    let mut cleaner = ammonia::Builder::default();
    for level in ["h2", "h3", "h4", "h5", "h6"] {
        cleaner.add_tag_attributes(level, ["id"]);
    }
    Document { html: cleaner.clean(&last(markup)).to_string(), headings }
}

fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// The beginning of a text in one line of at most `most` letters.
pub fn shortened(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let short: String = line.chars().take(most).collect();
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_others_does_no_harm() {
        let html = markdown(
            "# Head\n\n<script>alert(1)</script>\n\n**bold** [x](javascript:alert(1)) <img src=x onerror=alert(1)>",
        );
        assert!(html.contains("<h3>Head</h3>") && html.contains("<strong>bold</strong>"), "{html}");
        assert!(!html.contains("<script") && !html.contains("javascript:") && !html.contains("<img"), "{html}");
        assert_eq!(markdown("one\ntwo"), "<p>one<br>\ntwo</p>\n");
    }
}
