//! The procedures, each a folder with the same ten names. A new procedure is added to these lists.

pub mod engagements;
pub mod inbound;
pub mod lines;
pub mod outbound;
pub mod plan_actual;
pub mod records;
pub mod rehearsal;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::Conn;
use crate::dossier::actions as dossiers;
use crate::error::Result;
use crate::statistics::store as statistics;

/// Registers the routes of every procedure.
pub fn routes(config: &mut ServiceConfig) {
    outbound::http::routes(config);
    inbound::http::routes(config);
}

/// Derives every fact again from the dossiers; returns how many delegations count.
pub fn rebuild_facts(conn: &mut Conn) -> Result<usize> {
    let outbound = dossiers::rebuild_facts::<outbound::model::TripContent>(conn)?;
    let inbound = dossiers::rebuild_facts::<inbound::model::VisitContent>(conn)?;
    statistics::set_current(conn)?;
    Ok(outbound + inbound)
}
