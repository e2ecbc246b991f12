-- Counts that are kept: how many records of a kind a filter finds, changed in the transaction that changes the records.
-- Spread over slots, so that writers beside each other rarely wait for one row. Derived: without a row it is counted anew.
create table tally (
  id {id} primary key,
  kind {text} not null,
  filter {text} not null
);
create unique index tally_filter on tally (kind, filter);
create table tally_count (
  tally {int} not null,
  slot {int} not null,
  count {int} not null,
  primary key (tally, slot)
);
-- The team that a view is shared with; '' for none.
alter table saved_view add column team {text} not null default '';
-- Who looks at which record, as each server tells it: one row a server, made anew every few seconds while somebody looks.
-- Only where several servers share one database.
create table presence (
  server {int} primary key,
  until {int} not null,
  people {json} not null
);
