//! Calendar files as they come: those of states, those of programs, and broken ones.

use jiff::civil::{Date, date};

use super::{Days, read};

fn file(events: &str) -> String {
    let events = events.trim().replace('\n', "\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\n{events}\r\nEND:VCALENDAR\r\n")
}

fn read_all(text: &str) -> Result<Days, String> {
    read(text.as_bytes(), date(2026, 1, 1), date(2029, 12, 31))
}

fn days(events: &str) -> Vec<String> {
    let read = read_all(&file(events)).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(read.not_understood, Vec::<String>::new());
    read.days.iter().map(|(day, name)| format!("{day} {name}")).collect()
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n{}\nEND:VEVENT", lines.trim())
}

#[test]
fn whole_days_are_read_with_their_names() {
    let one = "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas\\, and the day\n  after";
    assert_eq!(
        days(&event(one)),
        ["2026-12-25 Christmas, and the day after", "2026-12-26 Christmas, and the day after"]
    );
    // Some programs write midnights.
    let two = "DTSTART:20260501T000000\nDTEND:20260502T000000\nSUMMARY:Labour Day";
    assert_eq!(days(&event(two)), ["2026-05-01 Labour Day"]);
    let both = [event("DTSTART:20261225\nSUMMARY:One"), event("DTSTART:20261225\nSUMMARY:Two")].join("\n");
    assert_eq!(days(&both), ["2026-12-25 One, Two"]);
    assert_eq!(days(&event("DTSTART;VALUE=DATE:20261226\nDURATION:P2D\nSUMMARY:Two days")).len(), 2);
    let gone = [event("DTSTART:20261225\nSTATUS:CANCELLED"), event("DTSTART:20261231\nSUMMARY:Stays")].join("\n");
    assert_eq!(days(&gone), ["2026-12-31 Stays"]);
}

#[test]
fn what_comes_back_each_year_is_counted_on() {
    let each = |rule: &str, start: &str| -> Vec<Date> {
        let read = read_all(&file(&event(&format!("DTSTART;VALUE=DATE:{start}\nRRULE:{rule}\nSUMMARY:Day")))).unwrap();
        assert_eq!(read.not_understood, Vec::<String>::new(), "{rule}");
        read.days.into_keys().collect()
    };
    let years = |days: &[(i16, i8, i8)]| days.iter().map(|(y, m, d)| date(*y, *m, *d)).collect::<Vec<_>>();
    assert_eq!(each("FREQ=YEARLY", "20240106"), years(&[(2026, 1, 6), (2027, 1, 6), (2028, 1, 6), (2029, 1, 6)]));
    // The last Monday of May, the first of September, the fourth Thursday of November.
    let last = each("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "20250526");
    assert_eq!(last, years(&[(2026, 5, 25), (2027, 5, 31), (2028, 5, 29), (2029, 5, 28)]));
    let first = each("FREQ=YEARLY;BYMONTH=9;BYDAY=MO;BYMONTHDAY=1,2,3,4,5,6,7", "20250901");
    assert_eq!(first, years(&[(2026, 9, 7), (2027, 9, 6), (2028, 9, 4), (2029, 9, 3)]));
    assert_eq!(each("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "20261126").first(), Some(&date(2026, 11, 26)));
    assert_eq!(each("FREQ=YEARLY;COUNT=2", "20260301"), years(&[(2026, 3, 1), (2027, 3, 1)]));
    assert_eq!(each("FREQ=YEARLY;UNTIL=20280101", "20260301"), years(&[(2026, 3, 1), (2027, 3, 1)]));
    assert_eq!(each("FREQ=YEARLY;INTERVAL=2", "20260301"), years(&[(2026, 3, 1), (2028, 3, 1)]));
    assert_eq!(each("FREQ=YEARLY", "20240229"), years(&[(2028, 2, 29)]), "other years have none");
    assert_eq!(each("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1", "20261231").len(), 4);
    let but = event(
        "DTSTART:20260301\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20270301,20280301\nRDATE;VALUE=DATE:20260401\nSUMMARY:Day",
    );
    assert_eq!(days(&but), ["2026-03-01 Day", "2026-04-01 Day", "2029-03-01 Day"]);
}

#[test]
fn what_is_not_understood_is_said_with_its_line() {
    let told = |lines: &str| {
        let known = event("DTSTART:20261225\nSUMMARY:Christmas");
        let read = read_all(&file(&format!("{known}\n{}", event(lines)))).unwrap_or_else(|why| panic!("{why}"));
        assert!(read.days.contains_key(&date(2026, 12, 25)), "what is understood is taken all the same");
        (read.days.len(), read.not_understood.join(" "))
    };
    let (count, why) = told("DTSTART:20260401\nRRULE:FREQ=WEEKLY;BYDAY=WE\nSUMMARY:Each week");
    assert_eq!(count, 2);
    assert!(why.starts_with("line 10: “Each week” comes back by FREQ=WEEKLY, which is not understood"), "{why}");
    assert!(told("DTSTART:20260401\nRRULE:FREQ=YEARLY;BYSETPOS=1\nSUMMARY:x").1.contains("BYSETPOS=1"));
    assert!(told("DTSTART:20260401\nRRULE:FREQ=YEARLY;BYDAY=20MO\nSUMMARY:x").1.contains("not understood"));
    let (count, why) = told("DTSTART:20260401T120000Z\nSUMMARY:From noon on");
    assert_eq!((count, why.contains("begins at a time of day")), (1, true), "{why}");
    assert!(told("SUMMARY:Never").1.contains("does not say when it is"));
    assert!(told("DTSTART:20261345\nSUMMARY:x").1.contains("is no day"));
    assert!(told("DTSTART:20260101\nDTEND:20270101\nSUMMARY:x").1.contains("lasts"));
}

#[test]
fn a_broken_file_is_refused_with_the_line() {
    let why = |text: &str| read_all(text).expect_err("it is broken");
    assert_eq!(
        why("Name,Day\nChristmas,2026-12-25\n"),
        "line 1: “Name,Day” is no line of a calendar file, such as SUMMARY:New Year"
    );
    assert_eq!(why("SUMMARY:x"), "line 1: is no calendar file, which begins with BEGIN:VCALENDAR");
    assert_eq!(why(" x"), "line 1: goes on with a line that is not there");
    assert_eq!(why(""), "is empty");
    let cut = file(&event("DTSTART:20261225\nSUMMARY:Christmas"));
    let cut = &cut[..cut.find("SUMMARY").expect("it is there")];
    assert_eq!(why(cut), "line 7: the file breaks off; VCALENDAR of line 1 is never ended");
    let crossed = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\nEND:VCALENDAR\nEND:VEVENT\n";
    assert_eq!(why(crossed), "line 4: ends VCALENDAR, but what is open is VEVENT of line 2");
    let odd = file(&event("DTSTART:20261225\nwhat is this\nSUMMARY:Christmas"));
    assert!(why(&odd).starts_with("line 8: “what is this” is no line"), "{}", why(&odd));
    assert_eq!(
        why(&file(&event("DTSTART:20110101\nSUMMARY:Long ago"))),
        "holds no whole day from 2026-01-01 to 2029-12-31"
    );
    let latin = [b"BEGIN:VCALENDAR\nSUMMARY:".as_slice(), &[0xe9], b"\n"].concat();
    let refused = read(&latin, date(2026, 1, 1), date(2029, 12, 31));
    assert_eq!(refused, Err("line 2: is not written in UTF-8".into()));
}

#[test]
fn whatever_comes_is_answered() {
    let whole =
        file(&event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO\nSUMMARY:Ünïcode \"quoted\""));
    for cut in (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        let _ = read_all(&whole[..cut]);
        for put in ["\u{0}", ";", ":", "\r\n", "=", "ü"] {
            let _ = read_all(&format!("{}{put}{}", &whole[..cut], &whole[cut..]));
        }
    }
}
