-- Links by which somebody who is asked to approve a record does so without an account: by digest, good once.
create table approval_link (
  hash {text} primary key,
  number {text} not null,
  approver {text} not null,
  expires {int} not null
);
create index approval_link_number on approval_link (number, approver);
