// A Tally export as it comes: which accounts are usage, which name is which customer, a
// customer's broken particulars; several books on one desk; and a seal that was tampered with.

import fs from "node:fs";
import path from "node:path";
import { PERIOD, SCRATCH, desk, must, person, settings, stop, until } from "./harness.mjs";
import { books } from "./guard.mjs";
import { LEDGER } from "./month.mjs";

const TALLY = `Malabar Voice Resale Pvt Ltd
Voucher Register
1-Mar-26 to 31-Mar-26

Date,Particulars,,Vch Type,Vch No.,Debit,Credit
3-Mar-26,Acme Telecalling,,Sales,S/1,"68,850.00",
,Inbound Voice,,,,,"12,000.00"
,Outbound Voice,,,,,"56,850.00"
5-Mar-26,Konkan Foods LLP,,Sales,S/2,"1,465.27",
,Inbound Voice,,,,,867.45
,Outbound Voice,,,,,374.40
,Output IGST,,,,,223.42
`;

/** Chooses an account's use by its name. */
const role = (who, account, use) => who.page.evaluate((a, u) => {
  const select = document.querySelector(`select[aria-label="What the account ${a} holds"]`);
  select.value = u;
  select.dispatchEvent(new Event("change"));
}, account, use);

export async function tally(browser, partner) {
  const folder = await books("tally", partner);
  const config = path.join(folder, "crossfoot.toml");
  fs.writeFileSync(config, fs.readFileSync(config, "utf8").replace(/^(# )?format = .*$/m, 'format = "auto"'));
  fs.rmSync(path.join(folder, `ledgers/${PERIOD}.csv`));
  const file = path.join(SCRATCH, "DayBook.csv");
  fs.writeFileSync(file, TALLY);
  const one = await desk(folder);
  const asha = await person(browser, one.address);
  await asha.ready("periods");
  await asha.open("ledger");
  const broken = path.join(SCRATCH, "notes.csv");
  fs.writeFileSync(broken, "this is,no ledger\n1,2\n");
  await (await asha.page.$("#ledger-file")).uploadFile(broken);
  await asha.sees("notes.csv");
  must(!(await asha.text()).includes("ledger-"), "the place where a dropped file lay meanwhile is shown");
  await asha.axe("a file that is no ledger");
  await asha.picture("no-ledger");
  await (await asha.page.$("#ledger-file")).uploadFile(file);
  await asha.sees("tally-daybook");
  await asha.sees("No account is named as usage yet");
  await asha.press("Keep it for March 2026");
  await asha.sees("Kept as");
  await asha.press("Mend that");
  await asha.ready("fix");
  await role(asha, "Inbound Voice", "inbound");
  await role(asha, "Outbound Voice", "outbound");
  await asha.axe("fix, accounts");
  await asha.picture("accounts");
  await asha.press("Save the accounts");
  await asha.sees("Names without a customer");
  await asha.sees("Acme Telecalling");
  await asha.axe("fix, names");
  const box = '[aria-label="Customer for the ledger name Acme Telecalling"]';
  await asha.page.type(`input${box}`, "acme out");
  await asha.key("ArrowDown", "Enter");
  await asha.picture("names");
  await asha.press("That is it");
  await asha.sees("Every name in this month's ledger is a known customer.");
  must(/Acme Telecalling/.test(fs.readFileSync(path.join(folder, "customers.csv"), "utf8")), "the alias is not in customers.csv");
  must(/"Inbound Voice" = "inbound"/.test(fs.readFileSync(config, "utf8")), "the accounts are not in the settings");
  // A GSTIN whose check digit is wrong is refused beside its field.
  await asha.fill("Filter: name, GSTIN, e-mail, State …", "MA_6");
  await asha.press("Change", "#main tbody");
  await asha.fill("GSTIN", "29AADCB2230M1ZQ", "dialog");
  await asha.press("Save", "dialog");
  await until("the GSTIN to be refused", () => asha.page.evaluate(() => document.querySelector("dialog [aria-invalid=true]")?.value === "29AADCB2230M1ZQ"));
  await asha.axe("a refused GSTIN");
  await asha.picture("gstin");
  await asha.key("Escape");
  await asha.leave();
  await stop(one.child);
}

/** Two findings of one cause are decided at once; deciding again asks whether that is meant. */
export async function together(browser, partner) {
  const folder = await books("together", partner);
  fs.writeFileSync(path.join(folder, `ledgers/${PERIOD}.csv`), LEDGER);
  const one = await desk(folder);
  const asha = await person(browser, one.address);
  await asha.ready("periods");
  await asha.press("Compare with the partner");
  await asha.did();
  await asha.ready("findings");
  await asha.press("Choose all 2: Amounts differ");
  await asha.sees("2 findings chosen");
  await asha.press("Bill the ledger's figure of each");
  await asha.sees("2 documents,", ".outcome");
  await asha.axe("many findings");
  await asha.picture("together");
  await asha.fill("Reason", "As agreed with both");
  await asha.fill("Who decides", "Asha Rao");
  await asha.press("Decide", "form.decide");
  await asha.did();
  const decided = () => (fs.readFileSync(path.join(folder, `resolutions/${PERIOD}.toml`), "utf8").match(/= "ledger"/g) ?? []).length;
  must(decided() === 2, `${decided()} decisions were written, not 2`);
  await asha.ready("findings");
  await asha.press("Decided", ".chips");
  await asha.sees("Billed by the ledger's figure");
  await asha.press("Keep it held; do not bill yet");
  await asha.sees("I mean it");
  await asha.fill("Reason", "Not yet after all");
  await asha.press("I mean it");
  await asha.press("Decide", "form.decide");
  await asha.did();
  must(decided() === 1, "the second decision did not take the place of the first");
  await asha.leave();
  await stop(one.child);
}

export async function several(browser, partner) {
  const shelf = path.join(SCRATCH, "shelf");
  for (const name of ["first", "second"]) await books(`shelf/${name}`, partner);
  settings(path.join(shelf, "second"), { reconcile: 'tolerance = "1.00"' });
  const one = await desk(shelf);
  const asha = await person(browser, one.address);
  await asha.ready("periods");
  await asha.page.select('select[aria-label="Books"]', "1");
  await until("the other books", () => asha.page.evaluate(() => location.hash.startsWith("#/1/") && document.documentElement.dataset.ready === "periods"));
  await asha.press("Compare with the partner");
  await asha.did();
  must(fs.existsSync(path.join(shelf, `second/closes/${PERIOD}`)) && !fs.existsSync(path.join(shelf, `first/closes/${PERIOD}`)), "the command ran on other books than those that were chosen");
  await asha.axe("several books");
  await asha.leave();
  await stop(one.child);
}

/** A byte of a sealed file is changed: `verify` says so on the page. */
export async function tampered(browser, folder) {
  const sealed = path.join(folder, `closes/${PERIOD}/invoices.csv`);
  const before = fs.readFileSync(sealed);
  fs.writeFileSync(sealed, before.toString().replace("68850.00", "68850.01"));
  const one = await desk(folder);
  const asha = await person(browser, one.address);
  await asha.ready("periods");
  await asha.open("archive");
  await asha.press("Verify everything");
  await asha.sees("Something does not verify");
  await asha.sees("invoices.csv");
  await asha.axe("something that does not verify");
  await asha.picture("tampered");
  await asha.leave();
  await stop(one.child);
  fs.writeFileSync(sealed, before);
}
