ALTER TABLE approval_steps DROP COLUMN on_behalf_of;
