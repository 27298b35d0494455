import { type EnumValue, HostObject, type Value } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { object } from "../parameters.ts";
import { recordType } from "../record.ts";
import { STATE } from "./state.ts";

/** What a service that runs takes of the machine. */
export interface Running {
  readonly mainPid: bigint;
  /** The largest number of 64 bits where systemd does not count them. */
  readonly tasks: bigint;
  /** Bytes; the same. */
  readonly memory: bigint;
}

/** What systemd says of a service. */
export class ServiceInfo extends HostObject {
  constructor(
    readonly name: string,
    readonly unit: {
      readonly description: string;
      readonly loadState: string;
      readonly loadPath: string;
      readonly unitFileState: string;
      readonly unitFilePreset: string;
      readonly subState: string;
      readonly documentation: readonly string[];
      readonly needDaemonReload: boolean;
    },
    readonly activeState: EnumValue,
    readonly running: Running | undefined,
  ) {
    super();
  }
}

const text = (get: (info: ServiceInfo) => string) => ({ type: "String", get });
/** In maps it is text, since it can be larger than the numbers of scripts. */
const counted = (get: (running: Running) => bigint) => ({
  type: "i64 or ()",
  get: ({ running }: ServiceInfo): Value => (running ? get(running) : null),
  mapped: ({ running }: ServiceInfo): Value => (running ? String(get(running)) : null),
});

const record = recordType<ServiceInfo>({
  name: "ServiceInfo",
  typeOf: "rust_safe_process_mgmt::systemctl::ServiceInfo",
  class: ServiceInfo,
  only: "linux",
  example: { variable: "app_service", expression: 'services.status("app.service")' },
  fields: {
    name: text(({ name }) => name),
    description: text(({ unit }) => unit.description),
    load_state: text(({ unit }) => unit.loadState),
    load_path: text(({ unit }) => unit.loadPath),
    unit_file_state: text(({ unit }) => unit.unitFileState),
    unit_file_preset: text(({ unit }) => unit.unitFilePreset),
    active_state: {
      type: STATE.name,
      get: ({ activeState }) => activeState,
      mapped: ({ activeState }) => activeState.name,
    },
    sub_state: text(({ unit }) => unit.subState),
    main_pid: { type: "i64 or ()", get: ({ running }) => running?.mainPid ?? null },
    tasks: counted(({ tasks }) => tasks),
    memory: counted(({ memory }) => memory),
    documentation: { type: "Array", get: ({ unit }) => [...unit.documentation] },
    need_daemon_reload: { type: "bool", get: ({ unit }) => unit.needDaemonReload },
  },
});

/** Scripts have the documentation in maps alone. */
const WITHOUT_GETTER = "documentation";

const toText = operation({
  name: "to_string",
  source: "ProcessErrorKind",
  parameters: [object({ name: "ServiceInfo", class: ServiceInfo })],
  returns: "String",
  summary: "The `ServiceInfo` as JSON.",
  checks: [],
  example: "app_service.to_string()",
  only: "linux",
  perform: (_call, info) => JSON.stringify(Object.fromEntries(record.toMap(info)), numbers, 2),
});

/** Process ids are the only integers; all of them are exact as JSON's numbers. */
const numbers = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? Number(value) : value;

export const serviceInfoNamespace: Namespace = {
  types: record.types,
  constants: record.constants,
  operations: [
    ...record.operations.filter(({ kind, name }) => kind !== "getter" || name !== WITHOUT_GETTER),
    toText,
  ],
};
