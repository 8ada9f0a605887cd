ALTER TABLE approval_steps DROP COLUMN substitution_id;
