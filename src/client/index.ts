export {
  type Approval,
  ApprovalList,
  BundleAnswer,
  type Denial,
  DenialList,
  type DenialRecord,
  LoginCode,
  RunAnswer,
  Status,
} from "./answers.ts";
export { AgentClient, type Question, Refused } from "./client.ts";
