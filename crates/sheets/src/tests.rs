//! What is written can be opened and read, and harms nobody.

use model::{Decimal, Moment};

use super::*;

fn now() -> Moment {
    Moment::parse("2026-11-25T10:00:00Z").expect("an instant")
}

fn table() -> Table {
    Table {
        name: "Incidents: open/late".into(),
        heads: ["number", "title", "minutes", "on", "at", "late"].map(String::from).into(),
        rows: vec![
            vec![
                Cell::text("INC-1"),
                Cell::text("=HYPERLINK(\"http://evil.example\";\"Press\")"),
                Cell::Number(Decimal::new(-125, 1)),
                Cell::Date("2026-11-25".parse().expect("a day")),
                Cell::Instant(now()),
                Cell::Flag(true),
            ],
            vec![
                Cell::text("INC-2"),
                Cell::text("Zeile 1\nZeile 2 \u{0}ß"),
                Cell::Empty,
                Cell::Date("1899-01-01".parse().expect("a day")),
            ],
        ],
    }
}

#[test]
fn an_xlsx_file_is_read_back_with_what_its_cells_hold() {
    let bytes = Format::Xlsx.write(&[table()], now()).expect("a file");
    let lines = read(&bytes).expect("it can be read");
    assert_eq!(lines[0], (1, ["number", "title", "minutes", "on", "at", "late"].map(String::from).to_vec()));
    let first = [
        "INC-1",
        "=HYPERLINK(\"http://evil.example\";\"Press\")",
        "-12.5",
        "2026-11-25",
        "2026-11-25T10:00:00Z",
        "true",
    ];
    assert_eq!(lines[1], (2, first.map(String::from).to_vec()));
    assert_eq!(lines[2], (3, ["INC-2", "Zeile 1\nZeile 2 ß", "", "1899-01-01"].map(String::from).to_vec()));
    assert_eq!(Format::Xlsx.write(&[table()], now()).expect("a file"), bytes, "the same table gives the same bytes");
}

#[test]
fn no_cell_of_an_xlsx_file_is_a_formula() {
    let bytes = Format::Xlsx.write(&[table()], now()).expect("a file");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut sheet = String::new();
    let mut part = archive.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
    std::io::Read::read_to_string(&mut part, &mut sheet).expect("text");
    assert!(sheet.contains("HYPERLINK"), "{sheet}");
    assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{sheet}");
}

#[test]
fn names_of_sheets_are_those_that_the_form_takes() {
    let named = |name: &str| Table { name: name.into(), ..table() };
    let long = "x".repeat(40);
    let tables = [named("'a'"), named("A"), named("[]"), named(&long), named(&long)];
    let bytes = Format::Xlsx.write(&tables, now()).expect("a file");
    let book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("a book");
    let names = calamine::Reader::sheet_names(&book);
    assert_eq!(names, ["a", "A 2", "Sheet", &long[..31], &format!("{} 2", &long[..29])]);
}

#[test]
fn long_texts_are_cut_and_long_numbers_kept_as_texts() {
    let table = Table {
        name: "Long".into(),
        heads: vec!["text".into(), "number".into()],
        rows: vec![vec![Cell::text("é".repeat(40_000)), Cell::Number(Decimal::from(12_345_678_901_234_567i64))]],
    };
    let bytes = Format::Xlsx.write(&[table], now()).expect("a file");
    let lines = read(&bytes).expect("it can be read");
    assert_eq!(lines[1].1[0].chars().count(), 32_767);
    assert!(lines[1].1[0].ends_with('…'));
    assert_eq!(lines[1].1[1], "12345678901234567");
}

#[test]
fn csv_makes_texts_harmless_and_leaves_numbers() {
    let bytes = Format::Csv.write(&[table()], now()).expect("lines");
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(text.contains("\"'=HYPERLINK(\"\"http://evil.example\"\""), "{text}");
    assert!(text.contains(",-12.5,2026-11-25,2026-11-25T10:00:00Z,true"), "{text}");
    let both = String::from_utf8(Format::Csv.write(&[table(), table()], now()).expect("lines")).expect("UTF-8");
    assert_eq!(both.matches("Incidents: open/late\n").count(), 2, "{both}");
}

#[test]
fn formulas_become_texts_and_texts_come_back() {
    for text in ["=1+1", "-", "@x", "'quoted'", "plain"] {
        assert_eq!(plain(&harmless(text)), text);
    }
}

#[test]
fn what_is_no_table_is_told() {
    assert!(read(&[0xff, 0xfe, 0x00]).expect_err("no text").contains("UTF-8"));
    assert!(read(b"PK\x03\x04rubbish").expect_err("no archive").contains("cannot be read as XLSX"));
    // An archive that is no workbook.
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("a.txt", zip::write::SimpleFileOptions::default()).expect("a part");
    let bytes = archive.finish().expect("an archive").into_inner();
    assert!(read(&bytes).expect_err("no workbook").contains("cannot be read as XLSX"));
    // One that unfolds to far more than it says with its own size.
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    for _ in 0..70 {
        std::io::Write::write_all(&mut archive, &vec![b' '; 1 << 20]).expect("written");
    }
    let bytes = archive.finish().expect("an archive").into_inner();
    assert!(bytes.len() < 1 << 20);
    assert!(read(&bytes).expect_err("a bomb").contains("64 MB"));
    assert!(read(b"").expect("nothing").is_empty());
}
