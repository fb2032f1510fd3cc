// A month from an empty folder to `verify`: what finance does, by pressing what it sees.

import fs from "node:fs";
import path from "node:path";
import { PERIOD, SCRATCH, desk, must, person, settings, until } from "./harness.mjs";

/** A name that wants to be markup, and one that wants to be read from the right. */
export const HOSTILE = '<img src=x onerror="document.title=1"> & Söhne';
const TURNED = "\u202Egpj.exe";

export const CUSTOMERS = [
  ["MA_1", "Credresolve Financial Services Pvt Ltd", "1311.31", "2711.45"],
  ["MA_2", "Acme Outbound Pvt Ltd", "12000.00", "56850.00"],
  ["MA_3", "Aarohi Diagnostics Pvt Ltd", "2622.32", "5422.45"],
  ["MA_4", HOSTILE, "3933.33", "8133.45"],
  ["MA_5", "अक्षय संचार प्राइवेट लिमिटेड", "5244.34", "10844.45"],
  ["MA_6", "Konkan Foods LLP", "867.45", "374.40"],
];

const ledgerRows = CUSTOMERS.flatMap(([id, , inbound, outbound]) => [
  `2026-03-05,${id},${id === "MA_5" ? TURNED : ""},inbound,${inbound}`,
  // 450.00 too low for one, 12.00 for another: two decisions.
  `2026-03-19,${id},,outbound,${{ MA_2: "56400.00", MA_6: "362.40" }[id] ?? outbound}`,
]);
export const LEDGER = `date,customer_id,customer_name,direction,amount\n${ledgerRows.join("\n")}\n`;

async function begin(asha, folder, partner, mail) {
  await asha.ready("first");
  await asha.axe("first use");
  await asha.picture("first");
  await asha.press("Begin the books");
  await asha.sees("The name is needed.");
  await asha.fill("Your company", "Malabar Voice Resale Pvt Ltd");
  await asha.fill("Address", "12 Residency Road, Bengaluru 560001, Karnataka");
  await asha.fill("E-mail", "billing@malabar-voice.example");
  await asha.press("Begin the books");
  await asha.ready("periods");
  settings(folder, { upstream: `base_url = "http://127.0.0.1:${partner.port}/api/v1/partner"`, mail: `smtp_host = "127.0.0.1"\nsmtp_port = ${mail.port}\ntls = "none"` });
  await asha.page.reload();
  await asha.ready("periods");
  await asha.open("periods");
}

async function customers(asha) {
  await asha.open("fix");
  await asha.press("Take over from the partner");
  await asha.did();
  await asha.sees("Konkan Foods LLP");
  await asha.sees(HOSTILE);
  await asha.picture("fix");
  for (const [id, name] of CUSTOMERS.slice(0, 5)) {
    await asha.fill("Filter: name, GSTIN, e-mail, State …", id);
    await asha.sees(`1 of ${CUSTOMERS.length}`);
    await asha.press("Change", "#main tbody");
    await asha.fill("E-mail", `accounts@${id.toLowerCase().replace("_", "")}.example`, "dialog");
    await asha.press("Save", "dialog");
    await until(`${name} to be saved`, () => asha.page.evaluate(() => !document.querySelector("dialog[open]")));
    await asha.ready("fix");
  }
}

async function ledger(asha) {
  const file = path.join(SCRATCH, "from our product.csv");
  fs.writeFileSync(file, LEDGER);
  await asha.open("periods");
  await asha.press("Bring the ledger");
  await asha.ready("ledger");
  const input = await asha.page.$("#ledger-file");
  await input.uploadFile(file);
  await asha.sees("Nothing is kept yet.");
  await asha.sees("⟦U+202E⟧gpj.exe");
  await asha.picture("ledger");
  await asha.press("Keep it for March 2026");
  await asha.sees("Kept as");
  await asha.sees("Rows as they were read");
}

async function decide(asha) {
  await asha.open("periods");
  await asha.press("Compare with the partner");
  await asha.did();
  await asha.ready("findings");
  await asha.sees("Does not reconcile.");
  await asha.sees("Vouchers");
  await asha.press("Acme Outbound", "[role=listbox]");
  await asha.sees("−₹450.00");
  await asha.press("Bill the partner's figure: ₹68,850.00");
  await asha.sees("What it comes to");
  await asha.sees("₹68,850.00", ".outcome");
  await asha.picture("decide");
  await asha.press("Decide", "form.decide");
  await asha.sees("A reason is needed.");
  await asha.fill("Reason", "Posted late; the credit note follows in April");
  await asha.fill("Who decides", "Asha Rao");
  await asha.press("Decide", "form.decide");
  await asha.did();
}

/** The second decision, with no mouse at all. */
async function keyboard(asha) {
  await asha.open("periods");
  const { page } = asha;
  await page.evaluate(() => document.activeElement.blur());
  const focused = () => page.evaluate(() => {
    const e = document.activeElement;
    return `${e.getAttribute("role") ?? e.tagName.toLowerCase()} ${e.getAttribute("aria-label") ?? e.labels?.[0]?.innerText ?? e.innerText ?? ""}`.trim();
  });
  const seen = () => page.evaluate(() => {
    const e = document.activeElement;
    const style = getComputedStyle(e);
    return e === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none";
  });
  const tabTo = async (words) => {
    for (let n = 0; n < 80; n += 1) {
      await asha.key("Tab");
      must(await seen(), `the focus cannot be seen on ${await focused()}`);
      if ((await focused()).includes(words)) return;
    }
    throw new Error(`Tab does not come to ${words}; it is on ${await focused()}`);
  };
  await page.reload();
  await asha.ready("periods");
  await tabTo("Skip to the content");
  await asha.key("4");
  await asha.ready("findings");
  await tabTo("option ");
  for (let n = 0; n < 5 && !(await focused()).includes("Konkan"); n += 1) await asha.key("ArrowDown");
  must((await focused()).includes("Konkan"), `the arrows do not come to the other finding, but to ${await focused()}`);
  await asha.key("Enter");
  must((await page.evaluate(() => document.activeElement.type)) === "radio", `Enter goes to the decision, not to ${await focused()}`);
  await asha.key("ArrowDown", "ArrowUp", "Space");
  await asha.sees("What it comes to");
  await tabTo("Reason");
  await page.keyboard.type("Rounded by hand");
  await tabTo("Who decides");
  await page.keyboard.type("Asha Rao");
  await tabTo("button Decide");
  await asha.key("Enter");
  await asha.did();
  await asha.ready("findings");
  await asha.open("periods");
  await asha.sees("2 decided");
  await asha.page.reload();
  await asha.ready("periods");
  await asha.sees("2 decided");
}

async function issue(asha) {
  await asha.open("drafts");
  await asha.press("Make the drafts");
  await asha.did();
  await asha.ready("drafts");
  await asha.sees(HOSTILE);
  await until("thumbnails", () => asha.page.evaluate(() => document.querySelectorAll(".thumb canvas").length >= 3));
  const inked = await asha.page.evaluate(() => {
    const canvas = document.querySelector(".thumb canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, at) => at % 4 !== 3 && value < 100);
  });
  must(inked, "a thumbnail is blank");
  await asha.axe("drafts");
  await asha.picture("drafts");
  await asha.press("Issue …");
  await asha.sees(`${CUSTOMERS.length} documents over`, "dialog");
  await asha.sees("no credit or debit note", "dialog");
  await asha.sees("nobody is held", "dialog");
  await asha.axe("issue");
  await asha.picture("issue");
  await asha.press(`Issue ${CUSTOMERS.length} documents`, "dialog");
  await asha.did();
  await asha.ready("outbox");
}

async function send(asha, mail) {
  await asha.sees("no address");
  await asha.press("Send 5 messages", "#main");
  await asha.sees("5 messages", "dialog");
  await asha.press("Send 5 messages", "dialog");
  await asha.did();
  await asha.ready("outbox");
  // One was refused, and nobody knows of another.
  await asha.sees("no such mailbox here");
  await asha.sees("fate unknown");
  must(mail.taken() === 4, `${mail.taken()} mails arrived, not 4`);
  await asha.press("Send 1 message", "#main");
  await asha.press("Send 1 message", "dialog");
  await asha.did();
  await until("the mail to arrive", () => mail.taken() === 5);
  await asha.ready("outbox");
  await asha.press("fate unknown", ".chips");
  await asha.page.$eval("tbody input[type=checkbox]", (box) => box.click());
  await asha.press("They did arrive", "#main");
  await asha.press("They did arrive", "dialog form");
  await asha.sees("A reason is needed.", "dialog");
  await asha.fill("Reason or note", "The customer rang and has it", "dialog");
  await asha.press("They did arrive", "dialog form");
  await asha.did();
  await asha.ready("outbox");
  await asha.press("no address", ".chips");
  await asha.page.$eval("tbody input[type=checkbox]", (box) => box.click());
  await asha.press("Handed over otherwise", "#main");
  await asha.fill("Reason or note", "Printed and handed over", "dialog");
  await asha.press("Handed over otherwise", "dialog form");
  await asha.did();
  await asha.sees("handed over");
  await asha.picture("outbox");
}

async function archive(asha) {
  await asha.open("archive");
  await asha.sees(`${CUSTOMERS.length} of ${CUSTOMERS.length}`);
  await asha.fill("Number, customer or amount", "Konkan");
  await asha.sees("1 of 1");
  await asha.press("Verify everything");
  await asha.did();
  await asha.sees("Everything verifies");
  await asha.press("Pack March 2026");
  await asha.did();
  await asha.sees("Save the archive");
  const packed = await asha.page.evaluate(async () => {
    const link = document.querySelector("a[download]");
    const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
    return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes.length > 1000;
  });
  must(packed, "the archive is no zip file");
  await asha.picture("archive");
}

export async function month(browser, partner, mail) {
  const folder = path.join(SCRATCH, "books");
  fs.mkdirSync(folder);
  const one = await desk(folder);
  const asha = await person(browser, one.address);
  await begin(asha, folder, partner, mail);
  await customers(asha);
  await ledger(asha);
  await decide(asha);
  await keyboard(asha);
  await issue(asha);
  await send(asha, mail);
  await archive(asha);
  await asha.open("periods");
  await asha.sees("Verify what was sealed");
  await asha.picture("periods");
  must((await asha.page.title()).includes("March 2026"), "a hostile name changed the title");
  await asha.leave();
  return { folder, one, period: PERIOD };
}
