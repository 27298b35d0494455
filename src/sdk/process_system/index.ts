/** Processes: what they are and use, signals to them, and work in their namespaces. Linux only. */
import type { Namespace } from "../namespace.ts";
import { errorNamespace } from "./errors.ts";
import { processNamespace } from "./operations.ts";
import { optionNamespaces } from "./options.ts";
import { recordNamespaces } from "./records.ts";
import { signalNamespace } from "./signal.ts";

export const processNamespaces: readonly Namespace[] = [
  errorNamespace,
  signalNamespace,
  ...recordNamespaces,
  ...optionNamespaces,
  processNamespace,
];
