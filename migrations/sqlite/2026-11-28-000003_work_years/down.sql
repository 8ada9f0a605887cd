DROP TABLE work_years;
