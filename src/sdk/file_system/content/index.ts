/** What can be done with the content of files beside reading and writing it: gzip, tar, programs, certificates, ELF. */
import type { Namespace } from "../../namespace.ts";
import { archiveNamespaces } from "./archive/index.ts";
import { attributeNamespaces } from "./attribute.ts";
import { certificateNamespaces } from "./certificate/index.ts";
import { elfNamespaces } from "./elf/index.ts";
import { executeNamespaces } from "./execute/index.ts";
import { gzipNamespaces } from "./gzip/index.ts";
import { gzipLineNamespace } from "./gzip/line-operations.ts";

export const contentNamespaces: readonly Namespace[] = [
  ...gzipNamespaces,
  gzipLineNamespace,
  ...archiveNamespaces,
  ...executeNamespaces,
  ...certificateNamespaces,
  ...elfNamespaces,
  ...attributeNamespaces,
];
