// Is the console calm when the other end is not? Down, slow, busy, broken, or of another opinion: a message with what to do,
// nothing typed is lost, no white page, no error of a script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, assertAccessible, go, launch, open, settled, signIn } from './browser.mjs';

const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const API = '**/v1/**';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const refusal = (http, status, reason, message) => ({ status: http, contentType: 'application/json', body: JSON.stringify({ error: {
  code: http, status, message, details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'ronghe' }] } }) });
const alert = (page, text) => page.locator('[role=alert]', { hasText: text }).first();
// The browser itself notes every answer that is no success; what a script says is something else.
const complaints = (page) => page.complaints.filter((one) => !/Failed to load resource/.test(one));

test('a server that is down, slow, busy or broken is said in words, and asked again', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH);
  const troubles = [
    ['连接不上服务器', (route) => route.abort('connectionrefused')],
    ['服务器响应超时', (route) => route.fulfill(refusal(504, 'DEADLINE_EXCEEDED', '', ''))],
    ['系统出现故障', (route) => route.fulfill(refusal(500, 'INTERNAL', '', ''))],
    ['操作太频繁', (route) => route.fulfill({ ...refusal(429, 'RESOURCE_EXHAUSTED', '', ''), headers: { 'Retry-After': '0' } })],
  ];
  for (const [words, answer] of troubles) {
    await page.route(API, answer);
    await go(page, '/meetings');
    await alert(page, words).waitFor();
    await page.unroute(API, answer);
    await alert(page, words).getByRole('button', { name: '重试' }).click();
    await page.waitForFunction((text) => ![...document.querySelectorAll('[role=alert]')].some((one) => one.textContent.includes(text)), words);
    await go(page, '/home');
  }
  assert.deepEqual(complaints(page), []);
});

test('a form keeps what was typed through a failure and a reload, and a second try is the same write', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH);
  await go(page, '/meetings/new');
  const title = `断网也不丢的标题 ${Date.now()}`;
  await page.check('input[name=kinds][value=MEETING_KIND_COMMITTEE]');
  await page.fill('#meeting-title', title);
  await page.fill('#planned-at', '2030-01-07T09:00');
  const keys = [];
  const note = (route) => {
    if (route.request().method() === 'POST') keys.push(route.request().headers()['idempotency-key']);
    return route.request().method() === 'POST' ? route.abort('connectionreset') : route.continue();
  };
  await page.route('**/v1/organizations/*/meetings', note);
  const save = page.getByRole('button', { name: '登记计划' });
  for (let i = 0; i < 2; ++i) {
    await save.click();
    await alert(page, '连接不上服务器').waitFor();
  }
  assert.equal(keys.length, 2);
  assert.equal(new Set(keys).size, 1);
  assert.equal(await page.inputValue('#meeting-title'), title);
  await assertAccessible(page, 'trouble-form');
  await page.reload();
  await settled(page);
  await page.waitForFunction((text) => document.querySelector('#meeting-title')?.value === text, title);
  assert.deepEqual(complaints(page), []);
});

test('a page that is opened while the server is away waits for it, signed in as before', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH, '/meetings');
  await page.route(API, (route) => route.abort('connectionrefused'));
  await page.reload();
  await alert(page, '连接不上服务器').waitFor();
  await page.unroute(API);
  await alert(page, '连接不上服务器').getByRole('button', { name: '重试' }).click();
  await page.waitForURL((url) => url.hash.startsWith('#/meetings'));
  await settled(page);
  assert.deepEqual(complaints(page), []);
});

test('what is gone or out of reach is said, not thrown', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH);
  const api = await accounts.signIn(process.env.RONGHE_AS_COUNTY ?? 'county');
  const root = (await api.get('/v1/organizations')).organizations[0].name.split('/')[1];
  for (const path of ['/meetings/1', '/members/1', '/admission/1', '/transfers/1', '/training/sessions/1', '/evaluation/rounds/1',
    `/members?organization=${root}`, '/nowhere']) {
    await go(page, path);
    await page.locator('[role=alert], main a').first().waitFor();
    assert.notEqual((await page.locator('main').innerText()).trim(), '', path);
  }
  assert.deepEqual(complaints(page), []);
});
