export { Device, type DeviceHost, type DeviceSettings } from "./device.ts";
export type { StalePolicy } from "./staleness.ts";
export type { Accepted } from "./updater.ts";
