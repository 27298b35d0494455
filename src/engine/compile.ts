import { type Host, Terminated, type Value } from "rhai-wasm";
import type { Engine } from "./engine.ts";
import type { RunLimits } from "./limits.ts";

/** Why a script does not compile. Line and column count from 1; 0 where they are not known. */
export interface CompileFault {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Before the script, on its first line: what follows is compiled, and not reached. */
const RETURN = "return;";
/** Variables that a script can be given as arguments. */
const MAX_VARIABLES = 256;
const UNDEFINED = /^Syntax error: Undefined variable: (\w+) /;
const PLACE = / \(line \d+, position \d+\)$/;

const NOTHING: Host = {
  call: () => {
    throw new Terminated("it was only to be compiled");
  },
  debug: () => undefined,
  importModule: () => undefined,
};

/**
 * Compiles `script` without running anything of it. Variables that it does not declare count as its arguments.
 * @throws {EngineError} for a fault that is not the script's
 */
export async function compileFault(
  engine: Engine,
  script: string,
  limits: RunLimits,
): Promise<CompileFault | undefined> {
  const scope = new Map<string, Value>();
  for (;;) {
    const result = await engine.run({ script: RETURN + script, scope, limits, host: NOTHING });
    if (result.status === "ok") return undefined;
    const [, variable] = UNDEFINED.exec(result.message) ?? [];
    if (variable !== undefined && !scope.has(variable) && scope.size < MAX_VARIABLES) {
      scope.set(variable, null);
      continue;
    }
    const { line, column } = result.position;
    const message = result.message.replace(PLACE, "").replace(/^Syntax error: /, "");
    return { message, line, column: line === 1 ? Math.max(column - RETURN.length, 1) : column };
  }
}
