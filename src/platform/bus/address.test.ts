import { describe, expect, test } from "bun:test";
import { systemBusAddress } from "./address.ts";
import { NoBus } from "./error.ts";

describe("the address of the system bus", () => {
  test.each([
    ["unix:path=/run/bus", "/run/bus"],
    ["unix:abstract=name", "\0name"],
    ["unix:guid=00ff,path=/run/bus", "/run/bus"],
    ["unix:path=/run/with%20space%2c", "/run/with space,"],
    ["tcp:host=elsewhere,port=1;unix:path=/run/bus", "/run/bus"],
  ])("%s", (list, socket) => {
    expect(systemBusAddress(list).socket).toBe(socket);
  });

  test("the well-known one, unless the environment names another", () => {
    const before = process.env["DBUS_SYSTEM_BUS_ADDRESS"];
    delete process.env["DBUS_SYSTEM_BUS_ADDRESS"];
    expect(systemBusAddress().socket).toBe("/var/run/dbus/system_bus_socket");
    process.env["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/other";
    expect(systemBusAddress()).toEqual({ text: "unix:path=/other", socket: "/other" });
    if (before === undefined) delete process.env["DBUS_SYSTEM_BUS_ADDRESS"];
    else process.env["DBUS_SYSTEM_BUS_ADDRESS"] = before;
  });

  test.each([
    "unixexec:path=/bin/sh,argv1=-c",
    "tcp:host=elsewhere,port=1",
    "launchd:env=X",
    "unix:",
    "unix:path=",
    "unix:tmpdir=/tmp",
    "unix:path=%zz",
    "no address",
  ])("none that a script may reach: %s", (list) => {
    expect(() => systemBusAddress(list)).toThrow(NoBus);
    expect(() => systemBusAddress(list)).toThrow(list);
  });
});
