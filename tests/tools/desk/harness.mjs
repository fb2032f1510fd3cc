// Starts what a month needs (partner, mail server, desk, browser) and drives the page as a
// person would: by the words on it.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

const require = createRequire(path.join(process.env.CHECKERS, "desk", "here.js"));
const puppeteer = require("puppeteer-core");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const CROSSFOOT = process.argv[2];
export const SCRATCH = process.env.SCRATCH;
export const PERIOD = "2026-03";
export const CREDENTIALS = { VOBIZ_AUTH_ID: "PA_EXAMPLE", VOBIZ_AUTH_TOKEN: "example-token-that-opens-nothing", CROSSFOOT_NOW: "2026-04-02T03:04:05Z" };
export const checks = { axe: 0, pages: 0 };

export function must(holds, what) {
  if (!holds) throw new Error(what);
}

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, is, ms = 30000) {
  for (const end = Date.now() + ms; Date.now() < end; await wait(60)) {
    const found = await is();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

export const freePort = () => new Promise((done) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

const isOpen = (port) => new Promise((done) => {
  const socket = net.connect(port, "127.0.0.1", () => socket.end(() => done(true)));
  socket.on("error", () => done(false));
});

const children = new Set();

export function start(command, args, env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  child.said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (child.said += bytes));
  child.ended = new Promise((done) => child.on("close", done));
  children.add(child);
  child.ended.then(() => children.delete(child));
  return child;
}

export async function stop(child) {
  child.kill("SIGTERM");
  await child.ended;
}

export const stopAll = () => Promise.all([...children].map(stop));

export async function crossfoot(args, env = {}) {
  const child = start(CROSSFOOT, args, { ...CREDENTIALS, ...env });
  const code = await child.ended;
  return { code, said: child.said };
}

/** Writes lines below the heads of a settings file, as a person does: { mail: 'smtp_port = 25' }. */
export function settings(folder, sections) {
  const file = path.join(folder, "crossfoot.toml");
  let text = fs.readFileSync(file, "utf8");
  for (const [section, lines] of Object.entries(sections)) {
    must(text.includes(`\n[${section}]\n`), `the new settings have no [${section}]`);
    text = text.replace(`\n[${section}]\n`, () => `\n[${section}]\n${lines}\n`);
  }
  fs.writeFileSync(file, text);
}

/** The partner, with these customers: [id, name, inbound, outbound]. */
export async function partner(customers) {
  const file = path.join(SCRATCH, "month.csv");
  const cell = (text) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  fs.writeFileSync(file, ["auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost", ...customers.map(([id, name, inbound, outbound]) => `${id},${cell(name)},3,${inbound},4,${outbound}`)].join("\n") + "\n");
  const port = await freePort();
  const child = start(CROSSFOOT, ["demo", "--serve", "--port", String(port), "--period", PERIOD, "--month", file]);
  await until("the partner", () => isOpen(port));
  return { child, port };
}

export async function mailServer() {
  const port = await freePort();
  const folder = path.join(SCRATCH, "mail");
  const child = start(path.join(process.env.CHECKERS, "mail/bin/aiosmtpd"), ["-n", "-l", `127.0.0.1:${port}`, "-c", "postman.Postman", folder], { PYTHONPATH: "tests/tools/desk", PYTHONDONTWRITEBYTECODE: "1" });
  await until("the mail server", () => isOpen(port));
  return { child, port, taken: () => (fs.existsSync(path.join(folder, "new")) ? fs.readdirSync(path.join(folder, "new")).length : 0) };
}

/** A desk on a folder; its address can be opened once. */
export async function desk(folder, env = {}) {
  const child = start(CROSSFOOT, ["desk", folder, "--no-open"], { ...CREDENTIALS, ...env });
  const address = await until("the desk's address", () => {
    must(child.exitCode === null, `the desk ended: ${child.said}`);
    return child.said.match(/http:\/\/\S+token=\S+/)?.[0];
  });
  return { child, address, origin: new URL(address).origin };
}

/** A person at a browser of their own. */
export async function person(browser, address, { dark = false, width = 1360, height = 900 } = {}) {
  const own = await browser.createBrowserContext();
  const page = await own.newPage();
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  const origin = new URL(address).origin;
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(`script: ${error.message}`));
  page.on("console", (line) => {
    if (/Content Security Policy|Refused to/.test(line.text())) page.wrong.push(line.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["blob:", "data:"].includes(url.protocol) && url.origin !== origin) page.wrong.push(`a request to ${url.origin}`);
  });
  page.on("dialog", (dialog) => {
    page.wrong.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(address);
  return new Person(page, origin, own);
}

class Person {
  constructor(page, origin, own) {
    Object.assign(this, { page, origin, own });
  }

  async ready(section) {
    await this.page.waitForSelector(`html[data-ready="${section}"]`, { timeout: 60000 }).catch(async () => {
      throw new Error(`the section ${section} was not shown; there is: ${(await this.text("body")).slice(0, 600)}`);
    });
    await wait(80);
  }

  async open(section, { period = PERIOD, query = "", arg = "", book = 0 } = {}) {
    await this.page.evaluate((hash) => {
      delete document.documentElement.dataset.ready;
      if (location.hash === hash) dispatchEvent(new HashChangeEvent("hashchange"));
      else location.hash = hash;
    }, `#/${book}/${section}/${period}${arg ? `/${arg}` : ""}${query}`);
    await this.ready(section);
  }

  text(selector = "#main") {
    return this.page.$eval(selector, (element) => element.innerText);
  }

  async sees(words, selector = "#main") {
    await until(`“${words}” on the page`, async () => (await this.text(selector)).includes(words)).catch(async (error) => {
      throw new Error(`${error.message}; there is: ${(await this.text("body")).slice(0, 1500)}`);
    });
  }

  /** Presses what has these words: a button or a link that is shown. */
  async press(words, within = "body", tries = 5) {
    const found = await until(`“${words}” to press`, async () => {
      const handle = await this.page.evaluateHandle((w, scope) => [...document.querySelectorAll(`${scope} :is(button, a, summary, label, [role=option])`)].find((e) => !e.disabled && e.checkVisibility() && e.innerText.replace(/\s+/g, " ").trim().startsWith(w)) ?? null, words, within);
      return handle.asElement();
    }).catch(async (error) => {
      throw new Error(`${error.message}; there is: ${(await this.text("body")).slice(0, 1500)}`);
    });
    try {
      await found.evaluate((element) => element.scrollIntoView({ block: "center" }));
      await found.click();
    } catch (error) {
      // The page was drawn anew in between: a person would look again.
      if (!/detached/.test(error.message) || !tries) throw error;
      await wait(100);
      await this.press(words, within, tries - 1);
    }
  }

  async fill(label, value, within = "body") {
    const handle = await this.page.evaluateHandle((l, scope) => [...document.querySelectorAll(`${scope} label`)].find((e) => e.innerText.trim() === l)?.control ?? document.querySelector(`${scope} [aria-label="${l}"]`), label, within);
    const input = handle.asElement();
    must(input, `there is no field “${label}”`);
    await input.evaluate((element) => {
      element.scrollIntoView({ block: "center" });
      if ("select" in element) element.select();
    });
    await input.type(value);
  }

  /** Waits until the command that runs is over, and how it was told. */
  async ran() {
    const told = await until("the command's end", () => this.page.evaluate(() => {
      const run = document.querySelector("#dock .run");
      if (run?.classList.contains("good")) return { good: true, text: run.innerText };
      if (run?.classList.contains("bad")) return { good: false, text: run.innerText };
      const problem = document.querySelector("#dock .problem");
      return problem ? { good: false, text: problem.innerText } : null;
    }), 120000);
    await this.page.evaluate(() => document.querySelectorAll("#dock .run.good").forEach((e) => e.remove()));
    return told;
  }

  async did() {
    const told = await this.ran();
    must(told.good, `a command failed: ${told.text}`);
  }

  async key(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async axe(where) {
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate(() => globalThis.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, resultTypes: ["violations", "passes"] }));
    checks.axe += found.passes.length + found.violations.length;
    checks.pages += 1;
    must(found.violations.length === 0, `axe-core at ${where}: ${found.violations.map((v) => `${v.id} (${v.help}): ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(" | ")}`).join("; ")}`);
  }

  async fits(where) {
    const over = await this.page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return null;
      const wide = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > width + 1 && !e.closest(".scroll"));
      return wide ? wide.outerHTML.slice(0, 200) : "something";
    });
    must(!over, `${where} scrolls sideways: ${over}`);
  }

  async picture(name) {
    if (!process.env.PICTURES) return;
    fs.mkdirSync(process.env.PICTURES, { recursive: true });
    await this.page.screenshot({ path: path.join(process.env.PICTURES, `${name}.png`) });
  }

  async leave() {
    must(this.page.wrong.length === 0, `the page did what it must not: ${[...new Set(this.page.wrong)].join("; ")}`);
    await this.own.close();
  }
}

export const browser = () => puppeteer.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"], protocolTimeout: 120000 });
