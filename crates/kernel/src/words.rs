//! The vocabulary of the API contract (api.md §2): every wire value, with its Vietnamese and English label.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::{Bilingual, Language};

/// A word of the API contract: a wire value, with the label that people read instead of it.
pub trait Word: Copy + Eq + Sized + 'static {
    /// Every word, in the order in which a form shows them.
    fn all() -> &'static [Self];
    /// The wire value.
    fn word(self) -> &'static str;
    /// The label that people read, in both languages.
    fn label(self) -> Label;
}

/// A short term in both languages, without a full stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub vi: &'static str,
    pub en: &'static str,
}

impl Label {
    /// The label in one language.
    pub fn in_language(self, language: Language) -> &'static str {
        language.pick(self.vi, self.en)
    }
}

impl From<Label> for Bilingual {
    fn from(label: Label) -> Self {
        Bilingual::new(label.vi, label.en)
    }
}

/// Declares enumerations of the API contract. Each word is written with its Vietnamese and its English label, so a word
/// without a label does not compile: `Official: "Công tác" / "Official business"`.
///
/// Wire values are the variants in `snake_case`, or in `kebab-case` if `kebab` precedes the enumeration.
#[macro_export]
macro_rules! words {
    () => {};
    ($(#[$about:meta])* kebab $name:ident { $($words:tt)+ } $($rest:tt)*) => {
        $crate::words!(@one "kebab-case" $(#[$about])* $name { $($words)+ });
        $crate::words!($($rest)*);
    };
    ($(#[$about:meta])* $name:ident { $($words:tt)+ } $($rest:tt)*) => {
        $crate::words!(@one "snake_case" $(#[$about])* $name { $($words)+ });
        $crate::words!($($rest)*);
    };
    (@one $case:tt $(#[$about:meta])* $name:ident {
        $( $(#[$says:meta])* $word:ident: $vi:literal / $en:literal ),+ $(,)?
    }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[derive(strum::EnumString, strum::IntoStaticStr, strum::Display, strum::VariantArray)]
        $(#[$about])*
        #[serde(rename_all = $case)]
        #[strum(serialize_all = $case)]
        pub enum $name { $( $(#[$says])* $word ),+ }

        impl $name {
            /// The wire value.
            pub fn word(self) -> &'static str { self.into() }
            /// Every word, in the contract's order.
            pub fn all() -> &'static [Self] { <Self as strum::VariantArray>::VARIANTS }
            /// The label in both languages.
            pub fn label(self) -> $crate::words::Label {
                match self { $( $name::$word => $crate::words::Label { vi: $vi, en: $en } ),+ }
            }
            /// The Vietnamese label.
            pub fn vi(self) -> &'static str { self.label().vi }
            /// The English label.
            pub fn en(self) -> &'static str { self.label().en }
        }

        impl $crate::words::Word for $name {
            fn all() -> &'static [Self] { $name::all() }
            fn word(self) -> &'static str { $name::word(self) }
            fn label(self) -> $crate::words::Label { $name::label(self) }
        }
    };
}

words! {
    /// Purpose of a trip (mục đích).
    Purpose {
        Official: "Công tác" / "Official business",
        StudyVisit: "Học tập, khảo sát" / "Study visit",
        Training: "Đào tạo, bồi dưỡng" / "Training",
        Promotion: "Xúc tiến" / "Promotion",
        Event: "Sự kiện" / "Event",
        BorderTalks: "Hội đàm biên giới" / "Border talks",
        Private: "Việc riêng" / "Private",
    }

    /// Field of work (lĩnh vực).
    Field {
        LocalGovernment: "Chính quyền địa phương" / "Local government",
        Education: "Giáo dục" / "Education",
        Health: "Y tế" / "Health",
        Investment: "Đầu tư" / "Investment",
        Trade: "Thương mại" / "Trade",
        Tourism: "Du lịch" / "Tourism",
        Culture: "Văn hóa" / "Culture",
        Science: "Khoa học" / "Science",
        Environment: "Môi trường" / "Environment",
        NgoAid: "Viện trợ phi chính phủ" / "NGO aid",
        Border: "Biên giới" / "Border affairs",
        Other: "Khác" / "Other",
    }

    /// In whose name a delegation travels (danh nghĩa đoàn).
    Capacity {
        PartyCommittee: "Tỉnh ủy" / "Provincial Party Committee",
        PeopleCouncil: "Hội đồng nhân dân tỉnh" / "Provincial People's Council",
        Ppc: "Ủy ban nhân dân tỉnh" / "Provincial People's Committee",
        Department: "Sở, ban, ngành" / "Department or equivalent",
        Commune: "Cấp xã" / "Commune",
        Front: "Mặt trận Tổ quốc" / "Fatherland Front",
        MassOrganisation: "Đoàn thể" / "Mass organisation",
        FriendshipUnion: "Liên hiệp các tổ chức hữu nghị" / "Union of Friendship Organisations",
        Enterprise: "Doanh nghiệp" / "Enterprise",
    }

    /// Who invites (đơn vị mời).
    InviterKind {
        Government: "Cơ quan chính phủ" / "Government",
        Party: "Chính đảng" / "Political party",
        Parliament: "Quốc hội, nghị viện" / "Parliament",
        Locality: "Địa phương" / "Local authority",
        InternationalOrganisation: "Tổ chức quốc tế" / "International organisation",
        Enterprise: "Doanh nghiệp" / "Enterprise",
        University: "Trường đại học" / "University",
        Ngo: "Tổ chức phi chính phủ" / "Non-governmental organisation",
        Individual: "Cá nhân" / "Individual",
    }

    /// Who pays (nguồn kinh phí).
    FundingSource {
        CentralBudget: "Ngân sách trung ương" / "Central budget",
        ProvincialBudget: "Ngân sách tỉnh" / "Provincial budget",
        LocalBudget: "Ngân sách huyện, xã" / "District or commune budget",
        UnitRevenue: "Nguồn thu của đơn vị" / "The unit's own revenue",
        Project: "Dự án" / "Project",
        Host: "Phía mời" / "Inviting party",
        Enterprise: "Doanh nghiệp" / "Enterprise",
        #[serde(rename = "self")]
        #[strum(serialize = "self")]
        Own: "Tự túc" / "Self-funded",
    }

    /// Management level (diện quản lý): who manages the person as a cadre.
    ManagedBy {
        Central: "Diện Trung ương quản lý" / "Managed at central level",
        PartyStandingBoard: "Diện Ban Thường vụ Tỉnh ủy quản lý" / "Managed by the Party Standing Board",
        Ppc: "Diện UBND tỉnh quản lý" / "Managed by the People's Committee",
        Agency: "Diện cơ quan quản lý" / "Managed by the agency",
    }

    /// How the tree of agencies changes (đổi tên, hợp nhất, chia tách, chuyển cấp trên).
    AgencyChangeKind {
        Rename: "Đổi tên" / "Rename",
        Merge: "Hợp nhất" / "Merge",
        Split: "Chia tách" / "Split",
        Transfer: "Chuyển cơ quan cấp trên" / "Transfer to another parent",
    }

    /// Bloc of an agency or person (khối).
    Bloc {
        State: "Khối Nhà nước" / "State",
        Party: "Khối Đảng" / "Party",
        MassOrganisation: "Khối Mặt trận, đoàn thể" / "Front and mass organisations",
    }

    /// Post level (cấp chức vụ), highest first. All but the last three are leaders (lãnh đạo).
    PostLevel {
        ProvincialSecretary: "Bí thư Tỉnh ủy" / "Provincial Party Secretary",
        PeopleCouncilChair: "Chủ tịch HĐND tỉnh" / "Chair of the People's Council",
        PpcChair: "Chủ tịch UBND tỉnh" / "Chair of the People's Committee",
        PartyDeputySecretary: "Phó Bí thư Tỉnh ủy" / "Provincial Deputy Party Secretary",
        PeopleCouncilViceChair: "Phó Chủ tịch HĐND tỉnh" / "Vice-Chair of the People's Council",
        PpcViceChair: "Phó Chủ tịch UBND tỉnh" / "Vice-Chair of the People's Committee",
        DepartmentHead: "Giám đốc sở và tương đương" / "Head of department",
        DepartmentDeputyHead: "Phó Giám đốc sở và tương đương" / "Deputy head of department",
        CommuneChair: "Chủ tịch UBND cấp xã" / "Chair of a commune",
        CommuneViceChair: "Phó Chủ tịch UBND cấp xã" / "Vice-Chair of a commune",
        EnterpriseHead: "Lãnh đạo doanh nghiệp" / "Head of an enterprise",
        DivisionHead: "Trưởng phòng và tương đương" / "Head of division",
        DivisionDeputyHead: "Phó Trưởng phòng và tương đương" / "Deputy head of division",
        Staff: "Chuyên viên, nhân viên" / "Staff",
    }

    /// Personnel category (cán bộ, công chức, viên chức, người lao động …).
    Personnel {
        Cadre: "Cán bộ" / "Cadre",
        CivilServant: "Công chức" / "Civil servant",
        PublicEmployee: "Viên chức" / "Public employee",
        Worker: "Người lao động" / "Contract worker",
        ArmedForces: "Lực lượng vũ trang" / "Armed forces",
        EnterpriseManager: "Người quản lý doanh nghiệp" / "Manager of a state enterprise",
    }

    /// Bodies that act in a dossier (cơ quan, người có thẩm quyền).
    Body {
        AgencyHead: "Thủ trưởng cơ quan" / "Head of the agency",
        /// Whatever the province calls it: a department in some, a part of another office in others.
        Dofa: "Cơ quan ngoại vụ của tỉnh" / "Office for external affairs",
        DofaDirector: "Thủ trưởng cơ quan ngoại vụ" / "Head of the office for external affairs",
        PpcOffice: "Văn phòng Ủy ban nhân dân tỉnh" / "Office of the Provincial People's Committee",
        Ppc: "Ủy ban nhân dân tỉnh" / "Provincial People's Committee",
        PpcChair: "Chủ tịch Ủy ban nhân dân tỉnh" / "Chair of the Provincial People's Committee",
        PeopleCouncilStandingBody: "Thường trực Hội đồng nhân dân tỉnh" / "Standing Body of the Provincial People's Council",
        PartyOffice: "Văn phòng Tỉnh ủy" / "Office of the Provincial Party Committee",
        /// Ban Tổ chức Tỉnh ủy: receives copies only (domain.md 1.1).
        PartyPersonnelBoard: "Ban Tổ chức Tỉnh ủy" / "Provincial Party Organisation Board",
        PartyStandingSecretariat: "Thường trực Tỉnh ủy" / "Provincial Party Standing Secretariat",
        PartyStandingBoard: "Ban Thường vụ Tỉnh ủy" / "Provincial Party Standing Board",
        CentralSecretariat: "Ban Bí thư" / "Central Party Secretariat",
        PrimeMinister: "Thủ tướng Chính phủ" / "Prime Minister",
        HomeAffairsDept: "Sở Nội vụ" / "Department of Home Affairs",
        ProvincialPolice: "Công an tỉnh" / "Provincial Police",
        BorderGuard: "Bộ đội Biên phòng tỉnh" / "Provincial Border Guard",
        ProvincialMilitaryCommand: "Bộ Chỉ huy quân sự tỉnh" / "Provincial Military Command",
        CommuneChair: "Chủ tịch Ủy ban nhân dân cấp xã" / "Chair of the Commune People's Committee",
        OwnCentralAgency: "Cơ quan chủ quản ở trung ương" / "The person's own central agency",
        Mofa: "Bộ Ngoại giao" / "Ministry of Foreign Affairs",
        Mps: "Bộ Công an" / "Ministry of Public Security",
        ProvincialTax: "Thuế tỉnh" / "Provincial Tax Office",
        Customs: "Hải quan" / "Customs",
        SocialInsurance: "Bảo hiểm xã hội tỉnh" / "Provincial Social Insurance",
    }

    /// Kind of step (bước): đề nghị, thẩm định, lấy ý kiến, cho chủ trương, quyết định.
    StepKind {
        Propose: "Đề nghị" / "Proposal",
        Appraise: "Thẩm định" / "Appraisal",
        Consult: "Lấy ý kiến" / "Consultation",
        Consent: "Ý kiến cấp ủy" / "Party consent",
        Decide: "Quyết định" / "Decision",
    }

    /// What it means if a consulted body has not answered by its due day.
    Silence {
        /// DOFA may proceed without the opinion, and states that it does.
        Proceed: "Được tiếp tục xử lý" / "May proceed without it",
        /// It counts as agreement.
        Agreement: "Coi như đồng ý" / "Counts as agreement",
        /// The opinion must be awaited.
        Wait: "Phải chờ ý kiến" / "Must be awaited",
    }

    /// Kind of document in a dossier (thành phần hồ sơ).
    Document {
        RequestLetter: "Văn bản đề nghị" / "Request letter",
        Invitation: "Thư mời" / "Invitation",
        InvitationTranslation: "Bản dịch thư mời" / "Translation of the invitation",
        Programme: "Chương trình" / "Programme",
        ParticipantList: "Danh sách trích ngang" / "List of participants",
        CostEstimate: "Dự toán kinh phí" / "Cost estimate",
        PartyConsent: "Ý kiến của cấp ủy" / "Party consent",
        LeaveApplication: "Đơn xin nghỉ phép" / "Leave application",
        CvSummary: "Lý lịch trích ngang" / "Summary CV",
        DelegationScheme: "Đề án" / "Delegation scheme",
        PassportCopy: "Bản sao hộ chiếu" / "Copy of the passport",
        GuestList: "Danh sách khách" / "Guest list",
        ReporterCardCopy: "Bản sao thẻ phóng viên" / "Copy of the reporter's card",
        RequestForm: "Phiếu đề nghị" / "Request form",
        SpeechText: "Nội dung tham luận" / "Text of the speech",
        SalaryDecision: "Quyết định lương" / "Salary decision",
        OwnAgencyConsent: "Ý kiến của cơ quan chủ quản" / "Consent of the person's own agency",
        Photo: "Ảnh" / "Photograph",
        TaxSummary: "Tổng hợp nộp thuế 12 tháng" / "Tax summary of twelve months",
        ContractCopy: "Bản sao hợp đồng với đối tác APEC" / "Copy of the contract with an APEC partner",
        AppointmentCopy: "Bản sao quyết định bổ nhiệm" / "Copy of the appointment",
        SocialInsuranceReport: "Báo cáo đóng bảo hiểm xã hội" / "Social insurance report",
        AnnualAccounts: "Báo cáo tài chính năm" / "Annual accounts",
        TripReport: "Báo cáo kết quả chuyến đi" / "Trip report",
        Decision: "Quyết định" / "Decision",
        Other: "Tài liệu khác" / "Other document",
    }

    /// Topic of a visit (nội dung nhạy cảm).
    Topic {
        Religion: "Tôn giáo" / "Religion",
        Ethnic: "Dân tộc" / "Ethnic affairs",
        HumanRights: "Nhân quyền" / "Human rights",
        Sovereignty: "Chủ quyền" / "Sovereignty",
        Security: "An ninh" / "Security",
        Defence: "Quốc phòng" / "Defence",
        BorderArea: "Khu vực biên giới" / "Border area",
        Press: "Báo chí" / "Press",
        ProjectApprovedByPpc: "Dự án UBND tỉnh đã phê duyệt" / "Project approved by the People's Committee",
    }

    /// Level of a foreign visitor (cấp khách).
    VisitorLevel {
        HeadOfState: "Nguyên thủ quốc gia" / "Head of state",
        OrganisationHead: "Người đứng đầu vùng lãnh thổ, tổ chức quốc tế" / "Head of a territory or international organisation",
        Minister: "Bộ trưởng và tương đương" / "Minister",
        DeputyMinister: "Thứ trưởng và tương đương" / "Deputy minister",
        Ambassador: "Đại sứ" / "Ambassador",
        ProvincialOfficial: "Quan chức cấp tỉnh" / "Provincial official",
        Official: "Quan chức khác" / "Other official",
        Private: "Khách tư nhân" / "Private visitor",
        ResidentReporter: "Phóng viên thường trú" / "Resident reporter",
        NonResidentReporter: "Phóng viên không thường trú" / "Non-resident reporter",
    }

    /// What is asked for, where one procedure has several matters (việc đề nghị).
    VisitMatter {
        Usual: "Trường hợp chung" / "The usual case",
        /// Hosting in principle (đăng cai), before the permit (QĐ 06/2020/QĐ-TTg Đ.6).
        Hosting: "Chủ trương đăng cai" / "Hosting in principle",
        ComponentWithScheme: "Hội nghị trong dự án đã duyệt, có đề án" / "Part of an approved project, with its scheme",
        ComponentWithoutScheme: "Hội nghị trong dự án đã duyệt, chưa có đề án" / "Part of an approved project, without a scheme",
        /// Online, with every bridge abroad.
        HeldAbroad: "Trực tuyến, mọi điểm cầu ở nước ngoài" / "Online, every bridge abroad",
        /// The organiser was licensed by a body elsewhere.
        LicensedElsewhere: "Đơn vị do cơ quan nơi khác cấp phép" / "Organiser licensed elsewhere",
        /// Reporters who are here change programme or place.
        ProgrammeChange: "Thay đổi chương trình, địa bàn" / "Change of programme or place",
        Interview: "Phỏng vấn lãnh đạo địa phương" / "Interview of a local leader",
        /// Reporters who come with guests that a locality invites.
        WithInvitedGuests: "Đi cùng khách mời của địa phương" / "With guests of the locality",
        ExtraReporter: "Thêm phóng viên thường trú" / "Further resident reporter",
        SecondOffice: "Lập thêm văn phòng" / "Second office",
        PressAssistant: "Thẻ trợ lý báo chí" / "Press assistant's card",
        Collaborator: "Cộng tác viên báo chí" / "Press collaborator",
        PressConference: "Họp báo" / "Press conference",
        FilmShow: "Chiếu phim nơi công cộng" / "Public film show",
    }

    /// Who asks for an APEC business travel card (QĐ 09/2023/QĐ-TTg Đ.9).
    CardRoute {
        SoeManager: "Người quản lý doanh nghiệp nhà nước" / "Manager of a state enterprise",
        PrivateFirm: "Doanh nhân của doanh nghiệp" / "Business person of an enterprise",
        CivilServant: "Cán bộ, công chức, viên chức" / "Public servant",
    }

    /// How a document is signed (NĐ 30/2020/NĐ-CP Đ.13): trực tiếp, KT., TM., TUQ., TL.
    SignedAs {
        Direct: "Ký trực tiếp" / "Signed directly",
        Kt: "Ký thay" / "Signed for the head by a deputy",
        Tm: "Thay mặt" / "On behalf of a collective body",
        Tuq: "Thừa ủy quyền" / "By authorisation",
        Tl: "Thừa lệnh" / "By order",
    }

    /// Role in a delegation (vai trò trong đoàn).
    MemberRole {
        Head: "Trưởng đoàn" / "Head of delegation",
        DeputyHead: "Phó trưởng đoàn" / "Deputy head of delegation",
        Member: "Thành viên" / "Member",
        Interpreter: "Phiên dịch" / "Interpreter",
        Entourage: "Tùy tùng" / "Entourage",
    }

    /// Kind of passport (Luật 49/2019/QH14 Đ.6).
    PassportKind {
        Diplomatic: "Hộ chiếu ngoại giao" / "Diplomatic passport",
        Official: "Hộ chiếu công vụ" / "Official passport",
        Ordinary: "Hộ chiếu phổ thông" / "Ordinary passport",
    }

    /// Finding (phát hiện) of an assessment.
    FindingCode {
        TooManyMembers: "Vượt số người" / "Too many members",
        TooManyDays: "Vượt số ngày" / "Too many days",
        TooManyDaysInCountry: "Vượt số ngày ở một nước" / "Too many days in one country",
        TooManyCountries: "Vượt số nước" / "Too many countries",
        TwoKeyLeaders: "Hai lãnh đạo chủ chốt cùng đoàn" / "Two key leaders in one delegation",
        YearlyTripLimit: "Vượt số lần đi trong năm" / "Yearly trip limit exceeded",
        UnderDiscipline: "Đang bị kỷ luật" / "Under disciplinary action",
        EnterpriseFunded: "Doanh nghiệp chi trả, mời đích danh" / "Paid or invited by an enterprise",
        ProjectFunded: "Dùng tiền dự án" / "Paid from project funds",
        RelativeInDelegation: "Có người thân đi cùng" / "Relative in the delegation",
        LateSubmission: "Nộp hồ sơ muộn" / "Late submission",
        MissingDocument: "Thiếu giấy tờ" / "Missing document",
        MissingDetail: "Thiếu thông tin ngạch, bậc" / "Grade and step not stated",
        ConsentMissing: "Thiếu ý kiến của cấp ủy" / "Missing Party consent",
        OffPlan: "Ngoài kế hoạch" / "Not in the annual plan",
        PassportExpiresEarly: "Hộ chiếu hết hạn sớm" / "Passport expires too early",
        OverlappingTrip: "Trùng thời gian" / "Overlapping trip",
        ReportOverdue: "Việc sau chuyến đi quá hạn" / "Overdue duties after trips",
        DecidedAfterStart: "Có thể trả lời sau ngày bắt đầu" / "May be answered after it begins",
        FirmTooYoung: "Doanh nghiệp hoạt động chưa đủ thời gian" / "Enterprise has not operated long enough",
        PersonTooYoung: "Chưa đủ tuổi" / "Person is too young",
        TooShortInPost: "Giữ chức vụ chưa đủ thời gian" / "Not long enough in the post",
        ExitSuspended: "Đang bị tạm hoãn xuất cảnh" / "Exit is suspended",
    }

    /// Severity of a finding.
    Severity {
        Block: "Chặn" / "Blocks",
        SpecialApproval: "Cần chấp thuận" / "Needs special approval",
        Warn: "Lưu ý" / "Warning",
    }

    /// Result of an assessment.
    Outcome {
        ManualAuthorityRequired: "Phải chỉ định thẩm quyền" / "Authority must be assigned",
        NoPermissionNeeded: "Không cần xin phép" / "No permission needed",
        Blocked: "Quy định không cho phép" / "Blocked by a rule",
        SpecialApprovalNeeded: "Cần chấp thuận ngoại lệ" / "Special approval needed",
        SupplementNeeded: "Cần bổ sung hồ sơ" / "Supplement needed",
        Ready: "Đủ điều kiện trình" / "Ready to submit",
    }

    /// How well a rule is supported by a text that was read.
    RuleStatus {
        Verified: "Đã đọc văn bản" / "Verified",
        Partial: "Dẫn theo nguồn thứ cấp" / "From a secondary source",
        Unverified: "Chưa đọc được văn bản" / "Not verified",
        Sample: "Văn bản mẫu" / "Sample",
    }

    /// Unit of a term (thời hạn): working days (ngày làm việc), calendar days, months, or hours before an event.
    TermUnit {
        WorkingDays: "Ngày làm việc" / "Working days",
        Days: "Ngày" / "Days",
        Hours: "Giờ" / "Hours",
        Months: "Tháng" / "Months",
    }

    /// Level at which guests are received (cấp đón tiếp).
    ReceptionLevel {
        Province: "Cấp tỉnh" / "Provincial level",
        Agency: "Cấp sở, ngành" / "Agency level",
        Commune: "Cấp xã" / "Commune level",
    }

    /// Channel of a visit (kênh đối ngoại): Đảng, Nhà nước, nhân dân.
    Channel {
        Party: "Kênh Đảng" / "Party channel",
        State: "Kênh Nhà nước" / "State channel",
        People: "Kênh nhân dân" / "People-to-people channel",
    }

    /// Class of guests, which determines the cost norm (TT 35/2026/TT-BTC Phụ lục).
    GuestClass {
        Special: "Hạng đặc biệt" / "Special class",
        A: "Hạng A" / "Class A",
        B: "Hạng B" / "Class B",
        C: "Hạng C" / "Class C",
        Other: "Khách khác" / "Other guests",
    }

    /// Kind of partner abroad (đối tác): địa phương, tổ chức, hội hữu nghị.
    PartnerKind {
        Locality: "Địa phương" / "Locality",
        Organisation: "Tổ chức" / "Organisation",
        FriendshipAssociation: "Hội hữu nghị" / "Friendship association",
    }

    /// State of friendship relations.
    RelationState {
        Active: "Đang duy trì" / "Active",
        Dormant: "Tạm gián đoạn" / "Dormant",
        Ended: "Đã chấm dứt" / "Ended",
    }

    /// Role of an account (vai trò).
    Role {
        SystemAdmin: "Quản trị hệ thống" / "System administrator",
        RuleAdmin: "Quản trị quy định" / "Regulation administrator",
        Clerk: "Chuyên viên lập hồ sơ" / "Clerk",
        PassportCustodian: "Người quản lý hộ chiếu" / "Passport custodian",
        Statistician: "Cán bộ thống kê" / "Statistician",
        Inspector: "Thanh tra" / "Inspector",
    }

    /// Opinion of an appraiser or consultee.
    Opinion {
        Favourable: "Nhất trí" / "Favourable",
        Unfavourable: "Không nhất trí" / "Unfavourable",
    }

    /// Answer of a Party body.
    ConsentVerdict {
        Agree: "Đồng ý" / "Agrees",
        Refuse: "Không đồng ý" / "Refuses",
    }

    /// Answer of the deciding body.
    DecisionVerdict {
        Approve: "Chấp thuận" / "Approved",
        Reject: "Không chấp thuận" / "Rejected",
    }

    /// Classification of a dossier. Anything but `unclassified` is refused, and none of it is stored.
    Classification {
        Unclassified: "Không mật" / "Unclassified",
        Secret: "Mật" / "Secret",
        TopSecret: "Tối mật" / "Top secret",
        UltraSecret: "Tuyệt mật" / "Ultra secret",
    }

    /// Duty after a delegation (nghĩa vụ sau chuyến đi). A regulation names it by this word.
    DutyCode {
        PassportReturn: "Nộp lại hộ chiếu" / "Passport return",
        TripReport: "Báo cáo kết quả chuyến đi" / "Trip report",
        Settlement: "Quyết toán kinh phí" / "Cost settlement",
        FollowUp: "Việc cần làm tiếp" / "Follow-up task",
        PartyReport: "Báo cáo chi bộ" / "Report to the Party cell",
        ResultReport: "Báo cáo kết quả hội nghị, hội thảo" / "Conference result report",
        AnnualReport: "Báo cáo năm gửi bộ" / "Annual report to the ministry",
        BorderAreaNotice: "Thông báo vào khu vực biên giới" / "Notice before entering a border area",
        BorderAreaPermit: "Giấy phép vào khu vực biên giới" / "Permit for a border area",
        GateDeclaration: "Khai báo tại cửa khẩu" / "Declaration at the border gate",
        HostReport: "Cơ quan mời báo cáo Bộ Ngoại giao" / "Report of the host to the Ministry",
        PressConferenceNotice: "Thông báo họp báo" / "Notice of a press conference",
        PressCardExpiry: "Thẻ trợ lý báo chí hết hạn" / "Press card expires",
        PressCardRenewal: "Đề nghị gia hạn thẻ trợ lý báo chí" / "Renewal of the press card",
        ConsentExpiry: "Văn bản cho phép hết hạn sử dụng" / "Permission can no longer be used",
        LeaverLetter: "Báo người giữ thẻ thôi giữ chức vụ" / "Letter about a holder who left the post",
    }

    /// Note of an assessment or of figures: what a reader has to know in addition to the answer.
    NoteCode {
        NotInForce: "Ngoài thời gian hiệu lực" / "Not in force on that day",
        InForceNotKnown: "Chưa rõ ngày có hiệu lực" / "Start of validity not known",
        TextChosen: "Văn bản được chọn áp dụng" / "Text chosen to apply",
        ApplicableText: "Văn bản cần tra cứu" / "Text to look up",
        SuccessorJurisdiction: "Địa phương đã sáp nhập" / "Province was merged",
        SecondarySource: "Dẫn theo nguồn thứ cấp" / "From a secondary source",
        DossierNotKnown: "Chưa rõ thành phần hồ sơ" / "Dossier list not known",
        PassportNotStated: "Chưa khai hộ chiếu" / "Passport not stated",
        NoPermissionNeeded: "Không cần xin phép" / "No permission needed",
        ExceptionDecidedBy: "Cơ quan chấp thuận ngoại lệ quyết định" / "Decided by the body that may make exceptions",
        LatestDayNotWorking: "Hạn nộp rơi vào ngày nghỉ" / "Latest day is not a working day",
        ConsultationPossible: "Có thể lấy ý kiến" / "Consultation possible",
        RefusalNotifiedByPpcOffice: "Văn phòng UBND tỉnh thông báo từ chối" / "Refusal notified by the Office",
        ReporterNotifiesMofa: "Phóng viên thông báo Bộ Ngoại giao" / "Reporter notifies the Ministry",
        AssociationsElsewhere: "Hội, quỹ do cơ quan khác cho phép" / "Associations go elsewhere",
        StateSecretsNotHere: "Không xử lý bí mật nhà nước" / "No state secrets here",
        RowsDoNotAddUp: "Cộng các dòng khác tổng số" / "Rows do not add up",
        UnitsNotAttributed: "Đơn vị chưa quy đổi được" / "Units not attributed",
        SilenceAgrees: "Không trả lời là đồng ý" / "Silence counts as agreement",
        BodyNamedByChair: "Cơ quan do Chủ tịch Ủy ban nhân dân tỉnh giao" / "Body named by the Chair",
        WorkAfterConsent: "Chỉ hoạt động sau khi có văn bản đồng ý" / "Work only after the written consent",
        SponsorsEntry: "Cơ quan mời làm thủ tục nhập cảnh" / "The host sponsors the entry",
        ForeignPoliceInformed: "Thông báo Bộ Ngoại giao, Bộ Công an" / "The Ministries are informed",
        OwnProcedureNeeded: "Phải làm thủ tục riêng" / "Needs its own procedure",
        UnitsEnded: "Đơn vị đã kết thúc" / "Units have ended",
        PersonsNotAllNamed: "Có khách không nêu tên" / "Not all people are named",
    }

    /// What is wrong with one field of a request. A client may branch on it.
    FieldError {
        Missing: "Thiếu nội dung bắt buộc" / "Missing",
        UnknownField: "Không có trường này" / "Unknown field",
        DuplicateField: "Trường lặp lại" / "Repeated field",
        WrongType: "Sai kiểu dữ liệu" / "Wrong type",
        UnknownValue: "Không có trong danh mục" / "Unknown value",
        InvalidWord: "Giá trị không dùng ở đây" / "Value not allowed here",
        OneOfTwo: "Cần đúng một trong hai" / "Exactly one of two",
        InvalidDate: "Ngày không hợp lệ" / "Invalid date",
        InvalidMoment: "Thời điểm không hợp lệ" / "Invalid moment",
        BadDate: "Không phải là ngày" / "Not a day",
        BadNumber: "Không phải là số" / "Not a number",
        TooShort: "Quá ngắn" / "Too short",
        TooLong: "Quá dài" / "Too long",
        TooFew: "Quá ít" / "Too few",
        TooMany: "Quá nhiều" / "Too many",
        OutOfRange: "Ngoài giới hạn" / "Out of range",
        ControlCharacter: "Có ký tự điều khiển" / "Control character",
        Repeated: "Lặp lại" / "Repeated",
        Same: "Phải khác nhau" / "The same",
        InTheFuture: "Ngày ở tương lai" / "In the future",
        InThePast: "Ngày đã qua" / "In the past",
        DayInTheFuture: "Đoàn chưa diễn ra" / "Not yet taken place",
        EndsBeforeItBegins: "Kết thúc trước khi bắt đầu" / "Ends before it begins",
        ReturnsBeforeDeparture: "Về trước khi đi" / "Returns before departure",
        DepartsBeforeArrival: "Đi trước khi đến" / "Departs before arrival",
        BegunAlready: "Đoàn đã bắt đầu" / "Begun already",
        NothingChanged: "Không có gì thay đổi" / "Nothing changed",
        NotRecorded: "Chưa ghi nhận" / "Not recorded",
        NotOfList: "Không phải hồ sơ nhập từ danh sách" / "Not of an old list",
        NewDecisionNeeded: "Cần quyết định mới" / "New decision needed",
        LongerThanDecided: "Dài ngày hơn đã quyết định" / "Longer than decided",
        UnknownAgency: "Không có cơ quan này" / "Unknown agency",
        AgencyEnded: "Cơ quan đã kết thúc" / "The agency has ended",
        OfficialLeft: "Người này đã thôi công tác" / "The official has left service",
        AnotherAgency: "Thuộc cơ quan khác" / "Another agency",
        AnotherUnit: "Người của cơ quan khác" / "Person of another agency",
        ForeignAgency: "Đoàn của cơ quan khác" / "Delegation of another agency",
        AgencyNotStated: "Chưa ghi đơn vị" / "Agency not stated",
        CodeInUse: "Mã đang dùng" / "Code in use",
        NotValidThen: "Cơ quan không tồn tại vào ngày đó" / "Not valid on that day",
        WrongNumberOfUnits: "Sai số lượng cơ quan" / "Wrong number of units",
        UnknownOfficial: "Không có người này" / "Unknown official",
        UnknownMember: "Không có thành viên này" / "Unknown member",
        UnknownGuest: "Không có khách này" / "Unknown guest",
        UnknownUser: "Không có người dùng này" / "Unknown user",
        UnknownAccount: "Không có tài khoản này" / "Unknown account",
        UnknownDelegation: "Không có đoàn này" / "Unknown delegation",
        UnknownPlanItem: "Không có mục kế hoạch này" / "Unknown plan item",
        PlanItemNotApproved: "Mục kế hoạch chưa được duyệt" / "Plan item not approved",
        PlanItemOfAnotherYear: "Mục kế hoạch của năm khác" / "Plan item of another year",
        NotApproved: "Mục chưa được duyệt" / "Not approved",
        UnknownRegulation: "Không có bộ quy định này" / "Unknown regulation",
        UnknownJurisdiction: "Không có địa phương này" / "Unknown province",
        UnknownCountry: "Không có nước này" / "Unknown country",
        AmbiguousCountry: "Tên nước chưa rõ" / "Ambiguous country",
        HomeCountry: "Phải là nước ngoài" / "Must be abroad",
        OtherCountries: "Không được đổi nước đến" / "Countries must stay",
        UnknownCurrency: "Không có loại tiền này" / "Unknown currency",
        AnotherCurrency: "Khác loại tiền" / "Another currency",
        InvalidMoney: "Số tiền không hợp lệ" / "Invalid amount",
        InvalidRate: "Tỷ giá không hợp lệ" / "Invalid rate",
        UnknownPostLevel: "Chưa rõ cấp chức vụ" / "Unknown post level",
        OneHead: "Cần đúng một trưởng đoàn" / "Exactly one head",
        HeadRefused: "Trưởng đoàn đã bị loại" / "Head was refused",
        NobodyLeft: "Không còn ai trong đoàn" / "Nobody is left",
        WrongPurpose: "Mục đích không phù hợp" / "Wrong purpose",
        WrongChannel: "Kênh không phù hợp" / "Wrong channel",
        NotPrivate: "Chỉ dùng cho việc riêng" / "Private travel only",
        OutsideLeave: "Ngoài thời gian nghỉ phép" / "Outside the leave",
        OutsideTheTrip: "Ngoài thời gian chuyến đi" / "Outside the trip",
        OutsideTheVisit: "Ngoài thời gian đoàn ở địa phương" / "Outside the visit",
        OutOfOrder: "Chưa đúng thứ tự" / "Out of order",
        Gap: "Có khoảng trống quá một ngày" / "Gap of more than a day",
        BelowGuestList: "Ít hơn danh sách khách" / "Below the guest list",
        DoesNotAddUp: "Cộng lại không khớp" / "Does not add up",
        CountsNeeded: "Cần số người từng nước" / "Counts needed",
        TotalDiffers: "Khác dòng tổng" / "Total differs",
        HostElsewhere: "Người tiếp bận ở nơi khác" / "Host is elsewhere",
        NotInHostingAgency: "Không thuộc cơ quan tiếp đón" / "Not of a hosting agency",
        ActiveContent: "Có nội dung tự chạy" / "Content that runs",
        HiddenFile: "Có tệp khác được giấu" / "A hidden file",
        TooLargeInside: "Quá lớn khi mở ra" / "Too large when opened",
        LockedFile: "Tệp bị khóa" / "Locked",
        HarmfulFile: "Phần mềm diệt vi-rút từ chối" / "Refused by the virus scanner",
        BadPassportNumber: "Số hộ chiếu không hợp lệ" / "Bad passport number",
        MrzMismatch: "Khác vùng đọc bằng máy" / "Differs from the machine-readable zone",
        OrdinaryPassportOnly: "Chỉ dùng hộ chiếu phổ thông" / "Ordinary passport only",
        PassportNotValid: "Hộ chiếu không còn giá trị" / "Passport not valid",
        NotKept: "Hộ chiếu không do cơ quan giữ" / "Passport not kept",
        BeforeTheDecision: "Trước khi có quyết định" / "Before the decision",
        NotASettlement: "Không phải quyết toán" / "Not a settlement",
        NothingToWaive: "Không có gì để chấp thuận ngoại lệ" / "Nothing to waive",
        NotHeld: "Không giữ chức danh này" / "Office not held",
        SamePerson: "Phải là hai người" / "The same person",
        NotASubstitution: "Không phải hình thức ký thay" / "Not a substitution",
        NotAsLent: "Khác văn bản ủy quyền" / "Not as authorised",
        LongerThanLent: "Dài hơn văn bản ủy quyền" / "Longer than authorised",
        NumberTaken: "Số đã dùng" / "Number taken",
        AnotherYear: "Số của năm khác" / "Number of another year",
        NotOfThisProcedure: "Không dùng cho hồ sơ này" / "Not of this procedure",
        BadFileName: "Tên tệp không hợp lệ" / "Bad file name",
        UnknownTemplateField: "Mẫu có trường lạ" / "Unknown template field",
        MissingTemplateField: "Mẫu thiếu trường" / "Missing template field",
        UnreadableTemplate: "Không đọc được mẫu" / "Unreadable template",
        BadRow: "Dòng có lỗi" / "Row with an error",
        NoHeader: "Không có dòng tiêu đề" / "No header",
        RowSkipped: "Dòng được bỏ qua" / "Row skipped",
        DuplicateRow: "Dòng trùng" / "Duplicate row",
        AlreadyRecorded: "Đã có trong hệ thống" / "Already recorded",
        StateSecretRefused: "Không nhận bí mật nhà nước" / "State secret refused",
        CannotMerge: "Không gộp được" / "Cannot be merged",
        InvalidUsername: "Tên đăng nhập không hợp lệ" / "Invalid user name",
        InvalidEmail: "Thư điện tử không hợp lệ" / "Invalid mail address",
        Guessable: "Mật khẩu dễ đoán" / "Guessable password",
        WrongPeriod: "Kỳ báo cáo không hợp lệ" / "Wrong period",
        ImpossibleTotal: "Tổng số không thể đúng" / "Impossible total",
        NotAUrl: "Không phải địa chỉ" / "Not an address",
        NotHttps: "Địa chỉ không mã hóa" / "Address without TLS",
        PrivateAddress: "Địa chỉ nội bộ" / "Private address",
    }
}

impl Body {
    /// Whether each unit has its own: such a seat counts only in dossiers of its unit.
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
    /// Whether only requests for APEC cards have it.
    pub fn is_of_cards(self) -> bool {
        use FindingCode::{ExitSuspended, FirmTooYoung, PersonTooYoung, TooShortInPost};
        matches!(self, FirmTooYoung | PersonTooYoung | TooShortInPost | ExitSuspended)
    }

    /// Whether it counts something, so that a limit needs a maximum.
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

impl FundingSource {
    /// State budget (ngân sách nhà nước): central, provincial, district or commune.
    pub fn is_budget(self) -> bool {
        matches!(self, FundingSource::CentralBudget | FundingSource::ProvincialBudget | FundingSource::LocalBudget)
    }
}

/// A length of time in a regulation: `{"value": 5, "unit": "working_days"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"value": 5, "unit": "working_days"}))]
pub struct Term {
    pub value: i64,
    pub unit: TermUnit,
}

/// Number and date of a signed document (số, ký hiệu và ngày).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "112-CV/TU", "date": "2026-11-20"}))]
pub struct PaperRef {
    #[schema(min_length = 1, max_length = 200)]
    pub number: String,
    pub date: chrono::NaiveDate,
}
