import {
  commandSigner,
  keySigner,
  type NamedKey,
  readPrivateKey,
  readPublicKey,
  type Signer,
} from "../../bundle/repository/index.ts";
import { type Given, UsageError } from "../command.ts";
import { passphraseFor } from "../passphrase.ts";

type Options = Given["options"];

/** The public keys in the files of a list: `a.pub,b.pub`. @throws {BundleError} key_file */
export const keysIn = (list: string): readonly NamedKey[] =>
  list.split(",").map((path) => readPublicKey(path.trim()));

/** The whole number that an option has, from 1; undefined if it is not given. @throws {UsageError} */
export function countOf(options: Options, name: string): number | undefined {
  const text = options.get(name);
  if (text === undefined || /^[1-9]\d{0,5}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`'${text}' is no value of --${name}; it takes a whole number from 1`);
}

/** Who signs: the private key in the file `path`, or the program of `--signer`. @throws {BundleError} or NoPassphrase */
export function signerOf(options: Options, path: string | undefined): Signer {
  const program = options.get("signer");
  if (program !== undefined) {
    const publicFile = options.get("public");
    if (publicFile !== undefined) return commandSigner({ path: program, publicFile });
    throw new UsageError("--signer CMD needs --public FILE: what it signs is verified with that key");
  }
  const file = path ?? "";
  return keySigner(
    readPrivateKey(file, () => passphraseFor(file, options)),
    file,
  );
}

/** Those who sign snapshot and timestamp. */
export const onlineSigners = ({ options, lists }: Given): readonly Signer[] =>
  options.has("signer")
    ? [signerOf(options, undefined)]
    : (lists.get("online-key") ?? []).map((path) => signerOf(options, path));
