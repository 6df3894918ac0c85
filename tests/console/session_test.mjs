// Does somebody who was away for a while keep what they typed? A warning before the session ends for want of use, one
// click that holds it, a password that is asked for over the open page when it is over; the longest that it may last is
// told as such. The browser's clock is moved; the gateway's is not, so the gateway's end is made by a sign-in elsewhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CONSOLE, PASSWORD, accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const AS = process.env.RONGHE_AS_BRANCH ?? 'branch';
const PLAN = '党员活动室修缮方案';
const MINUTE = 60000;

let browser;
let idle;   // minutes that a session lives without use, by the gateway's rules
before(async () => {
  browser = await launch();
  const api = await accounts.signIn(AS);
  const { ruleSets } = await api.get('/v1/services/gateway/ruleSets');
  const { name } = ruleSets.find((one) => /login.policy/.test(one.name));
  idle = Number((await api.get(`/v1/${name}`)).rules.find((one) => one.key === 'idle_minutes').value);
});
after(() => browser?.close());

// A page whose clock can be moved, with somebody signed in on it.
async function opened(path) {
  const page = await open(browser);
  await page.clock.install();
  await signIn(page, AS, path);
  // The figures that the end is counted by are there.
  await page.waitForLoadState('networkidle');
  return page;
}

const warning = (page) => page.getByRole('alert').filter({ hasText: '登录即将失效' });
const ended = (page) => page.getByRole('dialog', { name: '登录已失效' });
const drafts = (page) => page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('ronghe.')));
const pass = (page, minutes) => page.clock.fastForward(Math.round(minutes * MINUTE));

// Types into a form, and marks it: the same form must be there afterwards, not one like it.
async function type(page) {
  await page.check('input[name=kinds][value=MEETING_KIND_GENERAL]');
  await page.fill('#meeting-title', PLAN);
  await page.locator('#meeting-title').evaluate((field) => { field.marked = true; });
}
async function assertTyped(page) {
  assert.deepEqual(await page.locator('#meeting-title').evaluate((field) => [field.value, field.marked]), [PLAN, true]);
  assert.equal(await page.isChecked('input[name=kinds][value=MEETING_KIND_GENERAL]'), true);
}

async function signInAgain(page) {
  await ended(page).locator('#password').fill(PASSWORD);
  await ended(page).locator('button[type=submit]').click();
  await ended(page).waitFor({ state: 'hidden' });
}

test('a warning comes before the end, and one click holds the session', async () => {
  const page = await opened('/meetings/new');
  await type(page);
  await pass(page, idle - 4);
  assert.equal(await warning(page).count(), 0);
  await pass(page, 1.5);
  await warning(page).getByText(/登录将在 \d+ 秒后失效/).waitFor();
  // The seconds run, and nobody is read them each second.
  const said = () => warning(page).locator('[aria-hidden=true]').first().innerText();
  const before = await said();
  await page.waitForFunction((text) => document.querySelector('.warning [aria-hidden=true]')?.textContent !== text, before);
  await assertAccessible(page, 'session-warning');

  const used = page.waitForResponse((response) => response.url().endsWith('/v1/auth/session'));
  await warning(page).getByRole('button', { name: '继续使用' }).click();
  assert.equal((await used).status(), 200);
  await warning(page).waitFor({ state: 'hidden' });
  // As long as after any other use, and no longer.
  await pass(page, idle - 4);
  assert.equal(await warning(page).count() + await ended(page).count(), 0);
  await pass(page, 1.5);
  await warning(page).waitFor();
  await assertTyped(page);
  assertCalm(page);
  await page.context().close();
});

test('after the end the page stays with what was typed, asks for the password, and goes on', async () => {
  const page = await opened('/meetings/new');
  await type(page);
  await pass(page, idle);
  await ended(page).waitFor();
  assert.equal(await warning(page).count(), 0);
  assert.equal(await ended(page).locator('#login-name').inputValue(), AS);
  assert.equal(await ended(page).locator('#login-name').isDisabled(), true);
  await page.waitForFunction(() => document.activeElement?.id === 'password');
  await page.keyboard.press('Escape');   // no way around it
  assert.equal(await ended(page).isVisible(), true);
  await assertAccessible(page, 'session-ended');
  await assertTyped(page);

  await accounts.signIn(AS);   // now it is over at the gateway too
  await signInAgain(page);
  await assertTyped(page);
  assert.equal(new URL(page.url()).hash, '#/meetings/new');
  // The new session carries the page on, and is counted from now.
  await page.fill('#meeting-title', `${PLAN}(二)`);
  const read = page.waitForResponse((response) => response.url().includes('/v1/auth/'));
  await go(page, '/account');
  assert.equal((await read).status(), 200);
  await pass(page, idle - 2.5);
  await warning(page).waitFor();
  assertCalm(page);
  await page.context().close();
});

test('use in one tab holds the session in the other', async () => {
  const page = await opened('/meetings/new');
  const other = await page.context().newPage();
  await other.goto(`${CONSOLE}/#/account`);
  await settled(other);
  await pass(page, idle - 2.5);
  await warning(page).waitFor();
  await warning(other).getByRole('button', { name: '继续使用' }).click();
  await warning(page).waitFor({ state: 'hidden' });
  assertCalm(page);
  await page.context().close();
});

test('the longest that a session lasts is told, and no click is offered against it', async () => {
  const page = await open(browser);
  await page.clock.install();
  await page.route('**/v1/auth:signIn', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    answer.session.expireTime = new Date(Date.now() + 5 * MINUTE).toISOString();
    await route.fulfill({ response, json: answer });
  });
  await signIn(page, AS, '/meetings/new');
  await page.unroute('**/v1/auth:signIn');
  await type(page);
  await pass(page, 3.5);
  await warning(page).getByText(/登录期满/).waitFor();
  assert.equal(await warning(page).getByRole('button').count(), 0);
  await pass(page, 2);
  await ended(page).waitFor();
  await signInAgain(page);
  await assertTyped(page);
  assertCalm(page);
  await page.context().close();
});

test('whoever leaves instead of signing in again leaves nothing behind', async () => {
  const page = await opened('/meetings/new');
  await type(page);
  await pass(page, idle);
  await ended(page).getByRole('button', { name: '改用其他账号' }).click();
  await page.waitForURL((url) => url.hash.startsWith('#/sign-in'));
  await page.waitForSelector('#login-name:not([disabled])');
  assert.equal(await page.inputValue('#login-name'), '');
  // The gateway had not seen the end yet: it was told.
  assert.equal(await page.evaluate(async () => (await fetch('/v1/auth/session')).status), 401);
  assert.deepEqual(await drafts(page), []);

  // Nor does what was typed in the moment before.
  await signIn(page, AS, '/meetings/new');
  await page.locator('#meeting-title').evaluate((field, text) => {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    document.querySelector('header button.out').click();
  }, PLAN);
  await page.waitForSelector('#login-name');
  assert.deepEqual(await drafts(page), []);
  page.complaints = page.complaints.filter((said) => !said.includes('status of 401'));
  assertCalm(page);
  await page.context().close();
});
