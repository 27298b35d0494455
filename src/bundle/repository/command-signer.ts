import { resolve } from "node:path";
import { type FilterResult, filter } from "../../platform/filter.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { BundleError } from "../errors.ts";

/** A program of the owner that signs: with a hardware key, or by asking a service that keeps keys. */
export interface SignerCommand {
  /** Its path, with a slash in it: what a search for a name would find is for others to decide. */
  readonly path: string;
  /** File of the public key, by which it knows which key to sign with. */
  readonly publicFile: string;
}

/**
 * The signature of `bytes` that the program makes: it gets them as its input and the file of the public key as its only
 * argument, and answers the signature, as it is or in hex or base64. Only one that `verifies` is taken.
 * @throws {BundleError} signer
 */
export async function signByCommand(
  { path, publicFile }: SignerCommand,
  bytes: Uint8Array,
  verifies: (signature: Uint8Array) => boolean,
): Promise<Uint8Array> {
  if (!path.includes("/")) {
    throw new BundleError("signer", `the signer is given as a path: --signer "$(command -v ${path})"`);
  }
  const { exitCode, failure, stdout } = await run(path, publicFile, bytes);
  if (exitCode !== 0) {
    const how =
      failure ?? (exitCode === undefined ? "a signal ended it" : `it ended with status ${exitCode}`);
    throw new BundleError("signer", `the signer ${path} signed nothing: ${how}`);
  }
  const signature = readings(stdout).find(verifies);
  if (signature !== undefined) return signature;
  throw new BundleError(
    "signer",
    `what the signer ${path} answers (${stdout.length} bytes) is no signature by the key in ${publicFile}: 64 bytes for Ed25519, DER for ECDSA; as they are, in hex or in base64`,
  );
}

async function run(path: string, publicFile: string, bytes: Uint8Array): Promise<FilterResult> {
  try {
    return await filter(resolve(path), [resolve(publicFile)], bytes, {
      maxOutput: LIMITS.signerOutputBytes,
      outputLimit: "signerOutputBytes",
      timeoutMs: LIMITS.signerTimeMs,
      timeLimit: "signerTimeMs",
    });
  } catch (cause) {
    if (!(cause instanceof LimitError)) throw cause;
    throw new BundleError("signer", `the signer ${path} was ended: ${cause.message}`, { cause });
  }
}

/** All that `answer` can mean. Which it is, the public key says. */
function readings(answer: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(answer).toString("latin1").replace(/\s/g, "");
  return [
    answer,
    ...(/^([0-9a-f]{2})+$/i.test(text) ? [Buffer.from(text, "hex")] : []),
    ...(/^[A-Za-z0-9+/]+={0,2}$/.test(text) ? [Buffer.from(text, "base64")] : []),
  ];
}
