import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SIZES, sized } from "./io-fixtures.ts";
import { ALLOW, type Workload } from "./workloads.ts";

/** In scripts `ROOT` stands for the directory of the fixtures, `FILE` for the file of a size. */
const STREAMED: readonly (readonly [name: string, script: string])[] = [
  ["grep over", 'grep("ERROR", "ROOT/FILE").len()'],
  [
    "grep of a regex without case over",
    'grep([grep::ignore_case], "error.*took 5\\\\d\\\\d ms", "ROOT/FILE").len()',
  ],
  ["wc of", 'wc("ROOT/FILE").lines'],
  ["the last lines of", 'tail("ROOT/FILE").len()'],
  ["the first lines of", "opened(`FILE`).read_lines(ReadLinesOptions().count(10).build()).len()"],
  ["lines 50,000 to 50,010 of", 'tail([tail::range(50000, 50010)], "ROOT/FILE").len()'],
  ["pages of 1,000 lines of", "pages(opened(`FILE`), ReadPageOptions().num_lines(1000).build())"],
  ["cp of", 'cp("ROOT/FILE", "ROOT/out/copy")'],
  ["gzip of", "opened(`FILE`).compress_gzip(created(`copy.gz`), CompressGzipOptions().build())"],
  ["grep in gzip of", "opened(`FILE.gz`).search_gzip(`ERROR`, SearchGzipOptions().build()).len()"],
  [
    "the last lines in gzip of",
    "opened(`FILE.gz`).read_gzip_lines(ReadLinesOptions().count(-10).build()).len()",
  ],
  [
    "extracting an archive of",
    "opened(`FILE.tgz`).extract_archive(dir(`ROOT/out`), ExtractArchiveOptions().build())",
  ],
];

const SINGLE: readonly (readonly [name: string, script: string])[] = [
  ["find over 10,000 files by name", found('name("*.none")')],
  [
    "find over 10,000 files by size",
    found('name("*.txt").size_range(SizeRange::min_only(1000, SizeUnit::BYTES))'),
  ],
  ["find_files over 10,000 files", 'find_files([glob::recursive], "*.log", "ROOT/tree").len()'],
  ["du of 10,000 files", 'du("ROOT/tree").len()'],
  [
    "extracting an archive of 1,000 files",
    "opened(`packed.tgz`).extract_archive(dir(`ROOT/out`), ExtractArchiveOptions().build())",
  ],
  ["ps, 10 times", "let n = 0; for i in 0..10 { n += ps().len(); } n"],
  ["netstat, 10 times", "let n = 0; for i in 0..10 { n += netstat().internet.len(); } n"],
  [
    "execute of a tiny program, 100 times",
    'let program = dir("/usr/bin").open_file("true", OpenFileOptions().read(true).build()); let n = 0; for i in 0..100 { n += program.execute(ExecuteOptions().build()).exit_code; } n',
  ],
];

const FUNCTIONS = `
fn dir(path) { DirConfig().path(path).build().open(OpenDirOptions().build()) }
fn opened(name) { dir("ROOT").open_file(name, OpenFileOptions().read(true).build()) }
fn created(name) { dir("ROOT/out").open_file(name, OpenFileOptions().write(true).create(true).build()) }
fn pages(file, options) {
  let lines = 0;
  loop {
    let page = file.read_page(options);
    if page.is_empty() { return lines; }
    lines += page.len();
  }
}
`;

/** Nothing is found, so that no closure is called: what is measured is the search. */
function found(options: string): string {
  return `dir("ROOT/tree").find(FindOptions().${options}.build(), |entry| entry.name)`;
}

/** Rows about files, processes and sockets: no slower than the reference, as the work is that of the system. */
export function ioWorkloads(base: string): readonly Workload[] {
  const row = (name: string, script: string): Workload => ({
    name,
    script: (FUNCTIONS + script).replaceAll("ROOT", base),
    policy: ALLOW,
    beyondStart: true,
    prepare: () => {
      rmSync(join(base, "out"), { recursive: true, force: true });
      mkdirSync(join(base, "out"));
    },
  });
  return [
    ...SINGLE.map(([name, script]) => row(name, script)),
    ...STREAMED.flatMap(([name, script]) =>
      SIZES.map((size) => row(`${name} ${sized(size)}`, script.replaceAll("FILE", `log-${size}`))),
    ),
  ];
}
