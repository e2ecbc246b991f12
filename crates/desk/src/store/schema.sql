-- The first migration, for both databases. {id}, {int}, {json}, {bytes} and {serial} are the words that differ.
-- Moments are milliseconds UTC; texts that are not there are '' so that every index holds every row; no due moment is
-- 9999999999999. `data` is the last column and is not read by lists.

create table record (
  id {id} primary key,
  kind {text} not null,
  number {text} not null unique,
  title {text} not null,
  state {text} not null,
  phase {int} not null,
  customer {text} not null,
  priority {text} not null,
  service {text} not null,
  team {text} not null,
  owner {text} not null,
  requester {text} not null,
  due {int} not null,
  created {int} not null,
  changed {int} not null,
  version {int} not null,
  entry {text} not null,
  origin {text} not null,
  data {json} not null
);
create index record_newest on record (kind, id);
create index record_created on record (kind, created, id);
create index record_changed on record (kind, changed, id);
create index record_state on record (kind, state, id);
create index record_queue on record (kind, priority, due, id) where phase < 2;
create index record_queue_due on record (kind, due, id) where phase < 2;
create index record_team on record (team, kind, priority, due, id) where phase < 2;
create index record_mine on record (owner, due, id) where phase < 2;
create index record_owner on record (kind, owner, id);
create index record_service on record (service, kind, id);
create index record_customer on record (customer, kind, id);
create index record_requester on record (requester, kind, id);

-- Append-only: triggers refuse deletes and updates of everything but the disclosures, which may be erased.
create table journal (
  seq {serial},
  record {int} not null,
  kind {text} not null,
  at {int} not null,
  recorded {int} not null,
  act {text} not null,
  public {int} not null,
  origin {text} not null,
  leaf {text} not null,
  bytes {bytes} not null,
  disclosures {json} not null
);
create index journal_record on journal (record, at, seq);
create index journal_recorded on journal (recorded, seq);

create table link (
  source {int} not null,
  name {text} not null,
  target {text} not null,
  since {int} not null,
  until {int} not null,
  primary key (source, name, target, since)
);
create index link_target on link (target, name);

create table sequence (
  prefix {text} primary key,
  last {int} not null
);

create table file (
  id {id} primary key,
  record {int} not null,
  name {text} not null,
  media {text} not null,
  size {int} not null,
  hash {text} not null,
  public {int} not null,
  added {int} not null,
  added_by {text} not null
);
create index file_record on file (record, id);

create table blob (
  hash {text} primary key,
  bytes {bytes} not null
);

create table idempotency (
  actor {text} not null,
  key {text} not null,
  digest {text} not null,
  kind {text} not null,
  number {text} not null,
  version {int} not null,
  outcome {text} not null,
  at {int} not null,
  primary key (actor, key)
);
create index idempotency_at on idempotency (at);

create table setting (
  name {text} primary key,
  value {json} not null
);

create table custom_field (
  kind {text} not null,
  name {text} not null,
  definition {json} not null,
  position {int} not null,
  hidden {int} not null,
  primary key (kind, name)
);

create table saved_view (
  id {id} primary key,
  kind {text} not null,
  name {text} not null,
  owner {text} not null,
  shared {int} not null,
  position {int} not null,
  address {text} not null
);
create index saved_view_kind on saved_view (kind, owner, position);

create table account (
  id {id} primary key,
  email {text} not null unique,
  name {text} not null,
  password {text} not null,
  roles {json} not null,
  customer {text} not null,
  active {int} not null,
  valid_from {int} not null,
  valid_until {int} not null,
  preferences {json} not null,
  created {int} not null
);

create table session (
  token {text} primary key,
  account {int} not null,
  created {int} not null,
  seen {int} not null,
  expires {int} not null,
  address {text} not null,
  agent {text} not null
);
create index session_account on session (account);

create table token (
  id {id} primary key,
  account {int} not null,
  name {text} not null,
  hash {text} not null unique,
  scope {text} not null,
  created {int} not null,
  used {int} not null,
  expires {int} not null
);
create index token_account on token (account);

create table invitation (
  hash {text} primary key,
  purpose {text} not null,
  account {int} not null,
  expires {int} not null
);

create table job (
  id {id} primary key,
  name {text} not null,
  payload {json} not null,
  run_at {int} not null,
  attempts {int} not null,
  locked_until {int} not null,
  last_error {text} not null,
  key {text} not null
);
create index job_due on job (run_at, id);
create unique index job_key on job (key) where key <> '' and attempts = 0;

create table judgement (
  id {id} primary key,
  framework {text} not null,
  requirement {text} not null,
  state {text} not null,
  judged_by {text} not null,
  judged_at {int} not null,
  reason {text} not null
);
create index judgement_requirement on judgement (framework, requirement, judged_at);

create table search_note (
  doc {int} primary key,
  record {int} not null
);
create index search_note_record on search_note (record);
