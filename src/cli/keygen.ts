import {
  expectNewKey,
  generateKey,
  KEY_KINDS,
  publicPath,
  writeKeyPair,
} from "../bundle/repository/index.ts";
import { reportingBundles } from "./bundle-errors.ts";
import type { Given } from "./command.ts";
import { passphraseFor } from "./passphrase.ts";
import { forStandardOutput, print } from "./terminal.ts";

/** `remit keygen` */
export const keygen = ({ options }: Given): Promise<number> =>
  reportingBundles(() => {
    const path = options.get("out") ?? "";
    expectNewKey(path);
    const kind = KEY_KINDS.find((known) => known === options.get("type")) ?? "ed25519";
    const unencrypted = options.has("unencrypted");
    const passphrase = unencrypted ? undefined : passphraseFor(path, options, { twice: true });
    const { id, name } = writeKeyPair(path, generateKey(kind), passphrase);
    const secrecy = unencrypted
      ? "not encrypted: for an online key only: whoever can read the file signs with it"
      : "encrypted; keep it offline, and a copy of it elsewhere";
    print(
      forStandardOutput(
        `private key  ${path} (${secrecy})\npublic key   ${publicPath(path)} (give this one away)\nname         ${name}\nkey id       ${id}\n`,
      ),
    );
    return 0;
  });
