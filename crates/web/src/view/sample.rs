//! Every part drawn once: the compiler checks each macro with its struct, the test checks what comes out.

use askama::Template;

use super::{
    field::{Control, Field, Pick},
    parts::*,
    shell::*,
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"
{%- extends "layout_cols.html" -%}
{%- import "part/mark.html" as mark -%}
{%- import "part/page.html" as page -%}
{%- import "part/journal.html" as journal -%}
{%- import "part/field.html" as form -%}
{%- import "part/filter.html" as filter -%}
{% block title %}Parts{% endblock %}
{% block heading %}Every part{% endblock %}
{% block crumbs %}{{ page::crumbs(crumbs) }}{% endblock %}
{% block lede %}<p class="lede"><b>One of each.</b> A page that cannot draw these cannot be drawn.</p>{% endblock %}
{% block acts %}<div class="row"><button class="btn sm">Columns</button><a class="btn sm primary" href="/incidents/new">{{ mark::icon("plus") }}Log incident</a></div>{% endblock %}
{% block above %}{{ page::notice(notice) }}{{ page::steps(steps) }}{% endblock %}
{% block body %}
{{ page::refused(errors) }}{{ page::conflict(conflict) }}
{{ page::tabs("Saved views", tabs) }}
<form class="filters" role="search" aria-label="Filter incidents"><input type="search" aria-label="Find in this list" name="q">{{ filter::chips(chips) }}<button type="button" class="pick">Priority {{ mark::icon("down") }}</button><span class="end dim small">30 of 34</span></form>
<table class="t fold queue" data-list><caption class="sr">Open incidents</caption><thead><tr><th class="ck"><input type="checkbox" data-all aria-label="Select all on this page"></th><th>Pri</th><th>Number</th><th class="ttl">Title</th><th>State</th><th class="extra">Owner</th><th aria-sort="ascending"><a href="?sort=due">Target ↑</a></th></tr></thead><tbody>
{% for priority in priorities %}<tr data-href="/incidents/INC-{{ loop.index }}"><td class="ck"><input type="checkbox" name="number" value="INC-{{ loop.index }}" form="bulk" aria-label="Select INC-{{ loop.index }}"></td><td>{{ mark::priority(priority) }}</td><td><a class="id" href="/incidents/INC-{{ loop.index }}">INC-{{ loop.index }}</a></td><td class="clip full"><a class="main" href="/incidents/INC-{{ loop.index }}">Card payments declined at branch tills and elsewhere in town</a></td><td>{{ mark::state(notice.mark) }}</td><td class="extra soft nb">{{ mark::person(person) }}</td><td>{{ mark::clock(clock) }}</td></tr>{% endfor %}
</tbody></table>
{{ page::pager("/a", "/b", "50 of 1000+") }}
<form class="bulk" id="bulk" method="post" action="/incidents/bulk"><b data-count>Selected</b><button class="btn sm">Assign…</button></form>
{{ journal::composer("/note", "token", "Castlebrook Bank", "Tidewell") }}
<section class="sec"><header><h2>Journal</h2></header><ol class="journal">{% for entry in entries %}{{ journal::entry(entry) }}{% endfor %}</ol></section>
<form class="form" method="post">{% for field in fields %}{{ form::field(field) }}{% endfor %}<button class="btn primary">Save</button></form>
{% endblock %}
{% block aside %}
<div class="row mb">{% for one in marks %}{{ mark::state(one) }}{{ mark::chip(one) }}{{ mark::lone(one) }}{{ mark::shape(one) }}{% endfor %}</div>
{{ page::figures(figures) }}
<dl class="dl"><div><dt>Raised</dt><dd>{{ mark::when(when) }}</dd></div><div><dt>Service</dt><dd data-edit>{{ mark::link(link) }}<a class="edit" href="/x" aria-label="Edit service">{{ mark::icon("pen") }}</a></dd></div></dl>
{{ form::inline("/edit", "token", "4", inline, "Priya Nair saved “Managed Network” at 08:31.", "/incidents/1") }}
{{ page::empty(empty) }}
<div class="map"><section><h3>8 Operation<span>1 of 6</span></h3><ul><li><a href="#"><span><b>8.6.1</b> Incident management</span>{{ page::cells(cells, "1 of 6 proved") }}</a></li></ul></section></div>
{% endblock %}
"##
)]
struct Sample {
    shell: Shell,
    crumbs: Vec<Link>,
    notice: Notice,
    steps: Vec<Step>,
    errors: Vec<(String, String)>,
    tabs: Vec<Tab>,
    chips: Vec<Chip>,
    priorities: Vec<Priority>,
    person: Person,
    clock: Clock,
    entries: Vec<Entry>,
    fields: Vec<Field>,
    marks: Vec<Mark>,
    figures: Vec<Figure>,
    when: When,
    link: Link,
    empty: Empty,
    cells: Cells,
    inline: Field,
    conflict: Conflict,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{%- extends "layout_alone.html" -%}{%- import "part/field.html" as form -%}
{% block title %}Sign in{% endblock %}{% block heading %}Sign in{% endblock %}
{% block main %}<form method="post">{% for field in fields %}{{ form::field(field) }}{% endfor %}<button class="btn primary w100">Sign in</button></form>{% endblock %}"##
)]
struct Alone {
    shell: Shell,
    fields: Vec<Field>,
}

#[test]
fn every_part_can_be_drawn_and_keeps_the_rules_of_the_house() {
    let html = sample().render().expect("the sample renders");
    let alone = Alone { shell: Shell { user: None, ..shell() }, fields: vec![line("email", "E-mail")] };
    let alone = alone.render().expect("the lone page renders");
    keep("parts", &html);
    keep("alone", &alone);
    for page in [&html, &alone] {
        assert!(!page.contains(" style="), "style attributes break the content security policy");
        assert!(!page.contains("<script>"), "inline scripts break the content security policy");
        assert!(!page.contains("&lt;script&gt;alert"), "escaped once too often or not meant to be here");
        let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id stands twice in {ids:?}");
    }
    assert!(html.contains("&#60;b&#62;Tills&#60;/b&#62;"), "text is escaped");
    let described = r#"required aria-invalid="true" aria-describedby="f-impact-help f-impact-error""#;
    assert!(html.contains(described), "help and error are tied to their control");
}

#[test]
fn every_asset_and_every_shape_that_a_template_names_exists() {
    let sprite = include_str!("../../assets/marks.svg");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    for text in texts(std::path::Path::new(folder)) {
        for name in named(&text, "view::asset(\"") {
            assert!(crate::assets::all().iter().any(|asset| asset.name == name), "no asset is called {name}");
        }
        for name in named(&text, "view::shape(\"").into_iter().chain(named(&text, "icon(\"")) {
            assert!(sprite.contains(&format!("<symbol id=\"{name}\"")), "no shape is called {name}");
        }
    }
}

fn named<'a>(text: &'a str, call: &str) -> Vec<&'a str> {
    text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn texts(folder: &std::path::Path) -> Vec<String> {
    let entries =
        std::fs::read_dir(folder).expect("the templates are there").map(|entry| entry.expect("readable").path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => texts(&path),
            false => vec![std::fs::read_to_string(&path).expect("a template is text")],
        })
        .collect()
}

/// Lays a page and its assets out for a look in a browser: `PLUMBLINE_SHOW=folder cargo test -p web`.
pub fn keep(name: &str, html: &str) {
    let Ok(folder) = std::env::var("PLUMBLINE_SHOW") else { return };
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder.join("assets")).expect("the folder can be made");
    for asset in crate::assets::all() {
        std::fs::write(folder.join(&asset.path[1..]), &asset.bytes).expect("the asset can be written");
    }
    for theme in ["light", "dark"] {
        let themed = html.replacen("data-theme=\"system\"", &format!("data-theme=\"{theme}\""), 1);
        std::fs::write(folder.join(format!("{name}-{theme}.html")), themed).expect("the page can be written");
    }
}

pub fn shell() -> Shell {
    let item = |label: &str, count: &str| NavItem {
        label: label.to_owned(),
        href: format!("/{}", label.to_lowercase()),
        count: count.to_owned(),
        current: label == "Incidents",
        ..NavItem::default()
    };
    let group = |title: &str, items: Vec<NavItem>| NavGroup { title: title.to_owned(), items };
    Shell {
        lang: "en".to_owned(),
        keys: true,
        csrf: "token".to_owned(),
        path: "/parts".to_owned(),
        user: Some(User {
            name: "Ines Okafor".to_owned(),
            email: "ines@tidewell.example".to_owned(),
            roles: "SMS manager".to_owned(),
            href: String::new(),
        }),
        organisation: "Tidewell Managed Services".to_owned(),
        scope_line: "SMS scope: 12 services, 3 sites".to_owned(),
        nav: vec![
            group("", vec![item("Home", ""), item("My work", "5")]),
            group("Run", vec![item("Incidents", "34"), item("Problems", "9")]),
            group("Prove", vec![item("Conformity", "89 %")]),
        ],
        readiness: Some(Readiness { figure: "89 %".to_owned(), words: "ready, 68 days to stage 1".to_owned() }),
        creatable: vec![item("Incident", "")],
        flashes: vec![Flash { text: "INC-20426 assigned".to_owned(), undo: "/undo/1".to_owned(), ..Flash::default() }],
        views: true,
        ..Shell::default()
    }
}

fn line(name: &str, label: &str) -> Field {
    Field { name: name.to_owned(), label: label.to_owned(), ..Field::default() }
}

fn pick(value: &str, chosen: bool) -> Pick {
    Pick { value: value.to_owned(), label: value.to_owned(), chosen }
}

/// One field for each way of entering a value.
fn fields() -> Vec<Field> {
    let text = str::to_owned;
    let field = |name: &str, control: Control| Field { control, ..line(name, &format!("A {name}")) };
    let impact = Field {
        help: text("How many people are affected."),
        error: text("Choose how many people are affected."),
        required: true,
        ..field("impact", Control::Choice { options: vec![pick("high", false)], blank: Some(text("Choose")) })
    };
    vec![
        impact,
        field("title", Control::line("Payments")),
        field("text", Control::Lines { value: text("<b>Tills</b>"), max: Some(1000) }),
        field("count", Control::Number { value: text("4"), unit: text("users"), step: "1" }),
        field(
            "cost",
            Control::Money { amount: text("4.50"), currency: text("EUR"), currencies: vec![text("EUR"), text("SEK")] },
        ),
        field("day", Control::Date { value: text("2026-11-12") }),
        field("instant", Control::Instant { value: text("2026-11-12T08:40"), zone: text("UTC") }),
        field("duration", Control::Duration { value: text("4 h 30 min") }),
        field("sort", Control::Choices { options: vec![pick("storage", true), pick("network", false)] }),
        field("major", Control::Flag { on: true }),
        field("category", Control::Own { value: text("printing"), options: vec![text("printing"), text("network")] }),
        field(
            "review",
            Control::Parts {
                fields: vec![line("review.by", "By"), field("review.more", Control::Hidden { value: text("{}") })],
            },
        ),
        field(
            "service",
            Control::Reference {
                value: text("SVC-4"),
                title: text("Payments Hosting"),
                suggest: text("/suggest/service"),
            },
        ),
        field(
            "items",
            Control::References { values: vec![(text("CI-1"), text("sto-07"))], suggest: text("/suggest/item") },
        ),
        field(
            "targets",
            Control::Rows {
                columns: vec![text("Name"), text("Goal")],
                rows: vec![vec![
                    line("targets.0.name", "Name"),
                    field("targets.0.goal", Control::Duration { value: text("15 min") }),
                ]],
                numbers: vec![0],
                blank: vec![
                    line("targets.__row__.name", "Name"),
                    field("targets.__row__.goal", Control::Duration { value: String::new() }),
                ],
                add: text("add.targets"),
            },
        ),
        field("files", Control::Files { multiple: true }),
        field("number", Control::Shown { text: text("INC-20431") }),
    ]
}

fn sample() -> Sample {
    let text = str::to_owned;
    let person = Person { name: text("Tomas Lind"), href: text("/people/1") };
    let when = When {
        iso: text("2026-11-12T08:36:00Z"),
        near: text("4 min ago"),
        exact: text("Thu 12 Nov 2026, 08:36 UTC"),
        ticking: false,
    };
    let step = |label: &str, place, note: &str| Step { label: text(label), place, note: text(note) };
    Sample {
        shell: shell(),
        crumbs: vec![Link::new("Incidents", "/incidents"), Link::new("INC-20431", "")],
        notice: Notice {
            mark: Mark::new(Shape::Major, Tone::Bad, "Major incident"),
            text: text("since 07:58."),
            links: vec![Link::new("Procedure", "/d")],
        },
        steps: vec![
            step("Recorded", Place::Past, "07:53"),
            step("In progress", Place::Here, "since 07:57"),
            step("Closed", Place::Ahead, ""),
        ],
        errors: vec![(text("impact"), text("Choose how many people are affected."))],
        tabs: vec![
            Tab { label: text("All open"), count: text("34"), current: true, ..Tab::default() },
            Tab { label: text("Mine"), ..Tab::default() },
        ],
        chips: vec![Chip { text: text("State: open"), without: text("/incidents") }],
        priorities: (1..=4).map(Priority).collect(),
        person: person.clone(),
        clock: Clock {
            mark: Mark::new(Shape::Risk, Tone::Warn, "0:26 left"),
            used_percent: Some(89),
            more: "resolution due Thu 12 Nov 2026, 09:06 UTC".into(),
        },
        entries: entries(&person, &when),
        fields: fields(),
        marks: every_mark(),
        figures: vec![Figure {
            label: text("Resolved in time"),
            value: Link::new("1417", "/incidents"),
            whole: text("of 1420"),
        }],
        when,
        link: Link::new("Payments Hosting", "/services/SVC-4"),
        inline: line("owner", "Owner"),
        conflict: Conflict { sentence: text("Priya Nair saved this record at 08:31."), deltas: vec![delta("B", "A")] },
        empty: Empty {
            mark: Mark::new(Shape::Met, Tone::Ok, "Nothing waits for you."),
            text: text("Decisions appear here."),
            step: Some(Link::new("Open incidents", "/incidents")),
        },
        cells: Cells::new(&[
            Cell::Proved,
            Cell::Stale,
            Cell::Gap,
            Cell::Nonconforming,
            Cell::Nothing,
            Cell::ForAPerson,
        ]),
    }
}

fn delta(before: &str, after: &str) -> ShownDelta {
    ShownDelta { label: "Owner".into(), before: before.into(), after: after.into() }
}

/// What was done and what was said, to one side and to both.
fn entries(who: &Person, at: &When) -> Vec<Entry> {
    let entry = |shape, said| Entry {
        id: format!("entry-{shape}"),
        mark: Mark::new(shape, Tone::Info, ""),
        who: who.clone(),
        at: at.clone(),
        said,
    };
    let message = |public, audience: &str| Said::Message {
        public,
        audience: audience.into(),
        html: "<p>We are on it.</p>".into(),
    };
    let deltas = vec![delta("", "A"), delta("A", ""), delta("A", "B")];
    vec![
        entry(Shape::Half, Said::Done { text: "edited".into(), deltas }),
        entry(Shape::Say, message(true, "Public reply to Castlebrook Bank")),
        entry(Shape::Lock, message(false, "Internal note, Tidewell only")),
    ]
}

fn every_mark() -> Vec<Mark> {
    let mark = |shape, tone, word: &str| Mark::new(shape, tone, word);
    vec![
        mark(Shape::Proved, Tone::Ok, "Proved"),
        mark(Shape::Stale, Tone::Warn, "Stale"),
        mark(Shape::Gap, Tone::Bad, "Gap"),
        mark(Shape::Nonconforming, Tone::Bad, "Nonconformity"),
        mark(Shape::Nothing, Tone::Mute, "Nothing to sample"),
        mark(Shape::ForAPerson, Tone::Mute, "For a person"),
        mark(Shape::New, Tone::Info, "New"),
        mark(Shape::Ring, Tone::Mute, "Assigned"),
        mark(Shape::Half, Tone::Info, "In progress"),
        mark(Shape::Pause, Tone::Mute, "On hold"),
        mark(Shape::Met, Tone::Ok, "Resolved"),
        mark(Shape::Closed, Tone::Mute, "Closed"),
        mark(Shape::Risk, Tone::Warn, "At risk"),
        mark(Shape::Major, Tone::Bad, "Major incident"),
        mark(Shape::Clip, Tone::Mute, "Attachment"),
        mark(Shape::Tie, Tone::Mute, "Link"),
        mark(Shape::Pen, Tone::Mute, "Edited"),
    ]
}
