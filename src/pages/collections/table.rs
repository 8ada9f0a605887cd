//! The collections that have pages, one line for each thing that is special about them.

use crate::pages::collections::administration::ADMINISTRATION;
use crate::pages::collections::model::OfferedWhen::{
    HoldsSeat, Is, IsNot, Listed, MineOr, OwnAgency, OwnAgencyOr, With, Without,
};
use crate::pages::collections::model::{Area, Collection, InnerList, OfferedWhen, act, l};

const EDIT_OFFICIALS: &[&str] = &["edit_officials"];
const PASSPORTS: &[&str] = &["edit_officials", "keep_passports"];
/// Custodians keep the passports of every agency.
const KEPT: OfferedWhen = OwnAgencyOr("keep_passports");
const REVEALS: &[&str] = &["reveal_passports"];
const PARTNERS: &[&str] = &["administer_partners"];
const LAW: &[&str] = &["administer_regulations"];
/// Handing a passport back and reporting a trip have acts of their own.
const FULFILLED: &[OfferedWhen] = &[Without("done_on"), IsNot("code", "passport_return"), IsNot("code", "trip_report")];
const EXCUSED: &[OfferedWhen] = &[Without("done_on"), OwnAgency, HoldsSeat, Is("code", "passport_return")];
const HELD_UP: &[OfferedWhen] = &[Without("done_on"), With("overdue")];
const SETTLES: &[&str] = &["submit_dossiers", "handle_dossiers", "draft_dossiers"];

/// All of them, in the order of the pages that list them.
pub fn collections() -> impl Iterator<Item = &'static Collection> {
    COLLECTIONS.iter().chain(ADMINISTRATION)
}

const COLLECTIONS: &[Collection] = &[
    Collection {
        path: "agencies",
        label: l("Cơ quan, đơn vị", "Agencies"),
        about: l("Cây cơ quan của tỉnh, có ngày hiệu lực", "The agencies of the province, with their days"),
        reads: &["read_agencies"],
        columns: &["code", "bloc", "parent_id", "valid_from", "valid_to"],
        adds: &[act("new", "Thêm cơ quan", "Add an agency", &["administer_agencies"], &[])],
        acts: &[act("edit", "Sửa", "Edit", &["administer_agencies"], &[])],
        ..Collection::PLAIN
    },
    Collection {
        path: "agency-changes",
        label: l("Sắp xếp đơn vị", "Changes of agencies"),
        about: l("Đổi tên, hợp nhất, chia tách, chuyển giao", "Renamed, merged, split, transferred"),
        reads: &["read_agencies"],
        name: "kind",
        columns: &["on", "document", "from", "to", "accounts_moved", "officials_moved"],
        adds: &[act("new", "Ghi một lần sắp xếp", "Record a change", &["administer_agencies"], &[])],
        ..Collection::PLAIN
    },
    Collection {
        path: "officials",
        label: l("Cán bộ", "Officials"),
        about: l("Cán bộ, cấp quản lý, hộ chiếu, kỷ luật", "Officials, who manages them, passports, disciplines"),
        reads: &["read_officials"],
        name: "full_name",
        columns: &["post", "agency_id", "managed_by", "passport_number", "left_on"],
        adds: &[act("new", "Thêm cán bộ", "Add an official", EDIT_OFFICIALS, &[])],
        acts: &[
            act("edit", "Sửa", "Edit", EDIT_OFFICIALS, &[OwnAgency, Without("merged_into")]),
            act("transfer", "Chuyển cơ quan", "Transfer", EDIT_OFFICIALS, &[OwnAgency, Without("left_on")]),
            act("leave", "Thôi việc, nghỉ hưu", "Leaves service", EDIT_OFFICIALS, &[OwnAgency, Without("left_on")]),
            act(
                "merge",
                "Gộp với người trùng",
                "Merge a duplicate",
                EDIT_OFFICIALS,
                &[OwnAgency, Without("merged_into")],
            ),
        ],
        parts: &[
            InnerList {
                path: "management-levels",
                label: l("Cấp quản lý", "Who manages them"),
                columns: &["managed_by", "valid_from", "valid_to"],
                adds: &[act("new", "Đổi cấp quản lý", "Change the level", EDIT_OFFICIALS, &[OwnAgency])],
                acts: &[],
            },
            InnerList {
                path: "passports",
                label: l("Hộ chiếu", "Passports"),
                columns: &["kind", "passport_number", "issued_on", "expires_on", "standing", "standing_since"],
                adds: &[act("new", "Thêm hộ chiếu", "Add a passport", PASSPORTS, &[KEPT])],
                acts: &[
                    act("reveal", "Hiện số", "Show the number", REVEALS, &[]),
                    act("edit", "Đính chính", "Correct", PASSPORTS, &[KEPT]),
                    act(
                        "report",
                        "Báo mất, hủy",
                        "Report as lost or cancelled",
                        PASSPORTS,
                        &[KEPT, Is("standing", "valid")],
                    ),
                    act("delete", "Xóa", "Delete", PASSPORTS, &[KEPT]),
                ],
            },
            InnerList {
                path: "disciplines",
                label: l("Kỷ luật", "Disciplines"),
                columns: &["kind", "document", "valid_from", "valid_to"],
                adds: &[act("new", "Ghi kỷ luật", "Record a discipline", EDIT_OFFICIALS, &[OwnAgency])],
                acts: &[
                    act("edit", "Đính chính", "Correct", EDIT_OFFICIALS, &[OwnAgency]),
                    act("delete", "Xóa", "Delete", EDIT_OFFICIALS, &[OwnAgency]),
                ],
            },
        ],
        ..Collection::PLAIN
    },
    Collection {
        path: "partners",
        label: l("Đối tác", "Partners"),
        about: l("Đối tác nước ngoài, quan hệ, các đoàn qua lại", "Foreign partners, relations, delegations both ways"),
        reads: &["read_partners"],
        columns: &["kind", "country", "locality", "last_visit_in", "last_visit_out"],
        adds: &[act("new", "Thêm đối tác", "Add a partner", PARTNERS, &[])],
        acts: &[
            act("edit", "Sửa", "Edit", PARTNERS, &[Without("merged_into")]),
            act(
                "merge",
                "Gộp đối tác trùng vào đây",
                "Merge a duplicate into this one",
                PARTNERS,
                &[Without("merged_into")],
            ),
        ],
        parts: &[InnerList {
            path: "delegations",
            label: l("Các đoàn", "Delegations"),
            columns: &["number", "title", "state", "begins_on", "ends_on", "headcount"],
            adds: &[],
            acts: &[],
        }],
        ..Collection::PLAIN
    },
    Collection {
        path: "guests",
        label: l("Khách nước ngoài", "Foreign guests"),
        about: l("Khách của các đoàn vào, người trùng để gộp", "Guests of visits, and those that are there twice"),
        reads: &["read_guests"],
        name: "full_name",
        columns: &["nationality", "passport_number", "visits"],
        acts: &[act(
            "merge",
            "Gộp người trùng vào đây",
            "Merge a duplicate into this one",
            &["administer_guests"],
            &[],
        )],
        ..Collection::PLAIN
    },
    Collection {
        path: "papers",
        label: l("Văn bản đã cấp số", "Issued papers"),
        about: l("Sổ văn bản của các cơ quan", "The register of papers"),
        reads: &["read_dossiers"],
        name: "number",
        columns: &["kind", "agency_id", "date", "voided"],
        adds: &[act("new", "Cấp số văn bản", "Issue a paper", &["read_dossiers"], &[])],
        acts: &[act("void", "Hủy số", "Void", SETTLES, &[Without("voided"), OwnAgency])],
        files: &[("file", l("Tải tệp Word", "Word file"))],
        ..Collection::PLAIN
    },
    Collection {
        path: "paper-templates",
        label: l("Mẫu văn bản", "Templates of papers"),
        about: l("Mẫu riêng của tỉnh, của cơ quan", "Templates of the province and of agencies"),
        reads: &["read_regulations"],
        name: "kind",
        key: "kind",
        columns: &["own", "agency_id", "file_name", "updated_at"],
        acts: &[
            act("upload", "Nạp mẫu riêng", "Load an own template", LAW, &[]),
            act("delete", "Bỏ mẫu riêng", "Remove the own template", LAW, &[With("own")]),
        ],
        files: &[("file", l("Tải mẫu", "Download"))],
        ..Collection::PLAIN
    },
    Collection {
        path: "holidays",
        label: l("Ngày nghỉ, ngày làm bù", "Holidays"),
        about: l("Lịch làm việc từng năm", "The working calendar of each year"),
        reads: &["read_regulations"],
        name: "year",
        key: "year",
        adds: &[act("new", "Ghi ngày nghỉ của một năm", "Record a year", LAW, &[])],
        own_list: true,
        own_item: true,
        ..Collection::PLAIN
    },
    Collection {
        path: "plans",
        label: l("Kế hoạch năm", "Annual plans"),
        about: l("Kế hoạch đoàn ra từng năm", "The plan of outbound delegations of each year"),
        area: Area::Plans,
        reads: &["read_plans"],
        name: "year",
        key: "year",
        columns: &["state", "items"],
        acts: &[
            act("consolidate", "Tổng hợp", "Consolidate", &[], &[Listed("consolidate")]),
            act("approve", "Duyệt", "Approve", &[], &[Listed("approve")]),
            act("adjust", "Duyệt điều chỉnh", "Approve the adjustment", &[], &[Listed("adjust")]),
            act("reopen", "Mở lại", "Reopen", &[], &[Listed("reopen")]),
        ],
        parts: &[
            InnerList {
                path: "items",
                label: l("Các mục", "Items"),
                columns: &["title", "agency_id", "month", "countries", "headcount", "budget", "state", "change"],
                adds: &[act(
                    "new",
                    "Đề xuất một mục",
                    "Propose an item",
                    &["draft_plans", "handle_plans"],
                    &[Listed("propose")],
                )],
                acts: &[
                    act("edit", "Sửa", "Edit", &["draft_plans"], &[OwnAgency, IsNot("state", "left_out")]),
                    act("delete", "Xóa", "Delete", &["draft_plans"], &[OwnAgency, Is("state", "proposed")]),
                    act("take-in", "Đưa vào", "Take in", &["handle_plans"], &[Is("state", "left_out")]),
                    act("leave-out", "Để ra", "Leave out", &["handle_plans"], &[Is("state", "proposed")]),
                ],
            },
            InnerList {
                path: "actual",
                label: l("Thực hiện", "What was carried out"),
                columns: &["name", "planned", "used", "off_plan", "unused"],
                adds: &[],
                acts: &[],
            },
        ],
        ..Collection::PLAIN
    },
    Collection {
        path: "duties",
        label: l("Nghĩa vụ", "Duties"),
        about: l("Việc phải làm sau chuyến đi", "What is owed after a trip"),
        area: Area::Duties,
        reads: &["read_dossiers"],
        name: "code",
        acts: &[
            act("fulfil", "Ghi đã làm", "Fulfilled", SETTLES, FULFILLED),
            act("excuse", "Gia hạn", "Excuse", &["submit_dossiers"], EXCUSED),
            act("override", "Bỏ điều giữ lại", "Lift the hold", &["decide_dossiers"], HELD_UP),
            act("correct", "Sửa quyết toán", "Correct the settlement", SETTLES, &[With("settlement")]),
        ],
        own_list: true,
        ..Collection::PLAIN
    },
    Collection {
        path: "custodies",
        label: l("Giao, nhận hộ chiếu", "Passports handed over"),
        about: l("Hộ chiếu đang giao, đã nhận lại, quá hạn", "Passports that are out, back, or overdue"),
        area: Area::Duties,
        reads: &["keep_passports", "read_trail"],
        name: "full_name",
        columns: &["kind", "passport_number", "handed_over_on", "due_on", "returned_on", "lost_on", "overdue"],
        adds: &[act("new", "Giao hộ chiếu", "Hand over", &["keep_passports"], &[])],
        acts: &[
            act("return", "Nhận lại", "Given back", &["keep_passports"], &[Without("returned_on"), Without("lost_on")]),
            act("lost", "Báo mất", "Lost", &["keep_passports"], &[Without("returned_on"), Without("lost_on")]),
        ],
        ..Collection::PLAIN
    },
    Collection {
        path: "substitutions",
        label: l("Thay thế, ủy quyền", "Substitutions"),
        about: l("Ai thay ai, phạm vi và thời gian nào", "Who stands in for whom, for what and when"),
        area: Area::Duties,
        name: "from_person",
        columns: &["to_person", "body", "signed_as", "scope", "valid_from", "valid_to", "document_number"],
        adds: &[act("new", "Ghi người thay", "Name a substitute", &[], &[HoldsSeat])],
        acts: &[act("edit", "Kết thúc", "End", &[], &[MineOr("from_user_id", "administer_accounts")])],
        ..Collection::PLAIN
    },
    Collection {
        path: "reports",
        label: l("Báo cáo", "Reports"),
        about: l("Báo cáo đã chốt, với bản đính chính bên cạnh", "Frozen reports, with corrections beside them"),
        area: Area::Reports,
        reads: &["read_reports"],
        name: "title",
        columns: &["kind", "from", "to", "frozen_at", "reason"],
        adds: &[act("new", "Chốt báo cáo", "Freeze a report", &["freeze_reports"], &[])],
        own_item: true,
        ..Collection::PLAIN
    },
    Collection {
        path: "report-schedules",
        label: l("Báo cáo định kỳ", "Scheduled reports"),
        about: l("Báo cáo tự chốt và gửi thư", "Reports that are frozen and mailed by themselves"),
        area: Area::Reports,
        reads: &["freeze_reports"],
        name: "kind",
        columns: &["window", "days_after", "next_on", "recipients", "created_at"],
        adds: &[act("new", "Đặt lịch", "Schedule a report", &["freeze_reports"], &[])],
        acts: &[act("delete", "Bỏ lịch", "Remove", &["freeze_reports"], &[])],
        ..Collection::PLAIN
    },
    Collection {
        path: "regulations",
        label: l("Văn bản quy định", "Regulations"),
        about: l("Các văn bản, quy tắc và căn cứ", "The texts, their rules and citations"),
        area: Area::Law,
        reads: &["read_regulations"],
        name: "title",
        key: "code",
        columns: &["code", "version", "document", "status", "in_force_from", "in_force_to"],
        own_item: true,
        ..Collection::PLAIN
    },
    Collection {
        path: "regulation-choices",
        label: l("Chọn văn bản sau sáp nhập", "Choices after a merger"),
        about: l("Tỉnh mới áp dụng văn bản của tỉnh cũ nào", "Which old province's text a merged one applies"),
        area: Area::Law,
        reads: &["read_regulations"],
        name: "regulation",
        columns: &["jurisdiction", "from", "document", "reason", "chosen_at"],
        adds: &[act("new", "Chọn văn bản", "Choose a text", LAW, &[])],
        ..Collection::PLAIN
    },
];
