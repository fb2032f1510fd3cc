// Every section in both themes and both languages, on a phone and at 200 %: axe-core finds
// nothing, nothing scrolls sideways, every word is translated.

import fs from "node:fs";
import { desk, must, person, stop } from "./harness.mjs";

const SECTIONS = ["periods", "ledger", "fix", "findings", "drafts", "outbox", "archive"];

function words() {
  const [en, hi] = ["en", "hi"].map((lang) => JSON.parse(fs.readFileSync(`templates/desk/${lang}.json`, "utf8")));
  const holes = (text) => JSON.stringify((text.match(/\{\w+\}/g) ?? []).sort());
  for (const key of new Set([...Object.keys(en), ...Object.keys(hi)])) {
    must(key in en && key in hi, `the words of ${key} are missing in a language`);
    must(holes(en[key]) === holes(hi[key]), `what is put into ${key} differs between the languages`);
  }
}

async function through(who, name, query) {
  for (const section of SECTIONS) {
    await who.open(section, { query });
    await who.fits(`${section}, ${name}`);
    await who.axe(`${section}, ${name}`);
    await who.picture(`${name}-${section}`);
    const unsaid = await who.page.evaluate(() => document.body.innerText.match(/(?<![\w./@-])(nav|board|next|why|col|findings|decide|ledger|fix|drafts|issue|outbox|archive|run|help|problem|state|mail|kind|view)\.[a-z]+/g));
    must(!unsaid, `${section} shows keys instead of words: ${unsaid}`);
  }
}

export async function looks(browser, folder) {
  words();
  const kinds = [
    ["light", {}, ""],
    ["dark", { dark: true }, ""],
    ["phone", { width: 320, height: 640 }, ""],
    ["phone-hindi", { width: 320, height: 640, dark: true }, "?lang=hi"],
    ["hindi", {}, "?lang=hi"],
    // 200 % of 1280 by 1024 is a page of 640 by 512.
    ["double", { width: 640, height: 512 }, ""],
  ];
  for (const [name, how, query] of kinds) {
    const one = await desk(folder);
    const who = await person(browser, one.address, how);
    await who.ready("periods");
    await through(who, name, query);
    if (name === "hindi") {
      must((await who.page.evaluate(() => document.documentElement.lang)) === "hi", "the page does not say that it is in Hindi");
      must(!/[०-९]/.test(await who.text("body")), "figures are not 0 to 9");
    }
    await who.key("?");
    await who.axe(`help, ${name}`);
    await who.key("Escape");
    await who.leave();
    await stop(one.child);
  }
}
