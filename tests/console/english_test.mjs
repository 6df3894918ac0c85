// Is the console English where English is chosen? Pages are opened from the navigation on: no key of a message is shown,
// and what is Chinese in a heading, a button, a label or a table's head was said so by an answer (names, titles, rules) or
// is a day; nothing is wider than the window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertCalm, launch, open, signIn } from './browser.mjs';

const PEOPLE = {
  county: process.env.RONGHE_AS_COUNTY ?? 'county',
  secretary: process.env.RONGHE_AS_SECRETARY ?? 'secretary',
  branch: process.env.RONGHE_AS_BRANCH ?? 'branch',
};
// What the navigation does not name.
const BESIDE = { county: ['/transfers/new'], secretary: [], branch: ['/account'] };
// How far from the navigation. All have most pages in common.
const CLICKS = { county: 2, secretary: 1, branch: 1 };
const DETAILS = {
  county: ['/meetings/N', '/members/N', '/admission/N', '/evaluation/rounds/N', '/evaluation/rounds/N/scores/N', '/county/statistics/N'],
  secretary: ['/meetings/N', '/members/N', '/admission/N', '/evaluation/rounds/N'],
  branch: ['/meetings/N', '/members/N', '/admission/N', '/training/sessions/N', '/evaluation/rounds/N', '/account/delegate/N'],
};
// An official form on paper is Chinese in any language.
const PAPER = /\/print$/;
// Looked at by axe as well; the other tests do so in Chinese.
const LOOKED_AT = { county: ['/home', '/county'], secretary: ['/meetings/N'], branch: ['/members/N'] };

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// Every text that an answer holds.
function textsOf(value, into) {
  if (typeof value === 'string') into.add(value);
  else if (value !== null && typeof value === 'object') for (const one of Object.values(value)) textsOf(one, into);
}

/** Keeps what the API answers to a page, to tell data from words of the console. */
function listen(page) {
  const said = new Set();
  page.on('response', async (response) => {
    if (!response.url().includes('/v1/')) return;
    try {
      textsOf(await response.json(), said);
    } catch {
      // A page that was left, or no JSON.
    }
  });
  return said;
}

/** Goes to an address and waits until another page stands there that has read what it shows. */
async function turnTo(page, path) {
  await page.evaluate((hash) => {
    for (const one of document.querySelector('main').children) one.dataset.left = '';
    location.hash = hash;
  }, path);
  await page.waitForFunction(() => document.querySelector('main [data-left]') === null && document.querySelector('main h1') !== null);
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => !/Loading…|Searching…/.test(document.querySelector('main').innerText));
}

// What a page shows: its labels, what looks like a message's key, how much it is too wide, and where it leads.
function read() {
  const labels = 'h1, h2, h3, h4, button, th, label, legend, summary, dt, caption, nav a, [role=tab]';
  const shown = (element) => element.checkVisibility() && element.closest('[lang="zh-CN"]:not(html)') === null;
  const texts = [];
  const keys = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text === '' || !shown(parent)) continue;
    if (/^[a-z]\w*(\.\w+)+$/.test(text)) keys.push(text);
    if (parent.closest(labels) !== null && parent.closest('option') === null) texts.push(text);
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
    // What a record may be titled is Chinese, as the record is.
    if (!shown(element) || element.id === 'meeting-title') continue;
    texts.push(...['aria-label', 'placeholder', 'title'].map((name) => element.getAttribute(name) ?? ''));
  }
  return { texts: [...texts, document.title], keys, wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    links: [...document.querySelectorAll('main a[href^="#/"]')].map((one) => one.getAttribute('href').slice(1)) };
}

const DAY = /\d+年(\d+月(\d+日)?)?/g;
const chinese = (text) => /[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff65]/.test(text);

/** The texts that are Chinese though no answer said so. */
function leftOver(texts, said) {
  const data = [...said].filter(chinese).sort((a, b) => b.length - a.length);
  const own = (text) => data.reduce((rest, one) => rest.replaceAll(one, ''), text.replace(DAY, ''));
  return [...new Set(texts)].filter((text) => chinese(text) && chinese(own(text)));
}

const shapeOf = (path) => path.split('?')[0].replace(/\d{5,}/g, 'N');

for (const [role, login] of Object.entries(PEOPLE)) {
  test(`${role} reads English on every page`, async () => {
    const page = await open(browser);
    await page.addInitScript(() => localStorage.setItem('ronghe.locale', 'en'));
    const said = listen(page);
    await signIn(page, login, '/account');
    const nav = page.getByRole('navigation', { name: 'Main navigation' });
    const areas = await nav.getByRole('link').evaluateAll((all) =>
      all.filter((one) => one.offsetParent !== null).map((one) => one.getAttribute('href').slice(1)));
    assert.ok(areas.length >= 8, areas.join());
    const seen = new Set();
    const faults = [];
    // The nearest first, one of each kind.
    const ahead = [...areas, ...BESIDE[role]].map((path) => ({ path, clicks: 0 }));
    for (const { path, clicks } of ahead) {
      const shape = shapeOf(path);
      if (seen.has(shape) || PAPER.test(shape)) continue;
      seen.add(shape);
      await turnTo(page, path);
      const { texts, keys, wider, links } = await page.evaluate(read);
      const chineseHere = leftOver(texts, said);
      if (keys.length + chineseHere.length > 0 || wider > 0) faults.push({ shape, keys, chineseHere, wider });
      if (LOOKED_AT[role].includes(shape)) await assertAccessible(page, `english-${role}${shape.replaceAll('/', '-')}`);
      if (clicks < CLICKS[role]) ahead.push(...links.map((link) => ({ path: link, clicks: clicks + 1 })));
    }
    assert.deepEqual(faults, []);
    for (const shape of [...DETAILS[role], ...LOOKED_AT[role]]) assert.ok(seen.has(shape), `${shape} among ${[...seen]}`);
    assertCalm(page);
    await page.context().close();
  });
}
