import { readFile } from "../file_system/file/index.ts";
import { openDir, openFile } from "../file_system/open.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { fromFile } from "./errors.ts";
import type { SlabInfo } from "./slab.ts";
import { parseSlabinfo } from "./slab-parser.ts";
import { slabInfoOf } from "./slab-totals.ts";

/** The kernel's caches. Asks to open `/proc`, and to open and read `/proc/slabinfo`. */
export function slabInfo(call: Call): SlabInfo {
  return slabInfoOf(parseSlabinfo(readSlabinfo(call)));
}

/** Errors of files, denials among them, are of the kind `Other` here. */
function readSlabinfo(call: Call): string {
  try {
    return using(openDir(call, "/proc", {}), (proc) =>
      using(openFile(call, proc, "slabinfo", { read: true }), (handle) => readFile(call, handle)),
    );
  } catch (error) {
    throw fromFile(error);
  }
}
