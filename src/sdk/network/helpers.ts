import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { text } from "../parameters.ts";
import { nameOfKernel } from "../sysinfo/effects/machine.ts";
import { askForSystem } from "../sysinfo/resource.ts";
import { Request, SEND_CHECKS, send } from "./client.ts";

const common = { source: "text", only: "linux" } as const;

/** Functions that do in one call what others do in several; their errors are plain texts. */
export const helperNamespace: Namespace = {
  types: [],
  constants: [],
  operations: [
    operation({
      ...common,
      name: "curl",
      waits: true,
      parameters: [text("url")],
      returns: "Response",
      summary: "Gets what is at a URL.",
      checks: SEND_CHECKS,
      errors: [
        "what is no URL",
        "a request that fails",
        "too many redirects",
        "a response that is too large",
      ],
      example: 'curl("http://127.0.0.1:8080/health").text',
      perform: (call, url) => send(call, new Request(url, undefined)),
    }),
    operation({
      ...common,
      name: "hostname",
      parameters: [],
      returns: "String",
      summary: "Returns the name of this machine.",
      checks: ["sysinfo:list Sysinfo(<random>)"],
      example: "hostname()",
      perform: ({ access }) => nameOfKernel(access.require(askForSystem())).node,
    }),
  ],
};
