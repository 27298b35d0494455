import { checkContent, findingText, nameOf } from "../../bundle/content/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";
import { HOST } from "./host.ts";
import { placed, readSource } from "./input.ts";

/** `remit bundle test`: 0 when the bundle can be used and all its policy tests pass, else 1. */
export function testCommand({ options, operand = "" }: Given): Promise<number> {
  return reportingBundles(async () => {
    const source = readSource(operand);
    const { findings, tests } = await checkContent(source.content, HOST);
    const errors = placed(source, findings).filter(
      ({ severity, code }) => severity === "error" && code !== "policy_broad",
    );
    const failed = tests.filter(({ faults }) => faults.length > 0).length;
    const passed = tests.length - failed;
    if (options.has("json")) {
      const results = tests.map(({ test, decision, faults }) => ({
        test: nameOf(test),
        file: test.file.name,
        passed: faults.length === 0,
        faults,
        ...(decision ? { decision: decision.allowed ? "allow" : "deny", reason: decision.policies } : {}),
      }));
      print(
        `${JSON.stringify({ ok: errors.length === 0, passed, failed, tests: results, findings: errors })}\n`,
      );
    } else {
      const lines = [...errors.map(findingText), `${passed} passed, ${failed} failed`];
      print(forStandardOutput(`${lines.join("\n")}\n`));
    }
    return errors.length === 0 ? 0 : 1;
  });
}
