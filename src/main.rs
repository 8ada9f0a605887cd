//! The program `ngoaivu`: the command line described in api.md §9. It exits with 0 only on success.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use ngoaivu::db::migrate;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Err(error) = cli::arguments::without_passwords() {
        eprintln!("ngoaivu: the password of the database stays in the arguments of this process: {error}");
    }
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ngoaivu: {error:#}");
            let newer = error.downcast_ref::<migrate::MigrationFault>().is_some_and(|f| {
                matches!(f, migrate::MigrationFault::NewerDatabase(_) | migrate::MigrationFault::TrialDatabase(_))
            });
            ExitCode::from(if newer { 78 } else { 1 })
        }
    }
}
