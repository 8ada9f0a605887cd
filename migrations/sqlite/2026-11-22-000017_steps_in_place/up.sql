-- In whose place a step was taken: whoever is represented has taken it, too.
ALTER TABLE approval_steps ADD COLUMN on_behalf_of BIGINT;
