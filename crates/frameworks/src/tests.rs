//! Libraries and catalogs are read and written without loss, and files that mean harm or are simply wrong get a sentence.

use proptest::prelude::*;

use super::*;

const OWN: &str = r#"# A comment is not kept.
urn: urn:own:risk:library:care
locale: en
ref_id: care
name: Care
description: "House rules: of care"
copyright: Own work
version: 1.10
provider: Tidewell
packager: tidewell
publication_date: 2026-05-01
labels: [one, 'yes', 007]
objects:
  framework:
    urn: urn:own:risk:framework:Care
    ref_id: CARE
    name: Care for customers
    min_score: 0
    implementation_groups_definition:
    - ref_id: B
      name: Basic
    requirement_nodes:
    - urn: urn:own:risk:req_node:care:1
      assessable: false
      depth: 1
      ref_id: '1'
      name: Answering
    - urn: urn:own:risk:req_node:care:1.1
      assessable: true
      depth: 2
      parent_urn: urn:own:risk:req_node:Care:1
      ref_id: '1.1'
      description: |
        Whoever calls is answered.

        Always.
      typical_evidence: Tickets
      implementation_groups: [B]
      questions:
        urn:own:q1:
          type: unique_choice
          text: Really?
      translations:
        de:
          name: null
          description: Wer anruft, bekommt Antwort.
  reference_controls:
  - urn: urn:own:risk:function:care:f1
    name: Listen
  requirement_mapping_sets:
  - urn: urn:own:risk:req_mapping_set:care-iso
    ref_id: care-iso
    name: Care to ours
    source_framework_urn: urn:own:risk:framework:care
    target_framework_urn: urn:plumbline:risk:framework:iso-20000-1-2018
    requirement_mappings:
    - source_requirement_urn: urn:own:risk:req_node:care:1.1
      target_requirement_urn: urn:plumbline:risk:req_node:iso-20000-1-2018:8.6.1.a
      relationship: subset
      rationale: Answering is a part of recording.
"#;

fn library_of(text: &str) -> Library {
    read(text.as_bytes()).unwrap_or_else(|wrong| panic!("{wrong:?}")).1
}

fn faults(text: &str) -> String {
    match read(text.as_bytes()) {
        Ok(read) => panic!("was taken: {read:?}"),
        Err(wrong) => wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_library_is_read() {
    let library = library_of(OWN);
    let framework = library.framework.expect("a framework");
    assert_eq!((framework.urn.as_str(), framework.version.as_str()), ("urn:own:risk:framework:care", "1.10"));
    assert_eq!((framework.name.as_str(), framework.provider.as_str()), ("Care for customers", "Tidewell"));
    let [heading, demand] = framework.nodes.as_slice() else { panic!("{:?}", framework.nodes) };
    assert!(!heading.demands && demand.demands);
    assert_eq!((demand.above, demand.depth, demand.label()), (Some(0), 2, "1.1"));
    assert_eq!(demand.text, "Whoever calls is answered.\n\nAlways.");
    assert_eq!((demand.evidence.as_str(), demand.groups.as_slice()), ("Tickets", &["B".to_owned()][..]));
    assert_eq!(library.besides, [("reference_controls".to_owned(), 1)]);
    let pair = &library.sets[0].pairs[0];
    assert_eq!((pair.relation, pair.note.as_str()), (Relation::Subset, "Answering is a part of recording."));
}

#[test]
fn nothing_of_a_library_is_lost() {
    let document = yaml::read(OWN).expect("YAML");
    let written = yaml::write(&document);
    assert_eq!(yaml::read(&written).expect("what was written"), document, "{written}");
    // Words of scalars stay, and so does the order.
    for kept in [
        "version: 1.10\n",
        "publication_date: 2026-05-01\n",
        "- \"yes\"\n",
        "- 007\n",
        "name: null\n",
        "ref_id: \"1.1\"\n",
    ] {
        assert!(written.contains(kept), "{kept} in {written}");
    }
    assert_eq!(yaml::write(&yaml::read(&written).expect("again")), written);
}

#[test]
fn mappings_go_into_a_library_and_all_else_stays() {
    let mut document = yaml::read(OWN).expect("YAML");
    let before = document.clone();
    let mut set = library_of(OWN).sets.remove(0);
    set.pairs[0].relation = Relation::Equal;
    with_pairs(&mut document, &set);
    let library = library_of(&yaml::write(&document));
    assert_eq!(library.sets, [set.clone()]);
    assert_eq!(document.pairs().len(), before.pairs().len());
    assert_eq!(
        document.get("objects").expect("objects").get("framework"),
        before.get("objects").expect("objects").get("framework")
    );
    set.pairs.clear();
    with_pairs(&mut document, &set);
    assert!(library_of(&yaml::write(&document)).sets.is_empty());
}

#[test]
fn a_framework_written_as_either_format_is_the_same_framework() {
    let framework = library_of(OWN).framework.expect("a framework");
    let again = library_of(&yaml::write(&library(&framework, &[])));
    // Numbers of versions count from 1 in that format.
    assert_eq!(
        again.framework,
        Some(Framework {
            version: "1".into(),
            copyright: "Own work".into(),
            about: String::new(),
            ..framework.clone()
        })
    );
    let at = "2026-11-01T00:00:00Z";
    let catalog = catalog(&framework, at, Shape::Controls).to_string();
    let (format, read) = read(catalog.as_bytes()).expect("a catalog");
    let again = read.framework.expect("a framework");
    assert_eq!(format, Format::Oscal);
    let told = |framework: &Framework| -> Vec<_> {
        framework
            .nodes
            .iter()
            .map(|node| (node.reference.clone(), node.text.clone(), node.evidence.clone(), node.demands, node.above))
            .collect()
    };
    assert_eq!(told(&again), told(&framework));
}

#[test]
fn a_catalog_is_read_with_its_parameters() {
    let text = r#"{"catalog": {"uuid": "1", "metadata": {"title": "Little Catalog", "version": "3"},
      "params": [{"id": "p0", "label": "top"}],
      "groups": [{"id": "ac", "title": "Access", "controls": [
        {"id": "ac-1", "title": "Policy", "props": [{"name": "label", "value": "AC-01", "class": "zero"}, {"name": "label", "value": "AC-1"}],
         "params": [{"id": "p1", "values": ["30 days"]}, {"id": "p2", "select": {"choice": ["each {{ insert: param, p1 }}", "never"]}}],
         "parts": [{"name": "statement", "prose": "Do it:", "parts": [
            {"name": "item", "props": [{"name": "label", "value": "a."}], "prose": "within {{ insert: param, p1 }};"},
            {"name": "item", "prose": "{{ insert: param, p2 }} or {{insert:param,p0}} or {{ insert: param, nowhere }}."}]},
          {"name": "guidance", "prose": "Gently."}],
         "controls": [{"id": "ac-1.1", "title": "More", "props": [{"name": "status", "value": "withdrawn"}]}]}]}]}}"#;
    let framework = library_of(text).framework.expect("a framework");
    assert_eq!(framework.urn, "urn:oscal:risk:framework:little-catalog");
    let [group, control, withdrawn] = framework.nodes.as_slice() else { panic!("{:?}", framework.nodes) };
    assert!(!group.demands && control.demands && !withdrawn.demands);
    assert_eq!((control.reference.as_str(), control.note.as_str(), withdrawn.depth), ("AC-1", "Gently.", 3));
    assert_eq!(
        control.text,
        "Do it:\na. within 30 days;\n[each 30 days | never] or [top] or {{ insert: param, nowhere }}."
    );
}

#[test]
fn headings_beside_requirements_are_headings_again() {
    let node = |urn: &str, above: Option<usize>, depth: usize, demands: bool| Node {
        urn: format!("urn:own:risk:req_node:x:{urn}"),
        above,
        depth,
        reference: urn.into(),
        name: format!("Name {urn}"),
        demands,
        ..Node::default()
    };
    let nodes = vec![
        node("a", None, 1, false),
        node("a.1", Some(0), 2, true),
        node("a.2", Some(0), 2, false),
        node("a.2.1", Some(2), 3, true),
        node("b", None, 1, true),
        node("b.1", Some(4), 2, false),
    ];
    let framework =
        Framework { urn: "urn:own:risk:framework:x".into(), name: "X".into(), nodes, ..Framework::default() };
    let catalog = catalog(&framework, "2026-11-01T00:00:00Z", Shape::Controls);
    assert_eq!(catalog.pointer("/catalog/groups"), None, "headings and requirements side by side are controls");
    let again = library_of(&catalog.to_string()).framework.expect("a framework");
    let told = |framework: &Framework| -> Vec<(String, bool, Option<usize>)> {
        framework.nodes.iter().map(|node| (node.reference.clone(), node.demands, node.above)).collect()
    };
    assert_eq!(told(&again), told(&framework));
}

#[test]
fn our_own_objectives_are_named_as_results_name_them() {
    let mut framework = library_of(OWN).framework.expect("a framework");
    framework.nodes[0].reference = "8.6.1".into();
    framework.nodes[1].reference = "8.6.1.a".into();
    let catalog = catalog(&framework, "2026-11-01T00:00:00Z", Shape::Objectives);
    assert_eq!(catalog.pointer("/catalog/controls/0/id"), Some(&"clause-8.6.1".into()));
    assert_eq!(catalog.pointer("/catalog/controls/0/parts/0/id"), Some(&"requirement-8.6.1.a".into()));
    assert_eq!(
        library_of(&catalog.to_string()).framework.expect("one").nodes[0].text,
        "8.6.1.a Whoever calls is answered.\n\nAlways."
    );
}

/// `OWN` with one line in another's place.
fn with(old: &str, new: &str) -> String {
    assert!(OWN.contains(old), "{old}");
    OWN.replacen(old, new, 1)
}

#[test]
fn what_is_wrong_in_a_library_is_told_with_its_line() {
    let cases = [
        (String::new(), "the file is empty"),
        ("just words".into(), "line 1: a library is a map, this is a single value"),
        ("- a\n- b\n".into(), "line 1: a library is a map, this is a list"),
        ("a: 1\na: 2\n".into(), "line 2: the key \"a\" stands here a second time"),
        ("a: [1, 2\nb: 3\n".into(), "is no YAML"),
        ("a: \tb\n  c: d\n".into(), "line 2"),
        ("a: 1\n---\nb: 2\n".into(), "a second document begins"),
        ("[a]: 1\n".into(), "a list cannot be a key"),
        (with("objects:", "object:"), "there is no \"objects\" here, did you mean \"object\"?"),
        (
            with("urn: urn:own:risk:library:care", "urm: urn:own:risk:library:care"),
            "there is no \"urn\" here, did you mean \"urm\"?",
        ),
        (
            with("assessable: true", "assessable: perhaps"),
            "line 29 (objects.framework.requirement_nodes[1].assessable): \"perhaps\" is neither true nor false",
        ),
        (
            with("parent_urn: urn:own:risk:req_node:Care:1\n", "parent_urn: urn:own:risk:req_node:care:9\n"),
            "line 28 (objects.framework.requirement_nodes[1]): nothing in this framework is \"urn:own:risk:req_node:care:9\"",
        ),
        (
            with("parent_urn: urn:own:risk:req_node:Care:1\n", "parent_urn: urn:own:risk:req_node:care:1.1\n"),
            "lies below itself",
        ),
        (with("urn: urn:own:risk:req_node:care:1.1", "urn: urn:own:risk:req_node:care:1"), "stands here a second time"),
        (
            with("relationship: subset", "relationship: sub set"),
            "(objects.requirement_mapping_sets[0].requirement_mappings[0].relationship): \"sub set\" is not one of equal, subset, superset, intersect",
        ),
        (with("ref_id: '1.1'", "ref_id: [1, 1]"), "is a list, not a text"),
        (with("urn: urn:own:risk:framework:Care", "urn: care"), "\"care\" is no address"),
        (with("name: Care for customers", "name: \"a\\0b\""), "holds the character U+0000"),
        ("a: \u{7}\n".into(), "line 1: has the control character U+0007"),
    ];
    for (text, wanted) in cases {
        let told = faults(&text);
        assert!(told.contains(wanted), "{wanted}\n  is not in\n{told}");
    }
    let wrong = read(b"urn: \xff\n").expect_err("not UTF-8");
    assert_eq!(wrong[0].to_string(), "line 1: is not in UTF-8");
    assert!(read(&vec![b' '; LARGEST + 1]).expect_err("too large")[0].why.contains("larger than 8 MB"));
}

#[test]
fn what_is_wrong_in_a_catalog_is_told_with_its_pointer() {
    let around = |inside: &str| format!(r#"{{"catalog": {{"uuid": "1", "metadata": {{"title": "T"}}, {inside}}}}}"#);
    let cases = [
        ("{".to_owned(), "line 1, column 1: is no JSON"),
        (r#"{"profile": {}}"#.into(), "is an OSCAL document of the sort \"profile\""),
        (r#"{"catalogue": {}}"#.into(), "did you mean \"catalogue\"?"),
        (r#"{"catalog": []}"#.into(), "/catalog: is an array, not an object"),
        (r#"{"catalog": {"metadata": {}}}"#.into(), "/catalog/metadata/title: a catalog has a title"),
        (around(r#""groups": {}"#), "/catalog/groups: is an object, not an array"),
        (
            around(r#""groups": [{"title": "A", "controls": [{"title": "B"}]}]"#),
            "/catalog/groups/0/controls/0/id: a control has an id",
        ),
        (
            around(r#""controls": [{"id": "a", "title": "B"}, {"id": "a", "title": "C"}]"#),
            "/catalog/controls/1/id: the id \"a\" stands here a second time",
        ),
        (around(r#""controls": [{"id": "a", "title": 7}]"#), "/catalog/controls/0/title: is a number, not a string"),
        (around(r#""controls": [{"id": "a", "title": "b", "params": [{}]}]"#), "/catalog/controls/0/params/0/id"),
    ];
    for (text, wanted) in cases {
        let told = faults(&text);
        assert!(told.contains(wanted), "{wanted}\n  is not in\n{told}");
    }
}

#[test]
fn files_that_mean_harm_end_at_a_limit() {
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        laughs += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
    }
    assert!(faults(&laughs).contains("unfold to more than 64 MB"));
    assert!(faults("a: &a [*a]\n").contains("within what it repeats") || faults("a: &a [*a]\n").contains("is no YAML"));
    assert!(faults(&format!("a: {}{}\n", "[".repeat(5_000), "]".repeat(5_000))).contains("line 1"));
    let deep: String = (0..300).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(faults(&deep).contains("is nested more than 100 deep"));
    assert!(
        faults(&format!("{{\"a\": {}{}}}", "[".repeat(3_000), "]".repeat(3_000)))
            .contains("is no JSON: recursion limit")
    );
    // Parameters that hold parameters, and a text that stands in thousands of places.
    let long = "x".repeat(90_000);
    let controls: Vec<String> = (0..2_000)
        .map(|at| format!(r#"{{"id": "c{at}", "title": "t", "parts": [{{"name": "statement", "prose": "{{{{ insert: param, p }}}}"}}]}}"#))
        .collect();
    let bomb = format!(
        r#"{{"catalog": {{"metadata": {{"title": "T"}}, "params": [{{"id": "p", "values": ["{long}"]}}], "controls": [{}]}}}}"#,
        controls.join(",")
    );
    assert!(faults(&bomb).contains("unfold to more than 32 MB"));
    let round = r#"{"catalog": {"metadata": {"title": "T"}, "params": [{"id": "p", "values": ["{{ insert: param, p }}{{ insert: param, p }}"]}],
      "controls": [{"id": "c", "title": "t", "parts": [{"name": "statement", "prose": "{{ insert: param, p }}"}]}]}}"#;
    assert!(library_of(round).framework.expect("one").nodes[0].text.len() < 1_000);
}

fn scalar() -> impl Strategy<Value = yaml::Node> {
    prop_oneof![
        any::<String>().prop_map(yaml::Node::text),
        "[a-zA-Z:#'\"\\-\\[\\]{}&*!|>%@`, \n\t]{0,30}".prop_map(yaml::Node::text),
        "( ?[a-z#:-]{0,4} ?\n){1,4}".prop_map(yaml::Node::text),
        prop_oneof![
            Just("1.10"),
            Just("007"),
            Just("~"),
            Just(""),
            Just("null"),
            Just("yes"),
            Just("2026-05-01"),
            Just("-.inf"),
            Just("true"),
            Just("0x1F")
        ]
        .prop_map(yaml::Node::plain),
    ]
}

fn document() -> impl Strategy<Value = yaml::Node> {
    let tagged = |node: yaml::Node, tag: u8| match tag {
        0 => yaml::Node { tag: "!!str".into(), ..node },
        1 => yaml::Node { tag: "!own".into(), ..node },
        _ => node,
    };
    scalar().prop_recursive(5, 60, 6, move |inner| {
        let node = || (inner.clone(), 0u8..12).prop_map(move |(node, tag)| tagged(node, tag));
        prop_oneof![
            proptest::collection::vec(node(), 0..6).prop_map(yaml::Node::list),
            proptest::collection::btree_map("[a-zA-Z0-9:# \n'-]{0,12}", node(), 0..6).prop_map(|pairs| yaml::Node {
                line: 0,
                tag: String::new(),
                value: yaml::Value::Map(pairs.into_iter().map(|(key, value)| (yaml::Node::text(key), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(node in document()) {
        let written = yaml::write(&node);
        let read = yaml::read(&written).unwrap_or_else(|wrong| panic!("{wrong}\n{written}"));
        prop_assert_eq!(&read, &node, "{}", written);
    }

    #[test]
    fn whatever_comes_is_read_or_refused(text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(text.as_bytes());
        let _ = read(&bytes);
        if let Ok(node) = yaml::read(&text) {
            prop_assert_eq!(yaml::read(&yaml::write(&node)), Ok(node));
        }
    }

    #[test]
    fn damaged_libraries_are_read_or_refused(at in 0..OWN.len(), cut in 0..40usize, put in "[-:#\\[{&*!|> \n\t]{0,3}") {
        let end = (at + cut).min(OWN.len());
        let text = format!("{}{put}{}", &OWN[..at], &OWN[end..]);
        if let Ok(node) = yaml::read(&text) {
            prop_assert_eq!(yaml::read(&yaml::write(&node)), Ok(node));
        }
        let _ = read(text.as_bytes());
    }
}
