import type { Namespace } from "../namespace.ts";
import { type LogLevel, type Operation, operation } from "../operation.ts";
import { text } from "../parameters.ts";

/**
 * Script functions, the level they log at and a message for it. `debug` is Rhai's own, and the engine hands its text to
 * the run.
 */
const LEVELS: readonly (readonly [name: string, level: LogLevel, message: string])[] = [
  ["error", "ERROR", "upstream is gone"],
  ["warn", "WARN", "disk at 91 %"],
  ["info", "INFO", "rotated 3 logs"],
  ["trace", "TRACE", "next candidate"],
];

const log = ([name, level, message]: (typeof LEVELS)[number]): Operation =>
  operation({
    name,
    source: "text",
    parameters: [text("message")],
    returns: "()",
    summary: `Adds \`message\` to the run's log at level ${level}.`,
    example: `${name}("${message}")`,
    checks: [],
    perform: (call, message) => {
      call.run.log(level, message, call.line);
      return null;
    },
  });

export const logNamespace: Namespace = {
  types: [],
  constants: [],
  operations: LEVELS.map(log),
};
