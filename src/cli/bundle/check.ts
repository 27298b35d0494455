import { checkCandidate } from "../../bundle/content/index.ts";
import { endWithParent } from "../../platform/bun-parent.ts";
import { prepareCedar } from "../../policy/index.ts";
import type { Given } from "../command.ts";
import { print } from "../terminal.ts";
import { HOST } from "./host.ts";

/** `remit check-bundle`: what the agent starts to look at a bundle before it is activated. Nobody calls it by hand. */
export async function checkCommand({ options }: Given): Promise<number> {
  endWithParent();
  // Other threads begin while this one reads.
  void prepareCedar();
  const given = (name: string): string => options.get(name) ?? "";
  const candidate = {
    path: given("path"),
    sha256: given("sha256"),
    fleet: given("fleet"),
    channel: given("channel"),
  };
  print(`${JSON.stringify(await checkCandidate(candidate, HOST))}\n`);
  return 0;
}
