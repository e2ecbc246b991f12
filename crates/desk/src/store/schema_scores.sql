-- How every requirement stood at the end of a day: a copy of what the journal says, made anew at will.
create table score (
  framework {text} not null,
  at {int} not null,
  -- JSON: state by requirement.
  states {text} not null,
  primary key (framework, at)
);
