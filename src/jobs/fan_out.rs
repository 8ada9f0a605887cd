//! Fans actions out to people and webhooks: reads the audit trail from where it stopped, and adds a row to the outbox
//! for every message.
//!
//! The trail lists all actions without gaps, in an order that all processes agree on. So no message is lost or sent
//! twice, and the action itself needs no extra write.

use serde_json::json;

use crate::access::account::{Account, Actor};
use crate::access::holder::Holder;
use crate::access::noted::{DOWNLOAD, EXPORT};
use crate::access::reveal::REVEAL;
use crate::access::store as accounts;
use crate::approval::process::StepStanding;
use crate::approval::store::{self as approval, OpenedStep};
use crate::approval::turns::waits_for;
use crate::audit;
use crate::db::Conn;
use crate::db::counters::{counter, set};
use crate::dossier::register::Registers;
use crate::dossier::store::participants;
use crate::error::Result;
use crate::jobs::outbox::{DeliveryChannel, New, enqueue};
use crate::jobs::tools::{Jobs, Links};
use crate::jobs::webhooks_store;
use crate::jobs::webhooks_store::Webhook;
use kernel::id::Id;
use kernel::time::{Day, Moment, day_of, in_vietnamese, rfc3339};
use kernel::words::StepKind;

const UPTO: &str = "notices_upto";
/// Maximum actions per transaction.
const BATCH: i64 = 200;

/// Sends messages for every action since the last run.
pub fn run(jobs: &Jobs) -> Result<()> {
    loop {
        let (upto, tip) = jobs.db.read_now(|conn| Ok((counter(conn, UPTO)?, audit::tip(conn)?.seq)))?;
        if upto >= tip {
            return Ok(());
        }
        let (mails, now) = (jobs.mailer.is_some(), jobs.clock.now());
        let (registers, links) = (jobs.registers.clone(), jobs.links.clone());
        jobs.db.write_now(move |conn| tell(conn, &registers, &links, mails, now))?;
    }
}

fn tell(conn: &mut Conn, registers: &Registers, links: &Links, mails: bool, now: Moment) -> Result<()> {
    let upto = counter(conn, UPTO)?;
    let endpoints = webhooks_store::active(conn)?;
    if !mails && endpoints.is_empty() {
        // Nobody listens: skip these actions, so that later subscribers do not get old messages.
        let tip = audit::tip(conn)?.seq;
        return set(conn, UPTO, tip);
    }
    let acts = audit::after(conn, upto, BATCH)?;
    let people = if mails { accounts::reachable(conn)? } else { Vec::new() };
    // What was refused, and what somebody took away as a file, is news for nobody.
    let news = |act: &&audit::AuditRow| {
        act.result.as_deref() != Some(audit::REFUSED) && !matches!(act.action.as_str(), DOWNLOAD | EXPORT)
    };
    for act in acts.iter().filter(news) {
        let Some((register, id)) = act.object.split_once('/') else { continue };
        let Ok(id) = id.parse::<Id>() else { continue };
        let detail: serde_json::Value = serde_json::from_str(&act.detail).unwrap_or_default();
        if act.action == "freeze_report" {
            // Only webhooks are notified here; people are notified by the schedule of the report.
            let data = json!({"report_id": id, "kind": detail.get("kind"), "year": detail.get("year"),
                "period": detail.get("period"), "hash": detail.get("hash")});
            tell_programs(conn, &endpoints, act, "report.frozen", &data, now)?;
            continue;
        }
        if register == "users"
            && let Some(news) = account_news(&act.action, &detail)
        {
            tell_holder(conn, &people, id.0, act, news, now)?;
        }
        if registers.by_path(register).is_none() {
            continue;
        }
        // Changes of the list are told where they moved the dossier: a consulted body is asked again.
        let moved = detail.get("from") != detail.get("to");
        if matches!(
            act.action.as_str(),
            "upload" | "edit" | REVEAL | "erase_passports" | "comment" | "remove_attachment"
        ) || (act.action == "edit-guests" && !moved)
        {
            continue;
        }
        let state = detail.get("to").cloned().unwrap_or_default();
        let data = json!({"register": register, "delegation_id": id, "action": act.action, "state": state});
        tell_programs(conn, &endpoints, act, &format!("delegation.{}", act.action), &data, now)?;
        let place = format!("/{register}/{id}");
        tell_people(conn, &people, id.0, act.action == "decide", &|what| links.to(&place, what), now)?;
        if let Some(news) = news_of(&act.action, moved) {
            tell_concerned(conn, &people, id.0, (act, news), &|what| links.to(&place, what), now)?;
        }
    }
    set(conn, UPTO, acts.last().map_or(upto, |a| a.seq))
}

/// Sends one message to every endpoint.
fn tell_programs(
    conn: &mut Conn,
    endpoints: &[Webhook],
    act: &audit::AuditRow,
    kind: &str,
    data: &serde_json::Value,
    now: Moment,
) -> Result<()> {
    for endpoint in endpoints {
        let body = json!({"type": kind, "timestamp": rfc3339(act.at), "data": data}).to_string();
        let key = format!("hook {} {}", act.seq, endpoint.id);
        let new = New {
            key: &key,
            channel: DeliveryChannel::Webhook,
            target_id: endpoint.id,
            subject: &act.action,
            body: &body,
            due: now,
        };
        enqueue(conn, &new, now)?;
    }
    Ok(())
}

/// Enqueues a letter, once under its key.
fn mail(conn: &mut Conn, to: &Account, key: &str, (subject, body): (&str, &str), now: Moment) -> Result<()> {
    let new = New { key, channel: DeliveryChannel::Mail, target_id: to.id, subject, body, due: now };
    enqueue(conn, &new, now)?;
    Ok(())
}

/// Notifies the people who act on each open step, and the agency when its dossier is decided.
fn tell_people(
    conn: &mut Conn,
    people: &[Account],
    id: i64,
    just_decided: bool,
    link: &dyn Fn(&str) -> String,
    now: Moment,
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let today = day_of(now);
    let round = approval::round(conn, id)?;
    let steps = approval::opened(conn, id)?;
    // After an amendment, only the latest decision is news.
    let last =
        steps.iter().filter(|s| s.kind == StepKind::Decide && s.standing == StepStanding::Done).map(|s| s.ord).max();
    for step in steps {
        let decided = just_decided && Some(step.ord) == last;
        if step.standing != StepStanding::Open && !decided {
            continue;
        }
        for account in people.iter().filter(|a| concerns(a, &step, decided, today)) {
            let what = if decided { "decided" } else { "step" };
            let key = format!("{what} {id} {} {round} {}", step.ord, account.id);
            let (subject, body) = if decided { of_decision(&step, link) } else { of_step(&step, link) };
            mail(conn, account, &key, (&subject, &body), now)?;
        }
    }
    Ok(())
}

/// What is news for everybody who had to do with a delegation; a decision without a change of state is one on an amendment.
fn news_of(action: &str, moved: bool) -> Option<&'static str> {
    match action {
        "postpone" => Some("Đã hoãn đoàn"),
        "cancel" => Some("Đã hủy đoàn"),
        "resume" => Some("Tổ chức lại đoàn"),
        "amend" => Some("Đề nghị điều chỉnh đoàn"),
        "decide" if !moved => Some("Đã quyết định điều chỉnh đoàn"),
        "correct-decision" => Some("Đã đính chính quyết định"),
        _ => None,
    }
}

/// Tells the agency, those that take part, and every body that had a step, but not whoever did it.
fn tell_concerned(
    conn: &mut Conn,
    people: &[Account],
    id: i64,
    (act, news): (&audit::AuditRow, &str),
    link: &dyn Fn(&str) -> String,
    now: Moment,
) -> Result<()> {
    let today = day_of(now);
    let steps = approval::opened(conn, id)?;
    let Some(first) = steps.first() else { return Ok(()) };
    let others = participants::of(conn, id)?;
    let subject = format!("{news}: {}", first.title);
    let body = format!("{subject}\nNgày {}.\n{}", in_vietnamese(day_of(act.at)), link("Xem hồ sơ"));
    for account in people.iter().filter(|a| a.username != act.actor) {
        let actor = Actor::new(std::sync::Arc::new(account.clone()), 0, today).looking_at(first.procedure);
        let of_agency =
            Holder::Agency.is(&actor, first.agency_id) || others.iter().any(|a| Holder::Agency.is(&actor, *a));
        let had_part = |s: &OpenedStep| s.standing != StepStanding::Waiting && waits_for(&actor, &s.turn());
        if !of_agency && !steps.iter().any(had_part) {
            continue;
        }
        let key = format!("news {} {}", act.seq, account.id);
        mail(conn, account, &key, (&subject, &body), now)?;
    }
    Ok(())
}

/// What is news for the holder of an account, and whether it is even if they did it themselves, for whoever took their sign-in
/// would do it: an administrator alone must not become somebody else unseen.
fn account_news(action: &str, detail: &serde_json::Value) -> Option<(&'static str, bool)> {
    match action {
        "reset_user" => Some(("Mật khẩu của tài khoản được cấp lại", false)),
        "change_password" => Some(("Mật khẩu của tài khoản đã được đổi", true)),
        "sign_in_from_new_place" => Some(("Tài khoản vừa được đăng nhập đúng từ một nơi chưa từng dùng", true)),
        "enrol_second_factor" => Some(("Tài khoản đã bật xác thực hai lớp", true)),
        "remove_second_factor" => Some(("Tài khoản đã gỡ xác thực hai lớp", true)),
        "link_provider" => Some(("Tài khoản đã được gắn với một tài khoản dùng chung", true)),
        "renew_recovery_codes" => Some(("Tài khoản đã cấp lại mã khôi phục", true)),
        "change_user" if detail.get("rights_changed") == Some(&serde_json::Value::Bool(true)) => {
            Some(("Quyền của tài khoản đã thay đổi", false))
        }
        _ => None,
    }
}

/// Tells the holder of an account what was done with it.
fn tell_holder(
    conn: &mut Conn,
    people: &[Account],
    id: i64,
    act: &audit::AuditRow,
    (news, of_own): (&str, bool),
    now: Moment,
) -> Result<()> {
    let by_another = |a: &&Account| a.username != act.actor || of_own;
    let Some(account) = people.iter().find(|a| a.id == id).filter(by_another) else { return Ok(()) };
    let subject = format!("{news}: {}", account.username);
    let body = format!(
        "{subject}\nNgày {}, người thực hiện: {}.\nNếu bạn không đề nghị việc này, hãy báo ngay cho cơ quan ngoại vụ của tỉnh.",
        in_vietnamese(day_of(act.at)),
        act.actor,
    );
    let key = format!("account {} {}", act.seq, account.id);
    mail(conn, account, &key, (&subject, &body), now)
}

/// Whether this person is notified of a step: of an open one if it is their turn, of a decision if they asked for it.
fn concerns(account: &Account, step: &OpenedStep, decided: bool, today: Day) -> bool {
    let actor = Actor::new(std::sync::Arc::new(account.clone()), 0, today);
    if decided {
        Holder::Agency.is(&actor.looking_at(step.procedure), step.agency_id)
    } else {
        waits_for(&actor, &step.turn())
    }
}

/// What the next person has to do.
pub fn asked(kind: StepKind, supplement: bool) -> &'static str {
    match kind {
        StepKind::Propose if supplement => "Cần bổ sung hồ sơ",
        StepKind::Propose => "Chờ ký trình",
        StepKind::Appraise => "Chờ thẩm định",
        StepKind::Consult => "Xin ý kiến",
        StepKind::Consent => "Chờ ý kiến cấp ủy",
        StepKind::Decide => "Chờ quyết định",
    }
}

fn of_step(step: &OpenedStep, link: &dyn Fn(&str) -> String) -> (String, String) {
    let what = asked(step.kind, step.supplement);
    let due = step.due_on.map_or_else(|| "không có thời hạn".into(), |day| format!("hạn {}", in_vietnamese(day)));
    let subject = format!("{what}: {}", step.title);
    (subject.clone(), format!("{subject}\n{due}.\n{}", link("Xử lý")))
}

fn of_decision(step: &OpenedStep, link: &dyn Fn(&str) -> String) -> (String, String) {
    let verdict =
        if step.outcome.as_deref() == Some("approve") { "Đã chấp thuận" } else { "Không chấp thuận" };
    let subject = format!("{verdict}: {}", step.title);
    (subject.clone(), format!("{subject}\n{}", link("Xem văn bản và điều kiện kèm theo")))
}
