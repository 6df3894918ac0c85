// What do the console's browser tests have in common? A browser, people who sign in, a page that is watched: nothing may
// be said on its console, and every page is accessible in both themes (WCAG 2.1 AA by axe).
//
// RONGHE_STATE names the suite's state, whose demo accounts sign in; RONGHE_CONSOLE where the console is, by default at
// that suite's gateway. Pictures go to RONGHE_SHOTS.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Accounts } from '../../scripts/lib/demo/accounts.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(join(ROOT, 'services/console/package.json'));
const { chromium } = require('playwright-core');
const { default: AxeBuilder } = require('@axe-core/playwright');

export const STATE = process.env.RONGHE_STATE ?? join(ROOT, '.ronghe');
export const PORT = Number(process.env.RONGHE_BASE_PORT ?? 7100) + 80;
export const CONSOLE = process.env.RONGHE_CONSOLE ?? `https://localhost:${PORT}`;
export const SHOTS = process.env.RONGHE_SHOTS ?? join(ROOT, 'build/console-shots');
export const PASSWORD = 'Demo-2026-ronghe';

export const accounts = new Accounts(STATE, PORT);

/** Starts Debian's Chromium, without any call outside. Close it at the end. */
export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/**
 * Opens a page of its own. `complaints` collects what the browser's console says of errors, and errors of scripts; a test
 * ends with `assertCalm`.
 */
export async function open(browser, { width = 1280, height = 860, touch = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, hasTouch: touch, ignoreHTTPSErrors: true, locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai', acceptDownloads: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(45000);
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(`${error.message}\n${error.stack}`));
  return page;
}

/** Signs in as a demo account, with its second factor if it has one, and waits for the home page or `path`. */
export async function signIn(page, login, path = '/home') {
  await page.goto(`${CONSOLE}/#${path}`);
  await page.fill('#login-name', login);
  await page.fill('#password', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForFunction(() => document.querySelector('#code') !== null || !location.hash.startsWith('#/sign-in'));
  if (await page.locator('#code').count() > 0) {
    await page.fill('#code', await accounts.nextCode(login));
    await page.click('button[type=submit]');
  }
  await page.waitForURL((url) => url.hash.startsWith(`#${path}`));
  await settled(page);
}

/** Goes to an address of the console without loading it anew. */
export async function go(page, path) {
  await page.evaluate((hash) => { location.hash = hash; }, path);
  await settled(page);
}

/** Waits until the page has its heading and nothing is on its way. */
export async function settled(page) {
  await page.locator('main h1').first().waitFor();
  await page.waitForLoadState('networkidle');
}

// Charts are drawn anew with another theme, so the page's own switch is used where there is one.
async function toggleTheme(page) {
  const button = page.getByRole('button', { name: '切换深浅色' });
  // A dialog may lie over it.
  if (await button.count() === 1 && await button.isVisible()) await button.evaluate((element) => element.click());
  else await page.evaluate(() => document.documentElement.classList.toggle('dark'));
}

/** Asserts that axe finds nothing, in the light and in the dark theme, and leaves a picture of each. */
export async function assertAccessible(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  for (const theme of ['', '-dark']) {
    // The dark theme differs in its colours alone.
    const axe = new AxeBuilder({ page });
    const { violations } = await (theme === '' ? axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']) : axe.withRules(['color-contrast'])).analyze();
    const said = violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.slice(0, 4).map((node) => `${node.target} ${node.failureSummary?.split('\n')[1] ?? ''}`).join('\n  ')}`);
    await page.screenshot({ path: join(SHOTS, `${name}${theme}.png`), fullPage: true });
    await toggleTheme(page);
    assert.deepEqual(said, [], `${name}${theme} is not accessible`);
  }
}

/** Asserts that nothing was said on the browser's console. */
export function assertCalm(page) {
  assert.deepEqual(page.complaints, []);
}
