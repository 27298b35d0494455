import { type KeyObject, sign } from "node:crypto";
import type { PublicKey } from "../tuf/keys.ts";
import { type SignerCommand, signByCommand } from "./command-signer.ts";
import { namedKey, readPublicKey } from "./named-key.ts";
import { kindOf } from "./private-key.ts";

/** Whoever can sign with the private half of a key. */
export interface Signer {
  /** How the user gave it. */
  readonly source: string;
  readonly key: PublicKey;
  /** @throws {BundleError} signer */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Signs with a private key that is here. */
export const keySigner = (key: KeyObject, source: string): Signer => ({
  source,
  key: namedKey(key, "signer").key,
  sign: (bytes) => Promise.resolve(sign(kindOf(key) === "ed25519" ? null : "sha256", bytes, key)),
});

/** Lets a program sign. @throws {BundleError} key_file */
export function commandSigner(command: SignerCommand): Signer {
  const { key } = readPublicKey(command.publicFile);
  return {
    source: command.publicFile,
    key,
    sign: (bytes) => signByCommand(command, bytes, (signature) => key.verify(bytes, signature)),
  };
}
