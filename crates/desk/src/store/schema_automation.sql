-- Automation rules, and what each did to which record. `cause` says what it was told by: the version of a record or the
-- moment at which it was due; the same cause is acted on once.

create table automation (
  id {id} primary key,
  name {text} not null unique,
  definition {json} not null,
  active {int} not null,
  author {text} not null,
  since {int} not null,
  error {text} not null
);

create table automation_run (
  id {id} primary key,
  rule {int} not null,
  number {text} not null,
  cause {text} not null,
  outcome {text} not null,
  told {text} not null,
  at {int} not null
);
create unique index automation_run_once on automation_run (rule, number, cause);
create index automation_run_newest on automation_run (rule, id);
create index automation_run_record on automation_run (number, rule, at);
