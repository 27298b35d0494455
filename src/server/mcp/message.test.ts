import { expect, test } from "bun:test";
import { parseMessage } from "./message.ts";

const call = (name: string, numbers: string): string =>
  `{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"name":"${name}","arguments":{"timeout_ms":1e3,"arguments":${numbers}}}}`;

test("numbers in the arguments of a script stay as they were written, and only those", () => {
  const numbers = '{"a":{"longValue":9223372036854775807},"b":{"doubleValue":1.50}}';
  const message = parseMessage(call("run_script", numbers)) as ReturnType<typeof JSON.parse>;
  expect(JSON.stringify(message.params.arguments.arguments)).toBe(numbers);
  expect({ id: message.id, time: message.params.arguments.timeout_ms }).toEqual({ id: 1, time: 1000 });
  expect(JSON.stringify(parseMessage(`[${call("run_script", numbers)}]`))).toContain(numbers);
});

test("of other messages nothing is other than JSON has it", () => {
  for (const text of ["1", "null", "[1]", '{"params":1,"name":"run_script"}', call("get_run", '{"a":1.0}')])
    expect(parseMessage(text)).toEqual(JSON.parse(text));
  expect(() => parseMessage("{")).toThrow(SyntaxError);
});
