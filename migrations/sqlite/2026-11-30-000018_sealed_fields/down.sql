-- Birth dates stay texts: what is sealed can be no date.
DROP TABLE field_keys;
