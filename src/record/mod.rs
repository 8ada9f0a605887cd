//! What is remembered with every act, in the same transaction.

pub mod audit;
pub mod counters;
pub mod outbox;
