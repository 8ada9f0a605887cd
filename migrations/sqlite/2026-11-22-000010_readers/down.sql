DROP TABLE report_schedules;
DROP TABLE service_tokens;
