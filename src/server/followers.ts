import { LIMITS } from "../platform/limits.ts";
import { Problem } from "./problem.ts";

/** Requests that follow runs: each holds a connection, so there are not many. */
export class Followers {
  private count = 0;

  /** Takes a place; the function returned gives it back. @throws {Problem} when there is none */
  take(): () => void {
    if (this.count >= LIMITS.followers) {
      const headers = { "retry-after": "5" };
      throw new Problem(
        "too_many_followers",
        `${LIMITS.followers} requests follow runs already`,
        {},
        headers,
      );
    }
    this.count++;
    let isHeld = true;
    return () => {
      if (isHeld) this.count--;
      isHeld = false;
    };
  }
}
