-- What only SQLite says so.
create trigger journal_keep before delete on journal begin select raise(abort, 'the journal is append-only'); end;
create trigger journal_still before update of seq, record, kind, at, recorded, act, public, origin, leaf, bytes on journal begin select raise(abort, 'the journal is append-only'); end;
create virtual table search using fts5(inner_words, outer_words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
