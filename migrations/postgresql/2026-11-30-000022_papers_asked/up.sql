-- Papers that a request for a supplement asked for; of requests before this version they stand in the trail alone.
ALTER TABLE acts ADD COLUMN missing TEXT;
