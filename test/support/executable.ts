import { existsSync } from "node:fs";
import { join } from "node:path";

/** The compiled executable that tests run; `REMIT` names another one. */
export function executable(): string {
  const path = process.env["REMIT"] ?? join(import.meta.dirname, "../../dist/remit");
  if (!existsSync(path)) throw new Error(`${path} is missing: build it first with "npm run build"`);
  return path;
}
