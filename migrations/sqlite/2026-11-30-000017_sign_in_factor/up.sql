-- How somebody showed who they are when they signed in; of sign-ins before this version it is not known.
ALTER TABLE sessions ADD COLUMN factor TEXT;
-- When an attempt that had to wait was last told to the trail.
ALTER TABLE sign_in_waits ADD COLUMN told_at TIMESTAMP;
