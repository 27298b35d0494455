import { join } from "node:path";
import type { Fd } from "../platform/file.ts";
import { OsError } from "../platform/os-error.ts";
import { type Watch, watchFile } from "../platform/watch.ts";
import { type Cause, CONTROL_FILE, Control, stoppedText } from "../runner/control.ts";

/** What is to happen when somebody throws the switch, or takes its file away. */
export interface Stops {
  /** Ends all that runs. */
  readonly stopAll: (why: string) => void;
  /** What runs from now on has to look at another file. */
  readonly startAnew: () => void;
}

/** The switch that stops everything, whoever throws it: it is a file, and another process may write to it. */
export class KillSwitch {
  private readonly control: Control;
  private readonly path: string;
  private watch: Watch | undefined;

  /**
   * @param directory the state directory, open
   * @param state its path
   */
  constructor(
    directory: Fd,
    state: string,
    private readonly stops: Stops,
  ) {
    this.control = new Control(directory);
    this.path = join(state, CONTROL_FILE);
  }

  /** Why everything is stopped; `undefined` if it is not. */
  thrown(): string | undefined {
    return this.control.read().killed ? this.control.reason() : undefined;
  }

  /** Who has thrown it. */
  get by(): readonly Cause[] {
    return this.control.stops().map(({ by }) => by);
  }

  throw(reason: string, by: Cause = "owner"): void {
    this.control.kill(reason, by);
    this.heed();
    this.control.persist();
  }

  /** Takes back what `by` did; what others have done stays. */
  resume(by: Cause = "owner"): void {
    this.control.resume(by);
    this.control.persist();
  }

  /** Tells all that runs to take the policy that is active now. */
  nextEpoch(): void {
    this.control.nextEpoch();
  }

  /** Heeds the switch from now on. It costs nothing while nobody throws it. */
  begin(): void {
    this.watch?.end();
    this.watch = watchFile(this.path, () => this.heed());
    // What came before the watch.
    this.heed();
  }

  close(): void {
    this.watch?.end();
    this.control.close();
  }

  private heed(): void {
    if (this.control.isReplaced()) this.takeOther();
    const reason = this.thrown();
    if (reason !== undefined) this.stops.stopAll(stoppedText(reason));
  }

  /** What runs looks at a file that has lost its name, and would never learn of the switch. */
  private takeOther(): void {
    this.stops.stopAll("the control file was replaced");
    try {
      this.control.reopen();
    } catch (error) {
      // The state directory is gone: nothing that could be started would find its policy.
      if (error instanceof OsError) return;
      throw error;
    }
    this.stops.startAnew();
    this.begin();
  }
}
