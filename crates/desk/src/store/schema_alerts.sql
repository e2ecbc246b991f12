-- When a trouble was last heard changes with each event: without an index on it PostgreSQL writes the row alone (HOT). What
-- is forgotten is found by the source, whose troubles are few.
drop index alert_last;
