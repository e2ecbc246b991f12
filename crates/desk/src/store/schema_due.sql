-- What is due next whatever it is: home and My work ask for it across all kinds.
create index record_due on record (due, id, kind) where phase < 2;
-- What somebody has done last: whoever has closed thousands is asked for two weeks of them.
create index record_done on record (owner, changed, id) where phase = 2;
