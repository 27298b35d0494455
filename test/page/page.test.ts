/** The operator page as an operator has it: in a browser, with the executable. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import type { Page } from "playwright-core";
import { type Agent, AgentWorld, until } from "../support/agent.ts";
import { Browser, NO_BROWSER, type Visit } from "./browser.ts";

setDefaultTimeout(60_000);

const POLICY = `
@id("usr") permit(principal, action, resource in file_system::Dir::"/usr");
@id("etc") @approval("to look at the settings") permit(principal, action, resource in file_system::Dir::"/etc");
@id("never") forbid(principal, action, resource in file_system::Dir::"/etc/ssl");`;

const open = (path: string): string =>
  `DirConfig().path("${path}").build().open(OpenDirOptions().build()); "opened"`;

describe.skipIf(NO_BROWSER !== "")(`the operator page${NO_BROWSER}`, () => {
  let browser: Browser;
  let world: AgentWorld;
  let agent: Agent;
  let origin = "";
  let visit: Visit;
  let page: Page;

  beforeAll(async () => {
    browser = await Browser.start();
    world = new AgentWorld();
    agent = await world.start("--policy", world.file("p.cedar", POLICY), "--listen", "127.0.0.1:0");
    origin = new URL(address()).origin;
  });
  afterAll(async () => {
    await browser.end();
    await world.remove();
  });
  beforeEach(async () => {
    visit = await browser.visit();
    page = visit.page;
    await page.goto(address());
    await page.locator("#board").waitFor();
  });
  afterEach(async () => {
    await visit.context.close();
    // Whatever was shown, nothing came from elsewhere, nothing of it was run, and no code was in a request.
    const foreign = visit.asked.filter((url) => new URL(url).origin !== origin && !url.startsWith("data:"));
    expect([foreign, visit.asked.filter((url) => /[\w-]{43}/.test(url)), visit.complaints]).toEqual([
      [],
      [],
      [],
    ]);
  });

  const address = (): string => world.call("page").stdout.trim();
  const run = (script: string, wait_ms = 5000) => world.ask("POST", "/v1/runs", { script, wait_ms });
  const row = (id: string) => page.locator(`#${id}`);
  const acts = () =>
    world
      .records()
      .filter(({ kind }) => kind === "admin")
      .map(({ act, principal }) => `${act} ${principal}`);

  test("logs in with the code of remit page, which is in no address afterwards", async () => {
    expect(page.url()).toBe(`${origin}/`);
    expect(await page.locator("#state").textContent()).toBe("takes scripts");
    expect(await page.locator("#caller").textContent()).toBe("administrator");
    const { body } = await world.ask("GET", "/v1/status");
    expect(await page.locator("#revision").textContent()).toBe(body.policy_revision);
    expect(await page.locator("#policy").textContent()).toBe(POLICY);
    expect(acts()).toContain('page_login Agent::"administrator"');
    expect(await visit.context.cookies()).toMatchObject([
      { name: `remit_session_${new URL(origin).port}`, httpOnly: true, sameSite: "Strict", path: "/" },
    ]);
    await page.reload();
    await page.locator("#board").waitFor();
  });

  test("a second tab needs no second login, and a code of an open page is taken without a reload", async () => {
    const other = await visit.context.newPage();
    await other.goto(`${origin}/`);
    await other.locator("#board").waitFor();
    const before = acts().length;
    await other.goto(address());
    await until(() => acts().length > before, "the login");
    await until(() => other.url() === `${origin}/`, "the code to leave the address");
    await page.reload();
    await page.locator("#board").waitFor();
  });

  test("a run appears, with its output and log on demand", async () => {
    const { body } = await run('info("hello"); 6 * 7');
    await row(body.id).getByText("succeeded").waitFor();
    expect(await row(body.id).textContent()).toContain('Agent::"administrator"');
    expect(await row(body.id).locator("pre").count()).toBe(0);
    await row(body.id).locator("summary").press("Enter");
    await row(body.id).getByText("42", { exact: true }).waitFor();
    await row(body.id).getByText("hello").waitFor();
  });

  test("a run that goes on is followed, and ended", async () => {
    const { body } = await run(
      'info("first"); AlarmBuilder().type("Full").details("of it").publish(); sleep(60); 1',
      0,
    );
    await row(body.id).locator("summary").click();
    await row(body.id).getByText("INFO  first").waitFor();
    await row(body.id).getByText("ALARM Full: of it").waitFor();
    expect(await row(body.id).getByText("running").count()).toBe(1);
    await row(body.id).getByRole("button", { name: "End this run" }).click();
    await row(body.id).getByText("cancelled", { exact: true }).waitFor();
    await row(body.id).getByText("the run has no result").waitFor();
    expect(acts()).toContain('cancel Agent::"administrator"');
  });

  test("a denial appears with its reason, and leads to its run", async () => {
    const { body } = await run(open("/etc/ssl"));
    const denial = page.locator(".denial", { hasText: '"/etc/ssl"' }).first();
    await denial.waitFor();
    expect(await denial.textContent()).toContain(
      'file_system::Action::"open" on file_system::Dir::"/etc/ssl"forbidden by never',
    );
    await run(open("/root"));
    const other = page.locator(".denial", { hasText: '"/root"' }).first();
    await other.getByText("no policy permits it").waitFor();
    await denial.getByRole("button", { name: "its run" }).click();
    await row(body.id).getByText("forbidden by never").waitFor();
  });

  test("what waits shows its exact request, and is approved or denied", async () => {
    for (const [button, state, outcome] of [
      ["Approve", "succeeded", "approved"],
      ["Deny", "failed", "denied"],
    ] as const) {
      const asked = run(open("/etc/apt"));
      const card = page.locator(".approval");
      await card.waitFor();
      expect(await card.textContent()).toContain(
        'Agent::"administrator" wants file_system::Action::"open" on file_system::Dir::"/etc/apt"',
      );
      expect(await card.textContent()).toContain("to look at the settings");
      await until(async () => {
        await card
          .getByRole("button", { name: button })
          .click({ timeout: 500 })
          .catch(() => undefined);
        return (await card.count()) === 0;
      }, "the answer");
      expect((await asked).body.state).toBe(state);
      expect(acts()).toContain(`${outcome} Agent::"administrator"`);
      expect(await page.locator("#notice").textContent()).toStartWith(`${outcome}: file_system::Action`);
    }
  });

  test("a click as something appears may have been meant for what was there before", async () => {
    await page.clock.install();
    await page.reload();
    await page.locator("#board").waitFor();
    await page.clock.pauseAt(Date.now() + 1000);
    const asked = run(open("/etc/apt"));
    await until(async () => {
      await page.clock.runFor(200);
      return (await page.locator(".approval").count()) === 1;
    }, "the approval to appear");
    const waiting = async () => (await world.ask("GET", "/v1/approvals")).body.approvals.length;
    await page.getByRole("button", { name: "Approve" }).click();
    expect([await waiting(), await page.locator("#notice").isVisible()]).toEqual([1, false]);
    await page.clock.runFor(600);
    await page.getByRole("button", { name: "Approve" }).click();
    await until(async () => (await waiting()) === 0, "the answer");
    expect((await asked).body.state).toBe("succeeded");
  });

  test("everything is stopped after a question, with its reason, and resumed", async () => {
    const { body } = await run("sleep(60)", 0);
    await page.getByRole("button", { name: "Stop everything…" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect((await world.ask("GET", "/v1/status")).body.killed).toBe(false);
    await page.getByRole("button", { name: "Stop everything…" }).click();
    await page.getByLabel("Reason").fill("<b>smoke</b>");
    await page.keyboard.press("Enter");
    await page.getByText("Everything is stopped").waitFor();
    expect(await page.locator("#stopped-reason").textContent()).toBe("<b>smoke</b>");
    expect((await world.ask("GET", "/v1/status")).body).toMatchObject({
      killed: true,
      kill_reason: "<b>smoke</b>",
    });
    await row(body.id).getByText("killed").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("takes scripts").waitFor();
    expect((await run("1")).body.output).toBe("1");
    expect(acts().slice(-2)).toEqual(['kill Agent::"administrator"', 'resume Agent::"administrator"']);
  });

  test("text of a script is text, and hides nothing", async () => {
    const hostile =
      "<img src=http://evil.example/x onerror=\"fetch('http://evil.example/')\"><script>1</script>";
    const { body } = await run(
      `info(${JSON.stringify(hostile)}); ${JSON.stringify(hostile)} + "\\u202egnp.exe\\u200b"`,
    );
    await row(body.id).locator("summary").click();
    const output = row(body.id).locator("pre").first();
    await output.waitFor();
    expect(await output.textContent()).toBe(`${hostile}\\u{202e}gnp.exe\\u{200b}`);
    expect(await row(body.id).locator("img, script, b").count()).toBe(0);
    await run('resolve("\\u202e<b>")');
    await page.getByText('sysinfo::Hostname::"\\u{202e}<b>"').first().waitFor();
  });

  test("a logout ends the session, here and for the agent", async () => {
    const old = await visit.context.cookies();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByText("You are logged out.").waitFor();
    expect(old).toHaveLength(1);
    expect(await visit.context.cookies()).toEqual([]);
    expect(await page.locator("#runs li, #denials li, #policy:has-text('permit')").count()).toBe(0);
    await page.reload();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  });

  test("a code that was used, or is none, says what to do", async () => {
    await page.getByRole("button", { name: "Log out" }).click();
    const once = address();
    await page.goto(once);
    await page.locator("#board").waitFor();
    for (const code of [new URL(once).hash, "#nonsense"]) {
      await page.goto(`${origin}/${code}`);
      await page.getByText("each is good once, for a minute").waitFor();
      expect(page.url()).toBe(`${origin}/`);
      await page.getByText("remit page", { exact: true }).waitFor();
    }
  });

  test("a session that ends says so, and how to get another", async () => {
    const secret = world.call("token", "create", "second", "--scope", "admin").stdout;
    const { stdout } = world.call("page", "--token-file", world.file("second", secret));
    await page.goto(stdout.trim());
    await page.getByText("second", { exact: true }).waitFor();
    world.call("token", "revoke", "second");
    await page.getByText("The login is over").waitFor();
    await page.getByText("remit page", { exact: true }).waitFor();
    expect(await page.locator("#board").isVisible()).toBe(false);
  });

  test("while nobody sees it, it asks for nothing", async () => {
    const polls = () => visit.count("/v1/status");
    const hide = (hidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, "hidden", { configurable: true, get: () => ${hidden} });
        document.dispatchEvent(new Event("visibilitychange"));`);
    await page.clock.install();
    await page.reload();
    const { body } = await run("sleep(60)", 0);
    const streams = () => visit.count(`/v1/runs/${body.id}/events`);
    await row(body.id).locator("summary").click();
    await row(body.id).getByRole("button", { name: "End this run" }).waitFor();
    await until(() => streams() === 1, "the run to be followed");
    const start = polls();
    await page.clock.runFor(2500);
    await until(() => polls() > start, "a poll");
    const ended = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/events"));
    await hide(true);
    await ended;
    const hidden = polls();
    await page.clock.runFor(600_000);
    expect(polls()).toBe(hidden);
    await hide(false);
    await until(() => polls() > hidden, "a poll again");
    await until(() => streams() === 2, "the run to be followed again");
    const over = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/events"));
    await page.getByRole("button", { name: "Log out" }).click();
    await over;
    await world.ask("DELETE", `/v1/runs/${body.id}`);
  });

  test("an agent that is gone is missed, and found again", async () => {
    agent.signal("SIGKILL");
    await page.getByText("no answer").waitFor();
    await page.getByText("the agent does not answer; trying again…").waitFor();
    agent = await world.start("--listen", new URL(origin).host);
    // It is another one, which knows nothing of this login.
    await page.getByText("The login is over").waitFor();
    expect(await page.locator("#trouble").isVisible()).toBe(false);
    await page.goto(address());
    await page.getByText("takes scripts").waitFor();
  });
});
