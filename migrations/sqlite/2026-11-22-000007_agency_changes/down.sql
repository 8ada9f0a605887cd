DROP TABLE agency_successions;
DROP TABLE agency_changes;
