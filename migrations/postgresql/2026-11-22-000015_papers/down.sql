DROP TABLE paper_templates;
DROP TABLE papers;
