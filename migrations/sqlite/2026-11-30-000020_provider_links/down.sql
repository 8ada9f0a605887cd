DROP TABLE provider_links;
