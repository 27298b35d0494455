import { HostObject } from "rhai-wasm";
import { TextError } from "../errors.ts";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { mustBeInitialized } from "../options.ts";
import { object, text } from "../parameters.ts";

interface AlarmFields {
  readonly type?: string;
  readonly details?: string;
}

/** An alarm in the making. Unlike an options builder it never changes: a setter returns a changed copy. */
class AlarmBuilder extends HostObject {
  constructor(readonly fields: AlarmFields = {}) {
    super();
  }
}

const BUILDER = {
  name: "AlarmBuilder",
  debug: "rex_metrics_and_alarms::alarms::RexAlarmBuilder",
  class: AlarmBuilder,
  example: { variable: "alarm", expression: 'AlarmBuilder().type("DiskFull")' },
};
/** What is published. Scripts have the name, and no value of it. */
const ALARM = { name: "Alarm" };
const self = object(BUILDER);
const common = { source: "text", checks: [] } as const;

export const alarmNamespace: Namespace = {
  types: [BUILDER, ALARM],
  constants: [],
  operations: [
    operation({
      ...common,
      name: "AlarmBuilder",
      parameters: [],
      returns: "AlarmBuilder",
      summary: "Starts an alarm.",
      example: "AlarmBuilder()",
      perform: () => new AlarmBuilder(),
    }),
    operation({
      ...common,
      name: "type",
      parameters: [self, text("type")],
      returns: "AlarmBuilder",
      summary: "Returns the alarm with its type set; a type may not start with `rex`.",
      example: 'AlarmBuilder().type("DiskFull")',
      perform: (_call, builder, type) => new AlarmBuilder({ ...builder.fields, type }),
    }),
    operation({
      ...common,
      name: "details",
      parameters: [self, text("details")],
      returns: "AlarmBuilder",
      summary: "Returns the alarm with its details set.",
      example: 'alarm.details("/var is at 97 %")',
      perform: (_call, builder, details) => new AlarmBuilder({ ...builder.fields, details }),
    }),
    operation({
      ...common,
      name: "publish",
      parameters: [self],
      returns: "()",
      summary: "Adds the alarm to the result of the run.",
      errors: ["an alarm without a type"],
      example: "alarm.publish()",
      perform: (call, { fields: { type, ...rest } }) => {
        if (type === undefined) throw new TextError(mustBeInitialized("alarm_type"));
        call.run.publishAlarm({ type, ...rest });
        return null;
      },
    }),
  ],
};
