//! What a form sent, as it came; one that is too long is answered by a page, not by a document for programs.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde_json::json;

use crate::pages::frame::refused_before;
use crate::pages::request::PageRequest;

/// The body of a form.
pub struct FormBody(Bytes);

impl Deref for FormBody {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.0
    }
}

impl FromRequest for FormBody {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, read) = (req.clone(), Bytes::from_request(req, payload));
        Box::pin(async move {
            let error = match read.await {
                Ok(body) => return Ok(FormBody(body)),
                Err(error) => error,
            };
            if error.as_response_error().status_code() != 413 {
                return Err(error);
            }
            let page = PageRequest::extract(&req).await?;
            let detail = page.t(
                "Nội dung dài hơn mức trang này nhận. Chưa có gì được ghi: quay lại trang trước, rút ngắn hoặc chia nhỏ rồi gửi lại.",
                "This is more than the page takes. Nothing was recorded: go back, shorten or divide it, and send it again.",
            );
            let answer = refused_before(&page, 413, &json!({ "detail": detail }));
            Err(InternalError::from_response(error, answer).into())
        })
    }
}
