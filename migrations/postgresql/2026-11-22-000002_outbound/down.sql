DROP TABLE outbound_stops;
DROP TABLE outbound_members;
DROP TABLE outbound_delegations;
