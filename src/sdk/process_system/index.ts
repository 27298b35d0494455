/** Processes: what they are and use, signals to them, and work in their namespaces. Linux only. */
import { kindsOf } from "../error-kinds.ts";
import type { Namespace } from "../namespace.ts";
import { SOURCE } from "./errors.ts";
import { processNamespace } from "./operations.ts";
import { optionNamespaces } from "./options.ts";
import { recordNamespaces } from "./records.ts";
import { signalNamespace } from "./signal.ts";

export const processNamespaces: readonly Namespace[] = [
  kindsOf(SOURCE),
  signalNamespace,
  ...recordNamespaces,
  ...optionNamespaces,
  processNamespace,
];
