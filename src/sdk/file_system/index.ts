/** Files and directories: handles and what can be done with them, and functions named after shell commands. */
import { kindsOf } from "../error-kinds.ts";
import type { Namespace } from "../namespace.ts";
import { contentNamespaces } from "./content/index.ts";
import { coreDumpNamespaces } from "./core-dump/index.ts";
import { directoryNamespaces } from "./directory/index.ts";
import { entryNamespaces } from "./entry/index.ts";
import { fileNamespaces } from "./file/index.ts";
import { HANDLES } from "./handles.ts";
import { helperNamespaces } from "./helpers/index.ts";
import { sizeNamespace } from "./size.ts";

export { readModule } from "./import.ts";

export const fileSystemNamespaces: readonly Namespace[] = [
  { types: Object.values(HANDLES), constants: [], operations: [] },
  // The two are of closures and of namespaces; as in the reference, no script can compare with them.
  kindsOf("IoErrorKind", ["CallbackError", "ProcessNamespaceFatalError"]),
  sizeNamespace,
  ...directoryNamespaces,
  ...entryNamespaces,
  ...fileNamespaces,
  ...contentNamespaces,
  ...coreDumpNamespaces,
  ...helperNamespaces,
];
