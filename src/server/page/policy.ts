import { visible, visibleLines } from "../visible.ts";
import type { Policy } from "./answers.ts";
import { get } from "./api.ts";
import { show } from "./dom.ts";

export const loadPolicy = (): Promise<Policy> => get("/v1/policy");

export function showPolicy({ policy_revision, text }: Policy): void {
  show("policy-revision", visible(policy_revision));
  show("policy", visibleLines(text));
}
