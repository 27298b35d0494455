/** Files: what can be done with an open one beside what `content/` offers. */
import type { Namespace } from "../../namespace.ts";
import { attributeNamespace } from "./attribute-operations.ts";
import { readNamespaces } from "./read-operations.ts";
import { writeNamespaces } from "./write-operations.ts";

export { readLines } from "./lines.ts";
export { deleteFile, moveFile } from "./move.ts";
export { readText as readFile, usingLines } from "./read.ts";
export { replaceText } from "./replace-text.ts";
export { countFile, searchFile } from "./scan.ts";
export { copyFile, writeInPlace } from "./write.ts";

export const fileNamespaces: readonly Namespace[] = [
  ...readNamespaces,
  ...writeNamespaces,
  attributeNamespace,
];
