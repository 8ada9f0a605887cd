-- By which substitution a step was taken in another's place, so that papers cite that one for ever.
ALTER TABLE approval_steps ADD COLUMN substitution_id BIGINT;
