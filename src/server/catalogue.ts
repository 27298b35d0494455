import { z } from "@hono/zod-openapi";

/** Something that scripts can call or name, as `remit functions` shows it. */
export const FunctionSchema = z
  .object({
    name: z.string(),
    kind: z.string(),
    signature: z.string(),
    summary: z.string(),
    checks: z.array(z.string()).openapi({ description: "What the policy is asked for, in this order" }),
    throws: z.array(z.string()),
    example: z.string().optional(),
    only: z.string().optional(),
  })
  .openapi("Function");

/** What a part of the SDK offers. */
export const SignaturesSchema = z.object({ title: z.string(), signatures: z.array(z.string()) });

/** What scripts can call. It is read when somebody asks for it, and not kept: few do. */
export interface Catalogue {
  signatures(): Promise<z.infer<typeof SignaturesSchema>[]>;
  /** What `name` names: a function, a type or a module. */
  named(name: string): Promise<z.infer<typeof FunctionSchema>[]>;
  /** The text of `docs/sdk.md`. */
  document(): Promise<string>;
}
