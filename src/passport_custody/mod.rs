//! Custody of official passports (quản lý hộ chiếu, Luật 49/2019/QH14 Đ.23–24): handed over after the decision,
//! returned after the trip.

pub mod actions;
pub mod due_out;
pub mod due_out_http;
pub mod http;
