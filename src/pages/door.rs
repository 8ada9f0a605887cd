//! The door between pages and the API: the API's services, mounted a second time inside the process. A page is made of what
//! the API answers and a form does what the call does, through the same handler, checks and table of errors, because it
//! is the same call. So a page can show nothing that a program may not read, and nothing can be done on it alone.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;

use crate::access::noted::AskedByPage;
use actix_http::{Payload, Request, h1};
use actix_service::Service;
use actix_service::boxed::BoxService;
use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::web::Bytes;
use serde_json::Value;
use tokio::sync::OnceCell;

/// The API of one worker.
pub type ApiService = BoxService<Request, ServiceResponse<BoxBody>, actix_web::Error>;

/// How the API of a worker is made. It is made when the first page is asked for.
type Maker = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<ApiService, ()>>>>>;

/// The door of one worker.
#[derive(Clone)]
pub struct Door(Rc<Behind>);

struct Behind {
    make: Maker,
    api: OnceCell<ApiService>,
}

/// A call of the API.
#[derive(Debug, Clone)]
pub struct ApiCall {
    pub method: Method,
    /// Path with query.
    pub path: String,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
    /// Who asked for the page.
    pub peer: Option<SocketAddr>,
}

/// What the API answered.
#[derive(Debug, Clone)]
pub struct ApiAnswer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl ApiAnswer {
    /// The body; null where it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn broken() -> Self {
        let body = Bytes::from_static(br#"{"code":"internal","status":500}"#);
        ApiAnswer { status: 500, headers: HeaderMap::new(), body }
    }
}

impl Door {
    pub fn new<F, Made>(make: F) -> Self
    where
        F: Fn() -> Made + 'static,
        Made: Future<Output = Result<ApiService, ()>> + 'static,
    {
        Door(Rc::new(Behind { make: Box::new(move || Box::pin(make())), api: OnceCell::new() }))
    }

    /// Calls the API.
    pub async fn call(&self, call: ApiCall) -> ApiAnswer {
        let Ok(api) = self.0.api.get_or_try_init(|| (self.0.make)()).await else { return ApiAnswer::broken() };
        let Ok(uri) = call.path.parse::<Uri>() else { return ApiAnswer::broken() };
        let (_, mut payload) = h1::Payload::create(true);
        let length = call.body.len();
        payload.unread_data(call.body);
        let mut request = Request::with_payload(Payload::from(payload));
        let head = request.head_mut();
        head.method = call.method;
        head.uri = uri;
        head.peer_addr = call.peer;
        for (name, value) in call.headers {
            head.headers.append(name, value);
        }
        if length > 0 {
            head.headers.insert(actix_web::http::header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        request.extensions_mut().insert(AskedByPage);
        let Ok(response) = api.call(request).await else { return ApiAnswer::broken() };
        let (_, response) = response.into_parts();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let Ok(body) = to_bytes(response.into_body()).await else { return ApiAnswer::broken() };
        ApiAnswer { status, headers, body }
    }
}
