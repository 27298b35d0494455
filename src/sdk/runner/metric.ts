import { EnumValue, HostObject } from "rhai-wasm";
import { TextError } from "../errors.ts";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { mustBeInitialized } from "../options.ts";
import { enumeration, float, object, text } from "../parameters.ts";

/** Dimensions of one metric; each `add` copies them, so an endless number would take quadratic time. */
const MAX_DIMENSIONS = 256;

const UNITS = ["UNDEFINED", "COUNT", "TIME", "MEGABYTES", "PERCENT"] as const;

interface MetricFields {
  readonly name?: string;
  readonly value?: number;
  readonly unit?: string;
  readonly dimensions?: ReadonlyMap<string, string>;
}

/** A metric in the making. Unlike an options builder it never changes: a setter returns a changed copy. */
class MetricBuilder extends HostObject {
  constructor(readonly fields: MetricFields = {}) {
    super();
  }
}

class DimensionsBuilder extends HostObject {
  constructor(readonly entries: ReadonlyMap<string, string> = new Map()) {
    super();
  }
}

class Dimensions extends HostObject {
  constructor(readonly entries: ReadonlyMap<string, string>) {
    super();
  }
}

const UNIT = {
  name: "MetricUnitType",
  typeOf: "rex_metrics_and_alarms::common::MetricUnitType",
  values: UNITS,
  compares: false,
  shows: "type",
} as const;
const BUILDER = {
  name: "MetricBuilder",
  debug: "rex_metrics_and_alarms::metrics::RexMetricBuilder",
  class: MetricBuilder,
  example: {
    variable: "metric",
    expression: 'MetricBuilder().name("queue_length").value(42.0).unit(MetricUnitType::COUNT)',
  },
};
/** What is published. Scripts have the name, and no value of it. */
const METRIC = { name: "Metric" };
const DIMENSIONS_BUILDER = {
  name: "MetricDimensionsBuilder",
  debug: "rex_metrics_and_alarms::metrics::RexMetricDimensionsBuilder",
  class: DimensionsBuilder,
};
const DIMENSIONS = {
  name: "MetricDimensions",
  debug: "std::collections::hash::map::HashMap<alloc::string::String, alloc::string::String>",
  class: Dimensions,
  example: { variable: "tags", expression: 'MetricDimensionsBuilder().add("queue", "mail").build()' },
};

const self = object(BUILDER);
const common = { source: "text", checks: [] } as const;

export const metricNamespace: Namespace = {
  types: [UNIT, BUILDER, METRIC, DIMENSIONS_BUILDER, DIMENSIONS],
  constants: UNITS.map((name, ordinal) => ({
    module: UNIT.name,
    name,
    value: new EnumValue(UNIT.name, ordinal, name),
  })),
  operations: [
    operation({
      ...common,
      name: "MetricBuilder",
      parameters: [],
      returns: "MetricBuilder",
      summary: "Starts a metric.",
      example: "MetricBuilder()",
      perform: () => new MetricBuilder(),
    }),
    operation({
      ...common,
      name: "name",
      parameters: [self, text("name")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its name set; a name may not start with `rex`.",
      example: 'MetricBuilder().name("queue_length")',
      perform: (_call, builder, name) => new MetricBuilder({ ...builder.fields, name }),
    }),
    operation({
      ...common,
      name: "value",
      parameters: [self, float("value")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its value set.",
      example: "metric.value(17.0)",
      perform: (_call, builder, value) => new MetricBuilder({ ...builder.fields, value }),
    }),
    operation({
      ...common,
      name: "unit",
      parameters: [self, enumeration(UNIT, "unit")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its unit set; TIME is in nanoseconds.",
      example: "metric.unit(MetricUnitType::PERCENT)",
      perform: (_call, builder, unit) => new MetricBuilder({ ...builder.fields, unit: unit.name }),
    }),
    operation({
      ...common,
      name: "dimensions",
      parameters: [self, object(DIMENSIONS, "dimensions")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its dimensions set.",
      example: "metric.dimensions(tags)",
      perform: (_call, builder, { entries }) => new MetricBuilder({ ...builder.fields, dimensions: entries }),
    }),
    operation({
      ...common,
      name: "publish",
      parameters: [self],
      returns: "()",
      summary: "Adds the metric to the result of the run, in place of an earlier one of the same name.",
      errors: ["a metric without a name, a value or a unit"],
      example: "metric.publish()",
      perform: (call, { fields: { name, value, unit, dimensions = new Map() } }) => {
        if (name === undefined) throw new TextError(mustBeInitialized("metric_name"));
        if (value === undefined) throw new TextError(mustBeInitialized("metric_value"));
        if (unit === undefined) throw new TextError(mustBeInitialized("metric_unit"));
        call.run.publishMetric({ name, value, unit, dimensions });
        return null;
      },
    }),
    operation({
      ...common,
      name: "MetricDimensionsBuilder",
      parameters: [],
      returns: "MetricDimensionsBuilder",
      summary: "Starts the dimensions of a metric.",
      example: "MetricDimensionsBuilder()",
      perform: () => new DimensionsBuilder(),
    }),
    operation({
      ...common,
      name: "add",
      parameters: [object(DIMENSIONS_BUILDER), text("key"), text("value")],
      returns: "MetricDimensionsBuilder",
      summary: "Returns the dimensions with one more; a key given twice keeps the later value.",
      errors: [`more than ${MAX_DIMENSIONS} dimensions`],
      example: 'MetricDimensionsBuilder().add("queue", "mail").add("site", "north")',
      perform: (_call, { entries }, key, value) => {
        const grown = new Map(entries).set(key, value);
        if (grown.size > MAX_DIMENSIONS)
          throw new TextError(`a metric has at most ${MAX_DIMENSIONS} dimensions`);
        return new DimensionsBuilder(grown);
      },
    }),
    operation({
      ...common,
      name: "build",
      parameters: [object(DIMENSIONS_BUILDER)],
      returns: "MetricDimensions",
      summary: "Makes the `MetricDimensions`.",
      example: 'MetricDimensionsBuilder().add("queue", "mail").build()',
      perform: (_call, { entries }) => new Dimensions(entries),
    }),
  ],
};
