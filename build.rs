//! Packs the page's files (`assets/`) for `src/web/assets.rs`: each as it is, and compressed as far as it goes, so that serving
//! one costs no work and the program is one file. Knows nothing of HTTP beyond the names of media types.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Hex digits of a version or an entity tag: 64 bits, enough to tell any two contents of this project apart.
const HASH_DIGITS: usize = 16;
/// Brotli's best, and the window that goes with it: the work is done once.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 22;

/// What can be served, by the ending of a file's name, and whether it gains from compression.
const MEDIA_TYPES: [(&str, &str, bool); 12] = [
    ("css", "text/css; charset=utf-8", true),
    ("html", "text/html; charset=utf-8", true),
    ("ico", "image/x-icon", true),
    ("jpg", "image/jpeg", false),
    ("js", "text/javascript; charset=utf-8", true),
    ("json", "application/json", true),
    ("png", "image/png", false),
    ("svg", "image/svg+xml", true),
    ("txt", "text/plain; charset=utf-8", true),
    ("webmanifest", "application/manifest+json", true),
    ("webp", "image/webp", false),
    ("woff2", "font/woff2", false),
];

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("assets");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=build.rs");
    let packed = pack(&root, &out).unwrap_or_else(|error| panic!("assets/ cannot be packed: {error}"));
    fs::write(out.join("assets.rs"), packed).expect("cargo's own output folder can be written");
}

/// Writes the compressed forms of every file under `root` into `out`. Answers the Rust text that embeds them all.
pub fn pack(root: &Path, out: &Path) -> Result<String, String> {
    let mut paths = Vec::new();
    list(root, "", &mut paths)?;
    // The lookup is a binary search, and the version must not depend on the order of a folder.
    paths.sort();

    let mut version = Sha256::new();
    let mut entries = String::new();
    for (number, path) in paths.iter().enumerate() {
        let mut file = root.join(path);
        let mut plain = fs::read(&file).map_err(|error| format!("{path}: {error}"))?;
        if let Some(text) = lean(path, &plain) {
            file = out.join(format!("{number}.lean"));
            fs::write(&file, &text).map_err(|error| format!("{}: {error}", file.display()))?;
            plain = text.into_bytes();
        }
        let (mime, compressible) = media_type(path)?;
        // Lengths keep one file's end apart from the next one's beginning.
        version.update(path.len().to_le_bytes());
        version.update(path);
        version.update(plain.len().to_le_bytes());
        version.update(&plain);

        let small =
            |ending: &str, bytes: Vec<u8>| keep_if_smaller(&out.join(format!("{number}.{ending}")), &bytes, &plain);
        let (gzip, brotli) =
            if compressible { (small("gz", gzip(&plain))?, small("br", brotli(&plain))?) } else { (None, None) };
        let hash = short(Sha256::digest(&plain).as_slice());
        writeln!(
            entries,
            "    Asset {{ path: {path:?}, mime: {mime:?}, hash: {hash:?}, plain: include_bytes!({file:?}), gzip: {}, brotli: {} }},",
            embedded(gzip.as_deref()),
            embedded(brotli.as_deref()),
        )
        .expect("writing to a String cannot fail");
    }
    let version = short(version.finalize().as_slice());
    Ok(format!(
        "/// Which files these are: another one after any change.\npub const VERSION: &str = {version:?};\n\n\
         /// Sorted by path.\nstatic ALL: [Asset; {}] = [\n{entries}];\n",
        paths.len()
    ))
}

/// All files below the folder, as paths with `/`. What begins with a dot is not the page's.
fn list(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && prefix.is_empty() => return Ok(()),
        Err(error) => return Err(format!("{prefix}: {error}")),
    };
    for entry in entries {
        let entry = entry.map_err(|error| format!("{prefix}: {error}"))?;
        let name = entry.file_name().into_string().map_err(|name| format!("{name:?} is not UTF-8"))?;
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{path}/"), paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

fn media_type(path: &str) -> Result<(&'static str, bool), String> {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let known = MEDIA_TYPES.iter().find(|(known, _, _)| *known == ending);
    known.map(|(_, mime, compressible)| (*mime, *compressible)).ok_or_else(|| {
        format!("{path} has an ending without a media type: add it to MEDIA_TYPES in build.rs, or take the file out")
    })
}

/// A script or a style sheet without indentation and without the lines that are comments alone: what people read in the source,
/// a phone need not fetch. Lines keep their numbers, so that what a browser reports is found. None where nothing changes.
///
/// It knows whole lines only: a text over several lines would lose its indentation, and the page's own tests forbid one.
fn lean(path: &str, plain: &[u8]) -> Option<String> {
    if !path.ends_with(".js") && !path.ends_with(".css") {
        return None;
    }
    let plain = std::str::from_utf8(plain).ok()?;
    let mut within = false;
    let kept = |line| {
        let line = str::trim_start(line);
        let begins = line.starts_with("/*");
        let comment = within || begins || (line.starts_with("//") && path.ends_with(".js"));
        if within || begins {
            within = !line.contains("*/");
        }
        // Code after the end of a comment stays, and the comment with it.
        let alone = within || line.starts_with("//") || line.trim_end().ends_with("*/");
        if comment && alone { "" } else { line }
    };
    let text = plain.split('\n').map(kept).collect::<Vec<_>>().join("\n");
    (text != plain).then_some(text)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail")
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut bytes, 4096, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(plain).expect("writing to memory cannot fail");
    drop(encoder);
    bytes
}

/// The file with the compressed bytes, unless they save nothing.
fn keep_if_smaller(file: &Path, bytes: &[u8], plain: &[u8]) -> Result<Option<PathBuf>, String> {
    if bytes.len() >= plain.len() {
        return Ok(None);
    }
    fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Some(file.to_owned()))
}

fn embedded(file: Option<&Path>) -> String {
    file.map_or_else(|| "None".to_owned(), |file| format!("Some(include_bytes!({file:?}))"))
}

fn short(digest: &[u8]) -> String {
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex[..HASH_DIGITS].to_owned()
}
