-- Frameworks that are kept beside the standard: the file as it came in is the truth, the other columns are taken from it.
-- How their requirements relate to ours, by the address of theirs and the id of ours.

create table framework (
  id {id} primary key,
  urn {text} not null unique,
  ref {text} not null,
  name {text} not null,
  version {text} not null,
  provider {text} not null,
  format {text} not null,
  demands {int} not null,
  digest {text} not null,
  source {text} not null,
  changed {int} not null,
  changed_by {text} not null
);

create table framework_mapping (
  framework {int} not null,
  node {text} not null,
  requirement {text} not null,
  relation {text} not null,
  note {text} not null,
  mapped {int} not null,
  mapped_by {text} not null,
  primary key (framework, node, requirement)
);

-- The standard's own words from the licensed copy of the house, by clause or requirement. They are in no export and no pack.
create table official_text (
  framework {text} not null,
  id {text} not null,
  text {text} not null,
  primary key (framework, id)
);

create table official_source (
  framework {text} primary key,
  digest {text} not null,
  texts {int} not null,
  added {int} not null,
  added_by {text} not null
);
