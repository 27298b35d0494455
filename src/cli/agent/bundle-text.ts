import type { BundleAnswer } from "../../client/index.ts";
import { adviceFor } from "./bundle-advice.ts";

const DAY_S = 86_400;

type Told = { readonly [part in keyof BundleAnswer]?: BundleAnswer[part] | undefined };

/** How the bundles of an agent are, a line each. */
export function bundleText({ bundles, trust, clock }: Told): readonly string[] {
  return [
    ...Object.entries(bundles ?? {}).flatMap(([channel, bundle]) => {
      const {
        state,
        active_revision = "none: everything is denied",
        code,
        message,
        rejected_sha256,
      } = bundle;
      return [
        `bundle       ${active_revision} (${channel}, ${state})`,
        ...(code === undefined
          ? []
          : [`             ${code}: ${message ?? ""}`, `             to do: ${adviceFor(code)}`]),
        ...(rejected_sha256 === undefined ? [] : [`             refused ${rejected_sha256}`]),
      ];
    }),
    ...(trust
      ? [
          `             root ${trust.root_version}, ${ageText(trust.stale_s)}; timestamp good until ${trust.expires.timestamp}`,
        ]
      : []),
    ...(clock?.suspect
      ? [
          "             clock_suspect: the clock of this machine is before a signed time",
          "             to do: set the clock (remit doctor says what keeps it right)",
        ]
      : []),
  ];
}

const ageText = (seconds: number): string =>
  seconds < DAY_S ? "signed within the last day" : `signed ${Math.floor(seconds / DAY_S)} days ago`;
