//! JSON bodies: read within limits, parsed strictly, checked against the same schema that documents them.

use kernel::words::FieldError;
use std::cell::RefCell;
use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::error::{Code, Error, Result, refuse};
use crate::web::idempotency::fingerprint;
use crate::web::schema;
use kernel::text::{bears_secret_mark, nfc};
use kernel::violation::{MAX_FAULTS, Violations, pointer_below};

/// Maximum bytes of a JSON body.
pub const JSON_LIMIT: usize = 1 << 20;
/// Time in which a body must arrive; actix itself limits only the request head.
const ARRIVAL: Duration = Duration::from_secs(15);

/// What a JSON body must be: read from JSON, documented by a schema, and checked by it and by its own rules
/// ([`kernel::validity`]).
pub trait JsonBody: DeserializeOwned + ToSchema + Validate + Send + 'static {}

impl<T: DeserializeOwned + ToSchema + Validate + Send + 'static> JsonBody for T {}

/// A body that is not read yet, so that authentication is checked first.
pub struct Incoming<T> {
    request: HttpRequest,
    payload: web::Payload,
    what: PhantomData<T>,
}

impl<T> FromRequest for Incoming<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(req, payload).into_inner();
        ready(match payload {
            Ok(payload) => Ok(Incoming { request: req.clone(), payload, what: PhantomData }),
            Err(e) => Err(Error::Internal(e.to_string())),
        })
    }
}

impl<T> Incoming<T> {
    /// Reads the bytes; refuses wrong media types (415), large bodies (413) and slow ones (408).
    async fn bytes(self, media_type: &str, limit: usize) -> Result<web::Bytes> {
        let declared =
            self.request.headers().get("content-length").and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        if !media_type_is(&self.request, media_type) {
            return Err(refuse(
                Code::UnsupportedMediaType,
                format!("Nội dung gửi lên phải thuộc loại {media_type}."),
                format!("Content-Type must be {media_type}."),
            ));
        }
        let read = tokio::time::timeout(ARRIVAL, self.payload.to_bytes_limited(limit)).await;
        let slow =
            |_| refuse(Code::RequestTimeout, "Dữ liệu được gửi lên quá chậm.", "The body took too long to arrive.");
        match read.map_err(slow)? {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(e)) => {
                Err(malformed("Nội dung gửi lên bị ngắt giữa chừng.", format!("The body could not be read: {e}.")))
            }
            Err(_) => Err(too_large(limit)),
        }
    }

    /// Reads a text body of another media type.
    pub async fn read_text(self, media_type: &str) -> Result<String> {
        let bytes = self.bytes(media_type, JSON_LIMIT).await?;
        String::from_utf8(bytes.to_vec())
            .map_err(|_| malformed("Nội dung không phải mã UTF-8.", "The body is not UTF-8."))
    }
}

impl<T: JsonBody> Incoming<T> {
    /// Reads and parses; errors in the content are reported by [`Deferred::check`].
    pub async fn read(self) -> Result<Deferred<T>> {
        let bytes = self.bytes("application/json", JSON_LIMIT).await?;
        Deferred::parse(&bytes)
    }

    /// The same for actions without parameters: a missing body is an empty object.
    pub async fn read_if_any(self) -> Result<Deferred<T>> {
        let headers = self.request.headers();
        let none = headers.get("content-length").is_none_or(|l| l == "0") && !headers.contains_key("transfer-encoding");
        if none { Deferred::parse(b"{}") } else { self.read().await }
    }
}

fn media_type_is(request: &HttpRequest, wanted: &str) -> bool {
    let given = request.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("");
    let mut parts = given.split(';').map(str::trim);
    let essence = parts.next().is_some_and(|e| e.eq_ignore_ascii_case(wanted));
    essence
        && parts.all(|p| !p.to_ascii_lowercase().starts_with("charset=") || p.to_ascii_lowercase().contains("utf-8"))
}

fn too_large(limit: usize) -> Error {
    refuse(
        Code::PayloadTooLarge,
        format!("Nội dung chỉ được có tối đa {limit} byte."),
        format!("The body may have at most {limit} bytes."),
    )
}

fn malformed(vi: impl Into<String>, en: impl Into<String>) -> Error {
    refuse(Code::MalformedRequest, vi, en)
}

/// Where a body stops being JSON; the parser's own sentence is English.
fn not_json(e: &serde_json::Error) -> Error {
    malformed(
        format!("Nội dung không phải JSON hợp lệ (dòng {}, cột {}).", e.line(), e.column()),
        format!("The body is not valid JSON: {e}."),
    )
}

/// A body that is already checked, but whose errors are reported only after those of rights, versions and states.
/// Checking it early keeps the work off the writer's thread.
#[derive(Debug)]
pub struct Deferred<T> {
    outcome: Result<T>,
    /// SHA-256 of the bytes, for retries with the same key.
    pub fingerprint: String,
}

impl<T: JsonBody> Deferred<T> {
    /// Parses and checks; only invalid JSON is refused at once.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let repeated = RefCell::new(Vec::new());
        let mut source = serde_json::Deserializer::from_slice(bytes);
        let strict = Strict { place: BodyPlace::Root, repeated: &repeated };
        let value = strict.deserialize(&mut source).map_err(|e| not_json(&e))?;
        source.end().map_err(|e| not_json(&e))?;
        Ok(Deferred { outcome: checked(value, repeated.into_inner()), fingerprint: fingerprint(bytes) })
    }

    /// The value, or all errors.
    pub fn check(self) -> Result<T> {
        self.outcome
    }
}

/// Checks for state secrets first, then against the schema, then by the rules of the body itself.
fn checked<T: JsonBody>(mut value: Value, repeated: Vec<String>) -> Result<T> {
    refuse_secrets(&value)?;
    normalise(&mut value);
    let mut faults = Violations::default();
    for pointer in repeated {
        faults.add(pointer, FieldError::DuplicateField, "Trường bị lặp lại.", "The field is repeated.");
    }
    schema::check::<T>(&value, &mut faults);
    faults.finish()?;
    let body: T = serde_json::from_value(value).map_err(|e| {
        let mut faults = Violations::default();
        faults.add("", FieldError::WrongType, "Sai kiểu dữ liệu.", format!("Wrong type: {e}."));
        Error::from(faults)
    })?;
    let mut faults = Violations::default();
    faults.check("", &body);
    faults.finish()?;
    Ok(body)
}

/// Refuses state secrets before any part of the body is stored (Luật 117/2025/QH15 Đ.5).
pub fn refuse_secrets(value: &Value) -> Result<()> {
    let marked = value.get("classification").is_some_and(|c| !c.is_null() && c != "unclassified");
    if marked || bears_mark(value) {
        return Err(refuse(
            Code::StateSecretRefused,
            "Không được soạn thảo, lưu giữ bí mật nhà nước trên hệ thống có kết nối mạng. \
             Hãy dùng hồ sơ giấy hoặc mạng nội bộ cách ly. Không nội dung nào được lưu lại.",
            "State secrets must not be drafted or stored on a networked system. \
             Use paper or an isolated network. Nothing was stored.",
        ));
    }
    Ok(())
}

fn bears_mark(value: &Value) -> bool {
    match value {
        Value::String(text) => bears_secret_mark(text),
        Value::Array(items) => items.iter().any(bears_mark),
        Value::Object(members) => members.iter().any(|(k, v)| bears_secret_mark(k) || bears_mark(v)),
        _ => false,
    }
}

/// Converts all texts to NFC, the only form that is stored and compared.
fn normalise(value: &mut Value) {
    match value {
        Value::String(text) if !text.is_ascii() => *text = nfc(text),
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Object(members) => members.values_mut().for_each(normalise),
        _ => {}
    }
}

/// Where in a body something stands. The pointer is written only for a fault: written for every item, a long key above a
/// long list would cost their product.
#[derive(Clone, Copy)]
enum BodyPlace<'a> {
    Root,
    Key(&'a BodyPlace<'a>, &'a str),
    Item(&'a BodyPlace<'a>, usize),
}

impl BodyPlace<'_> {
    fn pointer(&self) -> String {
        match self {
            BodyPlace::Root => String::new(),
            BodyPlace::Key(above, key) => pointer_below(&above.pointer(), key),
            BodyPlace::Item(above, index) => format!("{}/{index}", above.pointer()),
        }
    }
}

/// Builds a [`Value`] and records repeated keys (serde_json would silently keep the last).
struct Strict<'a> {
    place: BodyPlace<'a>,
    repeated: &'a RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, source: D) -> std::result::Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, v: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> std::result::Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> std::result::Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> std::result::Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, v: &str) -> std::result::Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }

    fn visit_string<E>(self, v: String) -> std::result::Result<Value, E> {
        Ok(Value::String(v))
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut list = Vec::new();
        let below = |index| Strict { place: BodyPlace::Item(&self.place, index), repeated: self.repeated };
        while let Some(item) = items.next_element_seed(below(list.len()))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let place = BodyPlace::Key(&self.place, &key);
            let mut repeated = self.repeated.borrow_mut();
            if map.contains_key(&key) && repeated.len() < MAX_FAULTS {
                repeated.push(place.pointer());
            }
            drop(repeated);
            let value = members.next_value_seed(Strict { place, repeated: self.repeated })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, ToSchema, Debug, PartialEq, Validate)]
    #[serde(deny_unknown_fields)]
    struct Visit {
        #[schema(min_length = 1, max_length = 5)]
        title: String,
        days: i32,
        #[serde(default)]
        note: Option<String>,
    }

    fn faults(body: &str) -> Vec<(String, &'static str)> {
        let error = Deferred::<Visit>::parse(body.as_bytes()).unwrap().check().unwrap_err();
        error.problem().errors.0.into_iter().map(|v| (v.pointer, v.code.word())).collect()
    }

    #[test]
    fn every_fault_is_named_not_only_the_first() {
        let found = faults(r#"{"title":"","days":"two","extra":1,"note":5,"note":"a\u0007"}"#);
        let expected = [
            ("/note", "duplicate_field"),
            ("/title", "too_short"),
            ("/days", "wrong_type"),
            ("/note", "control_character"),
            ("/extra", "unknown_field"),
        ];
        for (pointer, code) in expected {
            assert!(found.contains(&(pointer.to_owned(), code)), "{pointer} {code} in {found:?}");
        }
        assert_eq!(faults("{}"), [("/title".to_owned(), "missing"), ("/days".to_owned(), "missing")]);
    }

    #[test]
    fn what_a_stranger_sends_costs_what_it_weighs_and_is_answered_briefly() {
        // A pointer for every item of this body would be 135 billion characters.
        let body = format!("{{\"{}\":[{}0]}}", "k".repeat(520_000), "0,".repeat(260_000));
        let found = faults(&body);
        assert_eq!(found.len(), 3, "{:?}", found.iter().map(|(p, c)| (p.len(), c)).collect::<Vec<_>>());
        assert!(found.iter().all(|(pointer, _)| pointer.chars().count() <= 300));
        let twice = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(170_000));
        assert!(faults(&twice).len() <= 100);
    }

    #[test]
    fn text_comes_out_in_nfc_and_secrets_not_at_all() {
        let nfd = "{\"title\":\"Đa\u{0323}\",\"days\":1}";
        assert_eq!(Deferred::<Visit>::parse(nfd.as_bytes()).unwrap().check().unwrap().title, "Đạ");
        for body in [r#"{"title":"(MẬT)","days":"x"}"#, r#"{"classification":"secret"}"#] {
            let error = Deferred::<Visit>::parse(body.as_bytes()).unwrap().check().unwrap_err();
            assert_eq!(error.code(), Code::StateSecretRefused);
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        let deep = "[".repeat(200);
        for body in
            [b"{".as_slice(), b"\xff", b"{\"a\":NaN}", b"\xef\xbb\xbf{}", b"{} {}", deep.as_bytes(), b"\"\\ud800\""]
        {
            assert_eq!(Deferred::<Visit>::parse(body).unwrap_err().code(), Code::MalformedRequest);
        }
    }
}
