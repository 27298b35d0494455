import { expect, test } from "bun:test";
import { Char, EnumValue, FunctionPointer, HostObject, type Value } from "rhai-wasm";
import { surface } from "./index.ts";
import { caller, messageOf, testRun } from "./testing.ts";
import { knowTypes, typeNameOf } from "./type-names.ts";

class Known extends HostObject {}
class Other extends HostObject {}

test("types of Rhai", () => {
  const values: Value[] = [null, true, 1n, 1.5, "x", new Char("c"), [], new Map(), new Uint8Array()];
  const names = ["()", "bool", "i64", "f64", "string", "char", "array", "map", "blob"];
  expect(values.map(typeNameOf)).toEqual(names);
  expect(typeNameOf(new FunctionPointer(0, "f"))).toBe("Fn");
});

test("types of the host: what arrays show, else what type_of does, else the name", () => {
  knowTypes([
    { name: "Known", typeOf: "path::Known", class: Known },
    { name: "Shade", debug: "path::Shade", typeOf: "Shade", values: ["Dark"] },
  ]);
  expect(typeNameOf(new Known())).toBe("path::Known");
  expect(typeNameOf(new EnumValue("Shade", 0, "Dark"))).toBe("path::Shade");
  expect(typeNameOf(new Other())).toBe("Other");
});

const call = caller([{ types: [], constants: [], operations: surface.operations }]);

test.each([
  ["Client", "rust_safe_network::client::Client"],
  ["ProcessManager", "rust_safe_process_mgmt::RcProcessManager"],
  ["KillOptions", "rust_safe_process_mgmt::options::KillOptionsBuilder"],
  ["now", "rust_sdk_common_utils::types::datetime::DateTime"],
])("the %s of a script is no flag", (make, path) => {
  const run = testRun();
  const value = call(run, make);
  expect(messageOf(() => call(run, "cat", [value], "/etc/hostname"))).toBe(
    `cat: expected CatFlag flag, got ${path}`,
  );
  expect(messageOf(() => call(run, "kill", [value], 1n))).toBe(
    `Validation error: kill: expected KillFlag flag, got ${path}`,
  );
  expect(run.asked).toEqual([]);
});

test("a signal is no flag of kill", () => {
  const signal = new EnumValue("Signal", 0, "Signal");
  expect(messageOf(() => call(testRun(), "kill", [signal], 1n))).toEndWith("got rustix::signal::Signal");
});
