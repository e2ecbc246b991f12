//! What people call about and what puts it right, service by service.

pub struct Fault {
    pub title: &'static str,
    pub told: &'static str,
    pub category: &'static str,
    pub cure: &'static str,
}

const fn fault(title: &'static str, told: &'static str, category: &'static str, cure: &'static str) -> Fault {
    Fault { title, told, category, cure }
}

/// By place of the service.
pub const FAULTS: [&[Fault]; 10] = [
    &[
        fault(
            "Card terminal says \"try again\"",
            "Two tills in our {place} branch refuse cards every few minutes. Cash works.",
            "application",
            "Renewed the session of both terminals with the clearing house; certificates were about to end and were renewed too.",
        ),
        fault(
            "Web shop payments slow",
            "Customers wait half a minute after they press pay. It began this morning.",
            "performance",
            "Enlarged the pool of database connections; response is back under two seconds.",
        ),
        fault(
            "Refund booked twice",
            "A refund of {number} euros appears two times in yesterday's list.",
            "data",
            "Second booking was a repeated message; marked as a double and corrected with the bank's back office.",
        ),
        fault(
            "Settlement file missing",
            "The file of last night has not arrived, we need it by ten.",
            "application",
            "Transfer job had stopped on a full disk; space made, file sent again, alarm added.",
        ),
        fault(
            "Till in {place} offline",
            "One till has no connection since the move of the counter.",
            "network",
            "Patched the socket that the counter was moved to.",
        ),
    ],
    &[
        fault(
            "Ward list does not load",
            "The list of patients in ward {number} stays empty. Other wards work.",
            "application",
            "Cleared a stuck report on the server; list loads.",
        ),
        fault(
            "Pictures open slowly in radiology",
            "Opening a series takes over a minute since yesterday evening.",
            "performance",
            "A copy job ran during the day; moved back into the night.",
        ),
        fault(
            "Badge of a nurse not accepted",
            "Her badge opens the door but not the record.",
            "access",
            "Badge number was changed in one system only; corrected, both agree.",
        ),
        fault(
            "Laboratory results late",
            "Results appear with an hour's delay.",
            "data",
            "Restarted the interface that queues results and worked through the queue.",
        ),
        fault(
            "Label printer on ward {number} prints blank",
            "Labels come out empty, paper is fine.",
            "printing",
            "Reloaded the printer's form; prints again.",
        ),
    ],
    &[
        fault(
            "Login loop on the portal",
            "After signing in, people land on the sign-in page again.",
            "login",
            "A cookie setting was lost with the last release; restored.",
        ),
        fault(
            "Form for parking permits shows an error",
            "Sending the form fails when the file is larger than two megabytes.",
            "application",
            "Raised the limit to ten megabytes as agreed with the council.",
        ),
        fault(
            "Appointments shown an hour early",
            "Since Sunday appointments are an hour off.",
            "data",
            "Server used the wrong time zone after the change of clocks; set right and times recomputed.",
        ),
        fault(
            "Confirmation mails do not arrive",
            "People book but get no mail.",
            "email",
            "Sender was blocked by the filter; allowed again, mails sent.",
        ),
    ],
    &[
        fault(
            "Virtual server does not start",
            "Server {number} hangs at start after its restart.",
            "application",
            "Removed an old snapshot that was in the way; server runs.",
        ),
        fault(
            "Disk of a virtual server full",
            "Alarm: disk at 97 percent.",
            "data",
            "Rotated logs and enlarged the disk by 50 GB after asking the owner.",
        ),
        fault(
            "Snapshots fail",
            "The nightly snapshot failed twice.",
            "data",
            "A snapshot was left locked; unlocked, the next ones went through.",
        ),
        fault(
            "Console cannot be reached",
            "The console page does not open from {place}.",
            "access",
            "Certificate of the console had ended; renewed.",
        ),
    ],
    &[
        fault(
            "Query of the claims database slow",
            "The month's report runs for an hour instead of five minutes.",
            "performance",
            "Rebuilt a bloated index; report takes four minutes.",
        ),
        fault(
            "Deadlocks in the order database",
            "Orders fail now and then with a deadlock.",
            "application",
            "Shortened a transaction together with the customer's developers.",
        ),
        fault(
            "Replica lags behind",
            "The copy is {number} minutes behind.",
            "data",
            "A long report held it up; moved to another hour.",
        ),
        fault(
            "Import stops at row {number}000",
            "The nightly import stops, always at the same row.",
            "data",
            "A letter outside the agreed set; import now names the row and goes on.",
        ),
    ],
    &[
        fault(
            "No network in meeting room {number}",
            "Nobody gets a connection in the room.",
            "network",
            "Loose cable in the floor box; replaced.",
        ),
        fault(
            "VPN drops every hour",
            "The connection of our tablets drops on the hour.",
            "network",
            "Renewal of keys failed on an old version; tablets updated.",
        ),
        fault(
            "Line to {place} flapping",
            "The line goes up and down, telephone calls break off.",
            "network",
            "Northline replaced a faulty module at their end.",
        ),
        fault(
            "Wireless weak in the warehouse",
            "Scanners lose contact in aisle {number}.",
            "network",
            "Turned an aerial that a new shelf stood in front of.",
        ),
        fault(
            "Switch reports errors",
            "Monitoring: errors on a port of the access switch in {place}.",
            "hardware",
            "Replaced the cable; counters stay at zero.",
        ),
    ],
    &[
        fault(
            "Backup missed its window",
            "The nightly copy was not done by six.",
            "data",
            "Restarted by hand; a slow proxy was taken out of the group.",
        ),
        fault(
            "Restore incomplete, {number} files missing",
            "We asked for a folder and some files are not there.",
            "data",
            "Files were changed after the last copy of that day; taken from the copy before, agreed with the user.",
        ),
        fault("Tape drive reports a fault", "Monitoring: drive 2 needs cleaning.", "hardware", "Cleaned and tested."),
        fault(
            "Old copies not deleted",
            "The store keeps copies beyond the agreed ninety days.",
            "data",
            "Retention rule was attached to the wrong group; corrected, old copies deleted.",
        ),
    ],
    &[
        fault(
            "Mailbox full",
            "I cannot send any more, it says my mailbox is full.",
            "email",
            "Moved mails older than two years to the archive with the user.",
        ),
        fault(
            "Shared calendar cannot be opened",
            "Since our move to the new department the team calendar is gone.",
            "access",
            "Rights of the new group were missing; given.",
        ),
        fault(
            "Mail arrives half an hour late",
            "Mails from outside take thirty minutes.",
            "email",
            "The filter queued mails; Brightmail added capacity.",
        ),
        fault(
            "Meeting has no sound",
            "In room {number} others cannot hear us.",
            "telephony",
            "Microphone was bound to another room; set right.",
        ),
        fault(
            "Shared mailbox missing on the phone",
            "I see the mailbox on my laptop but not on my phone.",
            "email",
            "Phone application needed the new profile; installed together.",
        ),
    ],
    &[
        fault(
            "Second factor code comes late",
            "The code arrives after it has run out.",
            "login",
            "Message provider was slow for {number} minutes; second provider switched on.",
        ),
        fault(
            "Account locked",
            "I typed my password wrong and now I am locked out.",
            "login",
            "Identity checked by call back, account unlocked.",
        ),
        fault(
            "New colleague cannot sign in",
            "She started today and has no access.",
            "access",
            "Start date was a month off in the order; account opened.",
        ),
        fault(
            "Wrong name in the address book",
            "My name is still the one before my marriage.",
            "data",
            "Corrected at the source; shown everywhere the next morning.",
        ),
    ],
    &[
        fault(
            "Laptop does not start",
            "Black screen since this morning, the lamp is on.",
            "hardware",
            "Exchanged the device, data were on the server; old one sent in for repair.",
        ),
        fault(
            "Printer on floor {number} offline",
            "Nobody can print on our floor.",
            "printing",
            "Printer had a new address after a power cut; set right.",
        ),
        fault(
            "Program asks for a licence",
            "The drawing program says its licence has ended.",
            "application",
            "Assigned one of the free licences.",
        ),
        fault(
            "Screen flickers",
            "My second screen goes dark for a second, again and again.",
            "hardware",
            "New cable sent with the internal mail; user confirms it is gone.",
        ),
        fault(
            "Scanner profile lost",
            "After the update the scanner sends nothing to my folder.",
            "application",
            "Profile set up anew and kept in the image.",
        ),
    ],
];

pub const PLACES: [&str; 8] =
    ["Millgate", "Station Road", "Harbour", "Old Town", "Northfield", "Kingsway", "Elm Street", "Riverside"];

/// Asked of the caller, and what they answer.
pub const ASKED: [(&str, &str); 4] = [
    (
        "Could you tell us since when, and whether a colleague sees the same?",
        "Since about nine, and yes, two colleagues as well.",
    ),
    ("May we connect to your device after lunch? Ten minutes are enough.", "Yes, any time after one."),
    ("Which version is shown under \"about\"?", "It says 12.4, I have attached nothing, it is just that line."),
    ("Does it work from another place, for example the meeting room?", "From the meeting room it works."),
];

pub const LOOKED: [&str; 6] = [
    "Logs show the fault from the hour that the caller names. Nothing else affected.",
    "Same pattern as a ticket of last month, trying what helped then.",
    "Reproduced on a test account.",
    "Checked monitoring: no alarm, so this needs a new check as well.",
    "Asked a colleague to look at it with me; we think it is the configuration.",
    "Not the network: reached everything from here.",
];

/// Title, category, service, what was handed over.
pub type Wish = (&'static str, &'static str, usize, &'static str);

pub const WISHES: &[Wish] = &[
    ("Access to the folder of the treasury", "access", 8, "Access given after the owner of the folder agreed."),
    ("Laptop for a new colleague", "equipment", 9, "Laptop set up and handed over on the first day."),
    ("Drawing program for one place", "software", 9, "Installed from the shop, licence counted."),
    ("Second screen", "equipment", 9, "Delivered and connected."),
    (
        "New joiner next Monday",
        "account",
        8,
        "Account, mailbox and groups made; the manager got the first password by telephone.",
    ),
    ("Leaver at the end of the month", "account", 8, "Account closed, mailbox given to the manager for thirty days."),
    ("Shared mailbox for a project", "account", 7, "Mailbox made, five people have access."),
    ("How do I book a room from my phone?", "information", 7, "Sent the article with pictures; it worked."),
    ("Open a path through the firewall", "access", 5, "Opened as requested, ends by itself in a year."),
    ("Restore a folder from last Tuesday", "information", 6, "Folder restored beside the present one."),
    ("Move of three desks to the second floor", "move", 9, "Moved on Friday, all sockets tested."),
    ("Virtual server for tests", "equipment", 3, "Server ready, ends in ninety days unless extended."),
    ("More space in a database", "software", 4, "Enlarged by 100 GB, cost centre noted."),
];

/// What is altered, by place of the service.
pub const CHANGES: [&[&str]; 10] = [
    &["Payment gateway 4.2", "Renew certificates of the gateway", "Larger connection pool"],
    &["Picture archive update", "New ward list report", "Move laboratory interface to the second server"],
    &["Portal release", "Raise limits for uploads", "New forms for permits"],
    &["Patch hosts, group A", "Patch hosts, group B", "Firmware of the storage array"],
    &["Patch databases", "Rebuild indexes of claims", "Move a replica"],
    &["Firewall rules for a customer", "Upgrade of a core switch", "New wireless controller version"],
    &["Backup agent 12.2", "Second proxy for backups", "Shorter retention of test servers"],
    &["Spam rules", "Mail gateway 4.1", "New meeting room profile"],
    &["Stricter sign-in rules", "Second message provider", "Clean up unused groups"],
    &["New laptop image", "Printer drivers", "Patch round of workplaces"],
];
