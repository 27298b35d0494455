import type { CedarValue, Context, ContextEntity } from "../../../../policy/types.ts";
import { ioError } from "../../os-errors.ts";
import type { Argument } from "./options.ts";

export interface Identity {
  readonly user: string | undefined;
  readonly uid: number;
  readonly group: string | undefined;
  readonly gid: number;
}

/**
 * What a policy sees of an execution. An argument with a value is a key and its tag; one alone is a flag when it
 * begins with `-`, else a positional value, and is tagged "true" under itself, and with itself under `$ARG0` and so on.
 * @throws {SdkError} `ValidationError` where two arguments claim one tag: a policy would see only one of them
 */
export function executionContext(
  args: readonly Argument[],
  env: ReadonlyMap<string, string>,
  identity: Identity,
  targetProcess: number | undefined,
): Context {
  const reference = (entity: ContextEntity): CedarValue => ({
    __entity: { type: entity.type, id: entity.id },
  });
  const [argumentsEntity, environmentEntity] = [entityOfArguments(args), entityOfEnvironment(env)];
  const { user, uid, group, gid } = identity;
  return {
    record: {
      arguments: reference(argumentsEntity),
      environment: reference(environmentEntity),
      ...(user === undefined ? {} : { user: { username: user, uid } }),
      ...(group === undefined ? {} : { group: { groupname: group, gid } }),
      ...(targetProcess === undefined ? {} : { namespace: { target_process_id: targetProcess } }),
    },
    entities: [argumentsEntity, environmentEntity],
  };
}

function entityOfArguments(args: readonly Argument[]): ContextEntity {
  const tags = new Map<string, string>();
  const keys: string[] = [];
  const flags: string[] = [];
  const positional: string[] = [];
  const tag = (name: string, value: string) => {
    if ((tags.get(name) ?? value) !== value) throw ambiguous(name);
    tags.set(name, value);
  };
  let alone = 0;
  for (const { key, value } of args) {
    if (value !== undefined) {
      tag(key, value);
      keys.push(key);
      continue;
    }
    tag(`$ARG${alone++}`, key);
    tag(key, "true");
    (key.startsWith("-") ? flags : positional).push(key);
  }
  return {
    type: "file_system::Arguments",
    id: "arguments",
    attributes: { keys, flags, positional_values: positional },
    tags: Object.fromEntries(tags),
  };
}

const ambiguous = (name: string) =>
  ioError("ValidationError", `Validation error: Argument '${name}' is given with different values`);

function entityOfEnvironment(env: ReadonlyMap<string, string>): ContextEntity {
  return {
    type: "file_system::Environment",
    id: "environment",
    attributes: { names: [...env.keys()] },
    tags: Object.fromEntries(env),
  };
}
