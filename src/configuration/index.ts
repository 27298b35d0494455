export { ADDRESS_FORMS, type Address, parseAddress } from "./address.ts";
export type { BundleSettings } from "./bundle.ts";
export { ConfigurationError, parseConfiguration } from "./parse.ts";
export type { Configuration } from "./schema.ts";
export {
  defaultConfigurationPath,
  type Overrides,
  readConfiguration,
  readSettings,
  type Settings,
} from "./settings.ts";
