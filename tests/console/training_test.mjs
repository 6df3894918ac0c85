// Is education and training worked with as meant: a session from plan to credited hours, whoever is short, certificates,
// and nothing to press for those who may not?
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const TOWN = process.env.RONGHE_AS_TOWN ?? 'worker';
const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';
const MEMBER = process.env.RONGHE_AS_MEMBER ?? 'member';
const stamp = Date.now().toString(36);

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const idOf = (name) => name.slice(name.lastIndexOf('/') + 1);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.locator('main').getByRole('link', { name, exact: true });
async function narrow(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page is wider than the phone');
}

// Plans a session of today through the form; answers its address.
async function plan(page, title) {
  await go(page, '/training');
  await link(page, '安排培训').click();
  await page.fill('#session-title', title);
  await page.selectOption('#session-form', '09');
  await page.fill('#session-place', '党员活动室');
  await page.getByLabel('计时方式').selectOption('HOUR_UNIT_HOUR');
  await page.getByLabel('学习时长(小时)').fill('1.5');
  await page.getByText('每人计 1.5 学时').waitFor();
  await button(page, '保存安排').click();
  await page.waitForURL((url) => /^#\/training\/sessions\/\d+$/.test(url.hash));
  await settled(page);
  return new URL(page.url()).hash.slice(1);
}

test('a session: planned, changed, attended by keyboard, confirmed, and in the member’s account', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH, '/training');
  await page.getByRole('heading', { name: '本组织举办的培训' }).waitFor();
  await assertAccessible(page, 'training');

  await link(page, '安排培训').click();
  await settled(page);
  await button(page, '增加一天').click();
  await assertAccessible(page, 'training-plan');
  // What was typed comes back with the page, until it is thrown away.
  await go(page, '/training');
  await go(page, '/training/sessions/new');
  await page.getByText('已恢复上次未提交的内容').waitFor();
  assert.equal(await page.getByLabel('计时方式').count(), 2);
  await button(page, '放弃草稿').click();
  assert.equal(await page.getByLabel('计时方式').count(), 1);
  const title = `党课 ${stamp}`;
  const path = await plan(page, title);

  await link(page, '修改培训安排').click();
  await page.fill('#session-place', '村委会会议室');
  await button(page, '保存安排').click();
  await page.waitForURL((url) => url.hash === `#${path}`);
  await page.getByText('村委会会议室').waitFor();

  // One chosen by name, then the whole branch: enrolled twice is enrolled once.
  await page.locator('section[aria-labelledby="enrol-title"] .el-select').click();
  await page.locator('.el-select-dropdown__item:visible').first().click();
  await page.keyboard.press('Escape');
  await button(page, '加入名单').click();
  await page.getByText('名单现有 1 人').waitFor();
  await button(page, '本支部全体党员加入').click();
  await page.locator('[data-row="2"]').waitFor();
  const rows = await page.locator('[data-row]').count();

  // By keyboard alone: there, absent, online; arrows go from one to the next.
  await page.locator('[data-row="0"] input').first().focus();
  await page.keyboard.press('1');
  await page.keyboard.press('3');
  await page.keyboard.press('2');
  await page.keyboard.press('ArrowUp');
  const at = await page.evaluate(() => document.activeElement?.closest('tr')?.dataset.row);
  assert.equal(at, String(Math.min(2, rows - 2)));
  const state = (row) => page.locator(`[data-row="${row}"] input:checked + span`).textContent();
  assert.deepEqual([await state(0), await state(1), await state(2)], ['到场', '缺席', '线上']);
  await assertAccessible(page, 'training-attendance');

  // What is not sent survives a reload.
  await page.getByText('有 3 处未保存').waitFor();
  await page.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.startsWith('ronghe.draft.training.attendance.')));
  await page.reload();
  await settled(page);
  await page.getByText('有 3 处未保存').waitFor();
  assert.equal(await button(page, '确认考勤').count(), 0);
  await button(page, '保存考勤').click();
  await page.getByText('考勤已保存').waitFor();

  await button(page, '确认考勤').click();
  await page.getByText('将为 2 人每人计 1.5 学时。').waitFor();
  await assertAccessible(page, 'training-confirm');
  await button(page, '确认并计学时').click();
  await page.getByText('已确认,学时已计入党员学时账户。').waitFor();
  await page.locator('[data-row="0"]').getByText('已计学时').waitFor();
  await assertAccessible(page, 'training-confirmed');

  await page.locator('[data-row="0"] a').click();
  await page.waitForURL((url) => url.hash.startsWith('#/training/hours/'));
  await page.locator(`#credits a[href="#${path}"]`).waitFor();
  await settled(page);
  await assertAccessible(page, 'training-hours');
  assertCalm(page);
  await page.context().close();
});

test('a session of a day to come waits for it, and can be cancelled', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH, '/training/sessions/new');
  await page.fill('#session-title', `专题学习 ${stamp}`);
  await page.selectOption('#session-form', '07');
  const tomorrow = new Date(Date.now() + 36 * 3600 * 1000).toISOString().slice(0, 10);
  await page.getByLabel('日期', { exact: true }).fill(tomorrow);
  await button(page, '保存安排').click();
  await page.waitForURL((url) => /^#\/training\/sessions\/\d+$/.test(url.hash));
  await page.getByText(/届时可登记考勤/).waitFor();
  await button(page, '取消培训').click();
  await button(page, '确认取消').click();
  await page.getByText('培训已取消。').waitFor();
  assert.equal(await page.getByRole('heading', { name: '报名' }).count(), 0);

  await go(page, `/training?year=${tomorrow.slice(0, 4)}`);
  await page.getByLabel('状态').selectOption('SESSION_STATE_CANCELLED');
  await link(page, `专题学习 ${stamp}`).waitFor();
  await page.getByLabel('状态').selectOption('SESSION_STATE_PLANNED');
  await link(page, `专题学习 ${stamp}`).waitFor({ state: 'detached' });
  assertCalm(page);
  await page.context().close();
});

test('a change that somebody else made meanwhile is shown beside one’s own', async () => {
  const page = await open(browser);
  await signIn(page, TOWN, '/training');
  const path = await plan(page, `观摩交流 ${stamp}`);
  await link(page, '修改培训安排').click();
  await page.fill('#session-place', '我写的地点');
  const county = await accounts.signIn(COUNTY);
  const name = `sessions/${idOf(path)}`;
  await county.call('PATCH', `/v1/${name}?updateMask=place`, { place: '他人写的地点' });
  await button(page, '保存安排').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('他人写的地点').waitFor();
  await assertAccessible(page, 'training-conflict');
  await dialog.getByRole('button', { name: '用我的覆盖' }).click();
  await page.waitForURL((url) => url.hash === `#${path}`);
  await page.getByText('我写的地点').waitFor();
  // The answer to the outdated version is an error of HTTP, and the only one.
  assert.ok(page.complaints.every((one) => /409|412/.test(one)), page.complaints.join('\n'));
  await page.context().close();
});

test('who is short: by organization, without ranking, each with the account', async () => {
  const page = await open(browser);
  await signIn(page, TOWN, '/training');
  await page.getByRole('link', { name: /^未修满 / }).click();
  await page.waitForURL((url) => url.hash.startsWith('#/training/short'));
  await settled(page);
  const group = page.locator('section.group').first();
  await Promise.race([group.waitFor(), page.getByText('没有未修满的党员').waitFor()]);
  if (await group.count() > 0) {
    await group.getByRole('button').click();
    await group.locator('tbody tr').first().waitFor();
    await settled(page);
    assert.doesNotMatch(await group.locator('tbody').innerText(), /^党员\t/m);
    await assertAccessible(page, 'training-short');
    await group.locator('tbody a').first().click();
    await page.waitForURL((url) => url.hash.startsWith('#/training/hours/'));
    await page.getByText('未修满', { exact: true }).waitFor();
    assert.equal(await button(page, '设为免修').count(), 0);
  }
  assertCalm(page);
  await page.context().close();
});

test('a certificate: recorded here, verified by somebody else, then it counts', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH, '/training/short?show=all');
  await page.locator('tbody tr').first().waitFor();
  await settled(page);
  await assertAccessible(page, 'training-ledger');
  await page.locator('tbody a').first().click();
  await page.waitForURL((url) => url.hash.startsWith('#/training/hours/'));
  await button(page, '登记证书').click();
  await page.getByLabel('发证单位').fill('云南省干部在线学习学院');
  await page.getByLabel('证书编号').fill(`Z-${stamp}`);
  await page.getByLabel('培训名称').fill('乡村振兴专题网络培训');
  await page.getByLabel('培训形式').selectOption('10');
  const today = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
  await page.getByLabel('结业日期').fill(today);
  await page.getByLabel('证书载明的学时').fill('4');
  await assertAccessible(page, 'training-certificate-form');
  await button(page, '登记').click();
  await page.waitForURL((url) => url.hash.startsWith('#/training/certificates/'));
  await page.getByText('待审核').waitFor();
  assert.equal(await button(page, '审核通过并计学时').count(), 0);
  const path = new URL(page.url()).hash.slice(1);
  assertCalm(page);
  await page.context().close();

  const other = await open(browser);
  await signIn(other, COUNTY, path);
  await other.getByText('待审核').waitFor();
  await assertAccessible(other, 'training-certificate');
  await button(other, '审核通过并计学时').click();
  await other.getByText('已审核,学时已计入').waitFor();
  await link(other, '学时账户').click();
  await other.locator(`#credits a[href="#${path}"]`).waitFor();

  // The exemption, and back; an earlier run may have left it.
  await settled(other);
  const dialog = other.getByRole('dialog');
  async function end() {
    await button(other, '结束免修').click();
    await dialog.getByRole('button', { name: '结束免修' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await button(other, '设为免修').waitFor();
  }
  if (await button(other, '结束免修').count() > 0) await end();
  await button(other, '设为免修').click();
  await dialog.getByRole('radio').check();
  await assertAccessible(other, 'training-exemption');
  await dialog.getByRole('button', { name: '设为免修' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await other.getByText('免修', { exact: true }).first().waitFor();
  await end();
  assertCalm(other);
  await other.context().close();
});

test('on a phone everything fits, and the choices are big enough for a thumb', async () => {
  const page = await open(browser, { width: 360, height: 740, touch: true });
  await signIn(page, BRANCH, '/training');
  await page.getByRole('heading', { name: '本组织举办的培训' }).waitFor();
  await narrow(page);
  await assertAccessible(page, 'training-phone');
  await plan(page, `支部学习 ${stamp}`);
  await button(page, '本支部全体党员加入').tap();
  await page.locator('[data-row="0"] label').first().waitFor();
  await narrow(page);
  const box = await page.locator('[data-row="0"] label').first().boundingBox();
  assert.ok(box.height >= 40, `a choice is ${box.height} high`);
  await page.locator('[data-row="0"] label').first().tap();
  await button(page, /^未登记的 \d+ 人均记为到场$/).tap();
  await assertAccessible(page, 'training-attendance-phone');
  await button(page, '保存考勤').tap();
  await page.getByText('考勤已保存').waitFor();
  await button(page, '取消培训').tap();
  await button(page, '确认取消').tap();
  await page.getByText('培训已取消。').waitFor();
  await go(page, '/training/short?show=all');
  await page.locator('tbody tr').first().waitFor();
  await narrow(page);
  assertCalm(page);
  await page.context().close();
});

test('who may not do it sees no button for it', async () => {
  const page = await open(browser);
  await signIn(page, MEMBER, '/training');
  await page.getByRole('heading', { name: '本组织举办的培训' }).waitFor();
  assert.equal(await link(page, '安排培训').count(), 0);
  assert.equal(await page.getByRole('heading', { name: '查学时' }).count(), 0);
  await page.locator('section[aria-labelledby="sessions-title"] tbody a').first().click();
  await page.waitForURL((url) => url.hash.startsWith('#/training/sessions/'));
  await page.getByRole('heading', { name: '培训信息' }).waitFor();
  await settled(page);
  for (const name of ['取消培训', '确认考勤', '保存考勤', '加入名单']) assert.equal(await button(page, name).count(), 0, name);
  await assertAccessible(page, 'training-session-reader');
  assertCalm(page);
  await page.context().close();
});
