import { Denied } from "../../../policy/errors.ts";
import type { AuthorizationRequest, Context, Resource } from "../../../policy/types.ts";
import { SdkError } from "../../errors.ts";
import type { Call } from "../../operation.ts";
import type { Visit } from "../effects/visit.ts";
import { baseName, dir, file, join, parentOf } from "../resource.ts";

/** What happens to each entry below a directory, and the path of the directory that policies know the entry by then. */
interface Fate {
  readonly action: "file_system.delete" | "file_system.move" | "file_system.create";
  readonly below: string;
  /** Of a move, the path that the directory is to have. */
  readonly to?: string;
}

/**
 * A visit of what is below a directory that `request` is about. The permission for the directory stands for all that is
 * in it, but not against a policy that forbids the same of something in it. The denial is one of the directory: its
 * content may be none of the script's business. `undefined` where no policy forbids any of that.
 */
export function heedForbids(
  { access }: Call,
  request: AuthorizationRequest,
  fates: readonly Fate[],
): Visit | undefined {
  const vetoes = fates.flatMap(({ action, below, to }) => {
    const veto = access.vetoes(action, dir(below));
    return veto ? [{ veto, below, to }] : [];
  });
  if (vetoes.length === 0) return undefined;
  return (path, isDirectory) => {
    for (const { veto, below, to } of vetoes) {
      const resource = resourceAt(join(below, path), isDirectory);
      const decision = resource && veto(resource, to === undefined ? undefined : destination(join(to, path)));
      if (decision) throw new Denied(access.principal, request, decision);
    }
  };
}

/** What policies see of where something is moved to. */
const destination = (path: string): Context => ({
  record: { destination: { path, name: baseName(path), parent_path: parentOf(path) ?? "/" } },
  entities: [],
});

/** The entry as policies know it; `undefined` for a name that no policy is ever asked about. */
function resourceAt(path: string, isDirectory: boolean): Resource | undefined {
  try {
    return (isDirectory ? dir : file)(path);
  } catch (error) {
    if (error instanceof SdkError) return undefined;
    throw error;
  }
}
