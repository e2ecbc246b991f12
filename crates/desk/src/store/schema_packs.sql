-- Evidence packs that somebody asked for: made by a job, kept for some days in parts so that every server can hand them out.
create table pack (
  id {id} primary key,
  asked_by {text} not null,
  asked {int} not null,
  as_of {int} not null,
  seed {int} not null,
  stage {text} not null,
  told {text} not null,
  size {int} not null,
  hash {text} not null,
  kept_until {int} not null
);

create table pack_part (
  pack {int} not null,
  place {int} not null,
  bytes {bytes} not null,
  primary key (pack, place)
);
