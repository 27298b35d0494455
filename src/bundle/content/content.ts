import type { z } from "zod";
import type { Entity } from "../../policy/entities.ts";
import type { NamedPolicyFile } from "../../policy/policy-files.ts";
import { type Bound, boundOf, expectWithin, type Files, readArchive } from "../archive/index.ts";
import { BundleError } from "../errors.ts";
import { EntityListSchema } from "./entity-file.ts";
import { lineOf, parseJsonFile, type TextFile } from "./json-file.ts";
import { BUNDLE_BOUNDS, type Kind, METADATA, placeOf } from "./layout.ts";
import { type BundleLimits, LimitsSchema, type Metadata, MetadataSchema } from "./metadata.ts";
import { type PolicyTest, PolicyTestListSchema } from "./test-file.ts";

/** An item of a JSON list, and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly file: TextFile;
  readonly index: number;
}

/** What is in a bundle, each file in the form that it must have. Whether it can be used is another question. */
export interface BundleContent {
  readonly metadata: Metadata;
  readonly policies: readonly NamedPolicyFile[];
  /** Declarations beside Remit's schema. */
  readonly schema: TextFile | undefined;
  readonly entities: readonly Placed<Entity>[];
  readonly limits: BundleLimits;
  /** Approved scripts by their names. */
  readonly scripts: ReadonlyMap<string, TextFile>;
  readonly tests: readonly Placed<PolicyTest>[];
  readonly files: Files;
}

/** The content of an archive. @throws {BundleError} */
export const readBundle = (bytes: Uint8Array): BundleContent =>
  readContent(readArchive(bytes, BUNDLE_BOUNDS));

/** The content of these files. @throws {BundleError} with the file and, in one of JSON, the line */
export function readContent(files: Files): BundleContent {
  // First of all: it says whether the rest is of a form that is known.
  const metadata = parseJsonFile(metadataFile(files), MetadataSchema);
  const byKind = new Map<Kind, (TextFile & { readonly stem: string })[]>();
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { kind, stem } = placeOf(name);
    byKind.set(kind, [...(byKind.get(kind) ?? []), { name, stem, text: decoded(name, bytes) }]);
  }
  const all = (kind: Kind) => byKind.get(kind) ?? [];
  const [limits] = all("limits");
  return {
    metadata,
    policies: all("policies").map(({ name, text }) => ({ name, text })),
    schema: all("schema")[0],
    entities: items(all("entities"), EntityListSchema, boundOf("bundleEntities")),
    limits: limits === undefined ? {} : parseJsonFile(limits, LimitsSchema),
    scripts: new Map(all("script").map((script) => [script.stem, script])),
    tests: items(all("tests"), PolicyTestListSchema, boundOf("bundleTests")),
    files,
  };
}

/** The file that says whom a bundle is for. @throws {BundleError} */
export function metadataFile(files: Files): TextFile {
  const bytes = files.get(METADATA);
  if (bytes !== undefined) return { name: METADATA, text: decoded(METADATA, bytes) };
  throw new BundleError("bundle_invalid", "it is missing; it says whom the bundle is for", {
    file: METADATA,
  });
}

/** Line of an item, from 1. */
export const lineOfItem = ({ file, index }: Placed<unknown>): number => lineOf(file, [index]);

function items<T>(files: readonly TextFile[], schema: z.ZodType<T[]>, most: Bound): readonly Placed<T>[] {
  const found: Placed<T>[] = [];
  for (const file of files) {
    for (const [index, value] of parseJsonFile(file, schema).entries()) found.push({ value, file, index });
    expectWithin(most, found.length, file.name);
  }
  return found;
}

const BYTE_ORDER_MARK = "\ufeff";

function decoded(file: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BundleError("bundle_invalid", "it is not UTF-8", { file });
  }
  if (!text.startsWith(BYTE_ORDER_MARK)) return text;
  throw new BundleError("bundle_invalid", "it begins with a byte order mark; save it without", { file });
}
