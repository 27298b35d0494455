import type { Namespace } from "../namespace.ts";
import { type LogLevel, type Operation, operation } from "../operation.ts";
import { text } from "../parameters.ts";

/** Script functions by the level they log at. `debug` is Rhai's own, and the engine hands its text to the run. */
const LEVELS: { readonly [name: string]: LogLevel } = {
  error: "ERROR",
  warn: "WARN",
  info: "INFO",
  trace: "TRACE",
};

const log = (name: string, level: LogLevel): Operation =>
  operation({
    name,
    source: "text",
    parameters: [text("message")],
    returns: "()",
    summary: `Adds \`message\` to the run's log at level ${level}.`,
    checks: [],
    perform: (call, message) => {
      call.run.log(level, message, call.line);
      return null;
    },
  });

export const logNamespace: Namespace = {
  types: [],
  constants: [],
  operations: Object.entries(LEVELS).map(([name, level]) => log(name, level)),
};
