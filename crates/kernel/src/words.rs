//! The vocabulary of the contract (api.md §2): every word that travels over the wire, with its Vietnamese.

use serde::{Deserialize, Serialize};
use strum::VariantArray;
use utoipa::ToSchema;

macro_rules! words {
    ($( $(#[$about:meta])* $name:ident { $( $(#[$says:meta])* $word:ident ),+ $(,)? } )+) => { $(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
                 strum::EnumString, strum::IntoStaticStr, strum::Display, strum::VariantArray)]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum $name { $( $(#[$says])* $word ),+ }

        impl $name {
            /// The wire value.
            pub fn word(self) -> &'static str { self.into() }
            /// Every word, in the contract's order.
            pub fn all() -> &'static [Self] { Self::VARIANTS }
        }
    )+ };
}

words! {
    /// Procedure (thủ tục): đoàn ra, việc riêng, đoàn vào, hội nghị quốc tế, báo chí nước ngoài.
    Procedure { Outbound, PrivateTravel, Inbound, Conference, ForeignPress }
    /// Which way a delegation travels: đoàn ra, đoàn vào.
    Direction { Outbound, Inbound }
    /// Purpose of a trip (mục đích).
    Purpose { Official, StudyVisit, Training, Promotion, Event, BorderTalks, Private }
    /// Field of work (lĩnh vực).
    Field { LocalGovernment, Education, Health, Investment, Trade, Tourism, Culture, Science, Environment, NgoAid, Border, Other }
    /// In whose name a delegation travels (danh nghĩa đoàn).
    Capacity { PartyCommittee, PeopleCouncil, Ppc, Department, Commune, Front, MassOrganisation, FriendshipUnion, Enterprise }
    /// Who invites (đơn vị mời).
    InviterKind { Government, Party, Parliament, Locality, InternationalOrganisation, Enterprise, University, Ngo, Individual }
    /// Who pays (nguồn kinh phí).
    FundingSource { CentralBudget, ProvincialBudget, LocalBudget, UnitRevenue, Project, Host, Enterprise, #[serde(rename = "self")] #[strum(serialize = "self")] Own }
    /// Management level (diện quản lý): who manages the person as a cadre.
    ManagedBy { Central, PartyStandingBoard, Ppc, Agency }
    /// How the tree changes (đổi tên, hợp nhất, chia tách, chuyển cấp trên).
    AgencyChangeKind { Rename, Merge, Split, Transfer }
    /// Bloc of an agency or person (khối).
    Bloc { State, Party, MassOrganisation }
    /// Post level (cấp chức vụ), highest first. All but the last three are leaders (lãnh đạo).
    PostLevel {
        ProvincialSecretary, PeopleCouncilChair, PpcChair, PartyDeputySecretary, PeopleCouncilViceChair, PpcViceChair,
        DepartmentHead, DepartmentDeputyHead, CommuneChair, CommuneViceChair, EnterpriseHead,
        DivisionHead, DivisionDeputyHead, Staff,
    }
    /// Personnel category (cán bộ, công chức, viên chức, người lao động …).
    Personnel { Cadre, CivilServant, PublicEmployee, Worker, ArmedForces, EnterpriseManager }
    /// Bodies that act in a dossier (cơ quan, người có thẩm quyền).
    Body {
        AgencyHead, Dofa, DofaDirector, PpcOffice, Ppc, PpcChair, PeopleCouncilStandingBody, PartyOffice,
        /// Ban Tổ chức Tỉnh ủy: receives copies only (domain.md 1.1).
        PartyPersonnelBoard,
        PartyStandingSecretariat, PartyStandingBoard, CentralSecretariat, PrimeMinister, HomeAffairsDept,
        ProvincialPolice, BorderGuard, ProvincialMilitaryCommand, CommuneChair, OwnCentralAgency, Mofa,
    }
    /// Kind of step (bước): đề nghị, thẩm định, lấy ý kiến, cho chủ trương, quyết định.
    StepKind { Propose, Appraise, Consult, Consent, Decide }
    /// What the silence of a consulted body means once its time is over.
    Silence {
        /// DOFA may go on without the opinion, and says so.
        Proceed,
        /// It counts as agreement.
        Agreement,
        /// The opinion has to be waited for.
        Wait,
    }
    /// Kind of paper in a dossier (thành phần hồ sơ).
    Document {
        RequestLetter, Invitation, InvitationTranslation, Programme, ParticipantList, CostEstimate, PartyConsent,
        LeaveApplication, CvSummary, DelegationScheme, PassportCopy, GuestList, ReporterCardCopy, RequestForm,
        SpeechText, SalaryDecision, OwnAgencyConsent, TripReport, Decision, Other,
    }
    /// Topic of a visit (nội dung nhạy cảm).
    Topic { Religion, Ethnic, HumanRights, Sovereignty, Security, Defence, BorderArea, Press, ProjectApprovedByPpc }
    /// Level of a foreign visitor (cấp khách).
    VisitorLevel { HeadOfState, Minister, DeputyMinister, Ambassador, ProvincialOfficial, Official, Private, ResidentReporter, NonResidentReporter }
    /// How a paper is signed (NĐ 30/2020/NĐ-CP Đ.13): trực tiếp, KT., TM., TUQ., TL.
    SignedAs { Direct, Kt, Tm, Tuq, Tl }
    /// Role in a delegation (vai trò trong đoàn).
    MemberRole { Head, DeputyHead, Member, Interpreter, Entourage }
    /// Kind of passport (Luật 49/2019/QH14 Đ.6).
    PassportKind { Diplomatic, Official, Ordinary }
    /// Finding (phát hiện) of an assessment.
    FindingCode {
        TooManyMembers, TooManyDays, TooManyDaysInCountry, TooManyCountries, TwoKeyLeaders, YearlyTripLimit,
        UnderDiscipline, EnterpriseFunded, ProjectFunded, RelativeInDelegation, LateSubmission, MissingDocument,
        MissingDetail, ConsentMissing, OffPlan, PassportExpiresEarly, OverlappingTrip, ReportOverdue,
    }
    /// Weight of a finding.
    Severity { Block, SpecialApproval, Warn }
    /// What an assessment comes to.
    Outcome { ManualAuthorityRequired, NoPermissionNeeded, Blocked, SpecialApprovalNeeded, SupplementNeeded, Ready }
    /// How firmly a rule rests on a text that was read.
    RuleStatus { Verified, Partial, Unverified, Sample }
    /// Unit of a term (thời hạn): working days (ngày làm việc), calendar days, or hours before something.
    TermUnit { WorkingDays, Days, Hours }
    /// Level at which guests are received (cấp đón tiếp).
    ReceptionLevel { Province, Agency, Commune }
    /// Channel of a visit (kênh đối ngoại): Đảng, Nhà nước, nhân dân.
    Channel { Party, State, People }
    /// Class of guests, which sets the norm of costs (TT 35/2026/TT-BTC Phụ lục).
    GuestClass { Special, A, B, C, Other }
    /// Kind of partner abroad (đối tác): địa phương, tổ chức, hội hữu nghị.
    PartnerKind { Locality, Organisation, FriendshipAssociation }
    /// How friendship relations stand.
    RelationState { Active, Dormant, Ended }
    /// Role of an account (vai trò).
    Role { SystemAdmin, RuleAdmin, Clerk, PassportCustodian, Statistician, Inspector }
    /// Opinion of an appraiser or consultee.
    Opinion { Favourable, Unfavourable }
    /// Answer of a Party body.
    ConsentVerdict { Agree, Refuse }
    /// Answer of a decider.
    DecisionVerdict { Approve, Reject }
    /// Marking of a dossier. Anything but `unclassified` is refused and nothing of it is kept.
    Classification { Unclassified, Secret, TopSecret, UltraSecret }
}

impl Direction {
    /// The collection in paths.
    pub fn path(self) -> &'static str {
        match self {
            Direction::Outbound => "outbound-delegations",
            Direction::Inbound => "inbound-delegations",
        }
    }

    /// The kind of its numbers: đoàn ra, đoàn vào.
    pub fn prefix(self) -> &'static str {
        match self {
            Direction::Outbound => "DR",
            Direction::Inbound => "DV",
        }
    }
}

impl Body {
    /// Of one unit, as each has its own: the seat counts only in the dossiers of that unit.
    pub fn is_local(self) -> bool {
        matches!(self, Body::AgencyHead | Body::CommuneChair)
    }
}

impl PostLevel {
    /// Leader (lãnh đạo): every level but the last three.
    pub fn is_leader(self) -> bool {
        !matches!(self, PostLevel::DivisionHead | PostLevel::DivisionDeputyHead | PostLevel::Staff)
    }
}

impl FindingCode {
    /// It counts something, so that a limit must say how much is too much.
    pub fn is_counted(self) -> bool {
        matches!(
            self,
            FindingCode::TooManyMembers
                | FindingCode::TooManyDays
                | FindingCode::TooManyDaysInCountry
                | FindingCode::TooManyCountries
                | FindingCode::TwoKeyLeaders
                | FindingCode::YearlyTripLimit
                | FindingCode::PassportExpiresEarly
                | FindingCode::ReportOverdue
        )
    }
}

impl Procedure {
    /// Guests come to us: a visit, a conference, a reporter.
    pub fn is_visit(self) -> bool {
        matches!(self, Procedure::Inbound | Procedure::Conference | Procedure::ForeignPress)
    }
}

impl From<Procedure> for Direction {
    fn from(procedure: Procedure) -> Self {
        if procedure.is_visit() { Direction::Inbound } else { Direction::Outbound }
    }
}

impl FundingSource {
    /// State budget (ngân sách nhà nước): central, provincial, district or commune.
    pub fn is_budget(self) -> bool {
        matches!(self, FundingSource::CentralBudget | FundingSource::ProvincialBudget | FundingSource::LocalBudget)
    }
}

/// A length of time in a text: `{"value": 5, "unit": "working_days"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"value": 5, "unit": "working_days"}))]
pub struct Term {
    pub value: i64,
    pub unit: TermUnit,
}

/// Number and date of a signed paper (số, ký hiệu và ngày).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "112-CV/TU", "date": "2026-11-20"}))]
pub struct PaperRef {
    #[schema(min_length = 1, max_length = 200)]
    pub number: String,
    pub date: chrono::NaiveDate,
}
