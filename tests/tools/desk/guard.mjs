// What must not happen, and what must be told: a page elsewhere, a held lock, a partner or a
// desk that is gone, and one person who would be two.

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { PERIOD, SCRATCH, crossfoot, desk, must, person, settings, start, stop, until, wait } from "./harness.mjs";
import { CUSTOMERS, LEDGER } from "./month.mjs";

/** One digest of all files of a folder. */
function digest(folder) {
  const all = createHash("sha256");
  const walk = (at) => {
    for (const entry of fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(at, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (entry.name !== "lock") all.update(`${file}\0`).update(fs.readFileSync(file));
    }
  };
  walk(folder);
  return all.digest("hex");
}

/** A page on another port of this machine, and on another name for it, that knows everything but the cookie. */
export async function hostilePage(browser, one, folder) {
  const before = digest(folder);
  const page = `<!doctype html><title>elsewhere</title><iframe id=f src="${one.origin}/"></iframe>
<form id=o method=post enctype="text/plain" target=t action="${one.origin}/api/0/run"><input name='{"do":"void","number":"1","reason":"x","by":"' value='"}'></form><iframe name=t></iframe>`;
  const server = http.createServer((_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end(page));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  // The same browser as one that is let in: its cookie is there.
  const asha = await person(browser, one.address);
  await asha.ready("periods");
  for (const host of ["127.0.0.1", "localhost"]) {
    const other = await asha.own.newPage();
    await other.goto(`http://${host}:${server.address().port}/`);
    const got = await other.evaluate(async (origin) => {
      const results = [];
      const orders = [
        [`${origin}/api/desk`, {}],
        [`${origin}/api/0/status`, { mode: "no-cors" }],
        [`${origin}/api/0/run`, { method: "POST", mode: "no-cors", body: '{"do":"verify"}' }],
        [`${origin}/api/0/run`, { method: "POST", headers: { "X-Crossfoot": "1", "Content-Type": "application/json" }, body: '{"do":"verify"}' }],
        [`${origin}/api/0/run`, { method: "DELETE" }],
        [`${origin}/api/0/alias`, { method: "POST", mode: "no-cors", body: '{"customer_id":"MA_1","name":"Mallory"}' }],
      ];
      for (const [url, options] of orders) {
        results.push(await fetch(url, { credentials: "include", ...options }).then(async (answer) => (answer.type === "opaque" ? "opaque" : `${answer.status} ${(await answer.text()).slice(0, 80)}`), () => "refused"));
      }
      document.getElementById("o").submit();
      const image = new Image();
      const shown = await new Promise((done) => {
        image.onload = () => done("loaded");
        image.onerror = () => done("no");
        image.src = `${origin}/assets/icon.svg`;
      });
      return { results, shown };
    }, one.origin);
    must(got.results.every((r) => r === "refused" || r === "opaque"), `a page on ${host} was answered: ${got.results.join(", ")}`);
    await wait(400);
    for (const frame of other.frames().slice(1)) {
      const inside = await frame.evaluate(() => document.body?.innerText ?? "").catch(() => "");
      must(!inside.includes("crossfoot") && !inside.includes("Periods"), `the desk was framed on ${host}`);
    }
    await other.close();
  }
  server.close();
  must(digest(folder) === before, "a hostile page changed the books");
  // The address works once, and not without its cookie.
  const stranger = await browser.createBrowserContext();
  const theirs = await stranger.newPage();
  const answer = await theirs.goto(one.address);
  must(answer.status() === 403, `a used address was answered with ${answer.status()}`);
  await stranger.close();
  await asha.leave();
}

/** Fresh books with the partner's address, as `init` and one edit leave them. */
export async function books(name, partner, more = {}) {
  const folder = path.join(SCRATCH, name);
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const made = await crossfoot(["init", folder, "--seller", "Malabar Voice Resale Pvt Ltd", "--email", "billing@malabar-voice.example"]);
  must(made.code === 0, `init: ${made.said}`);
  settings(folder, { upstream: `base_url = "http://127.0.0.1:${partner.port}/api/v1/partner"`, ...more });
  fs.mkdirSync(path.join(folder, "ledgers"), { recursive: true });
  fs.writeFileSync(path.join(folder, `ledgers/${PERIOD}.csv`), LEDGER.replace("56400.00", "56850.00").replace("362.40", "374.40"));
  const cell = (t) => `"${t.replaceAll('"', '""')}"`;
  fs.writeFileSync(path.join(folder, "customers.csv"), `customer_id,legal_name,email\n${CUSTOMERS.map(([id, n]) => `${id},${cell(n.replace(/[<>\u202E]/g, ""))},accounts@${id.toLowerCase().replace("_", "")}.example`).join("\n")}\n`);
  return folder;
}

function key(name) {
  const file = path.join(SCRATCH, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
  return { file, public: fs.readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" ") };
}

/** Asha proposes, cannot approve herself, and Ravi approves under his own key. */
export async function twoPeople(browser, partner) {
  const [a, r] = [key("asha"), key("ravi")];
  const folder = await books("two", partner, { audit: 'approvals = 2\nsignatures = "required"' });
  fs.mkdirSync(path.join(folder, "audit"), { recursive: true });
  fs.writeFileSync(path.join(folder, "audit/allowed_signers"), [["asha", a], ["ravi", r]].map(([n, k]) => `${n}@malabar.example namespaces="crossfoot-seal" ${k.public}\n`).join(""));
  const state = { XDG_STATE_HOME: path.join(SCRATCH, "state") };
  const first = await desk(folder, { ...state, CROSSFOOT_SIGNING_KEY: a.file });
  const asha = await person(browser, first.address);
  await asha.ready("periods");
  await asha.press("Compare with the partner");
  await asha.did();
  await asha.open("drafts");
  await asha.press("Make the drafts");
  await asha.did();
  await asha.press("Propose …");
  await asha.sees("Nothing has a number until somebody else approves.", "dialog");
  await asha.press("Propose 6 documents", "dialog");
  await asha.did();
  await asha.sees("Proposed, waiting for a second person");
  await asha.sees("asha@malabar.example");
  await asha.picture("proposed");
  await asha.axe("proposed");
  await asha.press("Approve …");
  await asha.press("Approve and issue 6 documents", "dialog");
  const alone = await asha.ran();
  must(!alone.good, "one person approved what they proposed");
  await asha.leave();
  await stop(first.child);
  const second = await desk(folder, { ...state, CROSSFOOT_SIGNING_KEY: r.file });
  const ravi = await person(browser, second.address);
  await ravi.ready("periods");
  // His browser never gets what draws thumbnails: everything else works.
  await ravi.page.setRequestInterception(true);
  ravi.page.on("request", (request) => (request.url().includes("pdf.min") ? request.abort() : request.continue()));
  await ravi.open("drafts");
  await ravi.sees("Proposed by asha@malabar.example");
  await ravi.page.$eval(".docs", (list) => list.scrollIntoView());
  await ravi.sees("no picture");
  await ravi.press("Approve …");
  await ravi.press("Approve and issue 6 documents", "dialog");
  await ravi.did();
  await ravi.open("archive");
  await ravi.press("Verify everything");
  await ravi.did();
  await ravi.sees("Everything verifies");
  await ravi.leave();
  await stop(second.child);
}

/** Another command holds the lock; the partner is gone; the desk itself is gone. */
export async function gone(browser, partner) {
  const folder = await books("gone", partner);
  const one = await desk(folder);
  const asha = await person(browser, one.address);
  await asha.ready("periods");
  await asha.press("Compare with the partner");
  await asha.did();
  await asha.ready("findings");
  const before = digest(folder);
  const holder = start("flock", [path.join(folder, ".crossfoot/lock"), "sleep", "60"]);
  await wait(300);
  await asha.open("drafts");
  const held = await asha.page.evaluate(() => fetch("/api/0/alias", { method: "POST", headers: { "X-Crossfoot": "1", "Content-Type": "application/json" }, body: JSON.stringify({ customer_id: "MA_1", name: "Somebody" }) }).then((answer) => answer.status));
  must(held === 409, `a held lock is told with 409, not ${held}`);
  await asha.open("periods");
  await asha.press("Compare again");
  const locked = await asha.ran();
  must(!locked.good && /Next/.test(locked.text), `a held lock was not told: ${locked.text}`);
  await asha.axe("an error");
  await asha.picture("locked");
  must(digest(folder) === before, "a command that met a lock changed the books");
  await stop(holder);

  await stop(partner.child);
  fs.rmSync(path.join(folder, "closes"), { recursive: true });
  await asha.open("periods");
  await asha.press("Compare with the partner");
  const away = await asha.ran();
  must(!away.good && /Next/.test(away.text) && /Not done/.test(away.text), `a partner that is gone was not told: ${away.text}`);
  await asha.picture("partner-gone");

  await stop(one.child);
  await asha.page.evaluate(() => (location.hash = "#/0/archive"));
  await asha.ready("problem");
  await asha.sees("The desk's program does not answer");
  await asha.picture("desk-gone");
  await asha.own.close();
}

/** A long run is interrupted on the page, and nothing half-written is left. */
export async function interrupted(browser, partner) {
  const folder = await books("slow", partner);
  const one = await desk(folder);
  const asha = await person(browser, one.address);
  await asha.ready("periods");
  await asha.press("Compare with the partner");
  await asha.press("Interrupt", "#dock");
  const told = await asha.ran();
  must(!told.good && /nterrupted/.test(told.text), `an interrupted run was not told: ${told.text}`);
  await until("no run", () => asha.page.evaluate(() => fetch("/api/0/run").then((a) => a.json()).then((r) => !r?.running)));
  await asha.leave();
  await stop(one.child);
}
