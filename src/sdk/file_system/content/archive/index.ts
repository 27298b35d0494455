import { LIMITS, LimitError } from "../../../../platform/limits.ts";
import { readTar, type TarEntry } from "../../../../tar/read.ts";
import type { Namespace } from "../../../namespace.ts";
import { type Call, operation } from "../../../operation.ts";
import { field, options } from "../../../options.ts";
import { object } from "../../../parameters.ts";
import { requireRead } from "../../access.ts";
import { readerOf } from "../../effects/content.ts";
import { type DirHandle, type FileHandle, HANDLES } from "../../handles.ts";
import { READ_ERRORS } from "../../kinds.ts";
import { bounded } from "../bounds.ts";
import { asIoError } from "../errors.ts";
import { gunzip } from "../gzip/gunzip.ts";
import { extractDirectory, extractFile, type Preserved } from "./extract.ts";

const extractArchiveOptions = options({
  name: "ExtractArchiveOptions",
  path: "rust_safe_io::options",
  summary: "Begins the options of what an extracted archive keeps of its attributes.",
  only: "unix",
  fields: {
    preserve_permissions: field.boolean(true),
    preserve_ownership: field.boolean(false),
    preserve_timestamps: field.boolean(true),
  },
});

function extract(call: Call, archive: FileHandle, base: DirHandle, preserved: Preserved): void {
  const read = readerOf(requireRead(call, archive), archive);
  const directories: TarEntry[] = [];
  let entries = 0;
  asIoError(() => {
    for (const entry of readTar(bounded(gunzip(read, archive.position)))) {
      entries++;
      if (entries > LIMITS.archiveEntries) throw new LimitError("archiveEntries", LIMITS.archiveEntries);
      if (entry.type === "directory") directories.push(entry);
      if (entry.type === "file") extractFile(call, base, entry, preserved);
    }
  });
  // Last, the deepest first: what a directory contains would change its time, or could no longer be put into it.
  for (const entry of directories.sort((a, b) => (a.path < b.path ? 1 : -1))) {
    extractDirectory(call, base, entry, preserved);
  }
}

const extractArchive = operation({
  name: "extract_archive",
  source: "IoErrorKind",
  parameters: [object(HANDLES.file), object(HANDLES.dir, "dest"), extractArchiveOptions.parameter],
  returns: "()",
  summary: "Extracts files and directories of a gzip-compressed tar archive; links and devices are left out.",
  checks: [
    "fs:read File(<archive>)",
    "fs:create File(<dest>/<entry>)",
    "fs:write File(<dest>/<entry>)",
    "fs:create Dir(<dest>/<each parent component>)",
    "fs:chmod File(<dest>/<entry>) [preserve_permissions]",
    "fs:chown File(<dest>/<entry>) [preserve_ownership]",
    "fs:open Dir(<dest>/<dir entry>)",
    "fs:chmod Dir(<dest>/<dir entry>) [preserve_permissions]",
    "fs:chown Dir(<dest>/<dir entry>) [preserve_ownership]",
  ],
  errors: READ_ERRORS,
  example: 'dir.open_file("release.tar.gz", reading).extract_archive(dir, ExtractArchiveOptions().build())',
  only: "linux",
  perform: (call, handle, base, { values }) => {
    extract(call, handle, base, values);
    return null;
  },
});

export const archiveNamespaces: readonly Namespace[] = [
  extractArchiveOptions.namespace,
  { types: [], constants: [], operations: [extractArchive] },
];
