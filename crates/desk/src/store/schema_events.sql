-- Events of monitoring tools. A source is one tool that sends; an alert is one trouble of the world as a source tells it,
-- with what is known of it; an event is one thing that was said, with its outcome. `known_as` says by which names tools
-- know records, in small letters; it can be made anew from the records.

create table event_source (
  id {id} primary key,
  name {text} not null unique,
  slug {text} not null unique,
  policy {json} not null,
  active {int} not null,
  added {int} not null,
  heard {int} not null
);

create table alert (
  source {int} not null,
  key {text} not null,
  number {text} not null,
  title {text} not null,
  severity {text} not null,
  firing {int} not null,
  first {int} not null,
  last {int} not null,
  state {json} not null,
  primary key (source, key)
);
create index alert_number on alert (number) where number <> '';
create index alert_last on alert (source, last);

create table event (
  id {id} primary key,
  source {int} not null,
  alert {text} not null,
  delivery {text} not null,
  outcome {text} not null,
  reason {text} not null,
  number {text} not null,
  title {text} not null,
  severity {text} not null,
  standing {text} not null,
  brought_by {text} not null,
  at {int} not null,
  body {json} not null
);
create unique index event_once on event (source, delivery) where delivery <> '';
create index event_source_newest on event (source, id);
create index event_outcome on event (outcome, id);
create index event_number on event (number, id) where number <> '';

create table known_as (
  name {text} not null,
  kind {text} not null,
  number {text} not null,
  primary key (name, kind, number)
);
create index known_as_number on known_as (number);
