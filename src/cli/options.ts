import type { Option } from "./command.ts";

/** Where the agent is, for the commands that speak with it. */
export const agentOptions: readonly Option[] = [
  { name: "config", value: "FILE", summary: "The agent's configuration" },
  { name: "state", value: "DIR", summary: "Where the agent keeps its state" },
  { name: "socket", value: "PATH", summary: "The socket; DIR/remit.sock unless given" },
];
/** What they take beside: who asks. */
export const client: readonly Option[] = [
  ...agentOptions,
  { name: "token-file", value: "FILE", summary: "The token; in DIR/token unless given" },
];
export const json: Option = { name: "json", summary: "Answer in JSON" };
