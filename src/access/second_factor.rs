//! The second factor: codes by time (TOTP, RFC 6238) from an app on the person's own device, and recovery codes.

use diesel::prelude::*;
use totp_rs::{Builder, Secret, Totp};

use crate::access::account::Account;
use crate::access::token::digest;
use crate::config::SecondFactorRule;
use crate::db::Conn;
use crate::db::schema::{recovery_codes, second_factors, sign_in_tickets, users};
use crate::db::sealed::SealedText;
use crate::error::{Code, Error, Result, refuse, too_many};
use kernel::time::Moment;

kernel::words! {
    /// How somebody showed who they are when they signed in (cách xác thực).
    SignInFactor {
        Password: "Mật khẩu" / "Password",
        Provider: "Tài khoản dùng chung" / "Account elsewhere",
        Code: "Có mã xác thực lớp thứ hai" / "With a code of the second factor",
        RecoveryCode: "Có mã khôi phục" / "With a recovery code",
    }
}

/// Seconds of one code.
const STEP: i64 = 30;
/// Wrong codes within one step, after which the next step is waited for.
const WRONG_IN_STEP: i64 = 3;
/// Wrong codes in a row, after which only recovery codes work.
const WRONG_IN_ROW: i64 = 100;
/// Recovery codes of a set.
const RECOVERY_CODES: usize = 10;
/// Minutes in which the code must follow the password.
pub const TICKET_MINUTES: i64 = 5;

/// Whether an account must have a second factor.
pub fn is_required(rule: SecondFactorRule, account: &Account) -> bool {
    match rule {
        SecondFactorRule::Off => false,
        SecondFactorRule::Seats => account.is_guarded(),
        SecondFactorRule::Everyone => true,
    }
}

/// The secret as an app takes it: to be typed, or as an address in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub secret: String,
    pub address: String,
}

fn totp(secret: &str, username: &str) -> Result<Totp> {
    let fault = |e: &dyn std::fmt::Display| Error::Internal(format!("second factor: {e}"));
    let secret = Secret::try_from_base32(secret).map_err(|e| fault(&e))?;
    let builder = Builder::new().with_secret(secret).with_account_name(username).with_issuer(Some("ngoaivu"));
    builder.build().map_err(|e| fault(&e))
}

/// Begins an enrolment with a fresh secret, which counts once it is confirmed by a code.
pub fn begin(conn: &mut Conn, user_id: i64, username: &str) -> Result<Enrolment> {
    let secret = Secret::new_stack(rand::random()).to_base32();
    diesel::delete(second_factors::table.find(user_id)).execute(conn)?;
    let row = (
        second_factors::user_id.eq(user_id),
        second_factors::secret.eq(SealedText::hidden(&secret)?),
        second_factors::last_step.eq(0),
        second_factors::wrong_step.eq(0),
        second_factors::wrong_in_step.eq(0),
        second_factors::wrong_in_row.eq(0),
    );
    diesel::insert_into(second_factors::table).values(row).execute(conn)?;
    let address = totp(&secret, username)?.to_url().map_err(|e| Error::Internal(format!("second factor: {e}")))?;
    Ok(Enrolment { secret, address })
}

/// From now on the account signs in with codes; returns the recovery codes, which are shown once.
pub fn confirm(conn: &mut Conn, user_id: i64, now: Moment) -> Result<Vec<String>> {
    diesel::update(users::table.find(user_id)).set(users::second_factor_at.eq(now)).execute(conn)?;
    new_recovery_codes(conn, user_id)
}

/// Takes the second factor away.
pub fn remove(conn: &mut Conn, user_id: i64) -> Result<()> {
    diesel::update(users::table.find(user_id)).set(users::second_factor_at.eq(None::<Moment>)).execute(conn)?;
    diesel::delete(second_factors::table.find(user_id)).execute(conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(conn)?;
    diesel::delete(sign_in_tickets::table.filter(sign_in_tickets::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

/// A new set of recovery codes; those of before no longer work.
pub fn new_recovery_codes(conn: &mut Conn, user_id: i64) -> Result<Vec<String>> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(conn)?;
    let codes: Vec<String> = std::iter::repeat_with(|| {
        // 80 bits, in letters and digits that nobody mistakes for each other.
        let text = Secret::new(Box::new(rand::random::<[u8; 10]>())).to_base32().to_ascii_lowercase();
        text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    })
    .take(RECOVERY_CODES)
    .collect();
    for code in &codes {
        let row = (recovery_codes::digest.eq(of_person(user_id, code)), recovery_codes::user_id.eq(user_id));
        diesel::insert_into(recovery_codes::table).values(row).execute(conn)?;
    }
    Ok(codes)
}

pub fn recovery_codes_left(conn: &mut Conn, user_id: i64) -> Result<i64> {
    Ok(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id)).count().get_result(conn)?)
}

fn of_person(user_id: i64, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    digest(&format!("{user_id} {}", plain.to_ascii_lowercase()))
}

/// What a code turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeVerdict {
    Right(SignInFactor),
    Wrong,
    /// Too many wrong ones: no code is looked at for so many seconds.
    Wait(u64),
}

impl CodeVerdict {
    /// Refuses what is not right (401), and what has to wait (429).
    pub fn require(self) -> Result<()> {
        match self {
            CodeVerdict::Right(_) => Ok(()),
            CodeVerdict::Wrong => {
                Err(refuse(Code::InvalidCredentials, "Mã xác thực không đúng.", "The code is wrong."))
            }
            CodeVerdict::Wait(seconds) => Err(too_many(seconds, "Sai mã nhiều lần", "Too many wrong codes")),
        }
    }
}

/// Judges a code and counts it; to be committed even if it is wrong. A code by time counts in its step and the one before,
/// once; a recovery code once.
pub fn judge(conn: &mut Conn, user_id: i64, username: &str, code: &str, now: Moment) -> Result<CodeVerdict> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let by_time = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    if !by_time {
        let spent = diesel::delete(recovery_codes::table.find(of_person(user_id, &code))).execute(conn)?;
        if spent > 0 {
            // Its owner is here: codes by time count again, however many strangers guessed.
            let row = second_factors::table.find(user_id);
            diesel::update(row).set(second_factors::wrong_in_row.eq(0)).execute(conn)?;
            return Ok(CodeVerdict::Right(SignInFactor::RecoveryCode));
        }
    }
    let columns = (
        second_factors::secret,
        second_factors::last_step,
        second_factors::wrong_step,
        second_factors::wrong_in_step,
        second_factors::wrong_in_row,
    );
    let row = second_factors::table.find(user_id);
    let found: Option<(SealedText, i64, i64, i64, i64)> = row.select(columns).first(conn).optional()?;
    let Some((secret, last_step, wrong_step, wrong_in_step, wrong_in_row)) = found else {
        return Ok(CodeVerdict::Wrong);
    };
    let seconds = now.and_utc().timestamp();
    let step = seconds.div_euclid(STEP);
    let wrong_in_step = if wrong_step == step { wrong_in_step } else { 0 };
    if wrong_in_step >= WRONG_IN_STEP {
        let left = u64::try_from((step + 1) * STEP - seconds).unwrap_or(1);
        return Ok(CodeVerdict::Wait(left.max(1)));
    }
    let totp = totp(&secret, username)?;
    let fits = |step: i64| {
        let at = u64::try_from(step * STEP).unwrap_or(0);
        step > last_step && totp.generate(at).to_string() == code
    };
    let matched = [step, step - 1].into_iter().find(|step| by_time && wrong_in_row < WRONG_IN_ROW && fits(*step));
    match matched {
        Some(matched) => {
            let used = (second_factors::last_step.eq(matched), second_factors::wrong_in_row.eq(0));
            diesel::update(row).set(used).execute(conn)?;
            Ok(CodeVerdict::Right(SignInFactor::Code))
        }
        None => {
            let counted = (
                second_factors::wrong_step.eq(step),
                second_factors::wrong_in_step.eq(wrong_in_step + 1),
                second_factors::wrong_in_row.eq(wrong_in_row + 1),
            );
            diesel::update(row).set(counted).execute(conn)?;
            Ok(CodeVerdict::Wrong)
        }
    }
}

/// Keeps a sign-in whose code is still missing.
pub fn keep_ticket(conn: &mut Conn, ticket: &str, user_id: i64, now: Moment) -> Result<()> {
    diesel::delete(sign_in_tickets::table.filter(sign_in_tickets::expires_at.le(now))).execute(conn)?;
    let row = (
        sign_in_tickets::digest.eq(digest(ticket)),
        sign_in_tickets::user_id.eq(user_id),
        sign_in_tickets::expires_at.eq(now + chrono::Duration::minutes(TICKET_MINUTES)),
    );
    diesel::insert_into(sign_in_tickets::table).values(row).execute(conn)?;
    Ok(())
}

/// Whose sign-in it is, and the name that codes are made for.
pub fn of_ticket(conn: &mut Conn, ticket: &str, now: Moment) -> Result<Option<(i64, String)>> {
    let found = sign_in_tickets::table
        .inner_join(users::table)
        .filter(sign_in_tickets::digest.eq(digest(ticket)).and(sign_in_tickets::expires_at.gt(now)))
        .filter(users::active.eq(true))
        .select((users::id, users::username));
    Ok(found.first(conn).optional()?)
}

pub fn spend_ticket(conn: &mut Conn, ticket: &str) -> Result<()> {
    diesel::delete(sign_in_tickets::table.find(digest(ticket))).execute(conn)?;
    Ok(())
}
