//! The web pages: server-rendered, usable without script, made of what the API answers. A page's address is that of the API
//! without `/api/v1`; a form's is that of its act. This room knows no database and no other room's insides: it asks the
//! API through its [`door`](door::Door), as the person who looks at the page.

pub mod act_panels;
pub mod acts;
pub mod assets;
pub mod beginning;
pub mod calendar;
pub mod changing;
pub mod check;
pub mod collections;
pub mod contract;
pub mod copies;
pub mod differences;
pub mod door;
pub mod dossier;
pub mod drafts;
pub mod feeds;
pub mod figures;
pub mod files;
pub mod form_body;
pub mod forms;
pub mod frame;
pub mod held;
pub mod holidays;
pub mod home;
pub mod home_law;
pub mod home_panels;
pub mod imports;
pub mod inbox;
pub mod issued;
pub mod law;
pub mod list_filters;
pub mod lists;
pub mod marks;
pub mod my_account;
pub mod outcomes;
pub mod overviews;
pub mod packing;
pub mod paper_templates;
pub mod parts;
pub mod parts_in_question;
pub mod pasting;
pub mod printing;
pub mod provider;
pub mod registers;
pub mod reports;
pub mod request;
pub mod reveal;
pub mod rule;
pub mod rule_typed;
pub mod second_factor;
pub mod sections;
pub mod show;
pub mod sign_in;
pub mod signing;
pub mod summary;
pub mod supplement;
pub mod unfinished;
pub mod uploads;
pub mod way;
pub mod working_days;

use actix_web::web::{self, ServiceConfig};

use kernel::procedure::RegisterEntries;

/// Most bytes of a form: a guest list of 2,000 rows.
const FORM_LIMIT: usize = 1 << 20;
/// Most bytes of a sign-in with the form that it carries.
const CARRIED_LIMIT: usize = 512 << 10;
/// Most bytes of a form with a file: the file and what stands around it.
const UPLOAD_LIMIT: usize = 11 << 20;

/// Most bytes of a list that is imported, with what stands around it.
const IMPORT_LIMIT: usize = 21 << 20;

/// The pages of an installation with these registers.
pub fn routes(config: &mut ServiceConfig, registers: &RegisterEntries) {
    // A sign-in may carry a form that was sent too late.
    config.app_data(web::FormConfig::default().limit(CARRIED_LIMIT));
    config.service(home::home).service(assets::serve);
    config.service(sign_in::sign_in_form).service(sign_in::sign_in).service(sign_in::sign_in_code);
    config.service(sign_in::sign_out).service(second_factor::begin).service(second_factor::confirm);
    config.service(second_factor::remove).service(second_factor::renew).service(second_factor::prove);
    config.service(provider::go).service(provider::come_back).service(provider::go_to_link).service(provider::unlink);
    config.service(sign_in::activate_form).service(sign_in::activate).service(sign_in::language);
    config.service(my_account::account).service(my_account::password).service(my_account::settings);
    config.service(my_account::end_others).service(my_account::end_session);
    config.service(feeds::show_feeds).service(feeds::add_feed).service(feeds::revoke_feed);
    config.service(home::help).service(overviews::search).service(calendar::calendar).service(overviews::duties);
    config.service(web::resource("/inbox").route(web::get().to(inbox::show_inbox)));
    config.service(
        web::resource("/inbox/sign")
            .route(web::get().to(signing::show_signing))
            .route(web::post().to(signing::send_signing)),
    );
    config.service(law::show_load).service(law::send_load).service(law::show_question).service(law::send_question);
    config.service(holidays::show_holidays);
    let get = web::get;
    config
        .route("/regulations/{code}", get().to(law::show_regulation))
        .route("/registers", get().to(collections::places::show_registers))
        .route("/administration", get().to(collections::places::show_administration))
        .route("/statistics", get().to(figures::table::show_first))
        .route("/statistics/overview", get().to(figures::overview::show_overview))
        .route("/statistics/{register}", get().to(figures::table::show_figures))
        .route("/statistics/{register}/records", get().to(figures::records::show_records))
        .route("/reports/{id}/records", get().to(reports::show_report_records))
        .service(
            web::resource("/imports")
                .app_data(web::PayloadConfig::new(IMPORT_LIMIT))
                .route(get().to(imports::show_imports))
                .route(web::post().to(imports::upload)),
        )
        .route("/imports/{id}", get().to(imports::show_import))
        .route("/imports/{id}/commit", web::post().to(imports::commit))
        .route("/imports/{id}/undo", web::post().to(imports::undo));
    config.service(
        web::resource("/paper-templates/{kind}/upload")
            .app_data(web::PayloadConfig::new(UPLOAD_LIMIT))
            .route(get().to(paper_templates::show_upload))
            .route(web::post().to(paper_templates::upload)),
    );
    collections::routes(config, FORM_LIMIT);
    for entry in &registers.0 {
        let scope = web::scope(&format!("/{}", entry.path))
            .app_data(web::PayloadConfig::new(FORM_LIMIT))
            .route("", web::get().to(lists::show_list))
            .route("/new", web::get().to(beginning::begin_new))
            .route("/new/{part}", web::get().to(beginning::show_new))
            .route("/new/{part}", web::post().to(beginning::save_new))
            .route("/new/{part}/rule", web::post().to(beginning::assess_new))
            .route("/{id}", web::get().to(dossier::show_dossier))
            .route("/{id}/edit", web::get().to(drafts::edit))
            .route("/{id}/edit/{part}", web::get().to(drafts::show_edit))
            .route("/{id}/edit/{part}", web::post().to(drafts::save_edit))
            .route("/{id}/edit/{part}/rule", web::post().to(drafts::assess_edit))
            .service(
                web::resource("/{id}/attachments")
                    .app_data(web::PayloadConfig::new(UPLOAD_LIMIT))
                    .route(web::get().to(files::show_files))
                    .route(web::post().to(files::upload)),
            )
            .route("/{id}/attachments/{file}/delete", web::get().to(files::ask_delete_file))
            .route("/{id}/attachments/{file}/delete", web::post().to(files::delete_file))
            .route("/{id}/guests/reveal", web::get().to(reveal::ask))
            .route("/{id}/guests/reveal", web::post().to(reveal::show_numbers))
            .route("/{id}/delete", web::get().to(files::ask_delete))
            .route("/{id}/delete", web::post().to(files::delete))
            .route("/{id}/{action}/rule", web::post().to(acts::keep_form))
            .route("/{id}/{action}", web::get().to(acts::show_form))
            .route("/{id}/{action}", web::post().to(acts::send_form));
        config.service(scope);
    }
}
