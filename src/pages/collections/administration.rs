//! The collections of administration: accounts, the trail, personal data, other systems.

use crate::pages::collections::model::OfferedWhen::{Is, NotMine, Without};
use crate::pages::collections::model::{Area, Collection, InnerList, act, l};

const ACCOUNTS: &[&str] = &["administer_accounts"];
const PRIVACY: &[&str] = &["protect_personal_data"];
const WEBHOOKS: &[&str] = &["administer_webhooks"];

/// Those that an administrator has before them.
pub const ADMINISTRATION: &[Collection] = &[
    Collection {
        path: "users",
        label: l("Tài khoản", "Accounts"),
        about: l("Người dùng, vai trò, chức vụ", "People, their roles and seats"),
        area: Area::Administration,
        reads: ACCOUNTS,
        name: "full_name",
        columns: &["username", "agency_id", "roles", "seats", "active", "activated"],
        adds: &[act("new", "Tạo tài khoản", "Create an account", ACCOUNTS, &[])],
        acts: &[
            act("edit", "Sửa", "Edit", ACCOUNTS, &[]),
            act("reset", "Cấp lại mật khẩu", "Reset the password", ACCOUNTS, &[]),
            act("end-sessions", "Kết thúc mọi phiên", "End all sign-ins", ACCOUNTS, &[]),
        ],
        ..Collection::PLAIN
    },
    Collection {
        path: "account-requests",
        label: l("Chờ người quản trị thứ hai", "Waiting for a second administrator"),
        about: l("Việc cần hai người quản trị", "What takes two administrators"),
        area: Area::Administration,
        reads: ACCOUNTS,
        name: "full_name",
        columns: &["act", "username", "wanted", "asked_by_name", "asked_at", "until"],
        acts: &[
            act("confirm", "Đồng ý", "Confirm", ACCOUNTS, &[NotMine("asked_by")]),
            act("refuse", "Từ chối", "Refuse", ACCOUNTS, &[]),
        ],
        ..Collection::PLAIN
    },
    Collection {
        path: "audit",
        label: l("Nhật ký", "Audit trail"),
        about: l("Ai đã làm gì, lúc nào, từ đâu", "Who did what, when, from where"),
        area: Area::Administration,
        reads: &["read_trail"],
        name: "action",
        key: "seq",
        columns: &["at", "actor", "object", "result", "reason", "address"],
        list_files: &[("checkpoint", l("Tải mốc kiểm có chữ ký", "Signed checkpoint"))],
        ..Collection::PLAIN
    },
    Collection {
        path: "subject-requests",
        label: l("Yêu cầu về dữ liệu cá nhân", "Requests about personal data"),
        about: l("Ai yêu cầu gì về dữ liệu của mình, hạn trả lời", "What people ask about their data, and until when"),
        area: Area::Administration,
        reads: PRIVACY,
        name: "subject",
        columns: &[
            "kind",
            "received_on",
            "reply_due_on",
            "replied_on",
            "due_on",
            "extended_until",
            "closed_on",
            "overdue",
        ],
        adds: &[act("new", "Ghi một yêu cầu", "Record a request", PRIVACY, &[])],
        acts: &[
            act(
                "reply",
                "Đã trả lời là đã nhận",
                "Told that it came",
                PRIVACY,
                &[Without("closed_on"), Without("replied_on")],
            ),
            act("extend", "Gia hạn", "Extend", PRIVACY, &[Without("closed_on"), Without("extended_until")]),
            act("close", "Kết thúc", "Close", PRIVACY, &[Without("closed_on")]),
        ],
        ..Collection::PLAIN
    },
    Collection {
        path: "incidents",
        label: l("Sự cố dữ liệu cá nhân", "Incidents of personal data"),
        about: l(
            "Việc đã xảy ra, và hạn báo cơ quan có thẩm quyền",
            "What happened, and until when the authority is told",
        ),
        area: Area::Administration,
        reads: PRIVACY,
        name: "title",
        columns: &[
            "detected_at",
            "notice_due_at",
            "noticed_at",
            "report_due_at",
            "reported_at",
            "closed_at",
            "overdue",
        ],
        adds: &[act("new", "Ghi một sự cố", "Record an incident", PRIVACY, &[])],
        acts: &[
            act(
                "notice",
                "Đã báo lần đầu",
                "First notice given",
                PRIVACY,
                &[Without("closed_at"), Without("noticed_at")],
            ),
            act("report", "Đã báo cáo", "Report given", PRIVACY, &[Without("closed_at"), Without("reported_at")]),
            act("close", "Kết thúc", "Close", PRIVACY, &[Without("closed_at")]),
        ],
        parts: &[InnerList {
            path: "concerned",
            label: l(
                "Ai đã xem, lấy dữ liệu từ 30 ngày trước đó đến nay",
                "Who saw or took data, from 30 days before until today",
            ),
            columns: &["at", "action", "actor", "address", "object", "people"],
            adds: &[],
            acts: &[],
        }],
        ..Collection::PLAIN
    },
    Collection {
        path: "archive-holds",
        label: l("Hồ sơ phải lưu giữ", "Held dossiers"),
        about: l("Hồ sơ chưa được xóa gì, và căn cứ", "Dossiers of which nothing may be erased, and why"),
        area: Area::Administration,
        reads: PRIVACY,
        name: "dossier",
        columns: &["ground", "set_at", "released_at"],
        adds: &[act("new", "Giữ một hồ sơ", "Hold a dossier", PRIVACY, &[])],
        acts: &[act("release", "Hết lưu giữ", "Release it", PRIVACY, &[Without("released_at")])],
        ..Collection::PLAIN
    },
    Collection {
        path: "erasures",
        label: l("Số hộ chiếu đã xóa", "Erased passport numbers"),
        about: l("Xóa theo yêu cầu hoặc khi hết thời hạn lưu", "Erased on request, or after their term"),
        area: Area::Administration,
        reads: PRIVACY,
        name: "dossier",
        columns: &["at", "ground", "people", "papers"],
        adds: &[act("new", "Xóa số hộ chiếu của một hồ sơ", "Erase those of a dossier", PRIVACY, &[])],
        ..Collection::PLAIN
    },
    Collection {
        path: "webhooks",
        label: l("Kết nối tự động", "Webhooks"),
        about: l("Hệ thống khác nhận tin", "Other systems that are told"),
        area: Area::Administration,
        reads: WEBHOOKS,
        name: "url",
        columns: &["active", "disabled_reason", "created_at"],
        adds: &[act("new", "Thêm kết nối", "Add a webhook", WEBHOOKS, &[])],
        acts: &[
            act("edit", "Sửa", "Edit", WEBHOOKS, &[]),
            act("rotate", "Đổi khóa", "Rotate the secret", WEBHOOKS, &[]),
            act("delete", "Xóa", "Delete", WEBHOOKS, &[]),
        ],
        parts: &[InnerList {
            path: "deliveries",
            label: l("Các lần gửi", "Deliveries"),
            columns: &["event", "state", "attempts", "next_at", "last_error", "created_at"],
            adds: &[],
            acts: &[act("retry", "Gửi lại", "Send again", WEBHOOKS, &[Is("state", "dead")])],
        }],
        ..Collection::PLAIN
    },
    Collection {
        path: "service-tokens",
        label: l("Khóa của chương trình", "Tokens of programs"),
        about: l("Chương trình được đọc số liệu", "Programs that may read"),
        area: Area::Administration,
        reads: ACCOUNTS,
        columns: &["scopes", "expires_on", "created_at"],
        adds: &[act("new", "Cấp khóa", "Issue a token", ACCOUNTS, &[])],
        acts: &[act("delete", "Thu hồi", "Revoke", ACCOUNTS, &[])],
        ..Collection::PLAIN
    },
];
