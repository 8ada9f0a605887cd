//! The program `ngoaivu`: the command line of the contract (api.md §9). Exit 0 only where all is well.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use ngoaivu::db::migrate;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ngoaivu: {error:#}");
            let newer =
                error.downcast_ref::<migrate::Fault>().is_some_and(|f| matches!(f, migrate::Fault::NewerDatabase(_)));
            ExitCode::from(if newer { 78 } else { 1 })
        }
    }
}
