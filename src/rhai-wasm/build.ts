/**
 * Rebuilds the committed WASM from the Rust crates: `npm run build:rhai`. With `--check` it only compares.
 * The tools are Debian's: rustc-web, cargo-web, rust-web-src, lld-19 and binaryen.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Crate {
  readonly directory: string;
  /** File name that cargo gives the module. */
  readonly artifact: string;
  readonly output: string;
  /** Arguments of rustc beyond those of every crate. */
  readonly flags: readonly string[];
}

const here = import.meta.dirname;

const CRATES: readonly Crate[] = [
  {
    directory: join(here, "crate"),
    artifact: "rhai_wasm.wasm",
    output: join(here, "rhai.wasm"),
    // The memory comes from the host, whose maximum is the run's limit; 1 GiB is the most it may give.
    flags: [
      "-Clink-arg=--import-memory",
      "-Clink-arg=--max-memory=1073741824",
      "-Clink-arg=--export=__heap_base",
    ],
  },
  {
    directory: join(here, "regex"),
    artifact: "regex_wasm.wasm",
    output: join(here, "regex.wasm"),
    // Searching text takes a quarter of the time with them.
    flags: ["-Clink-arg=--max-memory=268435456", "-Ctarget-feature=+simd128"],
  },
];

/** The tools by the Debian package that has them. */
const TOOLS = {
  "/usr/bin/rustc": "rustc-web",
  "/usr/bin/cargo": "cargo-web",
  "/usr/lib/rustlib/src/rust/library/Cargo.lock": "rust-web-src",
  "/usr/bin/wasm-ld-19": "lld-19",
  "/usr/bin/wasm-opt": "binaryen",
} as const;

/** What Bun, Deno and Node all take; `--all-features` makes modules that they reject. */
const FEATURES = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
];

function refuseWithoutTools(): void {
  const missing = Object.entries(TOOLS).filter(([path]) => !existsSync(path));
  if (missing.length === 0) return;
  console.error(`build:rhai needs ${missing.map(([path]) => path).join(", ")}`);
  console.error(`on Debian: apt-get install ${missing.map(([, name]) => name).join(" ")}`);
  process.exit(1);
}

function build(crate: Crate, target: string): Uint8Array {
  // Paths of this machine would end up in panic messages, and the bytes would differ from machine to machine.
  const registry = join(
    process.env["CARGO_HOME"] ?? join(process.env["HOME"] ?? "/root", ".cargo"),
    "registry/src",
  );
  const flags = [
    ...crate.flags,
    `--remap-path-prefix=${crate.directory}=crate`,
    `--remap-path-prefix=${registry}=registry`,
    "--remap-path-prefix=/usr/lib/rustlib/src/rust=rust",
  ];
  const config = `target.wasm32-unknown-unknown`;
  execFileSync(
    "/usr/bin/cargo",
    [
      "build",
      "--release",
      "--lib",
      "--locked",
      "--target",
      "wasm32-unknown-unknown",
      "-Zbuild-std=std,panic_abort",
      "--config",
      `${config}.linker="wasm-ld-19"`,
      "--config",
      `${config}.rustflags=${JSON.stringify(flags)}`,
    ],
    {
      cwd: crate.directory,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        RUSTC: "/usr/bin/rustc",
        // Debian's rustc is a stable one; building std for the target is an unstable option of it.
        RUSTC_BOOTSTRAP: "1",
        // rhai's hasher draws its keys when it is compiled.
        CONST_RANDOM_SEED: "rhai-wasm",
        CARGO_TARGET_DIR: target,
        // Of the environment, only this may change the bytes.
        RUSTFLAGS: undefined,
        CARGO_ENCODED_RUSTFLAGS: undefined,
        SOURCE_DATE_EPOCH: "0",
      },
    },
  );
  const optimised = join(target, crate.artifact);
  execFileSync("/usr/bin/wasm-opt", [
    // A quarter smaller than with -O3 and as fast; a start of the program is mostly compiling this.
    "-Oz",
    "--strip-debug",
    "--strip-producers",
    ...FEATURES.map((feature) => `--enable-${feature}`),
    join(target, "wasm32-unknown-unknown/release", crate.artifact),
    "-o",
    optimised,
  ]);
  return readFileSync(optimised);
}

refuseWithoutTools();
const check = process.argv.includes("--check");
for (const crate of CRATES) {
  const target = process.env["RHAI_TARGET_DIR"] ?? mkdtempSync(join(tmpdir(), "rhai-wasm-"));
  try {
    const bytes = build(crate, target);
    if (!check) {
      writeFileSync(crate.output, bytes);
      console.log(`${crate.output}: ${bytes.length} bytes`);
    } else if (!existsSync(crate.output) || !readFileSync(crate.output).equals(bytes)) {
      console.error(`${crate.output} is not what its source builds; run: npm run build:rhai`);
      process.exitCode = 1;
    } else console.log(`${crate.output} is what its source builds`);
  } finally {
    if (!process.env["RHAI_TARGET_DIR"]) rmSync(target, { recursive: true, force: true });
  }
}
