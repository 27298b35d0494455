import { describe, expect, test } from "bun:test";
import { EnumValue, type Value } from "rhai-wasm";
import { caller, messageOf, testRun } from "../testing.ts";
import { runnerNamespace } from "./index.ts";

const call = caller([runnerNamespace]);
/** No check is ever asked for: a policy that denies everything does not keep a script from reporting. */
const run = () => testRun(() => false);
const unit = (name: string): Value => {
  const found = runnerNamespace.constants.find((constant) => constant.name === name)?.value;
  if (!(found instanceof EnumValue)) throw new Error(`no unit ${name}`);
  return found;
};

test("log functions log at their level with the caller's line", () => {
  const state = run();
  for (const name of ["error", "warn", "info", "trace"]) call(state, name, `text of ${name}`);
  expect(state.logs).toEqual([
    { level: "ERROR", message: "text of error", line: 1, api: undefined },
    { level: "WARN", message: "text of warn", line: 1, api: undefined },
    { level: "INFO", message: "text of info", line: 1, api: undefined },
    { level: "TRACE", message: "text of trace", line: 1, api: undefined },
  ]);
  expect(state.asked).toEqual([]);
});

test("log functions take nothing but strings", () => {
  expect(() => call(run(), "info", 5n)).toThrow("no overload");
});

describe("alarms", () => {
  test("are published as often as asked", () => {
    const state = run();
    const slow = call(state, "type", call(state, "AlarmBuilder"), "Slow");
    call(state, "publish", slow);
    call(state, "publish", call(state, "details", slow, "98 percent"));
    expect(state.alarms).toEqual([{ type: "Slow" }, { type: "Slow", details: "98 percent" }]);
  });

  test("a setter leaves its builder as it was", () => {
    const state = run();
    const builder = call(state, "AlarmBuilder");
    call(state, "type", builder, "Lost");
    expect(messageOf(() => call(state, "publish", builder))).toBe("`alarm_type` must be initialized");
    expect(state.alarms).toEqual([]);
  });
});

describe("metrics", () => {
  const metric = (state: ReturnType<typeof run>, fields: { [setter: string]: Value }): Value =>
    Object.entries(fields).reduce(
      (builder, [setter, value]) => call(state, setter, builder, value),
      call(state, "MetricBuilder"),
    );

  test("carry name, value, unit and dimensions", () => {
    const state = run();
    let dimensions = call(state, "MetricDimensionsBuilder");
    for (const [key, value] of [
      ["host", "a"],
      ["host", "b"],
      ["zone", "z"],
    ] as const) {
      dimensions = call(state, "add", dimensions, key, value);
    }
    const fields = { name: "p", value: -99.5, unit: unit("PERCENT") };
    call(state, "publish", metric(state, { ...fields, dimensions: call(state, "build", dimensions) }));
    call(state, "publish", metric(state, { name: "u", value: 0, unit: unit("UNDEFINED") }));
    expect(state.metrics).toEqual([
      {
        name: "p",
        value: -99.5,
        unit: "PERCENT",
        dimensions: new Map([
          ["host", "b"],
          ["zone", "z"],
        ]),
      },
      { name: "u", value: 0, unit: "UNDEFINED", dimensions: new Map() },
    ]);
  });

  test("name the first field that is missing", () => {
    const state = run();
    const missing = (fields: { [setter: string]: Value }) =>
      messageOf(() => call(state, "publish", metric(state, fields)));
    expect(missing({})).toBe("`metric_name` must be initialized");
    expect(missing({ name: "n", unit: unit("COUNT") })).toBe("`metric_value` must be initialized");
    expect(missing({ name: "n", value: 1 })).toBe("`metric_unit` must be initialized");
    expect(state.metrics).toEqual([]);
  });

  test("take floats only", () => {
    const state = run();
    expect(() => call(state, "value", call(state, "MetricBuilder"), 1n)).toThrow("no overload");
  });

  test("an earlier builder can be reused", () => {
    const state = run();
    const load = metric(state, { name: "load", unit: unit("COUNT") });
    for (const value of [1.5, 2]) call(state, "publish", call(state, "value", load, value));
    expect(state.metrics.map(({ value }) => value)).toEqual([1.5, 2]);
  });

  test("the number of dimensions is bounded", () => {
    const state = run();
    let dimensions = call(state, "MetricDimensionsBuilder");
    for (let index = 0; index < 256; index++) dimensions = call(state, "add", dimensions, `k${index}`, "v");
    expect(call(state, "add", dimensions, "k0", "again")).toBeDefined();
    expect(messageOf(() => call(state, "add", dimensions, "one more", "v"))).toBe(
      "a metric has at most 256 dimensions",
    );
  });
});
