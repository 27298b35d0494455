import { BundleError } from "../errors.ts";
import { MAX_BYTES } from "../tuf/metadata.ts";
import type { MetadataType } from "../tuf/schema.ts";
import { type Document, readDocument } from "./document.ts";
import { type Folder, PUBLIC, STAGING } from "./folder.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The roles whose keys people keep: what they sign is staged first. */
export const STAGED = ["root", "targets"] as const;
export type StagedType = (typeof STAGED)[number];

/** What is in the folder of a repository. */
export interface State {
  readonly settings: Settings;
  readonly released: { readonly [type in MetadataType]: Document<type> | undefined };
  readonly staged: { readonly [type in StagedType]: Document<type> | undefined };
}

const METADATA = `${PUBLIC}/metadata`;
const ROOT_NAME = /^([1-9]\d{0,9})\.root\.json$/;

/** Where a document is released. The timestamp alone has no version in its name: it is what devices ask for. */
export const releasedPath = (type: MetadataType, version: number): string =>
  `${METADATA}/${type === "timestamp" ? "" : `${version}.`}${type}.json`;

export const stagedPath = (type: StagedType): string => `${STAGING}/${type}.json`;

/** Versions of the root that are released, of which none is missing. */
export function rootVersions(folder: Folder): readonly number[] {
  const found = new Set(folder.names(METADATA).map((name) => Number(ROOT_NAME.exec(name)?.[1] ?? 0)));
  const versions: number[] = [];
  while (found.has(versions.length + 1)) versions.push(versions.length + 1);
  return versions;
}

/**
 * Reads what is there, as strictly as devices do. Signatures are not looked at.
 * @throws {BundleError} repository_invalid
 */
export function readState(folder: Folder): State {
  const settings = readSettings(folder);
  const version = rootVersions(folder).length;
  const root = version === 0 ? undefined : read(folder, "root", releasedPath("root", version));
  const timestamp = read(folder, "timestamp", releasedPath("timestamp", 0));
  if (timestamp === undefined) expectNoneBefore(folder);
  const snapshot = follow(folder, "snapshot", timestamp?.signed.meta["snapshot.json"].version);
  const targets = follow(folder, "targets", snapshot?.signed.meta.get("targets.json")?.version);
  return {
    settings,
    released: { root, timestamp, snapshot, targets },
    staged: { root: staged(folder, "root", root), targets: staged(folder, "targets", targets) },
  };
}

/** The root that will be the newest when what is staged is released. @throws {BundleError} repository_invalid */
export function newestRoot({ staged, released }: State): Document<"root"> {
  const root = staged.root ?? released.root;
  if (root !== undefined) return root;
  throw new BundleError(
    "repository_invalid",
    "there is no root, neither staging/root.json nor public/metadata/1.root.json; bring it back",
  );
}

/** What would begin anew with version 1 is refused by every device that has seen another one. */
function expectNoneBefore(folder: Folder): void {
  const later = folder.names(METADATA).find((name) => /^(?!1\.)\d+\.snapshot\.json$/.test(name));
  if (later === undefined) return;
  throw new BundleError(
    "repository_invalid",
    `${releasedPath("timestamp", 0)} is missing, which names ${later} or another one; bring it back from where it is served`,
  );
}

function follow<T extends MetadataType>(folder: Folder, type: T, version?: number): Document<T> | undefined {
  if (version === undefined) return undefined;
  const path = releasedPath(type, version);
  const found = read(folder, type, path);
  if (found !== undefined) return found;
  throw new BundleError("repository_invalid", `${path} is missing, which what is released names`);
}

/** What is staged as the next version. What was released already is left there only by a release that was cut short. */
function staged<T extends StagedType>(
  folder: Folder,
  type: T,
  released?: Document<T>,
): Document<T> | undefined {
  const path = stagedPath(type);
  const found = read(folder, type, path);
  if (found === undefined || (released !== undefined && isSame(found, released))) return undefined;
  const next = (released?.signed.version ?? 0) + 1;
  if (found.signed.version === next) return found;
  throw new BundleError(
    "repository_invalid",
    `${path} is version ${found.signed.version} of ${type}, but the next one is ${next}; remove it and stage the change again`,
  );
}

const isSame = (a: Document, b: Document): boolean => Buffer.compare(a.canonical, b.canonical) === 0;

function read<T extends MetadataType>(folder: Folder, type: T, path: string): Document<T> | undefined {
  const bytes = folder.read(path, MAX_BYTES[type]);
  return bytes === undefined ? undefined : readDocument(type, bytes, `${folder.path}/${path}`);
}
