-- What an auditor from outside was invited for: clauses to which the seat is limited, with spaces between them ('' for no
-- limit), and the e-mail of who answers what they ask ('' for nobody).

alter table account add column clauses {text} not null default '';
alter table account add column host {text} not null default '';
