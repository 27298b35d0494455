import { ALL_ACTIONS, actionUids } from "../../../policy/hierarchy.ts";
import type { Entities } from "../../../policy/index.ts";
import type { EntityUid } from "../../../policy/types.ts";
import { uidText } from "../../../policy/uid-text.ts";
import type { IsIn } from "./cover.ts";

const DIR = "file_system::Dir";
const PATHS = [DIR, "file_system::File"];

/** Actions and their groups, as the schema has them. */
const GROUPS: ReadonlySet<string> = new Set(
  ALL_ACTIONS.flatMap((action) => {
    const { uid, self } = actionUids(action);
    return self.map((group) => `${uidText(uid)} ${uidText(group)}`);
  }),
);

/** What is in what, under the entities of both bundles: paths and actions always, groups where both say so. */
export const inBoth =
  (before: Entities | undefined, after: Entities | undefined): IsIn =>
  (inner, outer) => {
    if (outer.type === DIR) return PATHS.includes(inner.type) && inner.id.startsWith(below(outer.id));
    if (GROUPS.has(`${uidText(inner)} ${uidText(outer)}`)) return true;
    return [before, after].every((entities) => isAncestor(entities, inner, outer));
  };

const below = (path: string): string => (path.endsWith("/") ? path : `${path}/`);

const isAncestor = (entities: Entities | undefined, inner: EntityUid, outer: EntityUid): boolean =>
  entities?.ancestorsOf(inner).some((above) => uidText(above) === uidText(outer)) ?? false;
