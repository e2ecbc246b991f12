-- What only PostgreSQL says so.
create function journal_keep() returns trigger language plpgsql as $$ begin raise exception 'the journal is append-only'; end $$;
create trigger journal_keep before delete or truncate on journal for each statement execute function journal_keep();
create trigger journal_still before update of seq, record, kind, at, recorded, act, public, origin, leaf, bytes on journal for each row execute function journal_keep();
create table search (doc bigint primary key, inner_words tsvector not null, outer_words tsvector not null);
create index search_inner on search using gin (inner_words);
create index search_outer on search using gin (outer_words);
