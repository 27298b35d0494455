export {
  type Approval,
  ApprovalList,
  type Denial,
  DenialList,
  type DenialRecord,
  LoginCode,
  RunAnswer,
  Status,
} from "./answers.ts";
export { AgentClient, type Question, Refused } from "./client.ts";
