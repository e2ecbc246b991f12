//! What of an OSCAL catalog is a framework: groups are headings, controls are requirements, their statement is the text with
//! its parameters put in. Shape: the catalog model of OSCAL 1.1 and 1.2.

use std::collections::{BTreeMap, HashSet};

use model::suggest;
use serde_json::{Map, Value as Json};

use crate::oscal_out::HEADING;
use crate::{DEPTH_MAX, Faults, Framework, Library, NAME_MAX, NODES_MAX, Node, TEXT_MAX, Wrong, in_order};

/// Deepest nesting of parts, and of parameters within the choices of others.
const PARTS_DEEP: usize = 16;
const CHOICES_DEEP: usize = 3;

/// What all texts together may unfold to with their parameters, in bytes.
const WEIGHT_MAX: usize = 32_000_000;

/// What stands for each parameter, by its id: one's own, else those from above.
#[derive(Default)]
struct Params<'p> {
    own: BTreeMap<String, String>,
    above: Option<&'p Params<'p>>,
}

impl Params<'_> {
    fn get(&self, id: &str) -> Option<&String> {
        self.own.get(id).or_else(|| self.above.and_then(|above| above.get(id)))
    }
}

/// # Errors
/// What is wrong, with the JSON pointer (RFC 6901) to it, or the line where the file is no JSON.
pub fn read(text: &str) -> Result<Library, Vec<Wrong>> {
    let document: Json = serde_json::from_str(text).map_err(|error| {
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        vec![Wrong::new(format!("line {}, column {}", error.line(), error.column()), format!("is no JSON: {why}"))]
    })?;
    let mut faults = Faults::default();
    let known = document.as_object().into_iter().flat_map(|top| top.keys().map(String::as_str));
    let Some(catalog) = document.get("catalog") else {
        let other = known.clone().find(|key| OTHERS.contains(key));
        let why = match other {
            Some(other) => format!("is an OSCAL document of the sort \"{other}\"; only a catalog can be read"),
            None => format!("there is no \"catalog\" here{}", suggest::hint("catalog", known)),
        };
        return Err(vec![Wrong::new("/", why)]);
    };
    let mut reading =
        Reading { nodes: Vec::new(), seen: HashSet::new(), faults: &mut faults, urn: String::new(), weight: 0 };
    let framework = reading.catalog(catalog);
    let nodes = std::mem::take(&mut reading.nodes);
    if reading.weight > WEIGHT_MAX {
        let why = format!("its texts unfold to more than {} MB by their parameters", WEIGHT_MAX / 1_000_000);
        return Err(vec![Wrong::new("/catalog", why)]);
    }
    let framework = Framework { nodes: in_order(nodes, &mut faults), ..framework };
    let (urn, name) = (framework.urn.clone(), framework.name.clone());
    let parts = catalog.pointer("/back-matter/resources").and_then(Json::as_array).map_or(0, Vec::len);
    let besides = if parts > 0 { vec![("resources".to_owned(), parts)] } else { Vec::new() };
    faults.or(Library { urn, name, framework: Some(framework), sets: Vec::new(), besides })
}

/// The other models of OSCAL, by the name of their root.
const OTHERS: [&str; 7] = [
    "profile",
    "component-definition",
    "system-security-plan",
    "assessment-plan",
    "assessment-results",
    "plan-of-action-and-milestones",
    "mapping-collection",
];

struct Reading<'f> {
    nodes: Vec<(Node, Option<String>, String)>,
    seen: HashSet<String>,
    faults: &'f mut Faults,
    /// Of the framework.
    urn: String,
    /// Bytes of the texts so far.
    weight: usize,
}

impl Reading<'_> {
    fn catalog(&mut self, catalog: &Json) -> Framework {
        let pointer = "/catalog";
        let Some(top) = self.map(catalog, pointer) else { return Framework::default() };
        let metadata = top.get("metadata").unwrap_or(&Json::Null);
        let about = format!("{pointer}/metadata");
        let Some(metadata) = self.map(metadata, &about) else { return Framework::default() };
        let name = self.text(metadata, "title", &about, NAME_MAX);
        if name.is_empty() {
            self.faults.add(format!("{about}/title"), "a catalog has a title");
        }
        // The UUID is another one with every edition of the file, so that the title is what it is known by.
        self.urn = format!("urn:oscal:risk:framework:{}", slug(&name));
        let framework = Framework {
            urn: self.urn.clone(),
            reference: slug(&name),
            about: self.text(metadata, "remarks", &about, TEXT_MAX),
            version: self.text(metadata, "version", &about, NAME_MAX),
            provider: publisher(metadata),
            locale: String::new(),
            copyright: String::new(),
            nodes: Vec::new(),
            name,
        };
        let none = Params::default();
        if let Some(params) = self.params(top, pointer, &none) {
            self.inside(top, None, &params, pointer, 1);
        }
        framework
    }

    /// The groups and controls of a catalog, group or control.
    fn inside(
        &mut self,
        holder: &Map<String, Json>,
        above: Option<&str>,
        params: &Params<'_>,
        pointer: &str,
        depth: usize,
    ) {
        if depth > DEPTH_MAX {
            return self.faults.add(pointer, format!("lies more than {DEPTH_MAX} deep"));
        }
        for (key, demands) in [("groups", false), ("controls", true)] {
            for (at, entry) in self.entries(holder, key, pointer).iter().enumerate() {
                if self.nodes.len() >= NODES_MAX {
                    return self
                        .faults
                        .add(pointer, format!("the catalog has more than {NODES_MAX} groups and controls"));
                }
                if self.weight > WEIGHT_MAX {
                    return;
                }
                let here = format!("{pointer}/{key}/{at}");
                self.one(entry, demands, above, params, &here, depth);
            }
        }
    }

    fn one(
        &mut self,
        entry: &Json,
        demands: bool,
        above: Option<&str>,
        params: &Params<'_>,
        pointer: &str,
        depth: usize,
    ) {
        let Some(entry) = self.map(entry, pointer) else { return };
        let id = self.text(entry, "id", pointer, NAME_MAX);
        if demands && id.is_empty() {
            return self.faults.add(format!("{pointer}/id"), "a control has an id");
        }
        let address = |known: &str| format!("{}:{known}", self.urn.replacen(":framework:", ":req_node:", 1));
        let mut urn = address(&id.to_lowercase());
        // A group needs none, and nothing points at one: then its place is its name.
        if !demands && (id.is_empty() || self.seen.contains(&urn)) {
            urn = address(&pointer.trim_start_matches("/catalog/").replace('/', "-"));
        }
        if !self.seen.insert(urn.clone()) {
            return self.faults.add(format!("{pointer}/id"), format!("the id \"{id}\" stands here a second time"));
        }
        let Some(params) = self.params(entry, pointer, params) else { return };
        let said = Said::of(entry, &params);
        let name = self.text(entry, "title", pointer, NAME_MAX);
        if name.is_empty() {
            self.faults.add(format!("{pointer}/title"), "every group and control has a title");
        }
        let is_withdrawn = property(entry, "status").is_some_and(|status| status.eq_ignore_ascii_case("withdrawn"));
        let node = Node {
            urn: urn.clone(),
            reference: property(entry, "label").unwrap_or(&id).to_owned(),
            name,
            text: self.kept(said.statement, pointer),
            note: self.kept(said.guidance, pointer),
            evidence: self.kept(said.evidence, pointer),
            demands: demands && !is_withdrawn && property(entry, HEADING).is_none(),
            ..Node::default()
        };
        self.nodes.push((node, above.map(str::to_owned), pointer.to_owned()));
        self.inside(entry, Some(&urn), &params, pointer, depth + 1);
    }

    fn kept(&mut self, text: String, pointer: &str) -> String {
        self.weight += text.len();
        let why = match text {
            long if long.chars().count() > TEXT_MAX => format!("has more than {TEXT_MAX} characters"),
            zero if zero.contains('\0') => "holds the character U+0000".into(),
            text => return text,
        };
        self.faults.add(format!("{pointer}/parts"), why);
        String::new()
    }

    fn map<'j>(&mut self, json: &'j Json, pointer: &str) -> Option<&'j Map<String, Json>> {
        let map = json.as_object();
        if map.is_none() {
            self.faults.add(pointer, format!("is {}, not an object", sort(json)));
        }
        map
    }

    fn entries<'j>(&mut self, holder: &'j Map<String, Json>, key: &str, pointer: &str) -> &'j [Json] {
        match holder.get(key) {
            None => &[],
            Some(Json::Array(entries)) => entries,
            Some(other) => {
                self.faults.add(format!("{pointer}/{key}"), format!("is {}, not an array", sort(other)));
                &[]
            }
        }
    }

    fn text(&mut self, holder: &Map<String, Json>, key: &str, pointer: &str, most: usize) -> String {
        let why = match holder.get(key) {
            None => return String::new(),
            Some(Json::String(text)) if text.chars().count() > most => format!("has more than {most} characters"),
            Some(Json::String(text)) if text.contains('\0') => "holds the character U+0000".to_owned(),
            Some(Json::String(text)) => return text.trim().to_owned(),
            Some(other) => format!("is {}, not a string", sort(other)),
        };
        self.faults.add(format!("{pointer}/{key}"), why);
        String::new()
    }

    /// The parameters that hold here: those from above, and one's own before them. `None` where they cannot be read.
    fn params<'p>(&mut self, holder: &Map<String, Json>, pointer: &str, above: &'p Params<'p>) -> Option<Params<'p>> {
        let mut own = BTreeMap::new();
        for (at, param) in self.entries(holder, "params", pointer).iter().enumerate() {
            let here = format!("{pointer}/params/{at}");
            let param = self.map(param, &here)?;
            let id = self.text(param, "id", &here, NAME_MAX);
            if id.is_empty() {
                self.faults.add(format!("{here}/id"), "a parameter has an id");
                return None;
            }
            own.insert(id, stands_for(param));
        }
        Some(Params { own, above: Some(above) })
    }
}

/// What is put where a parameter stands: its values, else its choices, else its label.
fn stands_for(param: &Map<String, Json>) -> String {
    let texts = |json: Option<&Json>| -> Vec<String> {
        let entries = json.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        entries.iter().filter_map(|entry| Some(entry.as_str()?.to_owned())).collect()
    };
    let values = texts(param.get("values"));
    if !values.is_empty() {
        return values.join(", ");
    }
    let choices = texts(param.get("select").and_then(|select| select.get("choice")));
    if !choices.is_empty() {
        return format!("[{}]", choices.join(" | "));
    }
    let label = param.get("label").or_else(|| param.get("id")).and_then(Json::as_str).unwrap_or_default();
    format!("[{label}]")
}

/// `{{ insert: param, ID }}` and what stands for it; what no parameter is known for stays as it is.
fn put_in(text: &str, params: &Params<'_>, deep: usize) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((inside, after)) = behind.split_once("}}") else {
            out.push_str("{{");
            rest = behind;
            continue;
        };
        let id =
            inside.trim().strip_prefix("insert:").and_then(|said| said.trim().strip_prefix("param,")).map(str::trim);
        match id.and_then(|id| params.get(id)).filter(|_| deep < CHOICES_DEEP && out.len() < TEXT_MAX * 4) {
            Some(stands) => out.push_str(&put_in(stands, params, deep + 1)),
            None => out.extend(["{{", inside, "}}"]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The texts of a group or control.
#[derive(Default)]
struct Said {
    statement: String,
    guidance: String,
    evidence: String,
}

impl Said {
    fn of(entry: &Map<String, Json>, params: &Params<'_>) -> Said {
        let mut said = Said::default();
        let parts = entry.get("parts").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let named = |part: &Json| part.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        let has_statement = parts.iter().any(|part| matches!(named(part).as_str(), "statement" | "overview"));
        for part in parts {
            let into = match named(part).as_str() {
                "statement" | "overview" => &mut said.statement,
                "assessment-objective" | "objective" if !has_statement => &mut said.statement,
                "guidance" => &mut said.guidance,
                "assessment-method" | "example" => &mut said.evidence,
                _ => continue,
            };
            lines(part, params, 0, into);
        }
        said
    }
}

/// Prose of a part and of those within it, a line each, with their labels.
fn lines(part: &Json, params: &Params<'_>, deep: usize, out: &mut String) {
    let prose = put_in(part.get("prose").and_then(Json::as_str).unwrap_or_default().trim(), params, 0);
    let label = part.as_object().and_then(|part| property(part, "label")).unwrap_or_default();
    let line = [label, prose.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    if !line.is_empty() {
        if !out.is_empty() {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n("  ", deep.saturating_sub(1)));
        out.push_str(&line);
    }
    // Beyond every limit nothing more is gathered; the length is told then.
    if deep < PARTS_DEEP && out.len() < TEXT_MAX * 4 {
        for inner in part.get("parts").and_then(Json::as_array).into_iter().flatten() {
            let asks = !matches!(inner.get("name").and_then(Json::as_str), Some("guidance" | "assessment-method"));
            if asks {
                lines(inner, params, deep + 1, out);
            }
        }
    }
}

/// The value of a property without a class, else with any.
fn property<'j>(holder: &'j Map<String, Json>, name: &str) -> Option<&'j str> {
    let props = holder.get("props").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let named = || props.iter().filter(|prop| prop.get("name").and_then(Json::as_str) == Some(name));
    let plain = named().find(|prop| prop.get("class").is_none()).or_else(|| named().next());
    plain.and_then(|prop| prop.get("value")).and_then(Json::as_str).map(str::trim).filter(|value| !value.is_empty())
}

/// The name of the party that publishes it, else of the first one.
fn publisher(metadata: &Map<String, Json>) -> String {
    let list = |key: &str| metadata.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let publishes = list("responsible-parties")
        .iter()
        .find(|role| matches!(text(role, "role-id").as_str(), "publisher" | "creator"));
    let uuid = publishes.and_then(|role| role.get("party-uuids")?.get(0)?.as_str());
    let party = list("parties").iter().find(|party| uuid.is_none_or(|uuid| text(party, "uuid") == uuid));
    party.map(|party| text(party, "name").chars().take(NAME_MAX).collect()).unwrap_or_default()
}

fn sort(json: &Json) -> &'static str {
    match json {
        Json::Null => "nothing",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// A title as part of an address: small letters, digits and hyphens.
fn slug(title: &str) -> String {
    let plain: String =
        title.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let slug: String = parts.join("-").chars().take(100).collect();
    if slug.is_empty() { "catalog".into() } else { slug.trim_end_matches('-').into() }
}
