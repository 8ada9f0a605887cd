//! Pages of what is no dossier: agencies, officials, partners, plans, reports, accounts. A list, one of it, and a form for every
//! act are made from the document of the API and a line in [`table`]; only what is special has code of its own.

pub mod acting;
mod administration;
pub mod candidates;
pub mod listing;
pub mod lookup;
pub mod model;
pub mod places;
pub mod showing;
pub mod table;
mod target;
pub mod words;

use actix_web::web::{self, ServiceConfig};

use crate::pages::reports;

/// The pages of all collections; a form has at most so many bytes.
pub fn routes(config: &mut ServiceConfig, most: usize) {
    for collection in table::collections() {
        let mut scope = web::scope(&collection.href()).app_data(web::PayloadConfig::new(most));
        if !collection.own_list {
            scope = scope.route("", web::get().to(listing::show_list));
        }
        scope = scope.route("/new", web::get().to(acting::show_new)).route("/new", web::post().to(acting::send_new));
        scope = match collection.path {
            "reports" => scope.route("/{id}", web::get().to(reports::show_report)),
            _ if collection.own_item => scope,
            _ => scope.route("/{id}", web::get().to(showing::show_item)),
        };
        config.service(
            scope
                .route("/{id}/{act}", web::get().to(acting::show_act))
                .route("/{id}/{act}", web::post().to(acting::send_act))
                .route("/{id}/{part}/{act}", web::get().to(acting::show_part_new))
                .route("/{id}/{part}/{act}", web::post().to(acting::send_part_new))
                .route("/{id}/{part}/{inner}/{act}", web::get().to(acting::show_part_act))
                .route("/{id}/{part}/{inner}/{act}", web::post().to(acting::send_part_act)),
        );
    }
}
