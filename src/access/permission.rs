//! The grant table: which role or seat has which permission on which kind of object. Pure, and all in one place.

use crate::access::account::{Actor, Scope};
use crate::error::{Result, forbidden};
use kernel::words;
use kernel::words::{Body, Role};

words! {
    /// What an account may do (quyền): a right that a grant gives and that an action requires.
    Permission {
        ReadDossiers: "Xem hồ sơ" / "Read dossiers",
        DraftDossiers: "Soạn hồ sơ" / "Draft dossiers",
        SubmitDossiers: "Trình hồ sơ" / "Submit dossiers",
        HandleDossiers: "Tiếp nhận, điều phối hồ sơ" / "Handle dossiers",
        AppraiseDossiers: "Thẩm định hồ sơ" / "Appraise dossiers",
        GiveOpinions: "Cho ý kiến về hồ sơ" / "Give opinions on dossiers",
        GiveConsents: "Ghi ý kiến của cấp ủy" / "Give the Party consent",
        DecideDossiers: "Quyết định hồ sơ" / "Decide on dossiers",
        RecordJourneys: "Ghi nhận ngày đi, ngày về" / "Record departures and arrivals",
        ReadInbox: "Xem hộp việc" / "Read the inbox",
        ReadCalendar: "Xem lịch đối ngoại" / "Read the calendar",
        ReadOfficials: "Xem danh sách cán bộ" / "Read officials",
        EditOfficials: "Cập nhật thông tin cán bộ" / "Edit officials",
        RevealPassports: "Xem đầy đủ số hộ chiếu" / "See passport numbers in full",
        KeepPassports: "Quản lý hộ chiếu" / "Keep passports",
        ReadPartners: "Xem đối tác" / "Read partners",
        AdministerPartners: "Quản lý đối tác" / "Administer partners",
        ReadGuests: "Xem khách nước ngoài" / "Read guests",
        AdministerGuests: "Quản lý khách nước ngoài" / "Administer guests",
        ReadAgencies: "Xem cây cơ quan" / "Read agencies",
        AdministerAgencies: "Quản lý cây cơ quan" / "Administer agencies",
        ReadRegulations: "Xem quy định" / "Read regulations",
        AdministerRegulations: "Quản lý quy định" / "Administer regulations",
        AskRegulations: "Tra cứu thẩm quyền" / "Consult the regulations",
        ReadPlans: "Xem kế hoạch năm" / "Read the annual plan",
        DraftPlans: "Đề xuất kế hoạch năm" / "Propose plan items",
        HandlePlans: "Tổng hợp kế hoạch năm" / "Compile the annual plan",
        DecidePlans: "Duyệt kế hoạch năm" / "Decide on the annual plan",
        ReadStatistics: "Xem số liệu thống kê" / "Read figures",
        ReadReports: "Xem báo cáo" / "Read reports",
        FreezeReports: "Chốt báo cáo" / "Freeze reports",
        ImportLists: "Nhập danh sách cũ" / "Import old lists",
        ReadTrail: "Xem nhật ký hệ thống" / "Read the audit trail",
        AdministerAccounts: "Quản lý tài khoản" / "Administer accounts",
        ProtectPersonalData: "Xử lý yêu cầu và sự cố về dữ liệu cá nhân" / "Handle requests and incidents of personal data",
        AdministerWebhooks: "Quản lý kết nối tự động" / "Administer webhooks",
    }
}

impl Permission {
    /// Whether a substitute gets it with the seat that they hold in place of another person. Substitutes handle
    /// dossiers; registers, statistics and accounts stay with the person represented.
    fn is_lent(self) -> bool {
        use Permission::{
            AppraiseDossiers, DecideDossiers, DraftDossiers, GiveConsents, GiveOpinions, HandleDossiers, ReadCalendar,
            ReadDossiers, ReadInbox, ReadOfficials, RecordJourneys, SubmitDossiers,
        };
        matches!(
            self,
            AppraiseDossiers
                | DecideDossiers
                | DraftDossiers
                | GiveConsents
                | GiveOpinions
                | HandleDossiers
                | ReadCalendar
                | ReadDossiers
                | ReadInbox
                | ReadOfficials
                | RecordJourneys
                | SubmitDossiers
        )
    }
}

/// Whom a grant applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Every signed-in account.
    Anyone,
    Role(Role),
    Seat(Body),
    /// A program whose token has the scope.
    Program(Scope),
    /// The holder of any seat but `agency_head`.
    AnyBody,
}

const GRANTS: &[(Who, &[Permission])] = &[
    (Who::Anyone, &[Permission::ReadAgencies, Permission::ReadRegulations, Permission::AskRegulations]),
    (
        Who::Role(Role::Clerk),
        &[
            Permission::ReadDossiers,
            Permission::DraftDossiers,
            Permission::SubmitDossiers,
            Permission::RecordJourneys,
            Permission::ReadOfficials,
            Permission::EditOfficials,
            Permission::ImportLists,
            Permission::ReadInbox,
            Permission::ReadStatistics,
            Permission::ReadPartners,
            Permission::ReadPlans,
            Permission::DraftPlans,
            Permission::ReadCalendar,
        ],
    ),
    (
        Who::Seat(Body::AgencyHead),
        &[
            Permission::ReadDossiers,
            Permission::DraftDossiers,
            Permission::SubmitDossiers,
            Permission::DecideDossiers,
            Permission::RecordJourneys,
            Permission::ReadOfficials,
            Permission::EditOfficials,
            Permission::ReadInbox,
            Permission::ReadStatistics,
            Permission::ReadPartners,
            Permission::ReadPlans,
            Permission::DraftPlans,
            Permission::ReadCalendar,
        ],
    ),
    (
        Who::AnyBody,
        &[
            Permission::ReadDossiers,
            Permission::ReadPartners,
            Permission::ReadPlans,
            Permission::DecidePlans,
            Permission::ReadCalendar,
            Permission::ReadInbox,
            Permission::AppraiseDossiers,
            Permission::GiveOpinions,
            Permission::GiveConsents,
            Permission::DecideDossiers,
        ],
    ),
    (
        Who::Seat(Body::Dofa),
        &[
            Permission::HandlePlans,
            Permission::HandleDossiers,
            Permission::ImportLists,
            Permission::ReadReports,
            Permission::FreezeReports,
            Permission::ReadOfficials,
            Permission::EditOfficials,
            Permission::AdministerAgencies,
            Permission::ReadStatistics,
            Permission::AdministerPartners,
            Permission::ReadGuests,
            Permission::AdministerGuests,
        ],
    ),
    (
        Who::Seat(Body::DofaDirector),
        &[
            Permission::ReadOfficials,
            Permission::ReadStatistics,
            Permission::ReadReports,
            Permission::FreezeReports,
            Permission::ReadGuests,
        ],
    ),
    // They are consulted about guests, and check their passports by the full numbers.
    (Who::Seat(Body::ProvincialPolice), &[Permission::RevealPassports]),
    (Who::Seat(Body::BorderGuard), &[Permission::RevealPassports]),
    (Who::Seat(Body::PpcChair), &[Permission::ReadOfficials, Permission::ReadStatistics, Permission::ReadReports]),
    (Who::Seat(Body::Ppc), &[Permission::ReadOfficials, Permission::ReadStatistics, Permission::ReadReports]),
    (Who::Seat(Body::PartyOffice), &[Permission::ReadOfficials]),
    (
        Who::Role(Role::PassportCustodian),
        &[
            Permission::ReadDossiers,
            Permission::RecordJourneys,
            Permission::ReadOfficials,
            Permission::RevealPassports,
            Permission::KeepPassports,
            Permission::ReadInbox,
        ],
    ),
    (Who::Role(Role::Statistician), &[Permission::ReadStatistics, Permission::ReadReports, Permission::FreezeReports]),
    (
        Who::Role(Role::Inspector),
        &[
            Permission::ReadDossiers,
            Permission::ReadOfficials,
            Permission::ReadStatistics,
            Permission::ReadReports,
            Permission::ReadTrail,
            Permission::ReadPartners,
            Permission::ReadGuests,
            Permission::ReadPlans,
            Permission::ReadCalendar,
        ],
    ),
    (Who::Program(Scope::Statistics), &[Permission::ReadStatistics]),
    (Who::Program(Scope::Reports), &[Permission::ReadReports]),
    (Who::Role(Role::RuleAdmin), &[Permission::AdministerRegulations]),
    (
        Who::Role(Role::SystemAdmin),
        &[
            Permission::AdministerAccounts,
            Permission::AdministerAgencies,
            Permission::ReadTrail,
            Permission::AdministerWebhooks,
            Permission::ProtectPersonalData,
        ],
    ),
];

impl Who {
    fn is(self, actor: &Actor) -> bool {
        match self {
            Who::Anyone => !actor.is_program(),
            Who::Program(scope) => actor.account.scopes.contains(&scope),
            Who::Role(role) => actor.has(role),
            Who::Seat(body) => actor.holds(body),
            Who::AnyBody => actor.own_seats().any(|body| body != Body::AgencyHead),
        }
    }

    /// Whether it applies through a seat that the actor holds in place of another person.
    fn is_in_place(self, actor: &Actor) -> bool {
        match self {
            Who::Seat(body) => actor.stand_ins().any(|s| s.body == body),
            Who::AnyBody => actor.stand_ins().any(|s| s.body != Body::AgencyHead),
            Who::Anyone | Who::Role(_) | Who::Program(_) => false,
        }
    }
}

/// Most roles and seats that a refusal names.
const MOST_NAMED: usize = 4;

/// The roles and seats that have a permission, in both languages.
fn holders(permission: Permission) -> impl Iterator<Item = (&'static str, &'static str)> {
    let granted = GRANTS.iter().filter(move |(_, granted)| granted.contains(&permission));
    granted.filter_map(|(who, _)| match who {
        Who::Role(role) => Some((role.vi(), role.en())),
        Who::Seat(body) => Some((body.vi(), body.en())),
        Who::Anyone | Who::Program(_) | Who::AnyBody => None,
    })
}

impl Actor {
    /// Whether any grant gives this permission.
    pub fn may(&self, permission: Permission) -> bool {
        let lent = permission.is_lent();
        let held = |who: Who| who.is(self) || (lent && who.is_in_place(self));
        GRANTS.iter().any(|(who, granted)| granted.contains(&permission) && held(*who))
    }

    /// 403 without the permission; the first line of every action.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        let (vi, en): (Vec<&str>, Vec<&str>) = holders(permission).unzip();
        let (mut said_vi, mut said_en) = (
            "Vai trò của tài khoản không có quyền này".to_owned(),
            "The account's roles do not grant this permission".to_owned(),
        );
        // A right that nearly everybody has is nobody's in particular.
        if (1..=MOST_NAMED).contains(&vi.len()) {
            said_vi += &format!("; việc này thuộc: {}", vi.join(", "));
            said_en += &format!("; it belongs to: {}", en.join(", "));
        }
        Err(forbidden(&format!("{said_vi}."), &format!("{said_en}.")))
    }
}
