//! The pinned facts of official packs: repository, commit, paths, git blob ids, lengths.
//!
//! Another pack is another row of [`PACKS`]; nothing else in this layer knows a path or an id.

use super::BlobId;

/// A pack that can be fetched from a benchmark's public repository.
#[derive(Debug)]
pub struct Manifest {
    /// The pack's key in storage and links.
    pub id: &'static str,
    /// The name that the page shows.
    pub name: &'static str,
    /// The domain whose tools the pack's tasks use.
    pub domain: &'static str,
    /// Owner and name on GitHub.
    pub repository: &'static str,
    pub commit: &'static str,
    pub licence: &'static str,
    pub files: &'static [PackFile],
}

/// One file of a pack.
#[derive(Debug)]
pub struct PackFile {
    pub role: FileRole,
    /// The path in the repository.
    pub path: &'static str,
    /// The path in a local mirror that is laid out by benchmark and domain.
    pub mirror_path: &'static str,
    /// The pinned content.
    pub blob: BlobId,
    /// The length of the pinned content.
    pub bytes: u64,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    /// Records by id, as JSON. The order of a manifest's tables is the order of the database's.
    Table(&'static str),
    /// The tasks of a split.
    Tasks(&'static str),
    /// The policy's text.
    Policy,
}

/// The packs that the page offers.
pub const PACKS: &[Manifest] = &[TAU_BENCH_RETAIL, TAU_BENCH_AIRLINE];

const TAU_BENCH_RETAIL: Manifest = Manifest {
    id: "tau-bench-retail",
    name: "τ-bench retail",
    domain: "retail",
    repository: "sierra-research/tau-bench",
    commit: "59a200c6d575d595120f1cb70fea53cef0632f6b",
    licence: "MIT",
    files: &[
        PackFile {
            role: FileRole::Table("orders"),
            path: "tau_bench/envs/retail/data/orders.json",
            mirror_path: "tau-bench/retail/orders.json",
            blob: pinned("77e34535e4cde09c21be706452947d267e74448f"),
            bytes: 1_810_945,
        },
        PackFile {
            role: FileRole::Table("products"),
            path: "tau_bench/envs/retail/data/products.json",
            mirror_path: "tau-bench/retail/products.json",
            blob: pinned("dcde9b1beeea329cee6ce28d6b1e414a5284db3a"),
            bytes: 172_258,
        },
        PackFile {
            role: FileRole::Table("users"),
            path: "tau_bench/envs/retail/data/users.json",
            mirror_path: "tau-bench/retail/users.json",
            blob: pinned("47ce9b4231a2881951a451d9bafc67c0c45f4403"),
            bytes: 322_932,
        },
        PackFile {
            role: FileRole::Tasks("test"),
            path: "tau_bench/envs/retail/tasks_test.py",
            mirror_path: "tau-bench/retail/tasks_test.py",
            blob: pinned("d0e4936ef9d523c04debf4ecd9f6d92eb39923a0"),
            bytes: 169_476,
        },
        PackFile {
            role: FileRole::Tasks("dev"),
            path: "tau_bench/envs/retail/tasks_dev.py",
            mirror_path: "tau-bench/retail/tasks_dev.py",
            blob: pinned("aa5acf7f771b6e903bf795e436e03ee6ebe2c03d"),
            bytes: 19_326,
        },
        PackFile {
            role: FileRole::Tasks("train"),
            path: "tau_bench/envs/retail/tasks_train.py",
            mirror_path: "tau-bench/retail/tasks_train.py",
            blob: pinned("4fe71adafdbae7b6683f9d5beb65275172699bb6"),
            bytes: 471_974,
        },
        PackFile {
            role: FileRole::Policy,
            path: "tau_bench/envs/retail/wiki.md",
            mirror_path: "tau-bench/retail/wiki.md",
            blob: pinned("2a23f004bbde6a5e3392585d0fedbb4ac2ee0a11"),
            bytes: 5_718,
        },
    ],
};

const TAU_BENCH_AIRLINE: Manifest = Manifest {
    id: "tau-bench-airline",
    name: "τ-bench airline",
    domain: "airline",
    repository: "sierra-research/tau-bench",
    commit: "59a200c6d575d595120f1cb70fea53cef0632f6b",
    licence: "MIT",
    files: &[
        PackFile {
            role: FileRole::Table("flights"),
            path: "tau_bench/envs/airline/data/flights.json",
            mirror_path: "tau-bench/airline/flights.json",
            blob: pinned("ecfc0351cb211cf2601317f14c6dd105ee163a30"),
            bytes: 2_114_218,
        },
        PackFile {
            role: FileRole::Table("reservations"),
            path: "tau_bench/envs/airline/data/reservations.json",
            mirror_path: "tau-bench/airline/reservations.json",
            blob: pinned("d3e77598bf90486a2805a19332996ec9713295b5"),
            bytes: 2_325_594,
        },
        PackFile {
            role: FileRole::Table("users"),
            path: "tau_bench/envs/airline/data/users.json",
            mirror_path: "tau-bench/airline/users.json",
            blob: pinned("3c611cebf115a65ffecaf8c7f362e007b4739228"),
            bytes: 595_947,
        },
        PackFile {
            role: FileRole::Tasks("test"),
            path: "tau_bench/envs/airline/tasks_test.py",
            mirror_path: "tau-bench/airline/tasks_test.py",
            blob: pinned("47f394333743aaa48292bd447977eae86e16ffe9"),
            bytes: 67_250,
        },
        PackFile {
            role: FileRole::Policy,
            path: "tau_bench/envs/airline/wiki.md",
            mirror_path: "tau-bench/airline/wiki.md",
            blob: pinned("1601b26472674661fc07b48940e86674854ff2e3"),
            bytes: 6_155,
        },
    ],
};

/// The pack of that id.
#[must_use]
pub fn pack(id: &str) -> Option<&'static Manifest> {
    PACKS.iter().find(|pack| pack.id == id)
}

impl Manifest {
    /// The length of all pinned files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

impl PackFile {
    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// An id of the table above; a wrong one stops the compiler.
const fn pinned(hex: &str) -> BlobId {
    match BlobId::from_hex(hex) {
        Some(id) => id,
        None => panic!("a pinned blob id has 40 hexadecimal digits"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_pack_names_each_file_role_and_mirror_path_once() {
        let ids: BTreeSet<_> = PACKS.iter().map(|pack| pack.id).collect();
        assert_eq!(ids.len(), PACKS.len());
        for pack in PACKS {
            let paths: BTreeSet<_> = pack.files.iter().map(|file| file.path).collect();
            let mirrored: BTreeSet<_> = pack.files.iter().map(|file| file.mirror_path).collect();
            let roles: BTreeSet<_> = pack.files.iter().map(|file| format!("{:?}", file.role)).collect();
            assert_eq!([paths.len(), mirrored.len(), roles.len()], [pack.files.len(); 3], "{}", pack.id);
        }
    }
}
