//! Routes that many objects share, made from values instead of macros: the handler, and its entry in the specification.

use std::cell::Cell;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Resource, Responder, guard, web};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{
    Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{HttpMethod, Paths, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::OpenApiFactory;

type Schemas = Vec<(String, RefOr<Schema>)>;

/// A route with its documentation, to be given to [`ServiceConfig::service`](utoipa_actix_web::service_config::ServiceConfig::service).
pub struct DocumentedRoute {
    resource: Cell<Option<Resource>>,
    path: String,
    method: HttpMethod,
    operation: Operation,
    schemas: Schemas,
}

/// A route that is being described.
pub struct RouteBuilder {
    path: String,
    method: HttpMethod,
    operation: OperationBuilder,
    schemas: Schemas,
}

/// What the documentation says about a body: its media type and schema.
fn reference<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let name = T::name().into_owned();
    schemas.push((name.clone(), T::schema()));
    T::schemas(schemas);
    RefOr::Ref(Ref::from_schema_name(name))
}

impl RouteBuilder {
    /// `path` is below the scope. The first line of `about` is the summary, the rest the description.
    pub fn new(method: HttpMethod, path: &str, tag: &str, operation_id: String, about: &str) -> Self {
        let (summary, rest) = about.split_once('\n').unwrap_or((about, ""));
        let described = Some(rest.trim()).filter(|text| !text.is_empty());
        let operation = OperationBuilder::new()
            .tag(tag)
            .operation_id(Some(operation_id))
            .summary(Some(summary.trim()))
            .description(described);
        let route = RouteBuilder { path: path.to_owned(), method, operation, schemas: Vec::new() };
        path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).fold(route, |route, name| {
            let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
            route.parameter(parameter.schema(Some(text)).build())
        })
    }

    fn parameter(self, parameter: Parameter) -> Self {
        RouteBuilder { operation: self.operation.parameter(parameter), ..self }
    }

    /// Parameters of the query, or headers.
    pub fn parameters<P: IntoParams>(self) -> Self {
        P::into_params(|| Some(ParameterIn::Query)).into_iter().fold(self, RouteBuilder::parameter)
    }

    /// The body of the request.
    pub fn body<B: ToSchema>(mut self, media_type: &str) -> Self {
        let content = ContentBuilder::new().schema(Some(reference::<B>(&mut self.schemas))).build();
        let body = RequestBodyBuilder::new().content(media_type, content).required(Some(Required::True)).build();
        RouteBuilder { operation: self.operation.request_body(Some(body)), ..self }
    }

    /// A response with a body.
    pub fn answers<T: ToSchema>(mut self, status: &str, about: &str, media_types: &[&str]) -> Self {
        let mut response = ResponseBuilder::new().description(about);
        for media_type in media_types {
            let schema = if *media_type == "application/json" {
                reference::<T>(&mut self.schemas)
            } else {
                ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).into()
            };
            response = response.content(*media_type, ContentBuilder::new().schema(Some(schema)).build());
        }
        RouteBuilder { operation: self.operation.response(status, response.build()), ..self }
    }

    /// A response without a body.
    pub fn says(self, status: &str, about: &str) -> Self {
        let response = ResponseBuilder::new().description(about).build();
        RouteBuilder { operation: self.operation.response(status, response), ..self }
    }

    /// The finished route.
    pub fn to<F, Args>(self, handler: F) -> DocumentedRoute
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let method = match self.method {
            HttpMethod::Post => Method::POST,
            HttpMethod::Patch => Method::PATCH,
            HttpMethod::Delete => Method::DELETE,
            _ => Method::GET,
        };
        let resource = web::resource(self.path.clone()).guard(guard::Method(method)).to(handler);
        DocumentedRoute {
            resource: Cell::new(Some(resource)),
            path: self.path,
            method: self.method,
            operation: self.operation.build(),
            schemas: self.schemas,
        }
    }
}

impl HttpServiceFactory for DocumentedRoute {
    fn register(self, config: &mut AppService) {
        if let Some(resource) = self.resource.take() {
            resource.register(config);
        }
    }
}

impl OpenApiFactory for DocumentedRoute {
    fn paths(&self) -> Paths {
        let item = PathItem::new(self.method.clone(), self.operation.clone());
        PathsBuilder::new().path(self.path.clone(), item).build()
    }

    fn schemas(&self, schemas: &mut Schemas) {
        schemas.extend(self.schemas.iter().cloned());
    }
}
