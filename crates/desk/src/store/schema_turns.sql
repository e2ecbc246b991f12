-- Whose turn it is with the pieces of open records, a person or a team, so that one's own work is found by an index. It follows from
-- the records and can be made anew from them.
create table turn (
  holder {text} not null,
  record {int} not null,
  primary key (holder, record)
);
create index turn_record on turn (record);
