import { describe, expect, test } from "bun:test";
import type { Value } from "rhai-wasm";
import { RunError } from "./errors.ts";
import type { RunResult } from "./result.ts";
import { type RunInput, refusedResult } from "./run.ts";
import { LIMITS, run } from "./testing.ts";

const metricNames = ({ metrics = [] }: RunResult) => metrics.map(({ metric_name }) => metric_name);
const alarmTypes = ({ alarms = [] }: RunResult) => alarms.map(({ alarm_type }) => alarm_type);

describe("a script that ends well", () => {
  test("has its last value as output", async () => {
    const result = await run('[1, "two", 3.5]');
    expect(result).toMatchObject({ status: "SUCCESS", output: '[1, "two", 3.5]', logs: [] });
    expect(result).not.toHaveProperty("error");
    expect(result).not.toHaveProperty("alarms");
    expect((await run("let x = 1;")).output).toBe("");
  });

  test("finds its arguments and its modules", async () => {
    const scope = new Map<string, Value>([
      ["port", 80n],
      ["hosts", ["a", "b"]],
    ]);
    const script = 'import "lib" as lib; lib::twice(port) + hosts.len()';
    for (const walkAst of [false, true]) {
      expect((await run(script, { arguments: scope, walkAst })).output).toBe("162");
    }
  });

  test("reports how long it took, after its own metrics", async () => {
    const result = await run('metric("mine"); alarm("Mine")', { startedAt: performance.now() - 1000 });
    expect(metricNames(result)).toEqual([
      "mine",
      "RexRunnerScriptExecutionTime",
      "RexRunnerScriptExecutionSuccessCount",
      "RexRunnerTotalExecutionTime",
    ]);
    expect(result.alarms).toEqual([{ alarm_type: "Mine", alarm_details: "why" }]);
    const time = result.metrics?.find(({ metric_name }) => metric_name === "RexRunnerTotalExecutionTime");
    expect(time).toMatchObject({ metric_unit: "TIME", metric_dimension: { MetricInfo: "Duration" } });
    expect(time?.metric_value).toBeGreaterThanOrEqual(1e9);
  });

  test("has its log, with debug texts when they are asked for", async () => {
    const script = 'info("said"); debug("text"); debug([1])';
    const messages = async (logLevel: RunInput["logLevel"]) =>
      (await run(script, { logLevel })).logs?.map(({ attributes }) => attributes.message);
    expect(await messages("INFO")).toEqual(["said"]);
    expect(await messages("DEBUG")).toEqual(["said", "text", "[1]"]);
  });
});

describe("a script that fails", () => {
  test("says why, and what it published remains", async () => {
    const result = await run('alarm("Mine"); info("before");\nfail("NotFound", "no such file")');
    const message = "IoErrorKind: NotFound: no such file (line 2, position 1)";
    expect(result).toMatchObject({
      status: "ERROR",
      output: "",
      error: { error_type: "SCRIPT_EXCEPTION", message },
      alarms: [
        { alarm_type: "Mine" },
        {
          alarm_type: "RexRunnerScriptExecutionFailure",
          alarm_details: `Failed to execute script: ${message}`,
        },
      ],
    });
    expect(result.logs).toHaveLength(1);
    expect(metricNames(result)).toEqual([
      "RexRunnerScriptExecutionTime",
      "RexRunnerScriptExecutionFailureCount",
      "RexRunnerTotalExecutionTime",
    ]);
  });

  test("because of the policy is told apart from one that handles the denial", async () => {
    const deny = 'fail("PermissionDenied", "Permission denied: tester unauthorized")';
    const denied = await run(deny);
    expect(denied.error?.error_type).toBe("ACCESS_DENIED_EXCEPTION");
    expect(alarmTypes(denied)).toEqual(["RexRunnerPrivilegeEscalation"]);
    expect(metricNames(denied)).toContain("RexRunnerPrivilegeEscalationCount");
    expect(await run(`let r = ""; try { ${deny} } catch { r = "went on" } r`)).toMatchObject({
      output: "went on",
    });
    expect((await run('import "secret" as s;')).error?.error_type).toBe("ACCESS_DENIED_EXCEPTION");
  });

  test("to compile has no execution time, and an alarm of its own", async () => {
    const result = await run("let x = ;");
    expect(result.error?.error_type).toBe("SCRIPT_EXCEPTION");
    expect(alarmTypes(result)).toEqual([
      "RexRunnerScriptCompilationFailure",
      "RexRunnerScriptExecutionFailure",
    ]);
    expect(result.alarms?.[0]?.alarm_details).toStartWith("Failed to compile script: ");
    expect(result.alarms?.[0]?.alarm_details).not.toContain("Syntax error");
    expect(metricNames(result)).toEqual([
      "RexRunnerScriptCompilationFailureCount",
      "RexRunnerScriptExecutionFailureCount",
      "RexRunnerTotalExecutionTime",
    ]);
  });

  test("has no longer a message than a result may have", async () => {
    const long = await run('let t = "x"; t.pad(5000, "x"); throw t');
    expect(long.error?.message).toHaveLength(1024);
    expect(long.error?.message).toEndWith("...");
  });
});

describe("a run that is ended", () => {
  test("at a limit names the limit", async () => {
    const result = await run('let t = "x"; loop { t += t; }');
    expect(result.error).toMatchObject({ error_type: "SCRIPT_EXCEPTION", limit: "stringBytes" });
    expect(result.error?.message).toStartWith("Limit stringBytes: ");
    expect((await run(" ".repeat(5000))).error).toMatchObject({ limit: "scriptBytes" });
    expect((await run("fn f(n) { f(n + 1) } f(0)")).error).toMatchObject({ limit: "callDepth" });
  });

  test("by the caller gives the caller's reason", async () => {
    const cancelled = () => "received SIGTERM";
    const result = await run("loop { }", { cancelled });
    expect(result.error?.message).toStartWith("Script terminated: received SIGTERM");
    expect(result.error).not.toHaveProperty("limit");
  });

  test("by the host cannot be caught", async () => {
    const result = await run("try { end() } catch { } 5");
    expect(result.error?.message).toStartWith("Script terminated: ended by the host");
  });

  test("for publishing too much keeps what was published", async () => {
    const result = await run('let n = 0; loop { try { alarm("a"); } catch { } n += 1; }', {
      limits: { ...LIMITS, operations: 0 },
    });
    expect(result.error?.message).toStartWith(
      "Script terminated: the script published more alarms and metrics than it may",
    );
    expect(result.alarms).toHaveLength(10_001);
  });
});

describe("a run without a result", () => {
  const failure = async (script: string): Promise<RunError> => {
    try {
      await run(script);
    } catch (error) {
      if (error instanceof RunError) return error;
      throw error;
    }
    throw new Error("it has a result");
  };

  test("published a name that is the agent's own", async () => {
    for (const [script, message] of [
      [
        'metric("RexRunnerTotalExecutionTime")',
        "Script metric validation failed: Invalid metric name 'RexRunnerTotalExecutionTime': Script metrics cannot start with Rex",
      ],
      [
        'alarm("rex")',
        "Script alarm validation failed: Invalid alarm type 'rex': Script alarms cannot start with Rex",
      ],
      [
        'alarm("Rexalarm"); metric("rexmetric"); throw "later"',
        "Script metric validation failed: Invalid metric name 'rexmetric': Script metrics cannot start with Rex",
      ],
    ] as const) {
      const error = await failure(script);
      expect([error.code, error.message]).toEqual(["reserved_name", message]);
      expect(metricNames(refusedResult(error, performance.now()))).toEqual([
        "RexRunnerScriptExecutionTime",
        "RexRunnerTotalExecutionTime",
      ]);
    }
    expect((await run('metric("t-rex"); alarm("a Rex")')).status).toBe("SUCCESS");
  });

  test("met a fault that is not the script's", async () => {
    const error = await failure("try { broken() } catch { }");
    expect([error.code, error.message]).toEqual([
      "engine_failed",
      "a fault of Remit: Error: a mistake in the tables",
    ]);
    expect((await run("1 + 1")).output).toBe("2");
  });

  test("has the error's type, and the alarm that belongs to it", () => {
    const refused = refusedResult(new RunError("policy_refused", "no policy"), performance.now());
    expect(refused).toMatchObject({
      status: "ERROR",
      output: "",
      error: { error_type: "INTERNAL_EXCEPTION", message: "no policy" },
    });
    expect(refused).not.toHaveProperty("alarms");
    expect(metricNames(refused)).toEqual(["RexRunnerTotalExecutionTime"]);

    const message = "Script arguments depth validation failed: Argument 'a': too deep";
    const deep = refusedResult(new RunError("arguments_too_deep", message), performance.now());
    expect(deep.error).toEqual({ error_type: "VALIDATION_EXCEPTION", message });
    expect(deep.alarms).toEqual([
      { alarm_type: "RexRunnerScriptArgumentValidationFailure", alarm_details: message },
    ]);
    expect(metricNames(deep)).toEqual([
      "RexRunnerScriptArgumentValidationFailureCount",
      "RexRunnerTotalExecutionTime",
    ]);
  });

  test("has an alarm that leaves out what was checked, for a reserved name", () => {
    const error = new RunError("reserved_name", "Script alarm validation failed: Invalid alarm type 'rex'");
    expect(refusedResult(error, performance.now()).alarms).toEqual([
      { alarm_type: "RexRunnerScriptExecutionFailure", alarm_details: "Invalid alarm type 'rex'" },
    ]);
  });
});
