import { UntrustedFile } from "../platform/configuration-file.ts";
import { LimitError } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";
import { readPrivateFile } from "../platform/secret-file.ts";
import { askSecret, NoAnswer } from "../platform/terminal.ts";
import type { Given } from "./command.ts";

/** There is no passphrase to be had. */
export class NoPassphrase extends Error {
  override readonly name = "NoPassphrase";
}

/**
 * The passphrase of a private key: from the file of `--passphrase-file`, or else from whoever sits at the terminal. It is
 * never an argument and never in the environment, where others could read it.
 * @param twice for a new one, which nobody could correct later
 * @throws {NoPassphrase}
 */
export function passphraseFor(keyFile: string, options: Given["options"], { twice = false } = {}): string {
  const path = options.get("passphrase-file");
  if (path !== undefined) return fromFile(path);
  try {
    const first = askSecret(`Passphrase of ${keyFile}: `);
    if (twice && askSecret("Once more: ") !== first) throw new NoPassphrase("the two passphrases differ");
    return first;
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause;
    throw new NoPassphrase(`no passphrase: ${cause.message} (--passphrase-file FILE reads one)`, { cause });
  }
}

/** Its first line, as it is: spaces belong to it. */
function fromFile(path: string): string {
  try {
    return Buffer.from(readPrivateFile(path)).toString().split(/\r?\n/, 1)[0] ?? "";
  } catch (cause) {
    if (!(cause instanceof OsError || cause instanceof LimitError || cause instanceof UntrustedFile))
      throw cause;
    throw new NoPassphrase(`the passphrase cannot be read: ${path}: ${cause.message}`, { cause });
  }
}
