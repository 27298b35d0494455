import { describe, expect, test } from "bun:test";
import { type LogLevel, logLevel, PublishLimit, RunState } from "./run-state.ts";
import { NO_ACCESS } from "./testing.ts";

const newState = (minimum: LogLevel = "INFO") => new RunState(NO_ACCESS, minimum);
const messages = (state: RunState) => state.logs.map(({ message }) => message);
const metric = (name: string, value = 1, dimensions = new Map<string, string>()) => ({
  name,
  value,
  unit: "COUNT",
  dimensions,
});

test("the level of the log is named in any case, and INFO by default", () => {
  expect(logLevel("trace")).toBe("TRACE");
  expect(logLevel("Warn")).toBe("WARN");
  for (const name of [undefined, "", "loud"]) expect(logLevel(name)).toBe("INFO");
});

describe("log", () => {
  test("keeps what is at its level or above", () => {
    const state = newState("WARN");
    for (const level of ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const) state.log(level, level, 1);
    expect(messages(state)).toEqual(["WARN", "ERROR"]);
  });

  test("says when, where and by what", () => {
    const state = newState();
    state.log("INFO", "plain", 7);
    state.log("WARN", "of an operation", 0, "open_file");
    expect(state.logs).toEqual([
      { timestamp: expect.any(String), level: "INFO", message: "plain", line_number: "7" },
      {
        timestamp: expect.any(String),
        level: "WARN",
        message: "of an operation",
        line_number: "0",
        rhai_api_name: "open_file",
      },
    ]);
    expect(state.logs[0]?.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/);
  });

  test("keeps the last 1000 entries, and says that there were more", () => {
    const state = newState();
    for (let index = 0; index < 1000; index++) state.log("INFO", `m${index}`, 1);
    expect(messages(state)).toHaveLength(1000);
    state.log("INFO", "m1000", 1);
    expect(messages(state)).toHaveLength(1001);
    expect(messages(state).slice(0, 2)).toEqual([
      "Warning: Log buffer capacity exceeded. Some earlier log entries were removed to fit new logs.",
      "m1",
    ]);
    expect(messages(state).at(-1)).toBe("m1000");
  });

  test("cuts a message after 2048 bytes, between characters", () => {
    const state = newState();
    for (const message of ["x".repeat(2048), "x".repeat(2049), "🚀".repeat(513)])
      state.log("INFO", message, 1);
    expect(messages(state)).toEqual([
      "x".repeat(2048),
      `${"x".repeat(2035)}...[truncate]`,
      `${"🚀".repeat(508)}...[truncate]`,
    ]);
  });
});

describe("what a run publishes", () => {
  test("keeps every alarm", () => {
    const state = newState();
    state.publishAlarm({ type: "Slow" });
    state.publishAlarm({ type: "Slow", details: "98" });
    expect(state.alarms).toEqual([{ alarm_type: "Slow" }, { alarm_type: "Slow", alarm_details: "98" }]);
  });

  test("keeps the last metric of a name", () => {
    const state = newState();
    state.publishMetric(metric("load", 1));
    state.publishMetric(metric("size", 2, new Map([["__proto__", "x"]])));
    state.publishMetric(metric("load", 3));
    expect(state.metrics.map(({ metric_name, metric_value }) => [metric_name, metric_value])).toEqual([
      ["load", 3],
      ["size", 2],
    ]);
    expect(Object.entries(state.metrics[1]?.metric_dimension ?? {})).toEqual([["__proto__", "x"]]);
    expect(state.metrics[0]?.metric_timestamp).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  test("is bounded in number, alarms and metrics together", () => {
    const state = newState();
    for (let index = 0; index < 5000; index++) {
      state.publishAlarm({ type: "a" });
      state.publishMetric(metric(`m${index}`));
    }
    expect(() => state.publishAlarm({ type: "a" })).toThrow(PublishLimit);
    expect(() => state.publishMetric(metric("one more"))).toThrow(PublishLimit);
    expect(state.alarms).toHaveLength(5000);
    expect(state.metrics).toHaveLength(5000);
  });

  test("is bounded in bytes, however often it is replaced", () => {
    const half = "x".repeat(2 * 2 ** 20);
    const alarms = newState();
    alarms.publishAlarm({ type: "a", details: half });
    expect(() => alarms.publishAlarm({ type: "a", details: half })).toThrow(PublishLimit);
    const metrics = newState();
    metrics.publishMetric(metric("m", 1, new Map([["k", half]])));
    expect(() => metrics.publishMetric(metric("m", 1, new Map([["k", half]])))).toThrow(PublishLimit);
  });
});

test("what is kept once is made once, in one run", () => {
  const state = newState();
  let made = 0;
  const make = () => ({ number: ++made });
  expect(state.once("a", make)).toBe(state.once("a", make));
  expect(state.once("b", make)).toEqual({ number: 2 });
  expect(newState().once("a", make)).toEqual({ number: 3 });
});
