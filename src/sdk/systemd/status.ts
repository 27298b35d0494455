import type { Call } from "../operation.ts";
import { BusError, readUnit, type UnitProperties } from "./effects/units.ts";
import { expectName } from "./errors.ts";
import { askForService } from "./resource.ts";
import { type Running, ServiceInfo } from "./service-info.ts";
import { isActive, stateOf } from "./state.ts";

/** What systemd says of the service `name`. */
export function serviceStatus(call: Call, name: string): Promise<ServiceInfo> {
  const token = call.access.require(askForService("status", name));
  expectName(name);
  return readUnit(token, name, async (properties) => {
    const { unit } = properties;
    const state = stateOf(text(unit, "ActiveState"));
    return new ServiceInfo(
      name,
      {
        description: text(unit, "Description"),
        loadState: text(unit, "LoadState"),
        loadPath: text(unit, "FragmentPath"),
        unitFileState: text(unit, "UnitFileState"),
        unitFilePreset: text(unit, "UnitFilePreset"),
        subState: text(unit, "SubState"),
        documentation: property(unit, "Documentation", isTexts),
        needDaemonReload: property(unit, "NeedDaemonReload", (value) => typeof value === "boolean"),
      },
      state,
      isActive(state) ? await running(properties) : undefined,
    );
  });
}

async function running({ service }: UnitProperties): Promise<Running> {
  const [mainPid, tasks, memory] = await Promise.all(
    ["MainPID", "TasksCurrent", "MemoryCurrent"].map(async (name) => whole(name, await service(name))),
  );
  if (mainPid === undefined || tasks === undefined || memory === undefined) throw new BusError("no answer");
  return { mainPid, tasks, memory };
}

const isText = (value: unknown): value is string => typeof value === "string";
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

const text = (unit: unknown, name: string): string => property(unit, name, isText);

function property<T>(unit: unknown, name: string, is: (value: unknown) => value is T): T {
  const value: unknown =
    typeof unit === "object" && unit !== null && Object.hasOwn(unit, name)
      ? unit[name as keyof typeof unit]
      : undefined;
  if (is(value)) return value;
  throw new BusError(`property ${name} is not what it should be`);
}

/** An unsigned number, of up to 32 bits or of 64. */
function whole(name: string, value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  throw new BusError(`property ${name} is not what it should be`);
}
