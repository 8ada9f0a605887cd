//! Routes that many objects share, made from values instead of macros: the handler, and its entry in the specification.

use std::cell::Cell;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Resource, Responder, guard, web};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{HttpMethod, Paths, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::OpenApiFactory;

use crate::web::routes::Schemas;

/// A route with its documentation, to be given to [`RoomRoutes::service`](crate::web::routes::RoomRoutes::service).
pub struct DocumentedRoute {
    resource: Cell<Option<Resource>>,
    about: RouteBuilder,
}

/// Adds something to the description of a route.
type DescriptionStep = Box<dyn Fn(OperationBuilder, &mut Schemas) -> OperationBuilder>;

/// A route that is being described. Nothing is made of it before the document is.
pub struct RouteBuilder {
    path: String,
    method: HttpMethod,
    steps: Vec<DescriptionStep>,
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
    pub fn new(method: HttpMethod, path: &str, tag: &'static str, operation_id: String, about: &'static str) -> Self {
        let (summary, rest) = about.split_once('\n').unwrap_or((about, ""));
        let described = Some(rest.trim()).filter(|text| !text.is_empty());
        let route = RouteBuilder { path: path.to_owned(), method, steps: Vec::new() };
        let route = route.step(move |operation, _| {
            operation
                .tag(tag)
                .operation_id(Some(operation_id.clone()))
                .summary(Some(summary.trim()))
                .description(described)
        });
        let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(str::to_owned);
        names.fold(route, |route, name| {
            route.step(move |operation, _| {
                let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
                let parameter =
                    ParameterBuilder::new().name(&name).parameter_in(ParameterIn::Path).required(Required::True);
                operation.parameter(parameter.schema(Some(text)).build())
            })
        })
    }

    fn step(mut self, step: impl Fn(OperationBuilder, &mut Schemas) -> OperationBuilder + 'static) -> Self {
        self.steps.push(Box::new(step));
        self
    }

    /// Parameters of the query, or headers.
    pub fn parameters<P: IntoParams>(self) -> Self {
        self.step(|operation, _| {
            let all = P::into_params(|| Some(ParameterIn::Query));
            all.into_iter().fold(operation, OperationBuilder::parameter)
        })
    }

    /// The body of the request.
    pub fn body<B: ToSchema>(self, media_type: &'static str) -> Self {
        self.step(move |operation, schemas| {
            let content = ContentBuilder::new().schema(Some(reference::<B>(schemas))).build();
            let body = RequestBodyBuilder::new().content(media_type, content).required(Some(Required::True)).build();
            operation.request_body(Some(body))
        })
    }

    /// A response with a body.
    pub fn answers<T: ToSchema>(
        self,
        status: &'static str,
        about: &'static str,
        media_types: &'static [&'static str],
    ) -> Self {
        self.step(move |operation, schemas| {
            let mut response = ResponseBuilder::new().description(about);
            for media_type in media_types {
                let schema = if *media_type == "application/json" {
                    reference::<T>(schemas)
                } else {
                    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).into()
                };
                response = response.content(*media_type, ContentBuilder::new().schema(Some(schema)).build());
            }
            operation.response(status, response.build())
        })
    }

    /// A response without a body.
    pub fn says(self, status: &'static str, about: &'static str) -> Self {
        self.step(move |operation, _| operation.response(status, ResponseBuilder::new().description(about).build()))
    }

    /// What the document says of the route, and the schemas that it refers to.
    fn described(&self) -> (Operation, Schemas) {
        let mut schemas = Schemas::new();
        let operation =
            self.steps.iter().fold(OperationBuilder::new(), |operation, step| step(operation, &mut schemas));
        (operation.build(), schemas)
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
        DocumentedRoute { resource: Cell::new(Some(resource)), about: self }
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
        let item = PathItem::new(self.about.method.clone(), self.about.described().0);
        PathsBuilder::new().path(self.about.path.clone(), item).build()
    }

    fn schemas(&self, schemas: &mut Schemas) {
        schemas.extend(self.about.described().1);
    }
}
