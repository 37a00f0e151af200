//! What the processes use: CPU time and memory, as the kernel counts them.

use std::{collections::HashMap, fs};

use serde::Serialize;

/// The kernel gives CPU times to programs in hundredths of a second, whatever it counts in itself.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU time in seconds, by process.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Usage {
    /// The process that was asked for; with it, where both are one process, the callers.
    pub engine: f64,
    /// Postgres with all its processes.
    pub postgres: f64,
    /// NATS.
    pub nats: f64,
}

impl Usage {
    /// What was used since an earlier reading.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            engine: self.engine - earlier.engine,
            postgres: self.postgres - earlier.postgres,
            nats: self.nats - earlier.nats,
        }
    }

    /// For a thousand of so many orders.
    #[must_use]
    pub fn per_thousand(self, orders: f64) -> Self {
        let share = |used: f64| if orders > 0.0 { used * 1_000.0 / orders } else { 0.0 };
        Self { engine: share(self.engine), postgres: share(self.postgres), nats: share(self.nats) }
    }
}

/// Reads the usage of one process and of the servers below it.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    root: u32,
}

/// Memory that a process holds, in MiB.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Memory {
    /// Now.
    pub rss_mib: u64,
    /// At most, so far.
    pub peak_mib: u64,
}

struct Process {
    parent: u32,
    name: String,
    seconds: f64,
}

impl Meter {
    /// Of that process and those that descend from it. An engine among the descendants has its own meter and is left out.
    pub const fn of(root: u32) -> Self {
        Self { root }
    }

    /// Of this process.
    pub fn of_this_process() -> Self {
        Self::of(std::process::id())
    }

    /// What was used up to now.
    pub fn read(&self) -> Usage {
        let processes = processes();
        let mut usage = Usage::default();
        for (number, process) in &processes {
            if self.owns(*number, &processes) {
                match process.name.as_str() {
                    "postgres" => usage.postgres += process.seconds,
                    "nats-server" => usage.nats += process.seconds,
                    _ => usage.engine += process.seconds,
                }
            }
        }
        usage
    }

    /// The memory of the root itself.
    pub fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/status", self.root)).unwrap_or_default();
        let kib = |key: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
            line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
        };
        Memory { rss_mib: kib("VmRSS:") / 1_024, peak_mib: kib("VmHWM:") / 1_024 }
    }

    fn owns(self, number: u32, processes: &HashMap<u32, Process>) -> bool {
        let mut number = number;
        while number != self.root {
            match processes.get(&number) {
                Some(process) if process.name != "purser" => number = process.parent,
                Some(_) | None => return false,
            }
        }
        true
    }
}

fn processes() -> HashMap<u32, Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter_map(|number| Some((number, parse(&fs::read_to_string(format!("/proc/{number}/stat")).ok()?)?)))
        .collect()
}

/// Reads `/proc/PID/stat` (proc(5)): the name stands in brackets and may hold anything; parent is field 4, and the CPU
/// times of the process and of its children that have ended are fields 14 to 17.
fn parse(stat: &str) -> Option<Process> {
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = after.split_whitespace().collect();
    let parent = fields.get(1)?.parse().ok()?;
    let ticks = fields.get(11..15)?.iter().filter_map(|field| field.parse::<f64>().ok()).sum::<f64>();
    Some(Process { parent, name, seconds: ticks / TICKS_PER_SECOND })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "42 (a) b (c)) S 7 42 42 0 -1 4194560 100 0 0 0 150 50 20 30 20 0 1 0 100 1 1";
        let process = parse(stat).unwrap();
        assert_eq!((process.parent, process.name.as_str()), (7, "a) b (c)"));
        assert!((process.seconds - 2.5).abs() < 1e-9);
    }

    #[test]
    fn this_process_uses_memory() {
        assert!(Meter::of_this_process().memory().peak_mib > 0);
    }
}
