//! What came by mail in the last hours of the year: each message through the door that a mail server uses, so that every
//! outcome stands on the page of messages with its reason.

use desk::{
    Desk,
    post::{Definition, MailboxEdit},
};
use model::{Actor, Command, Moment, Target, Via, time::MINUTE};

use super::people;
use crate::Failure;

/// A mailbox without servers: mail reaches it by `plumbline mail take` alone, and nothing leaves it.
const SUPPORT: &str = "support@tidewell.example";
/// What our own mail server signs its findings with (RFC 8601).
const TRUSTED: &str = "mx.tidewell.example";

/// Values that a record opened by mail begins with: the service is what Castlebrook has of us for its offices.
const FIELDS: &[(&str, &str)] =
    &[("service", "SVC-8"), ("category", "email"), ("impact", "low"), ("urgency", "medium"), ("team", "TM-1")];

pub async fn write(desk: &Desk, at: Moment) -> Result<(), Failure> {
    let house = Actor::system("demo", Via::Command);
    let fields = FIELDS.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let definition = Definition { opens: "incident".into(), fields, trusted: TRUSTED.into(), ..Definition::default() };
    let edit = MailboxEdit {
        name: "Support".into(),
        address: SUPPORT.into(),
        active: true,
        answers: false,
        definition,
        secret: None,
    };
    let mailbox = desk.save_mailbox(&house, None, edit, at.minus(130 * MINUTE)).await?;
    for (before, raw) in LETTERS {
        let now = at.minus(before * MINUTE);
        let taken = desk.take_message(&mailbox, lines(raw), now).await?;
        if taken.outcome == "new" {
            let target = Target { kind: "incident".into(), number: taken.number, version: None };
            let text = "Read; the team looks at it.".into();
            let command = Command::Note { target, text, public: false };
            desk.perform(&people::actor(people::DESK[1]), command, now.plus(MINUTE)).await?;
        }
    }
    Ok(())
}

/// Lines end as in mail (RFC 5322).
fn lines(raw: &str) -> Vec<u8> {
    raw.trim_start().replace('\n', "\r\n").into_bytes()
}

/// Minutes before the end, and the message: new with HTML and a picture, its answer, an absence, a delivery that failed,
/// somebody in a colleague's name, one that cannot be read, and our own come back.
const LETTERS: &[(i64, &str)] = &[
    (
        88,
        r#"
From: Maria Conti <maria.conti@castlebrook.example>
To: support@tidewell.example
Subject: Shared calendar shows last week
Message-ID: <calendar-1@castlebrook.example>
Authentication-Results: mx.tidewell.example; spf=pass smtp.mailfrom=castlebrook.example; dkim=pass header.d=castlebrook.example; dmarc=pass header.from=castlebrook.example
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="whole"

--whole
Content-Type: multipart/alternative; boundary="words"

--words
Content-Type: text/plain; charset=utf-8

Good morning,

the shared calendar of our branch still shows last week for all of us. A picture is enclosed.

Maria
--words
Content-Type: text/html; charset=utf-8

<p>Good morning,</p><p>the <b>shared calendar</b> of our branch still shows last week for all of us. A picture is enclosed.</p><p>Maria</p>
--words--

--whole
Content-Type: image/png; name="calendar.png"
Content-Disposition: attachment; filename="calendar.png"
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAgAAAAIAQMAAAD+wSzIAAAABlBMVEX///+/v7+jQ3Y5AAAADklEQVQI12P4AIX8EAgALgAD/aNpbtEAAAAASUVORK5CYII=
--whole--
"#,
    ),
    (
        72,
        r#"
From: Maria Conti <maria.conti@castlebrook.example>
To: support@tidewell.example
Subject: Re: Shared calendar shows last week
Message-ID: <calendar-2@castlebrook.example>
In-Reply-To: <calendar-1@castlebrook.example>
References: <calendar-1@castlebrook.example>
Authentication-Results: mx.tidewell.example; dkim=pass header.d=castlebrook.example; dmarc=pass header.from=castlebrook.example
Content-Type: text/plain; charset=utf-8

It is the same in the web client, so it is not our phones.

On Thursday, Maria Conti wrote:
> the shared calendar of our branch still shows last week for all of us.
"#,
    ),
    (
        71,
        r#"
From: James Ames <james.ames@castlebrook.example>
To: support@tidewell.example
Subject: Automatic reply: Shared calendar shows last week
Message-ID: <away-1@castlebrook.example>
In-Reply-To: <calendar-2@castlebrook.example>
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

I am away until Monday.
"#,
    ),
    (
        60,
        r#"
From: Mail Delivery System <mailer-daemon@mx.tidewell.example>
To: support@tidewell.example
Subject: Undelivered mail returned to sender
Message-ID: <bounce-1@mx.tidewell.example>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="told"

--told
Content-Type: text/plain

Nobody of this name is known here.
--told
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.tidewell.example

Final-Recipient: rfc822; former.clerk@castlebrook.example
Action: failed
Status: 5.1.1
--told--
"#,
    ),
    (
        44,
        r#"
From: Ines Okafor <ines.okafor@tidewell.example>
To: support@tidewell.example
Subject: Pay this invoice today
Message-ID: <invoice@elsewhere.example>
Authentication-Results: mx.tidewell.example; spf=fail smtp.mailfrom=elsewhere.example; dmarc=fail header.from=tidewell.example
Content-Type: text/plain; charset=utf-8

Please pay the enclosed invoice before noon and tell nobody.
"#,
    ),
    (
        31,
        r#"
From:
To: support@tidewell.example
Content-Type: multipart/mixed

--nothing
"#,
    ),
    (
        18,
        r#"
From: support@tidewell.example
To: support@tidewell.example
Subject: Shared calendar shows last week
Message-ID: <loop-1@tidewell.example>
Content-Type: text/plain; charset=utf-8

We have received your message.
"#,
    ),
];
