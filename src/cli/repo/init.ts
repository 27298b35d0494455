import { NAME } from "../../bundle/content/index.ts";
import {
  DEFAULT_PERIODS,
  Folder,
  initialize,
  type Periods,
  periodMs,
  ROLES,
  type RoleKeys,
} from "../../bundle/repository/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import { type Given, UsageError } from "../command.ts";
import { printText } from "../terminal.ts";
import { countOf, keysIn } from "./options.ts";

/** `remit repo init` */
export const initRepository = ({ options, operand: path = "" }: Given): Promise<number> => {
  const fleet = options.get("fleet");
  if (fleet !== undefined && !NAME.test(fleet)) {
    throw new UsageError(`'${fleet}' is no value of --fleet NAME; it takes small letters, digits and . _ -`);
  }
  const expires = periodsOf(options.get("expires"));
  return reportingBundles(() => {
    const keys = {
      root: roleKeys(options, "root"),
      targets: roleKeys(options, "targets"),
      online: { keys: keysIn(options.get("online") ?? ""), threshold: 1 },
    };
    const settings = { format: 1, expires, ...(fleet === undefined ? {} : { fleet }) } as const;
    return Folder.use(path, { create: true, alone: true }, (folder) => {
      initialize(folder, keys, settings, new Date());
      const { root } = keys;
      printText(
        `${path} is made; its root 1 is staged and takes ${root.threshold} signatures of ${namesOf(root)}\n` +
          `next: remit repo sign ${path} --key KEY, as each of them; then remit repo add ${path} BUNDLE --channel FLEET/CHANNEL\n`,
      );
      return 0;
    });
  });
};

const namesOf = ({ keys }: RoleKeys): string => keys.map(({ name }) => name).join(", ");

function roleKeys(options: Given["options"], role: "root" | "targets"): RoleKeys {
  const keys = keysIn(options.get(role) ?? "");
  return { keys, threshold: countOf(options, `${role}-threshold`) ?? majorityOf(keys.length) };
}

/** No one alone, and no one indispensable, where there are three. */
const majorityOf = (count: number): number => Math.floor(count / 2) + 1;

/** `root=365d,timestamp=12h`. @throws {UsageError} */
function periodsOf(list: string | undefined): Periods {
  const given = (list ?? "")
    .split(",")
    .filter(Boolean)
    .map((part) => part.split("=", 2));
  for (const [role = "", period = ""] of given) {
    if (ROLES.some((known) => known === role) && periodMs(period) !== undefined) continue;
    throw new UsageError(
      `'${role}=${period}' is no value of --expires LIST; it takes ${ROLES.join(", ")}, each with a number of days or hours: root=365d,timestamp=12h`,
    );
  }
  return { ...DEFAULT_PERIODS, ...Object.fromEntries(given) };
}
