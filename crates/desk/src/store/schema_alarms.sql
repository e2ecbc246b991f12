-- When the program is next to do something with a record by itself: a copy of what journal and agreements say, so that
-- whoever looks for what is due reads the first rows of one index, however many records there are.
create table alarm (
  record {int} not null,
  name {text} not null,
  at {int} not null,
  primary key (record, name)
);
create index alarm_at on alarm (at);
