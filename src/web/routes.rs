//! Where rooms name their routes: once for the workers, which answer by them, and once for the OpenAPI document. To describe
//! all routes takes longer than to make them, and most processes are never asked for the document.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::{OpenApi, Paths, RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

/// Named schemas, as routes refer to them.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// What routes say of themselves.
#[derive(Default)]
struct RouteDescriptions {
    paths: Paths,
    schemas: Schemas,
}

/// The routes of a place.
pub struct RoomRoutes<'r> {
    made: &'r mut ServiceConfig,
    described: Option<&'r mut RouteDescriptions>,
}

impl<'r> RoomRoutes<'r> {
    /// Makes routes that answer, and describes none.
    pub fn answering(made: &'r mut ServiceConfig) -> Self {
        RoomRoutes { made, described: None }
    }

    /// Adds a route.
    pub fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        if let Some(described) = &mut self.described {
            described.paths.merge(route.paths());
            route.schemas(&mut described.schemas);
        }
        self.made.service(route);
        self
    }

    /// Adds routes below a path.
    pub fn scope(&mut self, path: &str, fill: impl FnOnce(&mut RoomRoutes<'_>)) {
        let mut below = self.described.is_some().then(RouteDescriptions::default);
        let scope = web::scope(path).configure(|made| fill(&mut RoomRoutes { made, described: below.as_mut() }));
        self.made.service(scope);
        if let (Some(described), Some(below)) = (&mut self.described, below) {
            let mut paths = below.paths;
            paths.paths = paths.paths.into_iter().map(|(below, item)| (format!("{path}{below}"), item)).collect();
            described.paths.merge(paths);
            described.schemas.extend(below.schemas);
        }
    }
}

/// Adds what routes say of themselves to a document.
pub fn describe(document: &mut OpenApi, fill: impl FnOnce(&mut RoomRoutes<'_>)) {
    let mut described = RouteDescriptions::default();
    // Nobody asks this scope.
    web::scope("").configure(|made| fill(&mut RoomRoutes { made, described: Some(&mut described) }));
    document.paths.merge(described.paths);
    document.components.get_or_insert_default().schemas.extend(described.schemas);
}
