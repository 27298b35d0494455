import type { Value } from "rhai-wasm";
import type { Namespace } from "../../namespace.ts";
import type { Call } from "../../operation.ts";
import { text } from "../../parameters.ts";
import { readLines } from "../file/index.ts";
import { flags } from "./flags.ts";
import { helper, join } from "./helper.ts";
import { FILE_CHECKS, FILE_ERRORS, withFile } from "./with.ts";

const DEFAULT_COUNT = 10n;

const tailFlags = flags({
  module: "tail",
  numbered: {
    n: { parameters: ["count"], example: "-3" },
    from: { parameters: ["line"], example: "5" },
    range: { parameters: ["start", "end"], example: "2, 4" },
  },
});
const headFlags = flags({ module: "head", numbered: { n: { parameters: ["count"], example: "3" } } });

const checks = [...FILE_CHECKS, "fs:read File(<file>)"];

function lines(call: Call, path: string, count: bigint | undefined, start: bigint | undefined): Value {
  // A negative line is beyond any file, as in the reference, which takes it for an unsigned number.
  const from = start === undefined ? undefined : BigInt.asUintN(64, start);
  return withFile(call, path, { read: true }, (file) => readLines(call, file, { count, start: from }));
}

const tailNamespace: Namespace = {
  ...tailFlags.namespace,
  operations: [
    ...tailFlags.namespace.operations,
    ...helper({
      name: "tail",
      flags: tailFlags,
      parameters: [text("path")],
      returns: "Array<String>",
      summary:
        "Takes the last ten lines; `tail::n(-3)` the last three, `tail::n(3)` the first three, `tail::from(5)` those from line 5, `tail::range(2, 4)` lines 2 to 4.",
      checks,
      errors: FILE_ERRORS,
      example: { args: '"/srv/app/app.log"', flags: "tail::n(-3)" },
      perform: (call, given, path) => {
        const range = given.numbers("range");
        const [first, last] = range ?? [];
        const length = first !== undefined && last !== undefined ? last - first + 1n : undefined;
        const start = given.numbers("from")?.[0] ?? first;
        const count = given.numbers("n")?.[0] ?? length;
        if (count === undefined && start === undefined) return lines(call, path, -DEFAULT_COUNT, undefined);
        return lines(call, path, count, start);
      },
    }),
  ],
};

const headNamespace: Namespace = {
  ...headFlags.namespace,
  operations: [
    ...headFlags.namespace.operations,
    ...helper({
      name: "head",
      flags: headFlags,
      parameters: [text("path")],
      returns: "Array<String>",
      summary: "Takes the first ten lines; `head::n(3)` the first three.",
      checks,
      errors: FILE_ERRORS,
      example: { args: '"/srv/app/app.log"', flags: "head::n(3)" },
      perform: (call, given, path) => lines(call, path, given.numbers("n")?.[0] ?? DEFAULT_COUNT, undefined),
    }),
  ],
};

export const tailAndHeadNamespace = join([tailNamespace, headNamespace]);
