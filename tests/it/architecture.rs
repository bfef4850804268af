//! Reads the source as text, and holds it to the map in `ARCHITECTURE.md`: who may use whom, what a file begins with, how long it
//! may be. Knows nothing of what the code does.

use std::fs;
use std::path::{Path, PathBuf};

use where_to_eat::telemetry::figures::{self, Kind};

/// The rooms, and the rooms that each may use beside itself. A new line here is a decision.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("config", &[]),
    ("telemetry", &[]),
    ("protocol", &["domain"]),
    ("store", &["domain"]),
    ("venues", &["domain"]),
    ("picture", &["domain"]),
    ("lang", &[]),
    ("hub", &["store", "protocol", "domain"]),
    ("sweep", &["store", "domain"]),
    ("ops", &["store", "domain"]),
    ("web", &["ops", "hub", "store", "venues", "picture", "lang", "protocol", "domain"]),
    ("app", &["web", "ops", "sweep", "hub", "store", "venues", "picture", "protocol", "domain", "config", "telemetry"]),
];

/// What a room must never name, for what it says of itself: the domain is pure and has no clock, the hub knows neither sockets nor
/// HTTP, the store knows no server.
const NEVER: [(&str, &[&str]); 7] = [
    (
        "domain",
        &["tokio", "actix", "redis::", "redb", "reqwest", "getrandom", "SystemTime", "Instant", "std::fs", "std::net"],
    ),
    ("protocol", &["tokio", "actix", "redis::", "redb", "reqwest"]),
    ("hub", &["actix", "reqwest", "redis::", "redb"]),
    ("store", &["actix", "reqwest"]),
    ("ops", &["actix", "reqwest", "redis::", "redb"]),
    ("lang", &["tokio", "actix", "askama", "SystemTime", "std::fs"]),
    ("picture", &["tokio", "actix", "reqwest", "redis::", "redb", "SystemTime", "Instant", "std::fs", "std::net"]),
];

/// Lines of a file without its tests: beyond, it has more than one job.
const LONGEST: usize = 300;

/// One source file, without its tests.
struct Source {
    path: PathBuf,
    /// The first part of its module's path; `main` and `lib` for these two.
    room: String,
    /// How many `super::` lead from it to the crate's root.
    depth: usize,
    text: String,
}

impl Source {
    fn new(path: &Path, text: &str) -> Self {
        let mut modules: Vec<String> = path.iter().map(|part| part.to_string_lossy().replace(".rs", "")).collect();
        if modules.last().is_some_and(|last| last == "mod") {
            modules.pop();
        }
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        Self { path: path.to_owned(), room: modules[0].clone(), depth: modules.len(), text }
    }

    /// The text with its comments blanked out, so that what is said of another room does not count as its use.
    fn code(&self) -> String {
        let lines = self.text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Every room that the code names, by `crate::` or by way of `super::`.
    fn uses(&self) -> Vec<String> {
        let code = self.code();
        let to_root = "super::".repeat(self.depth);
        let mut rooms = Vec::new();
        for root in ["crate::", to_root.as_str()] {
            for (at, _) in code.match_indices(root) {
                let longer = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
                if !longer {
                    rooms.extend(first_names(&code[at + root.len()..]));
                }
            }
        }
        rooms.sort();
        rooms.dedup();
        rooms
    }

    /// One sentence for each thing that breaks the map.
    fn faults(&self) -> Vec<String> {
        let Self { path, room, text, .. } = self;
        let path = path.display();
        let mut faults = Vec::new();
        if !text.starts_with("//! ") {
            faults.push(format!("{path} does not begin with `//! ` and what it knows"));
        }
        let lines = text.lines().count();
        if lines > LONGEST {
            faults
                .push(format!("{path} has {lines} lines without its tests; more than {LONGEST} is more than one job"));
        }
        if matches!(room.as_str(), "main" | "lib") {
            return faults;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| name == room) else {
            faults.push(format!("{path} is in a room that the map does not have: {room}"));
            return faults;
        };
        for used in self.uses().iter().filter(|used| *used != room && !allowed.contains(&used.as_str())) {
            faults.push(format!("{path} uses {used}, but {room} may use {allowed:?} alone"));
        }
        let never = NEVER.iter().find(|(name, _)| name == room).map_or(&[][..], |(_, never)| never);
        for word in never.iter().filter(|word| self.code().contains(*word)) {
            faults.push(format!("{path} names {word}, of which {room} knows nothing"));
        }
        faults
    }

    /// The figures that the code counts: the macro's kind, and the name, or what stands in its place.
    fn figures(&self) -> Vec<(Kind, String)> {
        let code = self.code();
        let mut found = Vec::new();
        for (call, kind) in [("counter!(", Kind::Counter), ("gauge!(", Kind::Gauge), ("histogram!(", Kind::Histogram)] {
            for (at, _) in code.match_indices(call).filter(|(at, _)| !code[..*at].ends_with("describe_")) {
                let name = code[at + call.len()..].split([',', ')']).next().unwrap_or_default();
                found.push((kind, name.trim().trim_matches('"').to_owned()));
            }
        }
        found
    }
}

/// The names right after a path's beginning: `hub::live` is `hub`, `{hub::Live, store}` is both.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(inside) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut names, mut depth, mut begins) = (Vec::new(), 0, true);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && !c.is_whitespace() => {
                names.push(name(&inside[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

/// All Rust files below the folder, with their paths from there.
fn rust_files(root: &Path) -> Vec<(PathBuf, String)> {
    let mut folders = vec![root.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "no source in {}", root.display());
    files
}

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// The product's files; those that hold tests alone are no part of it.
fn sources() -> Vec<Source> {
    let of_product = |path: &Path| path.file_name().is_some_and(|name| name != "tests.rs");
    rust_files(&here("src"))
        .into_iter()
        .filter(|(path, _)| of_product(path))
        .map(|(path, text)| Source::new(&path, &text))
        .collect()
}

/// The code of every file of the product, without its tests and comments.
pub fn code() -> Vec<(PathBuf, String)> {
    sources().iter().map(|source| (source.path.clone(), source.code())).collect()
}

fn source(path: &str, text: &str) -> Source {
    Source::new(Path::new(path), text)
}

#[test]
fn every_file_keeps_to_the_map() {
    let faults: Vec<String> = sources().iter().flat_map(Source::faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_test_says_what_it_is_about() {
    let silent: Vec<PathBuf> = rust_files(&here("tests"))
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no `//! ` at the head of {silent:?}");
}

#[test]
fn every_figure_that_is_counted_is_explained() {
    for source in sources().iter().filter(|source| source.room != "telemetry") {
        for (kind, name) in source.figures() {
            let known = figures::ALL.iter().any(|figure| figure.name == name && figure.kind == kind);
            assert!(
                known,
                "{} counts {name}, which telemetry/figures.rs does not have as a {kind:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn every_figure_that_is_explained_is_counted() {
    let counted: Vec<_> = sources().iter().flat_map(Source::figures).collect();
    for figure in &figures::ALL {
        assert!(counted.contains(&(figure.kind, figure.name.to_owned())), "nothing counts {}", figure.name);
    }
}

/// The companion of the claims above: each fault, planted, is found.
#[test]
fn a_planted_fault_is_found() {
    for (path, text, says) in [
        ("domain/name.rs", "//! Names.\nuse crate::store::Store;\n", "uses store"),
        ("hub/mod.rs", "//! Hub.\nuse crate::{domain::Millis, web::{ws, pages}};\n", "uses web"),
        ("hub/mod.rs", "//! Hub.\nfn f() { crate::web::ws::start() }\n", "uses web"),
        ("hub/area/log.rs", "//! Log.\nuse super::super::super::web::ws;\n", "uses web"),
        ("hub.rs", "//! Hub.\nuse super::config::Settings;\n", "uses config"),
        ("sweep.rs", "//! Sweep.\npub(in crate::store) fn f(x: crate::protocol::Event) {}\n", "uses protocol"),
        ("domain/name.rs", "//! Names.\nuse std::time::SystemTime;\n", "names SystemTime"),
        ("hub/mod.rs", "//! Hub.\nuse actix_web::web;\n", "names actix"),
        ("cellar/mod.rs", "//! Wine.\n", "a room that the map does not have"),
        ("domain/name.rs", "use std::fmt;\n", "does not begin with"),
        ("main.rs", "fn main() {}\n", "does not begin with"),
        ("domain/name.rs", &format!("//! Long.\n{}", "\n".repeat(LONGEST)), "301 lines"),
    ] {
        let faults = source(path, text).faults();
        assert!(faults.len() == 1 && faults[0].contains(says), "{path}: {says:?} is not what is found: {faults:?}");
    }
}

#[test]
fn what_the_map_allows_is_no_fault() {
    let text = "//! Hub. [`crate::web`] calls it.\nuse crate::{\n    domain::{Millis, name},\n    store::Store,\n};\nuse super::log;\n\
                // Not crate::web.\nfn f(x: crate::hub::Live, y: mycrate::web::X) {}\n#[cfg(test)]\nmod tests {\nuse crate::app;\n}\n";
    let hub = source("hub/area.rs", text);
    assert_eq!(hub.uses(), ["domain", "hub", "store"]);
    assert_eq!(hub.faults(), Vec::<String>::new());
}

#[test]
fn figures_are_read_with_their_kind() {
    let text = "//! Hub.\nfn f() { metrics::counter!(\"wte_x_total\", \"act\" => act).increment(1); gauge!(\n    \"wte_y\"\n); }\n";
    let found = source("hub/mod.rs", text).figures();
    assert_eq!(found, [(Kind::Counter, "wte_x_total".to_owned()), (Kind::Gauge, "wte_y".to_owned())]);
}
