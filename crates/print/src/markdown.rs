//! Markdown as blocks. HTML in it is shown as it was typed: a paper has no other language than this.

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd};

use crate::{Block, PIECES_MAX, Side, Span};

/// Deeper than anybody writes. What is nested further is set at this depth.
const DEPTH: usize = 12;

/// Longest address that a link leads to.
const ADDRESS_MAX: usize = 2_000;

/// A Markdown text, and where it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text<'t> {
    pub markdown: &'t str,
    /// The level of the heading under which it stands; 0 where it is the whole paper.
    pub under: usize,
    /// What stands over it already: a heading at its beginning that says the same is left out, and those below it rise.
    pub title: &'t str,
    /// What stands before addresses that begin with a slash, as `https://desk.example`; without it these lead nowhere.
    pub base: &'t str,
}

impl Text<'_> {
    /// Its blocks (CommonMark with tables, tasks and struck words).
    pub fn blocks(&self) -> Vec<Block> {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let events = Parser::new_ext(self.markdown, options);
        Reader {
            events,
            title: self.title.trim(),
            base: self.base,
            lifted: 0,
            depth: 0,
            under: self.under,
            level: self.under,
            cells: 0,
        }
        .blocks()
    }
}

struct Reader<'t> {
    events: Parser<'t>,
    title: &'t str,
    base: &'t str,
    /// By how much headings rise.
    lifted: usize,
    depth: usize,
    under: usize,
    /// The level of the last heading.
    level: usize,
    /// Of all tables. A row that is short in the text is filled up, so a little text can hold any number of them.
    cells: usize,
}

impl Reader<'_> {
    /// Blocks until the end of what holds them. Loose text, as in tight lists, is a paragraph.
    fn blocks(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut loose = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(tag) if is_inline(&tag) => self.inline(tag, &mut loose),
                Event::Start(tag) => {
                    settle(&mut loose, &mut blocks);
                    self.block(tag, &mut blocks);
                }
                Event::End(_) => break,
                Event::Rule => {
                    settle(&mut loose, &mut blocks);
                    blocks.push(Block::Rule);
                }
                other => piece(other, &mut loose),
            }
        }
        settle(&mut loose, &mut blocks);
        blocks
    }

    fn block(&mut self, tag: Tag<'_>, blocks: &mut Vec<Block>) {
        if self.depth >= DEPTH && matches!(tag, Tag::List(_) | Tag::Item | Tag::BlockQuote(_)) {
            return self.flat(blocks);
        }
        self.depth += 1;
        match tag {
            Tag::Heading { level, .. } => {
                let text = self.spans();
                let is_first = blocks.is_empty() && self.depth == 1;
                if is_first && !self.title.is_empty() && text == [Span::text(self.title)] {
                    self.lifted = 1;
                } else if !text.is_empty() {
                    let level = (level as usize - self.lifted).max(1) + self.under;
                    self.level = level.min(self.level + 1).min(6);
                    blocks.push(Block::Heading { level: self.level, text });
                }
            }
            Tag::CodeBlock(_) | Tag::HtmlBlock => blocks.push(Block::Code { text: self.raw() }),
            Tag::BlockQuote(_) => blocks.push(Block::Quote { blocks: self.blocks() }),
            Tag::List(first) => {
                let points = self.points();
                blocks.push(Block::Points { first, points });
            }
            Tag::Table(sides) => blocks.push(self.table(sides.into_iter().map(side).collect())),
            _ => {
                let text = self.spans();
                if !text.is_empty() {
                    blocks.push(Block::Paragraph { text });
                }
            }
        }
        self.depth -= 1;
    }

    /// What is nested too deeply, as paragraphs one after another. Does not call itself: depth is what it takes away.
    fn flat(&mut self, blocks: &mut Vec<Block>) {
        let mut open = 1usize;
        let mut text = Vec::new();
        while open > 0 {
            match self.events.next() {
                Some(Event::Start(_)) => open += 1,
                Some(Event::End(end)) => {
                    open -= 1;
                    if !is_inline_end(end) {
                        settle(&mut text, blocks);
                    }
                }
                Some(other) => piece(other, &mut text),
                None => break,
            }
        }
        settle(&mut text, blocks);
    }

    fn points(&mut self) -> Vec<Vec<Block>> {
        let mut points = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(_) => points.push(self.blocks()),
                Event::End(_) => break,
                _ => {}
            }
        }
        points
    }

    fn table(&mut self, sides: Vec<Side>) -> Block {
        let (mut head, mut rows, mut row) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableCell) => {
                    let cell = self.spans();
                    self.cells += 1;
                    // What is beyond makes the whole too long, and that is said when it is weighed.
                    if self.cells <= PIECES_MAX + 1 {
                        row.push(cell);
                    }
                }
                Event::End(TagEnd::TableHead) => head = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        Block::Table { sides, head, rows }
    }

    /// Text until the end of what holds it, as it was typed.
    fn raw(&mut self) -> String {
        let mut raw = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::End(_) => break,
                Event::Text(text) | Event::Html(text) => raw.push_str(&text),
                _ => {}
            }
        }
        raw.truncate(raw.trim_end().len());
        raw
    }

    fn spans(&mut self) -> Vec<Span> {
        let mut spans = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(tag) => self.inline(tag, &mut spans),
                Event::End(_) => break,
                other => piece(other, &mut spans),
            }
        }
        spans
    }

    fn inline(&mut self, tag: Tag<'_>, spans: &mut Vec<Span>) {
        if self.depth >= DEPTH {
            let mut open = 1usize;
            while open > 0 {
                match self.events.next() {
                    Some(Event::Start(_)) => open += 1,
                    Some(Event::End(_)) => open -= 1,
                    Some(other) => piece(other, spans),
                    None => break,
                }
            }
            return;
        }
        self.depth += 1;
        let within = self.spans();
        self.depth -= 1;
        match tag {
            Tag::Strong => spans.push(Span::Strong { spans: within }),
            Tag::Emphasis => spans.push(Span::Emphasis { spans: within }),
            Tag::Strikethrough => spans.push(Span::Struck { spans: within }),
            Tag::Link { dest_url, .. } if !within.is_empty() => match address(self.base, &dest_url) {
                Some(address) => spans.push(Span::Link { address, spans: within }),
                None => spans.extend(within),
            },
            // A picture is told by its words: it lies elsewhere, and a paper fetches nothing.
            _ => spans.extend(within),
        }
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Strong | Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

fn is_inline_end(end: TagEnd) -> bool {
    matches!(end, TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

fn side(alignment: Alignment) -> Side {
    match alignment {
        Alignment::Right => Side::End,
        Alignment::Center => Side::Center,
        Alignment::None | Alignment::Left => Side::Start,
    }
}

/// Where a link leads; nowhere by ways that a reader of papers does not expect.
fn address(base: &str, address: &str) -> Option<String> {
    let is_known = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
    let whole = match address {
        _ if is_known => address.to_string(),
        _ if !base.is_empty() && address.starts_with('/') && !address.starts_with("//") => format!("{base}{address}"),
        _ => return None,
    };
    (whole.len() <= ADDRESS_MAX).then_some(whole)
}

fn piece(event: Event<'_>, spans: &mut Vec<Span>) {
    match event {
        Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
            if let Some(Span::Text { text: before }) = spans.last_mut() {
                before.push_str(&text);
            } else {
                spans.push(Span::text(text.into_string()));
            }
        }
        Event::Code(text) => spans.push(Span::Code { text: text.into_string() }),
        Event::SoftBreak => piece(Event::Text(" ".into()), spans),
        Event::TaskListMarker(done) => piece(Event::Text(if done { "☑ " } else { "☐ " }.into()), spans),
        Event::HardBreak => spans.push(Span::Break),
        _ => {}
    }
}

fn settle(loose: &mut Vec<Span>, blocks: &mut Vec<Block>) {
    if !loose.is_empty() {
        blocks.push(Block::Paragraph { text: std::mem::take(loose) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Block {
        Block::paragraph(text)
    }

    fn blocks(markdown: &str) -> Vec<Block> {
        Text { markdown, ..Text::default() }.blocks()
    }

    fn levels(blocks: Vec<Block>) -> Vec<usize> {
        let level = |block| match block {
            Block::Heading { level, .. } => level,
            other => panic!("{other:?}"),
        };
        blocks.into_iter().map(level).collect()
    }

    #[test]
    fn headings_never_leave_out_a_level() {
        assert_eq!(levels(blocks("### Deep\n\n# Top\n\n#### Deep again\n\n## Two\n\n#\n")), [1, 1, 2, 2]);
        let under = Text { markdown: "# A\n\n###### B\n\n# C", under: 2, ..Text::default() };
        assert_eq!(levels(under.blocks()), [3, 4, 3], "under a heading of the paper");
        let titled = Text { markdown: "# Rules\n\n## A\n\n### B\n\n# Rules", title: "Rules", ..Text::default() };
        assert_eq!(levels(titled.blocks()), [1, 2, 1], "the title stands there already");
    }

    #[test]
    fn lists_hold_lists() {
        let read = blocks("3. three\n   - inner\n4. four");
        assert_eq!(
            read,
            [Block::Points {
                first: Some(3),
                points: vec![
                    vec![paragraph("three"), Block::Points { first: None, points: vec![vec![paragraph("inner")]] }],
                    vec![paragraph("four")],
                ],
            }]
        );
    }

    #[test]
    fn tables_keep_their_head_and_html_is_words() {
        let read = blocks("| a | b |\n|---|--:|\n| 1 | **2** |\n\nsome <b>words</b>");
        let cell = |text: &str| vec![Span::text(text)];
        assert_eq!(
            read,
            [
                Block::Table {
                    sides: vec![Side::Start, Side::End],
                    head: vec![cell("a"), cell("b")],
                    rows: vec![vec![cell("1"), vec![Span::Strong { spans: cell("2") }]]],
                },
                paragraph("some <b>words</b>"),
            ]
        );
    }

    #[test]
    fn links_lead_only_where_a_reader_expects() {
        let read = blocks("[fine](https://example.org) [not](javascript:alert(1)) ![seen](https://example.org/x.png)");
        let Block::Paragraph { text } = &read[0] else { panic!("{read:?}") };
        assert_eq!(
            text,
            &[
                Span::Link { address: "https://example.org".into(), spans: vec![Span::text("fine")] },
                Span::text(" "),
                Span::text("not "),
                Span::text("seen"),
            ]
        );
    }

    #[test]
    fn what_leads_into_the_house_needs_its_address() {
        let linked = |base| Text { markdown: "[2 open](/incidents?filter=x)", base, ..Text::default() }.blocks();
        assert_eq!(linked(""), [paragraph("2 open")]);
        let address = "https://desk.example/incidents?filter=x".to_string();
        assert_eq!(
            linked("https://desk.example"),
            [Block::Paragraph { text: vec![Span::Link { address, spans: vec![Span::text("2 open")] }] }]
        );
        let endless = format!("[x](https://a.example/{})", "a".repeat(9_000));
        assert_eq!(blocks(&endless), [paragraph("x")]);
        assert_eq!(blocks("[x](//elsewhere.example)"), [paragraph("x")]);
    }

    #[test]
    fn a_little_text_makes_no_table_without_end() {
        let text = format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "x|\n".repeat(200));
        let read = blocks(&text);
        let [Block::Table { rows, .. }] = read.as_slice() else { panic!("{} blocks", read.len()) };
        assert!(rows.iter().map(Vec::len).sum::<usize>() <= PIECES_MAX + 1);
    }

    #[test]
    fn depth_without_end_is_read_to_its_end() {
        let mut text = ">".repeat(5_000);
        text.push_str(" deep\n\nafter ");
        text.push_str(&"*a ".repeat(3_000));
        let read = blocks(&text);
        assert!(format!("{read:?}").contains("deep") && format!("{read:?}").contains("after"));
        let nested = (0..200).map(|depth| format!("{}- p{depth}\n", "  ".repeat(depth))).collect::<String>();
        assert!(format!("{:?}", blocks(&nested)).contains("p199"));
    }
}
