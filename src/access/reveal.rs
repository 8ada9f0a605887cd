//! One passport number shown for a reason: asked for by itself, limited, and written down.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::audit::{self, TrailFilter};
use crate::db::Conn;
use crate::error::{Result, too_many};

/// Whether numbers are shown in no other way, whoever asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct RevealRule(pub bool);

/// In the trail; so are looks at lists and people by programs, which state no reason.
pub const REVEAL: &str = "reveal_passport";
/// Looks that one account may have within an hour: at one passport, or at those of the guests of one visit.
const AN_HOUR: usize = 20;
/// Rows of the last hour that are looked through.
const LOOKED_THROUGH: i64 = 1_000;

/// Why somebody has to see a number.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Đối chiếu với công văn của Cục Quản lý xuất nhập cảnh"}))]
pub struct RevealReason {
    /// Stands in the trail.
    #[schema(min_length = 5, max_length = 500)]
    reason: String,
}

/// The number, in full.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"passport_number": "C1234567"}))]
pub struct RevealedNumber {
    pub passport_number: String,
}

/// Whether the caller may be shown one more number now: 403 without the right or a recent proof of who they are, 429 after the
/// twentieth within an hour.
pub fn require_reveal(conn: &mut Conn, call: &RequestContext) -> Result<()> {
    call.actor.require(Permission::RevealPassports)?;
    call.require_proof(conn)?;
    let hour = Duration::hours(1);
    let filter = TrailFilter {
        actor: Some(call.actor.username().to_owned()),
        action: Some(REVEAL.into()),
        from: Some(call.now - hour),
        ..TrailFilter::default()
    };
    let rows = audit::page(conn, &filter, None, LOOKED_THROUGH)?;
    let has_reason = |detail: &str| serde_json::from_str(detail).is_ok_and(|told: Value| told.get("reason").is_some());
    let latest: Vec<_> = rows.iter().filter(|row| has_reason(&row.detail)).take(AN_HOUR).collect();
    match latest.last().filter(|_| latest.len() == AN_HOUR) {
        None => Ok(()),
        Some(first) => {
            let left = u64::try_from((first.at + hour - call.now).num_seconds()).unwrap_or(0) + 1;
            Err(too_many(
                left,
                "Đã xem số hộ chiếu 20 lần trong một giờ",
                "Passport numbers were shown 20 times within an hour",
            ))
        }
    }
}

/// Writes down that numbers are shown, of how many people, and why.
pub fn remember_reason(
    conn: &mut Conn,
    call: &RequestContext,
    object: &str,
    asked: &RevealReason,
    count: usize,
) -> Result<()> {
    call.remember(conn, REVEAL, object, json!({"reason": asked.reason, "count": count}))
}
