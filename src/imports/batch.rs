//! A batch: one imported file, what was found in it, and its state. Pure.

use kernel::id::Id;
use kernel::procedure::{ListShape, RegisterEntries, RegisterEntry};
use kernel::text::Bilingual;
use kernel::time::Moment;
use kernel::words;
use kernel::words::Label;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// What the rows of a file describe: delegations of a register that accepts lists, or what an installation begins with.
#[derive(Debug, Clone, Copy)]
pub enum ImportKind {
    Delegations(&'static RegisterEntry, ListShape),
    Officials,
    Agencies,
    /// Accounts with their roles and seats.
    Accounts,
    /// Passports of officials that are known.
    Passports,
    /// Proposals for the annual plan.
    PlanItems,
    /// Guests of one visit: no batch, the list goes into a dossier.
    Guests,
}

impl ImportKind {
    /// Every kind of an installation with these registers.
    pub fn all(registers: &RegisterEntries) -> impl Iterator<Item = ImportKind> {
        let lists = registers.imported().map(|(entry, shape)| ImportKind::Delegations(entry, shape));
        lists.chain(ImportKind::FIXED)
    }

    /// The kinds that every installation has.
    const FIXED: [ImportKind; 5] = [
        ImportKind::Officials,
        ImportKind::Agencies,
        ImportKind::Accounts,
        ImportKind::Passports,
        ImportKind::PlanItems,
    ];

    /// Every kind of list that has a template: also the one that goes into a dossier.
    pub fn with_template(registers: &RegisterEntries) -> impl Iterator<Item = ImportKind> {
        ImportKind::all(registers).chain([ImportKind::Guests])
    }

    /// The kind of this wire value.
    pub fn by_word(word: &str, registers: &RegisterEntries) -> Option<Self> {
        ImportKind::all(registers).find(|kind| kind.word() == word)
    }

    /// The wire value: the word of the register, or the name of what the rows are.
    pub fn word(self) -> &'static str {
        match self {
            ImportKind::Delegations(entry, _) => entry.key,
            ImportKind::Officials => "officials",
            ImportKind::Agencies => "agencies",
            ImportKind::Accounts => "accounts",
            ImportKind::Passports => "passports",
            ImportKind::PlanItems => "plan_items",
            ImportKind::Guests => "guests",
        }
    }

    pub fn label(self) -> Label {
        match self {
            ImportKind::Delegations(entry, _) => entry.label,
            ImportKind::Officials => Label { vi: "Cán bộ, công chức", en: "Officials" },
            ImportKind::Agencies => Label { vi: "Cơ quan, đơn vị", en: "Agencies" },
            ImportKind::Accounts => Label { vi: "Tài khoản", en: "Accounts" },
            ImportKind::Passports => Label { vi: "Hộ chiếu của cán bộ", en: "Passports of officials" },
            ImportKind::PlanItems => Label { vi: "Kế hoạch đoàn ra", en: "Plan of trips" },
            ImportKind::Guests => Label { vi: "Danh sách khách", en: "Guests" },
        }
    }

    /// Whose column names it has in `names/headers.tsv`.
    pub fn columns(self) -> &'static str {
        match self {
            ImportKind::Delegations(_, shape) => shape.columns_of,
            _ => self.word(),
        }
    }

    /// Number of known columns that a row must name to be a header of this kind.
    pub fn least_columns(self) -> usize {
        match self {
            ImportKind::Delegations(..) => 3,
            _ => 2,
        }
    }
}

impl PartialEq for ImportKind {
    fn eq(&self, other: &Self) -> bool {
        self.word() == other.word()
    }
}

impl Serialize for ImportKind {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.word())
    }
}

impl PartialSchema for ImportKind {
    fn schema() -> RefOr<Schema> {
        // The specification adds the registers of the installation (`web/openapi.rs`).
        let fixed = ImportKind::FIXED.map(ImportKind::word);
        let object = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(fixed));
        object.description(Some("What the rows of a file describe.")).into()
    }
}

impl ToSchema for ImportKind {}

/// What happens to a unit that is not in the tree of agencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum UnknownAgencies {
    /// It is created as closed and unconfirmed, with a warning.
    #[default]
    Create,
    /// It is an error.
    Reject,
}

words! {
    /// The state of a batch.
    #[schema(as = ImportState)]
    ImportState {
        /// Being checked in the background.
        Checking: "Đang kiểm tra" / "Being checked",
        /// Without errors, ready to be committed.
        Staged: "Chờ xác nhận nhập" / "Ready to commit",
        /// With errors: nothing was created.
        Rejected: "Có lỗi, không nhập" / "Rejected",
        Committed: "Đã nhập" / "Committed",
        Undone: "Đã hoàn tác" / "Undone",
        /// Could not be processed; `errors` says why.
        Failed: "Không thực hiện được" / "Failed",
    }
}

/// An error or a warning about one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFault {
    /// The sheet of the workbook; none in CSV.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Row number in the sheet; 0 for the file as a whole.
    pub row: u32,
    /// Column name in the sheet.
    pub column: String,
    pub code: String,
    /// None if empty, or if it must not be stored (state secrets).
    pub value: Option<String>,
    pub detail: Bilingual,
}

/// What stands for the name of a column that the sheet does not have.
pub const NO_COLUMN: &str = "-";

/// Maximum errors, and maximum warnings, stored with the batch; the annotated sheet has all.
pub const LISTED: usize = 2_000;
/// Files with more rows are checked in the background.
pub const AT_ONCE: i64 = 2_000;

/// One imported file.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub id: i64,
    pub version: i64,
    pub kind: ImportKind,
    pub file_name: String,
    pub sha256: String,
    pub state: ImportState,
    pub dry_run: bool,
    pub unknown_agencies: UnknownAgencies,
    /// The agency for rows that name none.
    pub agency_id: Option<i64>,
    pub rows: i64,
    /// Rows checked so far.
    pub done: i64,
    pub rejected: i64,
    pub created: i64,
    pub errors: Vec<ImportFault>,
    pub warnings: Vec<ImportFault>,
    /// Where the file is stored; none if it must not be stored.
    pub stored_as: Option<String>,
    /// Where the annotated sheet is stored.
    pub annotated_as: Option<String>,
    pub created_by: i64,
    pub created_at: Moment,
}

impl Batch {
    /// A batch of which nothing is read yet.
    pub fn begun(kind: ImportKind, file_name: String, sha256: String, by: i64, now: Moment) -> Self {
        Batch {
            id: Id::new(now).0,
            version: 1,
            kind,
            file_name,
            sha256,
            state: ImportState::Checking,
            dry_run: false,
            unknown_agencies: UnknownAgencies::default(),
            agency_id: None,
            rows: 0,
            done: 0,
            rejected: 0,
            created: 0,
            errors: Vec::new(),
            warnings: Vec::new(),
            stored_as: None,
            annotated_as: None,
            created_by: by,
            created_at: now,
        }
    }
}
