import type { Command } from "../command.ts";
import { client, json } from "../options.ts";

/** Bundles: to make and to look at, and those of an agent. */
export const BUNDLE_COMMANDS: readonly Command[] = [
  {
    name: "bundle build",
    summary: "Make a bundle of a folder, if nothing is wrong with it",
    usage:
      "bundle build DIR -o FILE [--channel NAME] [--revision TEXT] [--created TIME] [--allow-broad] [--json]",
    operand: "DIR",
    needsOperand: true,
    options: [
      { name: "output", short: "o", value: "FILE", required: true, summary: "Where to write the archive" },
      { name: "channel", value: "NAME", summary: "Instead of the one in metadata.json" },
      { name: "revision", value: "TEXT", summary: "Instead of the one in metadata.json" },
      { name: "created", value: "TIME", summary: "Instead of the one in metadata.json" },
      { name: "allow-broad", summary: "Take a policy that permits everything to everybody" },
      json,
    ],
    load: async () => (await import("./build.ts")).buildCommand,
  },
  {
    name: "bundle inspect",
    summary: "Show what is in a bundle",
    usage: "bundle inspect FILE [--json]",
    operand: "FILE",
    needsOperand: true,
    options: [json],
    load: async () => (await import("./inspect.ts")).inspectCommand,
  },
  {
    name: "bundle diff",
    summary: "Show what differs between two bundles, and what it can allow; status 0, 1 or 2 as of diff",
    usage: "bundle diff OLD NEW [--json]",
    operand: "OLD",
    needsOperand: true,
    secondOperand: "NEW",
    options: [json],
    load: async () => (await import("./diff.ts")).diffCommand,
  },
  {
    name: "bundle test",
    summary: "Check a bundle or its folder, and run its policy tests",
    usage: "bundle test DIR|FILE [--json]",
    operand: "DIR|FILE",
    needsOperand: true,
    options: [json],
    load: async () => (await import("./test.ts")).testCommand,
  },
  {
    name: "bundle status",
    summary: "Show which bundle is in force, and what was asked for last",
    usage: "bundle status [--json]",
    options: [...client, json],
    load: async () => (await import("../agent/bundle.ts")).bundleStatus,
  },
  {
    name: "bundle poll",
    summary: "Ask the repository for a new bundle now",
    usage: "bundle poll [--json]",
    options: [...client, json],
    load: async () => (await import("../agent/bundle.ts")).bundlePoll,
  },
  {
    name: "bundle import",
    summary: "Give the agent a pack that remit repo export made, where no network reaches it",
    usage: "bundle import FILE [--json]",
    operand: "FILE",
    needsOperand: true,
    options: [...client, json],
    load: async () => (await import("../agent/bundle.ts")).bundleImport,
  },
];
