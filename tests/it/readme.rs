//! The README's promises that can be checked by reading: its table of settings is `config/default.toml`, its links lead to files.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use where_to_eat::config::DEFAULTS;

const BEGIN: &str = "<!-- settings: from config/default.toml; a test compares them -->\n";
const END: &str = "<!-- end of settings -->\n";

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The table of every setting: its name, its default, and the comment above it.
fn table(defaults: &str) -> String {
    let mut table = String::from("| setting | default | unit, meaning, reason |\n| --- | --- | --- |\n");
    let (mut section, mut comment) = (String::new(), Vec::new());
    for line in defaults.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.to_owned();
            if !comment.is_empty() {
                writeln!(table, "| `[{section}]` | | {} |", comment.join(" ")).unwrap();
            }
            comment.clear();
        } else if let Some((name, value)) = line.split_once(" = ") {
            let value = if value == "\"\"" { "".to_owned() } else { format!("`{}`", value.trim_matches('"')) };
            let told = comment.join(" ").replace('|', "\\|");
            writeln!(table, "| `{section}.{name}` | {value} | {told} |").unwrap();
            comment.clear();
        } else {
            // What stands apart is about the file, not about a setting.
            comment.clear();
        }
    }
    table
}

/// The text with its settings replaced by these, or nothing where it has no place for them.
fn with_settings(readme: &str, settings: &str) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{settings}\n{END}{after}"))
}

#[test]
fn readme_tells_every_setting_as_it_is() {
    let readme = readme();
    let right = with_settings(&readme, &table(DEFAULTS)).expect("the README has a place for the settings");
    if readme != right {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("README.md");
        fs::write(&file, right).unwrap();
        panic!("README.md and config/default.toml differ. This brings it up to date: cp {} README.md", file.display());
    }
}

#[test]
fn the_table_has_each_setting_with_its_section_default_and_comment() {
    let defaults = "# Of the file.\n\n[a]\n# Seconds.\n# Why | what.\nx_secs = 3\n# Text.\ny = \"z\"\n\n# All of it.\n[b]\n# None.\nw = \"\"\n";
    let rows: Vec<String> = table(defaults).lines().skip(2).map(str::to_owned).collect();
    assert_eq!(
        rows,
        [
            "| `a.x_secs` | `3` | Seconds. Why \\| what. |",
            "| `a.y` | `z` | Text. |",
            "| `[b]` | | All of it. |",
            "| `b.w` |  | None. |"
        ]
    );
    assert_ne!(table(DEFAULTS), table(&DEFAULTS.replace("port = 8080", "port = 8081")));
}

#[test]
fn readme_links_to_files_that_are_there() {
    let readme = readme();
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let missing: Vec<&str> = links
        .filter(|link| !link.contains("://") && !link.starts_with('#'))
        .filter(|link| !Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists())
        .collect();
    assert!(missing.is_empty(), "the README links to what is not there: {missing:?}");
}
