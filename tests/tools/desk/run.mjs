// The desk, driven: see .ci/desk. Ends with 1 at the first thing that is not as it must be.

import { browser as launch, checks, desk, mailServer, partner, stop, stopAll } from "./harness.mjs";
import { CUSTOMERS, month } from "./month.mjs";
import { gone, hostilePage, interrupted, twoPeople } from "./guard.mjs";
import { several, tally, tampered, together } from "./mend.mjs";
import { looks } from "./looks.mjs";
import { scale } from "./scale.mjs";

const only = process.env.ONLY?.split(",");
const wants = (part) => !only || only.includes(part);
const browser = await launch();
let code = 0;
try {
  const began = Date.now();
  const [theirs, mail] = [await partner(CUSTOMERS), await mailServer()];
  const told = [];
  const made = await month(browser, theirs, mail);
  told.push(`a month in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  await stop(made.one.child);
  if (wants("hostile")) {
    const one = await desk(made.folder);
    await hostilePage(browser, one, made.folder);
    await stop(one.child);
  }
  if (wants("looks")) await looks(browser, made.folder);
  if (wants("scale")) {
    const one = await desk(made.folder);
    told.push(await scale(browser, one));
    await stop(one.child);
  }
  if (wants("tampered")) await tampered(browser, made.folder);
  if (wants("mend")) await tally(browser, theirs);
  if (wants("together")) await together(browser, theirs);
  if (wants("several")) await several(browser, theirs);
  if (wants("people")) await twoPeople(browser, theirs);
  if (wants("interrupt")) await interrupted(browser, theirs);
  if (wants("gone")) await gone(browser, theirs);
  console.log(`desk: ${told.join("; ")}; ${checks.axe} axe-core checks on ${checks.pages} pages without a violation`);
} catch (error) {
  console.error(`desk: ${error.stack}`);
  code = 1;
} finally {
  await browser.close();
  await stopAll();
}
process.exit(code);
