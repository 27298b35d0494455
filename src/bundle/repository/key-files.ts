import type { KeyObject } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import { UntrustedFile } from "../../platform/configuration-file.ts";
import {
  closing,
  type Fd,
  fsync,
  listNames,
  openAt,
  openDirectoryFollowing,
  unlinkAt,
  writeAll,
} from "../../platform/file.ts";
import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { readPrivateFile } from "../../platform/secret-file.ts";
import { BundleError } from "../errors.ts";
import { type NamedKey, namedKey, nameOfFile, publicKeyFile } from "./named-key.ts";
import { decodeKey, encodeKey, encryptKey } from "./private-key.ts";

const PRIVATE = 0o600;
const PUBLIC = 0o644;

const PUBLIC_ENDING = ".pub";

/** Where the public half of the key in the file `path` is written. */
export const publicPath = (path: string): string => path + PUBLIC_ENDING;

/** Refuses a name that a key has already. @throws {BundleError} key_file */
export function expectNewKey(path: string): void {
  inFile(path, () =>
    closing(openDirectoryFollowing(dirname(resolve(path))), (folder) => {
      const taken = listNames(folder).find(({ name }) =>
        [path, publicPath(path)].map((one) => basename(one)).includes(name),
      );
      if (taken !== undefined) throw new OsError("EEXIST");
    }),
  );
}

/**
 * Writes a private key to `path` and its public half beside it. No file is ever replaced: a key that is lost cannot be
 * made again.
 * @param passphrase that it is encrypted with; undefined leaves it as it is
 * @throws {BundleError} key_file, passphrase
 */
export function writeKeyPair(path: string, key: KeyObject, passphrase: string | undefined): NamedKey {
  const named = namedKey(key, nameOfFile(path));
  const text = passphrase === undefined ? encodeKey(key) : encryptKey(key, passphrase);
  const folder = inFile(path, () => openDirectoryFollowing(dirname(resolve(path))));
  closing(folder, () => {
    create(folder, path, text, PRIVATE);
    try {
      create(folder, publicPath(path), publicKeyFile(named), PUBLIC);
    } catch (error) {
      unlinkAt(folder, basename(path));
      throw error;
    }
    fsync(folder);
  });
  return named;
}

/**
 * The private key in a file that nobody else can open.
 * @param passphrase asked for when it is encrypted
 * @throws {BundleError} key_file, passphrase
 */
export function readPrivateKey(path: string, passphrase: () => string): KeyObject {
  if (path.endsWith(PUBLIC_ENDING)) {
    throw new BundleError("key_file", `${path}: a private key is needed; its file has no ${PUBLIC_ENDING}`);
  }
  const text = inFile(path, () => Buffer.from(readPrivateFile(path)).toString());
  try {
    return decodeKey(text, passphrase);
  } catch (cause) {
    if (!(cause instanceof BundleError)) throw cause;
    throw new BundleError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

function create(folder: Fd, path: string, text: string, mode: number): void {
  const name = basename(path);
  inFile(path, () =>
    closing(openAt(folder, name, { access: "write", create: true, exclusive: true, mode }), (fd) => {
      try {
        writeAll(fd, Buffer.from(text), 0);
        fsync(fd);
      } catch (error) {
        unlinkAt(folder, name);
        throw error;
      }
    }),
  );
}

function inFile<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (!(cause instanceof OsError || cause instanceof LimitError || cause instanceof UntrustedFile))
      throw cause;
    const exists = cause instanceof OsError && cause.code === "EEXIST";
    const why = exists
      ? "there is a file of this name already, and keys are never overwritten"
      : cause.message;
    throw new BundleError("key_file", `${path}: ${why}`, { cause });
  }
}
