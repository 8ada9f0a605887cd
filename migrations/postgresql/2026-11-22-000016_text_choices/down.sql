DROP TABLE text_choices;
