-- Who wants to hear of a record, and who was named in a note of it. What was said stands in the journal alone: `at` finds
-- the entry of this version there.
create table watch (
  record {int} not null,
  person {text} not null,
  since {int} not null,
  primary key (record, person)
);
create index watch_person on watch (person, since);
create table mention (
  id {id} primary key,
  record {int} not null,
  version {int} not null,
  at {int} not null,
  person {text} not null,
  done {int} not null
);
create unique index mention_once on mention (record, version, person);
create index mention_waiting on mention (person, id) where done = 0;
