DELETE FROM counters WHERE name = 'notices_upto';
DROP TABLE webhooks;
DROP TABLE deliveries;
ALTER TABLE users DROP COLUMN email;
