DROP TABLE incidents;
DROP TABLE subject_requests;
