pub mod access;
pub mod config;
pub mod db;
pub mod error;
pub mod kernel;
pub mod papers;
pub mod record;
pub mod web;
