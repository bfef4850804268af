// What a page says to people, told apart: the sentences that its language's file has, and what people and maps bring in. What is
// neither, somebody has written into the code, or it is left over from another language.

import { language } from "../english.js";

/** A sentence ends here; Chinese goes on without a space. */
const END = /(?<=[。？！])|(?<=[.?!…])\s+/;
/** Numbers with their units, times, addresses: as this language writes them is said by tests/page/texts.test.js. */
const MEASURES = [/https?:\/\/\S*/g, /\/a\/\S*/g, /(上午|中午|下午|晚上|凌晨)?\d{1,2}(:|\sh\s)\d{2}(\s?[AP]M)?( UTC)?/g, /\d[\d.,]*\s?(mi|ft|km|m|公里|米)(?!\p{L})/gu, /\b[a-z]+-[a-z]+-\d+\b/g];

const sentences = (text) => text.split(END).map((each) => each.trim()).filter(Boolean);
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A sentence of a file as a pattern, anything in its holes. */
const pattern = (sentence) => new RegExp(`^${sentence.split(/\{\w+\}/).map(escaped).join(".+")}$`, "u");

/** All sentences of a language's file that have words of their own. */
function known(tag) {
  const texts = Object.values(language(tag)).flatMap((group) => Object.values(group));
  const all = texts.flatMap((text) => (typeof text === "string" ? [text] : Object.values(text))).flatMap(sentences);
  return [...new Set(all)].filter((sentence) => /\p{L}/u.test(sentence.replace(/\{\w+\}/g, ""))).map(pattern);
}

/** Every text that the page shows or tells a screen reader. Faces are initials and no words. */
const said = (page) =>
  page.evaluate(() => {
    const seen = [document.title];
    for (const element of document.querySelectorAll("body, body *")) {
      if (!element.checkVisibility() || element.closest(".avatar, script, style")) continue;
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) seen.push(node.data);
      for (const name of ["aria-label", "aria-description", "aria-valuetext", "placeholder", "title", "alt"]) seen.push(element.getAttribute(name) ?? "");
    }
    return [...new Set(seen.map((text) => text.trim()).filter(Boolean))];
  });

/** The sentences of the page that this language's file does not have. `data` are the words of people and maps. */
export async function foreign(page, tag, data) {
  const patterns = known(tag);
  const words = [...data].sort((a, b) => b.length - a.length);
  const isData = (text) => {
    const rest = [...words, ...MEASURES].reduce((left, word) => left.replaceAll(word, ""), text);
    return !/\p{L}/u.test(rest);
  };
  const fits = (text) => isData(text) || patterns.some((each) => each.test(text));
  return (await said(page)).flatMap((text) => (fits(text) ? [] : sentences(text))).filter((sentence) => !fits(sentence));
}

/** What is wider than the page: at 320 px, and at 200 % text as the browser's settings have it. */
export async function tooWide({ page, context }) {
  const size = page.viewportSize();
  const settings = await context.newCDPSession(page);
  const found = [];
  for (const percent of [100, 200]) {
    await settings.send("Page.setFontSizes", { fontSizes: { standard: (16 * percent) / 100, fixed: (13 * percent) / 100 } });
    await page.setViewportSize({ ...size, width: 320 });
    const wide = await page.evaluate(() => {
      const over = [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > 321);
      return document.scrollingElement.scrollWidth > 320 ? over.map((each) => `${each.tagName}.${each.className} ${each.textContent.trim().slice(0, 60)}`) : [];
    });
    found.push(...wide.map((what) => `${percent} %: ${what}`));
  }
  await settings.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
  await page.setViewportSize(size);
  await settings.detach();
  return found;
}
