/** `npm start`: one script under two policies. The second forbids writing; the script catches the denial and adapts. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the sample policies allow reading, and one of them writing. */
const BASE = "/tmp/remit-example";
const root = import.meta.dirname;

const LOGS = {
  "api.log": "INFO started\nWARN slow query 812 ms\nERROR upstream closed the connection\n",
  "worker.log": "INFO picked up 12 jobs\nERROR job 7 failed\nERROR job 9 failed\n",
};

mkdirSync(join(BASE, "logs"), { recursive: true });
for (const [name, text] of Object.entries(LOGS)) writeFileSync(join(BASE, "logs", name), text);
writeFileSync(join(BASE, "arguments.json"), JSON.stringify({ base: { stringValue: BASE } }));

const script = join(root, "scripts/log-report.rhai");
console.log(`The script (${script}):\n\n${readFileSync(script, "utf8").replaceAll(/^/gm, "    ")}`);

for (const policy of ["readwrite", "readonly"]) {
  const args = [
    "run",
    "-s",
    script,
    "-p",
    join(root, `policies/${policy}.cedar`),
    "-a",
    join(BASE, "arguments.json"),
    "-o",
    "human",
    "-v",
  ];
  console.log(`\n=== under policies/${policy}.cedar ===`);
  const { status } = spawnSync(join(root, "dist/remit"), args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}
