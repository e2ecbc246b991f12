-- The clocks of a record (engines::clocks::store): a copy of what its journal and the agreements say, made anew at will.
-- A text, because nothing is ever looked for in it; '' is none.
alter table record add column clocks {text} not null default '';
