/**
 * Sends the decision log of a state directory once; called by tests as a program of its own.
 * Arguments: the directory, the address, and where it kills itself, if it shall: at which step of which batch.
 */
import { Centre } from "../../src/audit/upload/centre.ts";
import { DecisionUpload } from "../../src/audit/upload/decisions.ts";
import { NativeKernel } from "../../src/platform/file/native-kernel.ts";
import { openDirectory } from "../../src/platform/file.ts";

export const STEPS = ["before-sending", "before-keeping", "while-keeping", "after-keeping"] as const;
export type CrashStep = (typeof STEPS)[number];

async function main([path = "", url = "", step, batch = "0"]: readonly string[]): Promise<void> {
  let batches = 0;
  const reach = (reached: CrashStep): void => {
    if (step === reached && batches === Number(batch)) process.kill(process.pid, "SIGKILL");
  };
  const { renameAt } = NativeKernel.prototype;
  NativeKernel.prototype.renameAt = function (...call) {
    const [, , , to] = call;
    if (to === "upload.json") reach("while-keeping");
    renameAt.apply(this, call);
    if (to === "upload.json") reach("after-keeping");
  };
  const before = process.resourceUsage().maxRSS;
  const centre = new Centre({ url }, "1.0.0");
  const origin = { labels: { id: "device" }, bundle: "policy" };
  const upload = new DecisionUpload(openDirectory(path), origin, async (body, signal) => {
    batches++;
    reach("before-sending");
    const failure = await centre.send("logs", body, "gzip", signal);
    reach("before-keeping");
    return failure;
  });
  const failure = await upload.drain(new AbortController().signal);
  const grownKiB = process.resourceUsage().maxRSS - before;
  console.log(
    JSON.stringify({ failure, grownKiB, dropped: upload.cursor.dropped, resets: upload.cursor.resets }),
  );
}

if (import.meta.main) await main(process.argv.slice(2));
