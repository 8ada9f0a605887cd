//! Substitution (uỷ quyền, ký thay, thừa lệnh): who may act in place of another, by which document, for what and when.
//!
//! NĐ 30/2020/NĐ-CP Đ.13: the authority is given in writing, limited in time and scope, and cannot be passed on. TT
//! 04/2020/TT-BNG Đ.5: it lapses when the person who gave it no longer holds the seat.

use diesel::prelude::*;
use serde_json::json;

use crate::access::account::{Account, Actor, Dated, Mandate};
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::seats::common;
use crate::access::store;
use crate::access::substitutions_store::{Substitution, SubstitutionFilter, by_id, insert, page};
use crate::access::users::check_period;
use crate::db::Conn;
use crate::db::schema::substitutions;
use crate::error::{Code, Result, forbidden, not_found, refuse};
use kernel::id::Id;
use kernel::time::{Day, valid_on};
use kernel::violation::Violations;
use kernel::words::{Body, FieldError, SignedAs};

/// Whether the caller sees substitutions of others.
pub fn sees_all(actor: &Actor) -> bool {
    actor.may(Permission::AdministerAccounts)
        || actor.may(Permission::ReadTrail)
        || actor.holds(Body::Dofa)
        || actor.holds(Body::DofaDirector)
}

/// One substitution, for the person who gave it, the substitute, and those who see all.
pub fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Substitution> {
    let found = by_id(conn, id)?.ok_or_else(not_found)?;
    let his = [found.from_user, found.to_user].contains(&call.actor.id());
    if his || sees_all(&call.actor) { Ok(found) } else { Err(not_found()) }
}

/// The substitution to be recorded.
pub struct SubstitutionRequest {
    pub from_user: i64,
    pub to_user: i64,
    pub body: Body,
    pub signed_as: SignedAs,
    pub mandate: Mandate,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
    pub document_number: String,
    pub document_date: Day,
}

/// Records a substitution. The holder of the seat does so, or the body for external affairs on the basis of the document, but
/// nobody in their own favour; and no administrator, who could otherwise give anybody the seat of the Chair.
pub fn create(conn: &mut Conn, call: &RequestContext, asked: SubstitutionRequest) -> Result<Substitution> {
    let handles = [Body::Dofa, Body::DofaDirector].into_iter().any(|body| call.actor.holds(body));
    let own = asked.from_user == call.actor.id();
    if !own && !handles {
        return Err(forbidden(
            "Chỉ người giữ chức vụ hoặc cơ quan ngoại vụ của tỉnh được ghi nhận ủy quyền.",
            "Only the holder of the seat or the body for external affairs may record a substitution.",
        ));
    }
    if asked.to_user == call.actor.id() {
        return Err(refuse(
            Code::SeparationOfDuties,
            "Không được tự ghi nhận ủy quyền cho mình.",
            "You may not record a substitution in your own favour.",
        ));
    }
    let (from, to) = (store::account(conn, asked.from_user)?, store::account(conn, asked.to_user)?);
    check(&asked, from.as_ref(), to.as_ref())?;
    let there = page(conn, &SubstitutionFilter { body: Some(asked.body), of: Some(asked.to_user), at: None }, 0, 1000)?;
    let same = |s: &Substitution| {
        s.from_user == asked.from_user
            && s.to_user == asked.to_user
            && s.mandate == asked.mandate
            && common((s.valid_from, s.valid_to), (asked.valid_from, asked.valid_to)).is_some()
    };
    if there.iter().any(same) {
        return Err(refuse(
            Code::AlreadyExists,
            "Đã có ủy quyền như vậy trong thời gian này.",
            "Such a substitution already exists for this period.",
        ));
    }
    let made = Substitution {
        id: Id::new(call.now).0,
        version: 1,
        from_user: asked.from_user,
        to_user: asked.to_user,
        body: asked.body,
        signed_as: asked.signed_as,
        mandate: asked.mandate,
        valid_from: asked.valid_from,
        valid_to: asked.valid_to,
        document_number: asked.document_number,
        document_date: asked.document_date,
        created_by: call.actor.id(),
        created_at: call.now,
    };
    insert(conn, &made)?;
    let detail = json!({"from": Id(made.from_user), "to": Id(made.to_user), "body": made.body, "signed_as": made.signed_as,
        "valid_from": made.valid_from, "valid_to": made.valid_to, "document": made.document_number});
    call.remember(conn, "create_substitution", &format!("substitutions/{}", Id(made.id)), detail)?;
    Ok(made)
}

fn check(asked: &SubstitutionRequest, from: Option<&Account>, to: Option<&Account>) -> Result<()> {
    let mut faults = Violations::default();
    let unknown = |a: Option<&Account>| a.is_none_or(|a| !a.active);
    let mut known = |account, pointer| {
        let (vi, en) = ("Không có tài khoản này, hoặc đã khóa.", "There is no such account, or it is closed.");
        faults.require(!unknown(account), pointer, FieldError::UnknownUser, vi, en);
    };
    known(from, "/from_user_id");
    known(to, "/to_user_id");
    let holds = |a: &Account| {
        a.seats
            .iter()
            .any(|s: &Dated<Body>| s.what == asked.body && valid_on(s.valid_from, s.valid_to, asked.valid_from))
    };
    faults.require(
        from.is_none_or(holds),
        "/body",
        FieldError::NotHeld,
        "Người ủy quyền không trực tiếp giữ chức vụ này vào ngày bắt đầu; người được ủy quyền không được ủy quyền lại.",
        "This person does not hold the seat as their own on the first day; a substitute cannot pass it on.",
    );
    faults.require(
        asked.from_user != asked.to_user,
        "/to_user_id",
        FieldError::SamePerson,
        "Phải là hai người khác nhau.",
        "Must be two different people.",
    );
    let same_agency = from.zip(to).is_none_or(|(f, t)| f.agency_id == t.agency_id);
    faults.require(
        !asked.body.is_local() || same_agency,
        "/to_user_id",
        FieldError::AnotherAgency,
        "Thủ trưởng chỉ được ủy quyền trong cơ quan mình.",
        "The head of an agency may only authorise somebody within the agency.",
    );
    check_period(asked.valid_from, asked.valid_to, "/valid_to", &mut faults);
    Ok(faults.finish()?)
}

fn may_end(call: &RequestContext, found: &Substitution) -> Result<()> {
    if found.from_user != call.actor.id() && !call.actor.may(Permission::AdministerAccounts) {
        return Err(forbidden(
            "Chỉ người ủy quyền hoặc quản trị viên được thay đổi.",
            "Only the person who gave it or an administrator may change it.",
        ));
    }
    if found.to_user == call.actor.id() {
        return Err(refuse(
            Code::SeparationOfDuties,
            "Không được tự thay đổi ủy quyền dành cho mình.",
            "You may not change a substitution in your own favour.",
        ));
    }
    Ok(())
}

/// Ends a substitution earlier. Past days stay as they were; an extension needs its own document.
pub fn end(
    conn: &mut Conn,
    call: &RequestContext,
    mut found: Substitution,
    asked: impl FnOnce() -> Result<Day>,
) -> Result<Substitution> {
    call.guard(found.version, || may_end(call, &found))?;
    let valid_to = asked()?;
    let mut faults = Violations::default();
    faults.require(
        valid_to >= call.today && valid_to >= found.valid_from && found.valid_to.is_none_or(|to| to > call.today),
        "/valid_to",
        FieldError::InThePast,
        "Không được thay đổi những ngày đã qua.",
        "Past days cannot be changed.",
    );
    faults.require(
        found.valid_to.is_none_or(|to| valid_to <= to),
        "/valid_to",
        FieldError::LongerThanLent,
        "Muốn kéo dài phải có văn bản mới; hãy ghi nhận ủy quyền mới.",
        "An extension needs a new document; record a new substitution.",
    );
    faults.finish()?;
    found.valid_to = Some(valid_to);
    found.version += 1;
    diesel::update(substitutions::table.find(found.id))
        .set((substitutions::valid_to.eq(found.valid_to), substitutions::version.eq(found.version)))
        .execute(conn)?;
    let object = format!("substitutions/{}", Id(found.id));
    call.remember(conn, "change_substitution", &object, json!({"valid_to": valid_to}))?;
    Ok(found)
}
