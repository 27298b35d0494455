import { EnumValue } from "rhai-wasm";
import { type Operation, surface } from "../../../src/sdk/index.ts";

/** Ordinary arguments as Rhai expressions: what each call passes besides the one that is hostile. */

const { operations, manifest } = surface;

const handle = (name: string): string =>
  `open_dir(DIR).open_file("${name}", OpenFileOptions().read(true).write(true).build())`;

/** How a script gets an object of a type that has no constructor without parameters. */
const OBJECTS: { readonly [type: string]: string } = {
  DirHandle: "open_dir(DIR)",
  FileHandle: handle("text"),
  SymlinkHandle: 'open_dir(DIR).open_symlink("link")',
  DirEntry: 'ls(DIR)["text"]',
  SizeRange: "SizeRange::min_only(1, SizeUnit::BYTES)",
  DateTime: "from_epoch_seconds(0)",
  CoreDump: 'CoreDump(DIR + "/text", DIR + "/text")',
  Request: 'Client().get("http://127.0.0.1:1/")',
};

/** Arguments of the operations that need other files than text, by the index of the parameter. */
const OWN: { readonly [operation: string]: { readonly [index: number]: string } } = {
  extract_archive: { 0: handle("archive"), 1: 'open_dir(DIR + "/sub")' },
  gzip_info: { 0: handle("gzip") },
  read_gzip_lines: { 0: handle("gzip") },
  search_gzip: { 0: handle("gzip") },
  search_gzip_exists: { 0: handle("gzip") },
  compress_gzip: { 1: handle("empty") },
  copy: { 1: handle("empty") },
  find_files: { 1: "DIR" },
  glob: { 1: "DIR" },
  ls: { 0: "DIR" },
  du: { 0: "DIR" },
  mkdir: { 0: 'DIR + "/made"' },
  rm: { 0: 'DIR + "/sub"' },
  open_symlink: { 1: '"link"' },
  read_link_target: { 1: '"link"' },
};

/** Texts by the name of the parameter. */
const TEXTS: { readonly [name: string]: string } = {
  path: 'DIR + "/text"',
  source: 'DIR + "/text"',
  destination: 'DIR + "/copied"',
  name: '"text"',
  target: '"text"',
  url: '"http://127.0.0.1:1/"',
  endpoint: '"127.0.0.1"',
};

const BUILT_IN: { readonly [type: string]: string } = {
  i64: "1",
  f64: "1.0",
  bool: "true",
  Array: "[]",
  Map: "#{}",
  FnPtr: "|x| false",
};

/** Values that `build()` insists on. */
const REQUIRED: { readonly [type: string]: string } = {
  DirConfig: ".path(DIR)",
  ReadLinesOptions: ".count(1)",
  ReadPageOptions: ".num_lines(1)",
  FallocateOptions: ".length(1)",
  OpenFileOptions: ".read(true)",
};

/** An ordinary value of a parameter of `operation`; undefined for types that no sample is known of. */
export function sample({ name, parameters, parameterNames }: Operation, index: number): string | undefined {
  const own = OWN[name];
  // With flags before them the parameters are one further.
  const shift = parameters[0] === "Array" && parameterNames[0] === "flags" ? 1 : 0;
  const given = own?.[index - shift];
  if (given !== undefined) return given;
  const type = parameters[index] ?? "";
  if (type === "String") return TEXTS[parameterNames[index] ?? ""] ?? '"a"';
  return BUILT_IN[type] ?? OBJECTS[type] ?? constructed(type) ?? constant(type);
}

function constructed(type: string): string | undefined {
  const made = operations.find(({ returns, parameters }) => returns === type && parameters.length === 0);
  return made ? `${made.name}()` : builderOf(type)?.replace(/$/, ".build()");
}

/** What makes a value of `type` once it is built. */
export function builderOf(type: string): string | undefined {
  const build = operations.find(({ name, returns }) => name === "build" && returns === type);
  const begun = build && constructed(build.parameters[0] ?? "");
  return begun && `${begun}${REQUIRED[type] ?? ""}`;
}

function constant(type: string): string | undefined {
  const found = manifest.constants.find(({ value }) => value instanceof EnumValue && value.type === type);
  return found && `${found.module}::${found.name}`;
}
