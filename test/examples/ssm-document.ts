import { spawnSync } from "node:child_process";
import { z } from "zod";
import { text } from "./files.ts";

const Parameter = z.strictObject({
  type: z.literal("String"),
  description: z.string(),
  default: z.string().optional(),
  allowedPattern: z.string(),
  maxChars: z.int().optional(),
  interpolationType: z.literal("ENV_VAR"),
});

/** What these examples use of schema 2.2 of Command documents. */
const Document = z.strictObject({
  schemaVersion: z.literal("2.2"),
  description: z.string(),
  parameters: z.record(z.string().regex(/^[A-Za-z0-9]+$/), Parameter),
  mainSteps: z.tuple([
    z.strictObject({
      action: z.literal("aws:runShellScript"),
      name: z.string(),
      precondition: z.strictObject({
        StringEquals: z.tuple([z.literal("platformType"), z.literal("Linux")]),
      }),
      inputs: z.strictObject({ timeoutSeconds: z.string().regex(/^\d+$/), runCommand: z.array(z.string()) }),
    }),
  ]),
});

export type Values = { readonly [parameter: string]: string };

/** How SSM Agent gives values to a step: in its text, before 3.3.2746, or in variables. */
export const AGENTS = ["text", "variables"] as const;

export class SsmDocument {
  private readonly document: z.infer<typeof Document>;

  constructor(name: string) {
    this.document = Document.parse(Bun.YAML.parse(text(`ssm/${name}`)));
  }

  get parameters() {
    return this.document.parameters;
  }

  get commands(): string {
    return this.document.mainSteps[0].inputs.runCommand.join("\n");
  }

  /** Text of the policy that the document brings, if it brings one. */
  get policy(): string | undefined {
    return /<<'POLICY'\n([\s\S]*?)^POLICY$/m.exec(this.commands)?.[1];
  }

  /** Whether SSM takes `value`: it looks for the pattern anywhere in it. */
  accepts(parameter: string, value: string): boolean {
    const { allowedPattern = "(?!)", maxChars = Number.POSITIVE_INFINITY } = this.parameters[parameter] ?? {};
    return new RegExp(allowedPattern).test(value) && value.length <= maxChars;
  }

  /** Runs the step as an agent does, on another machine's `places`. @throws where SSM would refuse a value */
  run(given: Values, agent: (typeof AGENTS)[number], places: Values, shell = "sh") {
    const defaults = Object.entries(this.parameters).map(([name, parameter]) => [name, parameter.default]);
    const values: Values = { ...Object.fromEntries(defaults), ...given };
    for (const [name, value] of Object.entries(values)) {
      if (!this.accepts(name, value)) throw new Error(`${name} is refused: ${value}`);
    }
    const placed = Object.entries(places).reduce(
      (all, [place, here]) => all.replaceAll(place, here),
      this.commands,
    );
    return runCommands(placed, values, agent, shell);
  }
}

/** As SSM Agent does, without a look at the values. */
export function runCommands(commands: string, values: Values, agent: (typeof AGENTS)[number], shell = "sh") {
  const script = commands.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (braces, name) =>
    agent === "text" ? (values[name] ?? braces) : braces,
  );
  const variables = Object.fromEntries(Object.entries(values).map(([name, value]) => [`SSM_${name}`, value]));
  return spawnSync(shell, ["-c", script], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", ...(agent === "variables" ? variables : {}) },
  });
}
