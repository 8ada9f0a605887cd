//! The routes of notes: those that every register has, drafting, and the decision.

use chrono::NaiveDate;
use kernel::id::Id;
use kernel::page::Page;
use kernel::violation::Violations;
use kernel::words::DecisionVerdict;
use ngoaivu::access::context::RequestContext;
use ngoaivu::db::Conn;
use ngoaivu::dossier::actions::VisibleDossier;
use ngoaivu::dossier::actions::decision::{self};
use ngoaivu::dossier::actions::decision_given::DecisionGiven;
use ngoaivu::dossier::decision::DecisionPaper;
use ngoaivu::dossier::flow::Action;
use ngoaivu::dossier::http::Shown;
use ngoaivu::dossier::http::routes::{act, drafting, register};
use ngoaivu::dossier::http::rows::RegisterRow;
use ngoaivu::dossier::http::view::{StepView, steps};
use ngoaivu::dossier::register::Registers;
use ngoaivu::dossier::typed::{Lacking, TypedContent};
use ngoaivu::error::Result;
use ngoaivu::web::as_typed::AsTyped;
use ngoaivu::web::routes::RoomRoutes;
use regulation::case::Unknown;
use regulation::fact::FactName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::model::NoteContent;

#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    title: String,
    #[schema(value_type = String)]
    agency_id: Id,
    signer: String,
    amount: i64,
    written_on: NaiveDate,
}

impl NewNote {
    pub fn into_content(self) -> NoteContent {
        NoteContent {
            title: self.title,
            agency_id: self.agency_id.0,
            signer: self.signer,
            amount: self.amount,
            written_on: self.written_on,
        }
    }
}

#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DecideNote {
    verdict: DecisionVerdict,
    document: DecisionPaper,
    note: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct NoteView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    number: Option<String>,
    state: String,
    title: String,
    amount: i64,
    written_on: NaiveDate,
    steps: Vec<StepView>,
}

#[derive(Serialize, ToSchema)]
pub struct NoteItem {
    #[schema(value_type = String)]
    id: Id,
    number: Option<String>,
    title: String,
    state: String,
}

#[derive(Serialize, ToSchema)]
pub struct NotePage {
    items: Vec<NoteItem>,
    next: Option<String>,
}

impl From<Page<RegisterRow>> for NotePage {
    fn from(page: Page<RegisterRow>) -> Self {
        let item = |RegisterRow { item: i, .. }: RegisterRow| NoteItem {
            id: Id(i.id),
            number: i.number,
            title: i.title,
            state: i.state,
        };
        NotePage { items: page.items.into_iter().map(item).collect(), next: page.next }
    }
}

impl Shown for NoteContent {
    type View = NoteView;
    type Page = NotePage;

    fn routes(config: &mut RoomRoutes) {
        register::<NoteContent>(config, |config| {
            drafting::<NoteContent, NewNote, NewNote, _, _>(
                config,
                |_, _, AsTyped { body, unknown }, _| {
                    let lacking = Lacking(unknown);
                    let facts = lacking.facts(&[("/amount", &[FactName::Amount])]);
                    let unknown = Unknown { facts, others: !lacking.0.is_empty(), ..Unknown::default() };
                    Ok(TypedContent { content: body.into_content(), unknown, lacking, faults: Violations::default() })
                },
                |conn, call, body| super::create(conn, call, || body.check()),
                |conn, call, _, seen, body| super::edit(conn, call, seen, || body.check()),
            );
            act::<NoteContent, DecideNote, _>(
                config,
                Action::Decide,
                "Decides the note.",
                |conn, call, law, seen, body| {
                    let DecideNote { verdict, document, note } = body;
                    let given = DecisionGiven {
                        verdict,
                        document,
                        note,
                        waivers: Vec::new(),
                        conditions: Vec::new(),
                        refused: Vec::new(),
                    };
                    let dossier = seen.dossier.clone();
                    decision::decide(conn, call, law, &seen, dossier, given)
                },
            );
        });
    }

    fn view(conn: &mut Conn, call: &RequestContext, _: &Registers, seen: &VisibleDossier<Self>) -> Result<NoteView> {
        let d = &seen.dossier;
        Ok(NoteView {
            id: Id(d.id),
            version: d.version,
            number: d.number.clone(),
            state: d.state.word().to_owned(),
            title: d.content.title.clone(),
            amount: d.content.amount,
            written_on: d.content.written_on,
            steps: steps(conn, call, d)?,
        })
    }
}
