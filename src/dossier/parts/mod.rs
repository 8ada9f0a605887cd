//! Parts of dossiers that procedures share: stops, funding, members, attachments, duties, engagements, numbers.

pub mod attachment_folder;
pub mod attachments;
pub mod duties;
pub mod engagement;
pub mod line;
pub mod listed;
pub mod model;
pub mod numbering;
pub mod paper_fields;
pub mod rules;
