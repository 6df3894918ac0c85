// Is appraisal worked with as meant: a round from creation to publication, and from a score down to each record that a
// point rests on; compared with the last round where there is one?
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';
const stamp = Date.now().toString(36);

let browser;
// Of the branch secretary: their branch, the published round of the demo, and the first day that its scheme covers.
let branch;
let round;
let effective;
before(async () => {
  const secretary = await accounts.signIn(BRANCH);
  const access = await secretary.get('/v1/auth/access');
  branch = access.grants[0].organization;
  const { rounds } = await secretary.get(`/v1/${branch}/rounds`);
  const published = rounds.filter((one) => one.state === 'ROUND_STATE_PUBLISHED' && one.organization !== branch);
  round = published[published.length - 1];
  const scheme = await secretary.get(`/v1/${round.scheme}`);
  effective = scheme.rules.effectiveDate;
  browser = await launch();
});
after(async () => { await browser?.close(); });

const idOf = (name) => name.slice(name.lastIndexOf('/') + 1);
const iso = ({ year, month, day }, by = 0) => new Date(Date.UTC(year, month - 1, day + by)).toISOString().slice(0, 10);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const scorePath = () => `/evaluation/rounds/${idOf(round.name)}/scores/${idOf(branch)}`;
async function narrow(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page is wider than the phone');
}

test('from the rounds down to each record, and on to its page', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH, '/evaluation');
  const listed = page.locator(`a[href="#/evaluation/rounds/${idOf(round.name)}"]`);
  await listed.waitFor();
  assert.equal(await page.getByRole('link', { name: '新建考核' }).count(), 0);
  await assertAccessible(page, 'evaluation');
  await listed.click();
  await page.locator(`a[href="#${scorePath()}"]`).waitFor();
  await settled(page);
  for (const name of ['启动考核', '公布结果', '登记']) assert.equal(await button(page, name).count(), 0, name);
  await page.locator(`a[href="#${scorePath()}"]`).click();
  await page.getByRole('heading', { name: '得分明细' }).waitFor();
  await settled(page);
  await assertAccessible(page, 'evaluation-score');

  // Everything opened: value, way, weight, points of each item.
  await button(page, '展开全部').click();
  for (const word of ['实际情况', '计分方法', '分值与权重', '得分']) assert.ok(await page.locator('dt', { hasText: word }).count() > 0, word);
  await page.getByText(/得满分/).first().waitFor();
  await assertAccessible(page, 'evaluation-score-open');

  // The first item that records lie behind: opened in place, and each leads to a page.
  const show = page.getByRole('button', { name: '查看所依据的记录' });
  assert.ok(await show.count() > 0);
  await show.first().click();
  const records = page.locator('.records').first();
  await records.locator('tbody tr, .foot p').first().waitFor();
  await settled(page);
  await assertAccessible(page, 'evaluation-evidence');
  for (const rest = page.getByRole('button', { name: '查看所依据的记录' }); await rest.count() > 0;) {
    await rest.first().click();
    await settled(page);
  }
  const hrefs = await page.locator('.records tbody a').evaluateAll((links) => links.map((one) => one.getAttribute('href')));
  assert.ok(hrefs.length > 0, 'no record has a page');
  for (const href of hrefs) assert.match(href, /^#\/(meetings(\/\d+)?|members\/\d+|training\/(sessions|hours)\/\d+(\?year=\d+)?|members\?organization=\d+)$/);
  const account = page.locator('.records tbody a[href^="#/training/hours/"]').first();
  if (await account.count() > 0) {
    await account.click();
    await page.waitForURL((url) => url.hash.startsWith('#/training/hours/'));
    await page.getByRole('heading', { name: '学时来源' }).waitFor();
    await settled(page);
  }
  assertCalm(page);
  await page.context().close();
});

test('a round is created, marked, started, scored and published; the first one says that there is none before', async () => {
  const page = await open(browser);
  await signIn(page, COUNTY, '/evaluation');
  // A round over the branch alone, of the first days that the scheme covers.
  await page.evaluate((name) => localStorage.setItem('ronghe.organization', name), branch);
  await page.reload();
  await settled(page);
  await page.getByRole('link', { name: '新建考核' }).click();
  await page.fill('#round-title', `首轮评定 ${stamp}`);
  await page.locator(`#round-scheme option[value="${round.scheme}"]`).waitFor({ state: 'attached' });
  await page.selectOption('#round-scheme', round.scheme);
  await page.fill('#round-start', iso(effective));
  await page.fill('#round-last', iso(effective, 20));
  await assertAccessible(page, 'evaluation-new');
  await button(page, '新建').click();
  await page.waitForURL((url) => /^#\/evaluation\/rounds\/\d+$/.test(url.hash));
  const path = new URL(page.url()).hash.slice(1);
  await page.getByText('未启动').waitFor();

  // A finding: recorded, and still there after a reload.
  await page.locator('form .el-select').first().click();
  await page.locator('.el-select-dropdown__item:visible').first().click();
  const item = page.getByLabel('评定项目');
  const bonus = await item.locator('option', { hasText: '加分项' }).first().getAttribute('value');
  await item.selectOption(bonus);
  await page.getByLabel(/^分值/).fill('1');
  await page.getByLabel('依据').fill('县委通报表扬');
  await settled(page);
  await assertAccessible(page, 'evaluation-round-draft');
  await button(page, '登记').click();
  await page.getByText('已登记').waitFor();
  await page.getByRole('cell', { name: '县委通报表扬' }).waitFor();

  await button(page, '启动考核').click();
  await page.getByRole('dialog').getByRole('button', { name: '启动考核' }).click();
  await button(page, '公布结果').waitFor({ timeout: 60000 });
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await settled(page);
  await assertAccessible(page, 'evaluation-round');
  await button(page, '公布结果').click();
  await page.getByRole('dialog').getByRole('button', { name: '公布结果' }).click();
  await page.getByText('已公布', { exact: true }).waitFor();

  await page.locator(`a[href="#${path}/scores/${idOf(branch)}"]`).click();
  await page.getByText('这是按本办法的第一轮考核,没有上一轮可比较。').waitFor();
  await settled(page);
  await assertAccessible(page, 'evaluation-first');

  // The demo's own round comes after it: compared, as a chart and as figures.
  await go(page, scorePath());
  await page.getByRole('heading', { name: '与上一轮比较' }).waitFor();
  await page.getByRole('link', { name: /^上一轮:/ }).waitFor();
  const table = page.getByRole('region', { name: '各指标得分比较' });
  assert.ok(await table.locator('tbody tr').count() > 1);
  await page.locator('canvas').first().waitFor();
  await settled(page);
  await assertAccessible(page, 'evaluation-compare');
  // An indicator of the table leads to its item above.
  await table.locator('tbody button').first().click();
  await page.getByText('实际情况').first().waitFor();
  assertCalm(page);
  await page.context().close();
});

test('the board: bands as chart and table, each leads to its scores; schemes with their rules', async () => {
  const page = await open(browser);
  await signIn(page, COUNTY, `/evaluation/rounds/${idOf(round.name)}`);
  await page.getByRole('heading', { name: '等次分布' }).waitFor();
  await page.locator('canvas').first().waitFor();
  await settled(page);
  await assertAccessible(page, 'evaluation-board');
  await button(page, '查看数据表').first().click();
  const rows = page.locator('figure tbody tr');
  const counts = await rows.locator('td button').allTextContents();
  const filled = counts.findIndex((one) => one !== '0');
  const title = await rows.nth(filled).locator('th').textContent();
  await rows.nth(filled).locator('td button').click();
  await page.waitForURL((url) => url.hash.includes('stars='));
  await settled(page);
  const list = page.getByRole('region', { name: '得分列表' });
  await list.locator('tbody tr').first().waitFor();
  const bands = await list.locator('tbody tr td:nth-child(3)').allTextContents();
  assert.ok(bands.length > 0 && bands.every((one) => one === title), `${title}: ${bands}`);
  await assertAccessible(page, 'evaluation-board-table');

  await go(page, '/evaluation/schemes');
  await page.locator(`a[href="#/evaluation/schemes/${idOf(round.scheme)}"]`).click();
  await page.getByRole('heading', { name: '指标' }).waitFor();
  await settled(page);
  await assertAccessible(page, 'evaluation-scheme');
  await go(page, '/evaluation/schemes');
  await page.locator('tbody tr').first().waitFor();
  await settled(page);
  await assertAccessible(page, 'evaluation-schemes');
  assertCalm(page);
  await page.context().close();
});

test('on a phone everything fits', async () => {
  const page = await open(browser, { width: 360, height: 740, touch: true });
  await signIn(page, BRANCH, scorePath());
  await page.getByRole('heading', { name: '得分明细' }).waitFor();
  await settled(page);
  await narrow(page);
  const item = page.locator('button[aria-controls^="steps-"]').first();
  assert.ok((await item.boundingBox()).height >= 40);
  await item.tap();
  await page.getByRole('button', { name: '查看所依据的记录' }).first().tap();
  await settled(page);
  await narrow(page);
  await assertAccessible(page, 'evaluation-score-phone');
  await go(page, `/evaluation/rounds/${idOf(round.name)}`);
  await page.getByRole('heading', { name: '等次分布' }).waitFor();
  await settled(page);
  await narrow(page);
  await assertAccessible(page, 'evaluation-round-phone');
  assertCalm(page);
  await page.context().close();
});
