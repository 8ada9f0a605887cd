//! Errors: one table of codes with status and titles in two languages, the problem document (RFC 9457), and the split
//! between refusals, which tell the client why, and failures, whose cause goes only to the log.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};
use thiserror::Error as ThisError;

use kernel::text::{Bilingual, Language};
use kernel::violation::Violations;

macro_rules! codes {
    ($( $name:ident $status:literal $word:literal $vi:literal $en:literal; )+) => {
        /// Every code a client may branch on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $( $name ),+ }

        impl Code {
            pub const ALL: &'static [Code] = &[ $( Code::$name ),+ ];
            pub fn status(self) -> u16 { match self { $( Code::$name => $status ),+ } }
            pub fn word(self) -> &'static str { match self { $( Code::$name => $word ),+ } }
            /// What the refusal is called in Vietnamese.
            pub fn vi(self) -> &'static str { match self { $( Code::$name => $vi ),+ } }
            /// What the refusal is called in English.
            pub fn en(self) -> &'static str { match self { $( Code::$name => $en ),+ } }
            pub fn title(self) -> Bilingual { Bilingual::new(self.vi(), self.en()) }
        }
    };
}

codes! {
    MalformedRequest 400 "malformed_request" "Yêu cầu không đọc được" "The request cannot be read";
    InvalidQuery 400 "invalid_query" "Tham số truy vấn không hợp lệ" "The query is not valid";
    InvalidCursor 400 "invalid_cursor" "Vị trí trang không hợp lệ" "The page cursor is not valid";
    InvalidIdempotencyKey 400 "invalid_idempotency_key" "Idempotency-Key không hợp lệ" "The Idempotency-Key is not valid";
    Unauthenticated 401 "unauthenticated" "Cần đăng nhập" "Sign-in is required";
    InvalidCredentials 401 "invalid_credentials" "Tên đăng nhập hoặc mật khẩu không đúng" "User name or password is wrong";
    InvalidRefreshToken 401 "invalid_refresh_token" "Phiên đăng nhập đã hết hạn" "The session has expired";
    Forbidden 403 "forbidden" "Không có quyền thực hiện" "Not allowed";
    SeparationOfDuties 403 "separation_of_duties" "Vi phạm nguyên tắc tách bạch nhiệm vụ" "Separation of duties";
    StepUpRequired 403 "step_up_required" "Cần xác nhận lại mật khẩu" "Prove again who you are";
    SecondFactorRequired 403 "second_factor_required" "Cần đăng ký xác thực hai lớp" "A second factor is required";
    CrossSite 403 "cross_site" "Yêu cầu đến từ trang khác" "The request comes from another site";
    NotFound 404 "not_found" "Không tìm thấy" "Not found";
    MethodNotAllowed 405 "method_not_allowed" "Phương thức không được hỗ trợ" "Method not allowed";
    NotAcceptable 406 "not_acceptable" "Không có định dạng này" "Not acceptable";
    RequestTimeout 408 "request_timeout" "Yêu cầu gửi quá chậm" "The request took too long to arrive";
    NotPossibleInState 409 "not_possible_in_state" "Trạng thái hiện tại không cho phép" "Not possible in this state";
    DossierIncomplete 409 "dossier_incomplete" "Hồ sơ chưa đầy đủ" "The dossier is incomplete";
    BlockedByRule 409 "blocked_by_rule" "Quy định không cho phép" "Blocked by a rule";
    ConsentMissing 409 "consent_missing" "Chưa có ý kiến của cấp ủy" "The Party consent is missing";
    WaiverNeeded 409 "waiver_needed" "Cần chấp thuận ngoại lệ" "A waiver is needed";
    HeadRefused 409 "head_refused" "Trưởng đoàn bị loại" "The head is refused";
    AlreadyExists 409 "already_exists" "Đã tồn tại" "Already exists";
    PossibleDuplicate 409 "possible_duplicate" "Có thể đã có trong hệ thống" "Possibly recorded already";
    AlreadyImported 409 "already_imported" "Tệp đã được nhập" "The file has already been imported";
    BatchInUse 409 "batch_in_use" "Lô nhập đang được sử dụng" "The batch is in use";
    UnderHold 409 "under_hold" "Hồ sơ đang được lưu giữ" "The dossier is held";
    InUse 409 "in_use" "Đang được sử dụng" "In use";
    RequestInProgress 409 "request_in_progress" "Yêu cầu trước cùng khóa đang được xử lý" "A request with this key is still in progress";
    TokenSpent 410 "token_spent" "Mã dùng một lần đã hết hiệu lực" "The one-time token is no longer valid";
    VersionConflict 412 "version_conflict" "Dữ liệu đã được người khác thay đổi" "The data has changed in the meantime";
    PayloadTooLarge 413 "payload_too_large" "Dữ liệu gửi lên quá lớn" "The body is too large";
    UnsupportedMediaType 415 "unsupported_media_type" "Loại nội dung không được hỗ trợ" "Unsupported media type";
    ValidationFailed 422 "validation_failed" "Dữ liệu chưa hợp lệ" "The data is not valid";
    StateSecretRefused 422 "state_secret_refused" "Không tiếp nhận tài liệu bí mật nhà nước" "State secrets are refused";
    IdempotencyKeyReused 422 "idempotency_key_reused" "Khóa đã dùng cho nội dung khác" "The key was used with another body";
    RegulationInvalid 422 "regulation_invalid" "Bộ quy định có lỗi" "The regulation pack has errors";
    TooManyRows 422 "too_many_rows" "Danh sách quá dài" "Too many rows";
    ImpossibleTotal 422 "impossible_total" "Tổng số không hợp lý" "A total is impossible";
    ExplanationNeeded 422 "explanation_needed" "Cần giải trình" "An explanation is required";
    PreconditionRequired 428 "precondition_required" "Thiếu If-Match" "If-Match is missing";
    TooManyRequests 429 "too_many_requests" "Quá nhiều yêu cầu" "Too many requests";
    Internal 500 "internal" "Lỗi hệ thống" "Internal error";
    Unavailable 503 "unavailable" "Hệ thống tạm thời không phục vụ được" "Temporarily unavailable";
}

/// Seconds after which what failed for lack of the database may succeed.
const RETRY_AFTER: u64 = 5;

/// A refusal, as the client sees it.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: Code,
    pub detail: Bilingual,
    pub errors: Violations,
    /// Further members, such as `allowed_actions`.
    pub extra: Map<String, Value>,
    /// Seconds after which a retry may succeed.
    pub retry_after: Option<u64>,
}

impl Problem {
    pub fn new(code: Code, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Problem {
            code,
            detail: Bilingual::new(vi, en),
            errors: Violations::default(),
            extra: Map::new(),
            retry_after: None,
        }
    }

    /// Adds a member to the standard ones.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.extra.insert(name.to_owned(), value);
        self
    }

    /// The problem document.
    pub fn to_json(&self, language: Language, trace_id: &str) -> Value {
        let mut document = json!({
            "type": format!("/problems/{}", self.code.word()),
            "title": self.code.title().in_language(language),
            "status": self.code.status(),
            "detail": self.detail.in_language(language),
            "code": self.code.word(),
            "instance": format!("urn:ngoaivu:trace:{trace_id}"),
            "trace_id": trace_id,
        });
        if let Some(members) = document.as_object_mut() {
            if !self.errors.0.is_empty() {
                let errors = self.errors.0.iter().map(
                    |v| json!({"pointer": v.pointer, "code": v.code.word(), "detail": v.detail.in_language(language)}),
                );
                members.insert("errors".into(), errors.collect());
            }
            members.extend(self.extra.clone());
        }
        document
    }
}

/// What ends a request early: a refusal with its reason for the client, or a failure with its cause for the log.
#[derive(Debug, ThisError)]
pub enum Error {
    #[error("{}", .0.detail.en)]
    Refused(Box<Problem>),
    #[error("database: {0}")]
    Database(diesel::result::Error),
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The commit was on its way, and only the database knows whether it arrived.
    #[error("unconfirmed: {0}")]
    Unconfirmed(String),
    #[error("{0}")]
    Internal(String),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<diesel::result::Error> for Error {
    /// A database that went away, or that somebody else holds, is no fault of the request: it may be tried again.
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind as Kind;
        let away = match &error {
            diesel::result::Error::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => true,
            diesel::result::Error::DatabaseError(Kind::Unknown, said) => {
                GONE.iter().any(|words| said.message().contains(words))
            }
            diesel::result::Error::BrokenTransactionManager => true,
            _ => false,
        };
        if away { Error::Unavailable(error.to_string()) } else { Error::Database(error) }
    }
}

/// What the databases say when a connection has ended, a lock was not given in time, or the disk takes no more.
const GONE: [&str; 13] = [
    "terminating connection",
    "server closed the connection",
    "no connection to the server",
    "could not receive data from server",
    "could not send data to server",
    "the database system is",
    "canceling statement due to",
    // A primary that became a standby.
    "read-only transaction",
    "No space left",
    "could not extend file",
    "database or disk is full",
    "disk I/O error",
    "database is locked",
];

/// A refusal with its explanation in both languages.
pub fn refuse(code: Code, vi: impl Into<String>, en: impl Into<String>) -> Error {
    Problem::new(code, vi, en).into()
}

/// 429: what was too often, and for how many seconds nothing is looked at.
pub fn too_many(seconds: u64, vi: &str, en: &str) -> Error {
    let (vi, en) = (format!("{vi}; thử lại sau {seconds} giây."), format!("{en}; try again in {seconds} s."));
    let mut problem = Problem::new(Code::TooManyRequests, vi, en);
    problem.retry_after = Some(seconds);
    problem.into()
}

/// Missing and invisible objects get the same answer, so that it does not reveal which ones exist.
pub fn not_found() -> Error {
    refuse(Code::NotFound, "Không tồn tại, hoặc bạn không có quyền xem.", "It does not exist, or you may not see it.")
}

/// The caller may see the object, or is signed in, but may not perform this action.
pub fn forbidden(vi: &str, en: &str) -> Error {
    refuse(Code::Forbidden, vi, en)
}

impl Error {
    /// The problem document of this error. It does not tell the client the cause of a failure.
    pub fn problem(&self) -> Problem {
        match self {
            Error::Refused(problem) => (**problem).clone(),
            Error::Unavailable(_) => Problem {
                retry_after: Some(RETRY_AFTER),
                ..Problem::new(
                    Code::Unavailable,
                    "Vui lòng thử lại sau vài giây.",
                    "Please try again in a few seconds.",
                )
            },
            Error::Unconfirmed(_) => Problem {
                retry_after: Some(RETRY_AFTER),
                ..Problem::new(
                    Code::Unavailable,
                    "Cơ sở dữ liệu không trả lời, nên chưa biết dữ liệu đã được lưu hay chưa. Hãy mở lại và kiểm tra trước khi làm lại.",
                    "The database does not answer, so it is not known whether this was saved. Look again before you repeat it.",
                )
            },
            Error::Database(_) | Error::Internal(_) => {
                Problem::new(Code::Internal, "Lỗi đã được ghi nhật ký.", "The error has been logged.")
            }
        }
    }

    /// The code; every failure has one too.
    pub fn code(&self) -> Code {
        self.problem().code
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error::Refused(Box::new(problem))
    }
}

impl Error {
    /// Prefixes the pointers of field errors, for errors found in a part of the body.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        if let Error::Refused(problem) = &mut self
            && problem.code == Code::ValidationFailed
        {
            for fault in &mut problem.errors.0 {
                fault.pointer.insert_str(0, pointer);
            }
        }
        self
    }
}

impl From<Violations> for Error {
    fn from(errors: Violations) -> Self {
        let mut problem = Problem::new(
            Code::ValidationFailed,
            format!("Có {} lỗi trong dữ liệu gửi lên.", errors.0.len()),
            format!("The body has {} error(s).", errors.0.len()),
        );
        problem.errors = errors;
        problem.into()
    }
}

/// The response carries the problem as an extension; the trace middleware writes it in the caller's language.
impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        if !matches!(self, Error::Refused(_)) {
            tracing::error!(error = %self, "request failed");
        }
        let problem = self.problem();
        let mut response = HttpResponse::build(self.status_code());
        if problem.code.status() == 401 {
            // RFC 9110 §11.6.1: a 401 says how to sign in.
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = problem.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(problem);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_words_in_two_languages() {
        for (at, code) in Code::ALL.iter().enumerate() {
            assert!(Code::ALL.iter().skip(at + 1).all(|other| other.word() != code.word()), "{}", code.word());
            assert!(!code.title().vi.is_empty() && code.title().vi != code.title().en);
        }
    }

    #[test]
    fn failures_tell_the_client_nothing_of_their_cause() {
        let shown = Error::Internal("SELECT secret".into()).problem().to_json(Language::English, "t");
        assert!(!shown.to_string().contains("SELECT") && shown["status"] == 500);
    }
}
