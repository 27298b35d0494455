import type { Namespace } from "../../namespace.ts";
import { awkNamespace } from "./awk.ts";
import { catNamespace } from "./cat.ts";
import { cpNamespace } from "./cp.ts";
import { duNamespace } from "./du.ts";
import { findFilesNamespace } from "./find-files.ts";
import { grepNamespace } from "./grep.ts";
import { lsNamespace } from "./ls.ts";
import { mkdirNamespace } from "./mkdir.ts";
import { mvNamespace } from "./mv.ts";
import { rmNamespace } from "./rm.ts";
import { sedNamespace } from "./sed.ts";
import { seqNamespace } from "./seq.ts";
import { tailAndHeadNamespace } from "./tail.ts";
import { touchNamespace } from "./touch.ts";
import { wcNamespace } from "./wc.ts";
import { writeNamespace } from "./write.ts";

/** Functions named after shell commands, which take paths instead of handles. */
export const helperNamespaces: readonly Namespace[] = [
  awkNamespace,
  catNamespace,
  cpNamespace,
  duNamespace,
  findFilesNamespace,
  grepNamespace,
  lsNamespace,
  mkdirNamespace,
  mvNamespace,
  rmNamespace,
  sedNamespace,
  seqNamespace,
  tailAndHeadNamespace,
  touchNamespace,
  wcNamespace,
  writeNamespace,
];
