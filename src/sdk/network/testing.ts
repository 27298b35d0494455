/** Calls of operations that wait, for unit tests. */
import { Thrown, type Value } from "rhai-wasm";
import { waitFor as resultOf, type TestRun } from "../testing.ts";
import { networkNamespaces } from "./index.ts";

/** What the operation `name` comes to, which has one overload. */
export async function waitFor(run: TestRun, name: string, ...args: Value[]): Promise<Value> {
  const found = networkNamespaces.flatMap(({ operations }) => operations).find((each) => each.name === name);
  if (!found) throw new Error(`no operation ${name}`);
  return resultOf(run, found, args);
}

/** What `promise` throws to the script: the text, or kind and message. */
export async function thrown(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    const { value } = error;
    if (!(value instanceof Map)) return String(value);
    const kind = value.get("kind");
    const name = kind && typeof kind === "object" && "name" in kind ? kind.name : "";
    return `${name}: ${value.get("message")}`;
  }
  throw new Error("expected an error for the script");
}
