//! Roles of PostgreSQL beside the owner of the tables, made and given their rights with every migration, so that a server
//! need not be allowed what only an upgrade does: to drop, alter or empty tables, and to change rows of the trail.
//!
//! They cannot sign in; accounts are added to them (`CREATE ROLE web LOGIN … IN ROLE ngoaivu_app`). Whoever may not make roles
//! keeps one account for everything, and `doctor` says so.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::db::Conn;

/// Of two upgrades of two databases on one server, either may come first: what is there already is no fault.
const MAKE: &str = "
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ngoaivu_app', 'ngoaivu_read', 'ngoaivu_backup'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
    IF to_regrole('ngoaivu_app') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA public TO ngoaivu_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ngoaivu_app;
        REVOKE UPDATE, DELETE ON audit FROM ngoaivu_app;
        REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM ngoaivu_app;
    END IF;
    IF to_regrole('ngoaivu_read') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA public TO ngoaivu_read;
        GRANT SELECT ON facts, fact_shares, agencies, agency_changes, agency_successions TO ngoaivu_read;
    END IF;
    IF to_regrole('ngoaivu_backup') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA public TO ngoaivu_backup;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO ngoaivu_backup;
        GRANT INSERT ON audit TO ngoaivu_backup;
    END IF;
END
$$;";

/// Makes the roles, and gives them their rights on the tables of now.
pub fn make(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute(MAKE)
}

#[derive(QueryableByName)]
struct Owns {
    #[diesel(sql_type = Bool)]
    owns: bool,
}

/// Whether a connection may do more than serve: it owns the trail, or may do everything.
pub fn is_owner(conn: &mut Conn) -> QueryResult<bool> {
    let Conn::Postgresql(c) = conn else { return Ok(false) };
    let asked = diesel::sql_query(
        "SELECT pg_has_role(current_user, relowner, 'USAGE') AS owns FROM pg_class WHERE oid = 'public.audit'::regclass",
    );
    asked.get_result::<Owns>(c).map(|row| row.owns)
}
