import type { BundleError } from "../errors.ts";
import { isAlarm } from "../schedule.ts";
import type { BundleStatus } from "../status.ts";
import { isClockSuspect } from "../tuf/high-water.ts";
import type { Trust } from "../tuf/trust.ts";
import type { Step } from "./updater.ts";

type Bundle = BundleStatus["bundles"][string];
type Attack = NonNullable<NonNullable<BundleStatus["trust"]>["last_attack"]>;
const ATTACKS: readonly string[] = ["rollback", "expired", "bad_signature", "mismatch"];
const MAX_MESSAGE = 200;

/** What is to be told of the bundles of a device, as it was last. */
export class Report {
  private bundle: Bundle;
  private attack: Attack | undefined;

  /** @param channel of the device */
  constructor(
    private readonly channel: string,
    private readonly clock: () => Date,
  ) {
    this.bundle = { name: channel, state: "UNSET" };
  }

  /** The repository is asked. */
  asked(): void {
    this.bundle = { ...this.bundle, last_request: this.now() };
  }

  /** It was asked, and all went well so far. */
  answered(): void {
    const rejected = this.bundle.state === "FAILED" ? this.bundle : withoutFault(this.bundle);
    this.bundle = { ...rejected, last_successful_request: this.now() };
    this.attack = undefined;
  }

  happened(step: Step): void {
    const now = this.now();
    switch (step.type) {
      case "refreshed":
        this.answered();
        break;
      case "current": {
        // What was refused meanwhile is no longer what the repository has.
        const { rejected_sha256: _, ...bundle } = withoutFault(this.bundle);
        this.bundle = { ...bundle, state: "APPLIED" };
        break;
      }
      case "downloaded":
        this.bundle = { ...this.bundle, state: "APPLYING", last_successful_download: now };
        break;
      case "activated":
        this.activated(step, now);
        break;
      case "rejected": {
        const { sha256, code, why } = step;
        this.bundle = { ...this.bundle, ...fault(code, why), state: "FAILED", rejected_sha256: sha256 };
      }
    }
  }

  /** Something went wrong. */
  failed(error: BundleError): void {
    const { code, message, status } = error;
    if (isAlarm(error) && ATTACKS.includes(code)) this.attack = code as Attack;
    const http = status === undefined ? {} : { http_code: status };
    // What was on the way did not get there.
    const state = this.bundle.state === "APPLYING" ? "FAILED" : this.bundle.state;
    this.bundle = { ...this.bundle, ...fault(code, message), ...http, state };
  }

  /** The last thing that went wrong, as it is shown. */
  get fault(): { readonly code: string; readonly message: string } | undefined {
    const { code, message } = this.bundle;
    return code === undefined ? undefined : { code, message: message ?? "" };
  }

  /** Why the newest bundle is not used, if it is not. */
  get refused(): Report["fault"] {
    return this.bundle.state === "FAILED" ? this.fault : undefined;
  }

  /** @param staleSeconds age of the last word of the repository */
  status(trust: Trust, staleSeconds: number): BundleStatus {
    const { root, timestamp, targets, highWater } = trust;
    const signed = timestamp && targets && { timestamp: timestamp.signed, targets: targets.signed };
    const time = (date: Date): string => date.toISOString();
    return {
      bundles: { [this.channel]: this.bundle },
      ...(signed && {
        trust: {
          root_version: root.signed.version,
          timestamp_version: signed.timestamp.version,
          targets_version: signed.targets.version,
          expires: {
            root: time(root.signed.expires),
            targets: time(signed.targets.expires),
            timestamp: time(signed.timestamp.expires),
          },
          stale_s: Math.floor(staleSeconds),
          ...(this.attack === undefined ? {} : { last_attack: this.attack }),
        },
      }),
      clock: {
        suspect: isClockSuspect(this.clock(), highWater),
        floor: time(highWater.time),
        source: signed?.timestamp["x-issued"] === undefined ? "build" : "timestamp",
      },
    };
  }

  private activated({ bundle, bytes }: Extract<Step, { type: "activated" }>, now: string): void {
    const { active_revision, rejected_sha256: _, ...before } = withoutFault(this.bundle);
    this.bundle = {
      ...before,
      state: "APPLIED",
      active_revision: bundle.revision,
      active_sha256: bundle.sha256,
      ...(active_revision === undefined ? {} : { previous_revision: active_revision }),
      last_successful_activation: now,
      size: bytes,
    };
  }

  private now(): string {
    return this.clock().toISOString();
  }
}

const withoutFault = ({ code: _, message: _message, http_code: _http, ...rest }: Bundle): Bundle => rest;

const fault = (code: string, why: string) => ({
  code: code.slice(0, 64),
  message: why.length > MAX_MESSAGE ? `${why.slice(0, MAX_MESSAGE - 1)}…` : why,
});
