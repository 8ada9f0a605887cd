//! The route that takes a list of guests into a dossier, in every register whose dossiers list guests by name.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::dossier::parts::listed::NamedGuest;
use crate::dossier::register::{ProvinceLaw, Registers};
use crate::error::{Code, Error, Problem, Result, not_found, refuse};
use crate::imports::actions::{open, reading, with_rows};
use crate::imports::batch::{AT_ONCE, ImportFault, ImportKind};
use crate::imports::check::{Checked, check, count_rows};
use crate::imports::http_form::{FaultView, fault_view};
use crate::imports::known::KnownRegistry;
use crate::imports::parsed::Parsed;
use crate::web::answers::ResponseCache;
use crate::web::idempotency::fingerprint;
use crate::web::multipart;
use crate::web::reply::{path_id, reply};
use crate::web::route::RouteBuilder;
use crate::web::routes::RoomRoutes;
use kernel::precondition::Precondition;
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::FieldError;

/// Registers the routes of this module.
pub fn routes(config: &mut RoomRoutes, registers: &Registers) {
    for entry in registers.all().filter(|register| register.lists_guests()).map(|register| register.entry()) {
        let about = "Takes a list of guests in: new ones are added, known ones completed, nobody is removed.\n\
            The change is the one that `PATCH` would make: free in a draft; before the decision consulted bodies are asked \
            again, after it the newcomers are a pending amendment. `If-Match` may be left out.";
        let path = format!("/{}/{{id}}/guests/import", entry.path);
        let name = format!("import_guests_{}", entry.key);
        config.service(
            RouteBuilder::new(HttpMethod::Post, &path, entry.key, name, about)
                .body::<GuestListForm>("multipart/form-data")
                .answers::<GuestsImported>("200", "checked; taken in if that was asked for", &["application/json"])
                .to(
                    move |req: HttpRequest,
                          call: Call,
                          law: web::Data<ProvinceLaw>,
                          tools: (web::Data<ResponseCache>, web::Data<Registers>),
                          id: web::Path<String>,
                          payload: web::Payload| {
                        import_guests(entry.key, req, call, law, tools, id, payload)
                    },
                ),
        );
    }
}

/// Maximum bytes of a list of guests.
const FILE_LIMIT: usize = 5 << 20;
/// A list of guests for one dossier.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the form")]
struct GuestListForm {
    /// XLSX, or CSV in UTF-8; at most 5 MiB and 2,000 guests.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `true` (default): only check. `false`: take the guests in if no row has an error.
    dry_run: Option<bool>,
}

/// What came of a list of guests.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"dry_run": true, "rows": 12, "added": 11, "updated": 1, "errors": [], "warnings": []}))]
struct GuestsImported {
    dry_run: bool,
    /// Rows with guests.
    rows: i64,
    /// Guests who were not in the list of the dossier.
    added: i64,
    /// Guests who were, by passport, or by name and nationality.
    updated: i64,
    errors: Vec<FaultView>,
    warnings: Vec<FaultView>,
}

async fn import_guests(
    key: &'static str,
    req: HttpRequest,
    call: Call,
    law: web::Data<ProvinceLaw>,
    (answers, registers): (web::Data<ResponseCache>, web::Data<Registers>),
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    multipart::check_head(&req, FILE_LIMIT)?;
    let id = path_id(&id)?;
    let register = registers.by_key(key).ok_or_else(not_found)?;
    // Whoever may not draft is told so before the form is read.
    call.read(move |conn, call| {
        register.require_seen(conn, call, id)?;
        call.actor.require(Permission::DraftDossiers)
    })
    .await?;
    let mut form = multipart::receive(&req, payload, &[], &["dry_run"], FILE_LIMIT).await?;
    let mut faults = Violations::default();
    multipart::check_name(&form.file_name, &mut faults);
    let wanted = form.texts.get("dry_run").map_or(Ok(true), |word| word.trim().parse::<bool>());
    let (vi, en) = ("Giá trị không hợp lệ.", "The value is not known.");
    faults.require(wanted.is_ok(), "/dry_run", FieldError::UnknownValue, vi, en);
    faults.finish()?;
    let dry_run = wanted.unwrap_or(true);
    let print = fingerprint(format!("{dry_run} {} {}", form.file_name, fingerprint(&form.bytes)).as_bytes());
    let (bytes, today) = (std::mem::take(&mut form.bytes), call.today);
    let Checked { rows, errors, warnings, parsed, .. } = reading(move || checked(&bytes, today)).await?;
    let answers = answers.get_ref().clone();
    call.change_and(
        print,
        move |conn, call| register.require_seen(conn, call, id),
        move |conn, call, ()| {
            if !errors.is_empty() && !dry_run {
                return Err(faulty(&errors));
            }
            let guests: Vec<NamedGuest> = parsed.into_iter().filter_map(guest).collect();
            let mut call = call.clone();
            if call.precondition == Precondition::Missing {
                call.precondition = Precondition::Any;
            }
            let taken = register.take_guests(conn, &call, &law, id, guests, dry_run)?;
            let tell = |all: &[ImportFault]| all.iter().map(|fault| fault_view(fault, call.language)).collect();
            let told = GuestsImported {
                dry_run,
                rows,
                added: taken.added,
                updated: taken.updated,
                errors: tell(&errors),
                warnings: tell(&warnings),
            };
            reply(200, taken.version, None, &told)
        },
        move || answers.touch(),
    )
    .await
}

/// The rows of a file; a file with a mark of a state secret is refused as a whole.
fn checked(bytes: &[u8], today: Day) -> Result<Checked> {
    let lists = open(ImportKind::Guests, bytes)?;
    if lists.is_secret() {
        return Err(refuse(Code::StateSecretRefused, "Không tiếp nhận bí mật nhà nước.", "State secrets are refused."));
    }
    if count_rows(ImportKind::Guests, &lists) > AT_ONCE {
        return Err(refuse(
            Code::TooManyRows,
            format!("Danh sách khách có hơn {AT_ONCE} dòng."),
            format!("The list has more than {AT_ONCE} guests."),
        ));
    }
    Ok(check(ImportKind::Guests, &lists, &KnownRegistry::nothing(today), &mut |_| {}))
}

fn guest(parsed: Parsed) -> Option<NamedGuest> {
    match parsed {
        Parsed::Guest(listed) => Some(listed.guest),
        _ => None,
    }
}

/// 422 with the faults of the rows; nothing was changed.
fn faulty(errors: &[ImportFault]) -> Error {
    let problem = Problem::new(
        Code::ValidationFailed,
        "Danh sách có lỗi nên không khách nào được ghi; hãy sửa rồi tải lên lại.",
        "The list has errors, so no guest was recorded; correct it and upload it again.",
    );
    with_rows(problem, "/file", errors)
}
