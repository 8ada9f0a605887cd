DROP TABLE past_seats;
DROP TABLE substitutions;
