//! HTTP helpers without domain logic: bodies, queries, entity tags, retries, traces, the OpenAPI document.

pub mod answers;
pub mod as_typed;
pub mod columns;
pub mod etag;
pub mod file;
pub mod health;
pub mod idempotency;
pub mod json;
pub mod multipart;
pub mod openapi;
pub mod openapi_parts;
pub mod paced_body;
pub mod paging;
pub mod proxy_headers;
pub mod query;
pub mod quota;
pub mod reply;
pub mod route;
pub mod routes;
pub mod scanner;
pub mod schema;
pub mod trace;
