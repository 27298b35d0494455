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
const METRIC = {
  name: "MetricBuilder",
  debug: "rex_metrics_and_alarms::metrics::RexMetricBuilder",
  class: MetricBuilder,
};
const DIMENSIONS_BUILDER = {
  name: "MetricDimensionsBuilder",
  debug: "rex_metrics_and_alarms::metrics::RexMetricDimensionsBuilder",
  class: DimensionsBuilder,
};
const DIMENSIONS = {
  name: "MetricDimensions",
  debug: "std::collections::hash::map::HashMap<alloc::string::String, alloc::string::String>",
  class: Dimensions,
};

const self = object(METRIC);
const common = { source: "text", checks: [] } as const;

export const metricNamespace: Namespace = {
  types: [UNIT, METRIC, DIMENSIONS_BUILDER, DIMENSIONS],
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
      perform: () => new MetricBuilder(),
    }),
    operation({
      ...common,
      name: "name",
      parameters: [self, text("name")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its name set; a name may not start with `rex`.",
      perform: (_call, builder, name) => new MetricBuilder({ ...builder.fields, name }),
    }),
    operation({
      ...common,
      name: "value",
      parameters: [self, float("value")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its value set.",
      perform: (_call, builder, value) => new MetricBuilder({ ...builder.fields, value }),
    }),
    operation({
      ...common,
      name: "unit",
      parameters: [self, enumeration(UNIT, "unit")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its unit set; TIME is in nanoseconds.",
      perform: (_call, builder, unit) => new MetricBuilder({ ...builder.fields, unit: unit.name }),
    }),
    operation({
      ...common,
      name: "dimensions",
      parameters: [self, object(DIMENSIONS, "dimensions")],
      returns: "MetricBuilder",
      summary: "Returns the metric with its dimensions set.",
      perform: (_call, builder, { entries }) => new MetricBuilder({ ...builder.fields, dimensions: entries }),
    }),
    operation({
      ...common,
      name: "publish",
      parameters: [self],
      returns: "()",
      summary: "Adds the metric to the result of the run, in place of an earlier one of the same name.",
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
      perform: () => new DimensionsBuilder(),
    }),
    operation({
      ...common,
      name: "add",
      parameters: [object(DIMENSIONS_BUILDER), text("key"), text("value")],
      returns: "MetricDimensionsBuilder",
      summary: "Returns the dimensions with one more; a key given twice keeps the later value.",
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
      perform: (_call, { entries }) => new Dimensions(entries),
    }),
  ],
};
