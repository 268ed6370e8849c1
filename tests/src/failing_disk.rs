//! A real process on a disk that fails on demand: a library that is loaded before the system's, and answers for it while a
//! file of a name is there. It needs a C compiler and a dynamic loader that preloads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int told(const char *name) {
    const char *path = getenv(name);
    return path && access(path, F_OK) == 0;
}

int fdatasync(int file) {
    static int (*real)(int);
    if (told("DISK_FAILS_SYNCS")) { errno = EIO; return -1; }
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return real(file);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (told("DISK_IS_FULL")) { errno = ENOSPC; return -1; }
    if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    return real(file, bytes, count, at);
}
"#;

/// The library, and the files that tell it what fails.
#[derive(Debug)]
pub struct FailingDisk {
    library: PathBuf,
    syncs: PathBuf,
    full: PathBuf,
}

impl FailingDisk {
    /// Builds it in a directory; nothing where there is no C compiler.
    ///
    /// # Panics
    /// When the compiler refuses it.
    #[must_use]
    pub fn build(directory: &Path) -> Option<Self> {
        let (source, library) = (directory.join("disk.c"), directory.join("disk.so"));
        if let Err(error) = fs::write(&source, SOURCE) {
            panic!("the source could not be written: {error}");
        }
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
        let output = compiler.output().ok()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(Self { library, syncs: directory.join("syncs"), full: directory.join("full") })
    }

    /// The variables of a process that stands on it.
    #[must_use]
    pub fn environment(&self) -> [(&str, &Path); 3] {
        [("LD_PRELOAD", &self.library), ("DISK_FAILS_SYNCS", &self.syncs), ("DISK_IS_FULL", &self.full)]
    }

    /// From now on no sync works.
    ///
    /// # Panics
    /// When that cannot be told.
    pub fn fail_syncs(&self) {
        tell(&self.syncs);
    }

    /// From now on there is no room for anything.
    ///
    /// # Panics
    /// When that cannot be told.
    pub fn fill(&self) {
        tell(&self.full);
    }

    /// From now on there is room again.
    ///
    /// # Panics
    /// When that cannot be told.
    pub fn empty(&self) {
        if let Err(error) = fs::remove_file(&self.full) {
            panic!("{}: {error}", self.full.display());
        }
    }
}

fn tell(path: &Path) {
    if let Err(error) = fs::write(path, "") {
        panic!("{}: {error}", path.display());
    }
}
