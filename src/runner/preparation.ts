import type { PolicyInUse } from "./policy-in-use.ts";

/** A policy that is made ready for being in force, in short steps between which a job can be taken. */
export class Preparation {
  private made: PolicyInUse | undefined;

  /**
   * @param sha256 of the bundle, where it is one
   * @param steps none is taken after one that threw
   */
  constructor(
    readonly sha256: string | undefined,
    private readonly steps: Iterator<undefined, PolicyInUse>,
  ) {}

  get isOver(): boolean {
    return this.made !== undefined;
  }

  /** The next step. */
  step(): void {
    if (this.isOver) return;
    const { done, value } = this.steps.next();
    if (!done) return;
    if (value === undefined) throw new Error("a step of it has failed");
    this.made = value;
  }

  /** All that is left, and what came of it. */
  finish(): PolicyInUse {
    while (this.made === undefined) this.step();
    return this.made;
  }
}
