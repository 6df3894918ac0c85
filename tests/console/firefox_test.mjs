// Is the console whole in Firefox too? A secretary and the county walk through all that the navigation shows them; a dialog, a
// list to choose from, both themes and large type work; nothing is said on Firefox's console.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CONSOLE, PASSWORD, ROOT, SHOTS, accounts, assertCalm } from './browser.mjs';

const require = createRequire(join(ROOT, 'services/console/package.json'));
const { default: puppeteer } = await import(require.resolve('puppeteer-core'));

const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';
const SECRETARY = process.env.RONGHE_AS_SECRETARY ?? 'secretary';
const LINKS = '#frame-nav li:not(.phone) a';

let browser;
before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await puppeteer.launch({
    browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, acceptInsecureCerts: true,
    defaultViewport: { width: 1280, height: 860 },
    extraPrefsFirefox: { 'intl.accept_languages': 'zh-CN', 'ui.prefersReducedMotion': 1 },
  });
});
after(() => browser?.close());

// A page of its own, with what is said on its console of errors.
async function open() {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(`${error.message}\n${error.stack}`));
  return page;
}

async function settled(page) {
  await page.waitForSelector('main h1', { visible: true });
  await page.waitForNetworkIdle({ idleTime: 200 });
}

async function signIn(page, login) {
  await page.goto(`${CONSOLE}/#/home`);
  await page.locator('#login-name').fill(login);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('button[type=submit]').click();
  await page.waitForFunction(() => document.querySelector('#code') !== null || !location.hash.startsWith('#/sign-in'));
  if (await page.$('#code') !== null) {
    await page.locator('#code').fill(await accounts.nextCode(login));
    await page.locator('button[type=submit]').click();
  }
  await page.waitForFunction(() => location.hash === '#/home');
  await settled(page);
}

const heading = (page) => page.$eval('main h1', (element) => element.textContent.trim());
const press = (page, name) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
const looks = (page, name) => page.evaluate((one) => document.documentElement.classList.contains(one), name);

// Opens every area of the navigation by its link; gives the headings.
async function walk(page) {
  const headings = [];
  const links = await page.$$eval(LINKS, (all) => all.map((one) => one.getAttribute('href')));
  for (const link of links) {
    await page.locator(`#frame-nav li:not(.phone) a[href="${link}"]`).click();
    await page.waitForFunction((href) => document.querySelector('#frame-nav a.here')?.getAttribute('href') === href
      && !document.querySelector('main').innerText.includes('正在加载'), {}, link);
    await settled(page);
    headings.push(await heading(page));
    const failed = await page.$$eval('main [role=alert]', (all) => all.map((one) => one.textContent.trim()));
    assert.deepEqual(failed, [], `${link} shows a failure`);
    assert.notEqual(headings.at(-1), '', `${link} has no heading`);
  }
  return headings;
}

for (const [login, least] of [[BRANCH, 4], [COUNTY, 6]]) {
  test(`${login} walks through the navigation`, async () => {
    const page = await open();
    await signIn(page, login);
    await page.screenshot({ path: join(SHOTS, `firefox-home-${login}.png`), fullPage: true });
    const headings = await walk(page);
    assert.ok(headings.length >= least, `only ${headings.join(', ')}`);
    assert.equal(new Set(headings).size, headings.length, `twice the same heading: ${headings.join(', ')}`);
    assertCalm(page);
    await page.browserContext().close();
  });
}

test('a second factor, a dialog with a list, the themes and large type', async () => {
  const page = await open();
  await signIn(page, SECRETARY);

  await page.locator('header button.organization').click();
  await page.waitForSelector('.el-dialog [role=combobox]', { visible: true });
  await page.locator('.el-dialog [role=combobox]').fill('堂琅');
  await page.waitForSelector('[role=option]', { visible: true });
  await page.keyboard.press('Escape');   // empties the field
  await page.keyboard.press('Escape');   // closes the list
  await page.waitForFunction(() => document.querySelector('.el-dialog [role=combobox]').getAttribute('aria-expanded') === 'false');
  await page.locator('.el-dialog footer button').click();
  await page.waitForFunction(() => document.querySelector('.el-dialog')?.checkVisibility() !== true);

  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await press(page, '切换深浅色');
  assert.equal(await looks(page, 'dark'), true);
  assert.notEqual(await ground(), light);
  await press(page, '大字版');
  assert.equal(await looks(page, 'large'), true);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `the page is ${wider} px wider than the window`);
  await page.screenshot({ path: join(SHOTS, 'firefox-home-dark-large.png'), fullPage: true });
  assertCalm(page);
  await page.browserContext().close();
});
