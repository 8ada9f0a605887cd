//! Regulation packs on the command line: check, rehearse, load; every fault is shown with its line.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use kernel::time::{Clock, Period};
use ngoaivu::access::context::RequestContext;
use ngoaivu::config::Config;
use ngoaivu::dossier::ProvinceLaw;
use ngoaivu::procedures::register::registers;
use ngoaivu::procedures::rehearsal::{self, Judged, Rehearsal};
use ngoaivu::regulations::store as regulations;
use ngoaivu::regulations::store::RegulationCache;
use regulation::pack::PackFault;
use regulation::{SHIPPED, book};

use super::place::{DataPlace, jurisdiction};

/// Checks a pack against the packs that come with the product.
pub fn check(file: &Path) -> Result<()> {
    let source = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut known = Vec::new();
    for (code, text) in SHIPPED {
        let below: Vec<_> = known.iter().collect();
        known.push(book::load(text, &below).map_err(|_| anyhow!("the shipped pack {code} has faults"))?);
    }
    let known: Vec<_> = known.iter().collect();
    match book::load(&source, &known) {
        Ok(pack) => {
            println!(
                "{}: {} version {} is valid, {} rule(s), status {}",
                file.display(),
                pack.code,
                pack.version,
                pack.rules.len(),
                pack.status
            );
            Ok(())
        }
        Err(faults) => {
            print_faults(file, &faults);
            bail!("{} fault(s); nothing is loaded", faults.len())
        }
    }
}

/// Checks a pack and loads it.
pub fn load(file: &Path, place: &DataPlace, config: &Config) -> Result<()> {
    let source = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let db = place.open(config)?;
    let now = Clock::Machine.now();
    let loaded = db.write_in_turn(move |conn| {
        let loaded = regulations::add(conn, &source, &[], now)?;
        if let Ok(pack) = &loaded {
            let detail = serde_json::json!({"version": pack.version});
            let object = format!("regulations/{}", pack.code);
            RequestContext::command_line(now).remember(conn, "load_regulation", &object, detail)?;
        }
        Ok(loaded)
    })?;
    db.close();
    match loaded {
        Ok(pack) => {
            println!("{} version {} is loaded", pack.code, pack.version);
            Ok(())
        }
        Err(regulations::NotLoaded::Faults(faults)) => {
            print_faults(file, &faults);
            bail!("{} fault(s); nothing was loaded", faults.len())
        }
        Err(regulations::NotLoaded::VersionTaken) => {
            bail!("this version is already loaded with a different text; increase `version`")
        }
    }
}

/// Applies a draft pack to the dossiers of a period.
pub fn rehearse(file: &Path, days: Period, place: &DataPlace, config: &Config) -> Result<()> {
    let source = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    if days.to < days.from {
        bail!("--to is before --from");
    }
    let db = place.open(config)?;
    let province = jurisdiction(config, &place.find(config)?.0)?;
    let further = config.holidays().map(std::fs::read_to_string).transpose().context("NGOAIVU_HOLIDAYS")?;
    let calendar = regulation::holidays::calendar(further.as_deref()).map_err(|e| anyhow!("holidays: {e}"))?;
    let tools = ProvinceLaw {
        registers: registers(),
        shelf: RegulationCache::new(calendar),
        jurisdiction: Arc::from(province),
    };
    let found = db.read_now(|conn| rehearsal::rehearse(conn, &tools, &source, days))?;
    db.close();
    match found {
        Err(faults) => {
            print_faults(file, &faults);
            bail!("{} fault(s); nothing was rehearsed", faults.len())
        }
        Ok(found) => {
            print!("{}", told(&found));
            Ok(())
        }
    }
}

/// The rehearsal as text.
fn told(found: &Rehearsal) -> String {
    let mut text = String::new();
    let side = |side: &Option<Judged>| match side {
        Some((said, citation)) if citation.is_empty() => said.en.clone(),
        Some((said, citation)) => format!("{} ({citation})", said.en),
        None => "–".to_owned(),
    };
    for one in &found.changed {
        let number = one.number.as_deref().unwrap_or("-");
        let _ = writeln!(text, "{number} {} [{}]", one.title, one.regulation);
        for d in &one.differences {
            let _ = writeln!(text, "  {}: {} → {}", d.what.en, side(&d.before), side(&d.after));
        }
    }
    let _ = writeln!(text, "{} of {} dossier(s) would get a different result", found.changed.len(), found.dossiers);
    text
}

fn print_faults(file: &Path, faults: &[PackFault]) {
    for fault in faults {
        println!("{}:{}: {}: {} / {}", file.display(), fault.line, fault.code, fault.text.vi, fault.text.en);
    }
}
