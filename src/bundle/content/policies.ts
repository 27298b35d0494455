import {
  Entities,
  extendSchema,
  joinSchema,
  loadEntities,
  PolicyError,
  PolicyFiles,
  type PolicySet,
  parsePolicyFiles,
  warmSchema,
} from "../../policy/index.ts";
import { uidText } from "../../policy/uid-text.ts";
import { BundleError, type BundleErrorOptions } from "../errors.ts";
import { type BundleContent, lineOfItem } from "./content.ts";

/** The policies of a bundle, with its schema and entities. @throws {BundleError} with the place of the fault */
export function policiesOf(content: BundleContent): PolicySet {
  const schema = placing(content, content.schema?.name, () =>
    content.schema === undefined ? undefined : extendSchema(content.schema.text),
  );
  const set = placing(content, undefined, () => parsePolicyFiles(content.policies));
  const entities = content.entities.map(({ value }) => value);
  // Without entities there is nothing to look up in each request.
  if (entities.length === 0) return { ...set, ...(schema ? { schema } : {}) };
  const loaded = placing(content, undefined, () => loadEntities(entities, schema));
  return { ...set, ...(schema ? { schema } : {}), entities: loaded };
}

/**
 * As {@link policiesOf}, of a bundle that was checked by this very program: nothing is looked at once more, and what is to
 * be done is done file by file, so that others can go first.
 */
export function* checkedPoliciesOf(content: BundleContent): Generator<undefined, PolicySet> {
  const { entities, policies, schema } = content;
  const files = new PolicyFiles();
  for (const file of policies) {
    files.add(file, true);
    yield;
  }
  const joined = schema && joinSchema(schema.text);
  if (joined !== undefined) warmSchema(joined);
  return {
    ...files.set(),
    ...(joined === undefined ? {} : { schema: joined }),
    ...(entities.length === 0 ? {} : { entities: new Entities(entities.map(({ value }) => value)) }),
  };
}

/** As {@link policiesOf} does: what `load` returns, and where in the bundle its faults are. */
export function placing<T>(content: BundleContent, file: string | undefined, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new BundleError(error.code, error.explained, { cause: error, ...placeOf(content, error, file) });
  }
}

function placeOf(content: BundleContent, error: PolicyError, file = error.file): BundleErrorOptions {
  if (error.code === "entities_invalid") {
    // Whoever finds a fault of an entity names it; of two that are one, the latter is meant.
    const found = content.entities.findLast(({ value }) => error.message.includes(uidText(value.uid)));
    return found === undefined ? {} : { file: found.file.name, line: lineOfItem(found) };
  }
  const { position } = error;
  return { ...(file === undefined ? {} : { file }), ...(position ? { line: position.line } : {}) };
}
