DROP TABLE plan_draws;
DROP TABLE plan_items;
DROP TABLE plans;
