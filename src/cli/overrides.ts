import { resolve } from "node:path";
import type { Overrides } from "../configuration/index.ts";

/** What of the options stands above the configuration file. Paths are those of the directory that the command is in. */
export const overridesOf = (
  options: ReadonlyMap<string, string>,
  names: readonly (keyof Overrides)[],
): Overrides =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = options.get(name);
      return value === undefined ? [] : [[name, name === "listen" || value === "" ? value : resolve(value)]];
    }),
  );
