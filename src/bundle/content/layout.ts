import { boundOf } from "../archive/index.ts";
import { BundleError } from "../errors.ts";
import { NAME } from "./metadata.ts";

/** What a file of a bundle is. */
export type Kind = "metadata" | "schema" | "limits" | "policies" | "entities" | "script" | "tests";

export const METADATA = "metadata.json";

/** Files that have their place, and folders for several of one ending. */
const PLACES: readonly { readonly kind: Kind; readonly folder?: string; readonly file: string }[] = [
  { kind: "metadata", file: METADATA },
  { kind: "schema", file: "schema.cedarschema" },
  { kind: "limits", file: "limits.json" },
  { kind: "policies", folder: "policies", file: ".cedar" },
  { kind: "entities", folder: "entities", file: ".json" },
  { kind: "script", folder: "scripts", file: ".rhai" },
  { kind: "tests", folder: "tests", file: ".json" },
];

export const BUNDLE_BOUNDS = {
  bytes: boundOf("bundleBytes"),
  unpackedBytes: boundOf("bundleUnpackedBytes"),
  files: boundOf("bundleFiles"),
  fileBytes: boundOf("bundleFileBytes"),
};

/** What the file at `path` is, and its name without folder and ending. @throws {BundleError} `bundle_invalid` */
export function placeOf(path: string): { readonly kind: Kind; readonly stem: string } {
  for (const { kind, folder, file } of PLACES) {
    if (folder === undefined && path === file) return { kind, stem: file };
    if (folder === undefined || !path.startsWith(`${folder}/`) || !path.endsWith(file)) continue;
    const stem = path.slice(folder.length + 1, -file.length);
    if (NAME.test(stem)) return { kind, stem };
    throw refusal(path, "a name is of lower-case letters, digits and ._-, and has at most 64");
  }
  const known = PLACES.map(({ folder, file }) => (folder === undefined ? file : `${folder}/NAME${file}`));
  throw refusal(path, `a bundle has no such file; it has ${known.join(", ")}`);
}

const refusal = (file: string, why: string): BundleError => new BundleError("bundle_invalid", why, { file });
