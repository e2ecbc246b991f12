-- Mail in and out. A mailbox is one address with its servers; a message is kept as it came or went, by its digest in
-- `blob`; a thread says which Message-IDs belong to which record, those included that we never saw ourselves.

create table mailbox (
  id {id} primary key,
  name {text} not null unique,
  address {text} not null unique,
  definition {json} not null,
  secret {text} not null,
  answers {int} not null,
  active {int} not null,
  added {int} not null,
  polled {int} not null,
  validity {int} not null,
  seen {int} not null,
  error {text} not null
);

create table message (
  id {id} primary key,
  mailbox {int} not null,
  way {text} not null,
  identity {text} not null,
  outcome {text} not null,
  reason {text} not null,
  sender {text} not null,
  recipient {text} not null,
  subject {text} not null,
  number {text} not null,
  at {int} not null,
  size {int} not null,
  blob {text} not null,
  automatic {int} not null
);
create unique index message_once on message (mailbox, way, identity);
create index message_identity on message (identity);
create index message_outcome on message (outcome, id);
create index message_number on message (number, id);
create index message_sender on message (sender, at);
create index message_recipient on message (recipient, at);

create table thread (
  identity {text} not null,
  mailbox {int} not null,
  number {text} not null,
  primary key (identity, mailbox, number)
);
