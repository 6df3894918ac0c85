// How does somebody become a member through the console? A branch receives an application, records the talk, refers to the
// vote of a meeting and is told by which article a step comes too early; the committee files the activist; the papers of
// the case go up. Transfers show how far they have come.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addDays } from '../../scripts/lib/demo/calendar.mjs';
import { Numbers } from '../../scripts/lib/demo/people.mjs';
import { vote } from '../../scripts/lib/demo/votes.mjs';
import { accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const TOWN = process.env.RONGHE_AS_TOWN ?? 'worker';
const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';
const INSPECTOR = process.env.RONGHE_AS_INSPECTOR ?? 'inspector';

// Today on China's clocks.
const today = new Date(`${new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)}T00:00:00Z`);
const iso = (day) => day.toISOString().slice(0, 10);
const ago = (days) => addDays(today, -days);

// A person whom no earlier run has entered: a birthday and an order number by the time of the run.
const NAME = `测${'甲乙丙丁戊己庚辛壬癸'[Math.floor(Math.random() * 10)]}${'子丑寅卯辰巳午未申酉'[Math.floor(Math.random() * 10)]}`;
function identity(years) {
  const numbers = new Numbers('53', '0599');
  const birth = iso(addDays(today, -365 * years - Math.floor(Math.random() * 300) - 40));
  for (let i = Math.floor(Math.random() * 480); i > 0; i -= 1) numbers.issue(birth, true);
  return numbers.issue(birth, true);
}

let browser;
let page;
let address;   // of the case

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const button = (name) => page.getByRole('button', { name, exact: true });
const inForm = (label) => page.locator('form').getByLabel(label);

// Opens a page of one's own, for whoever is next.
async function as(login, path, view = {}) {
  await page?.context().close();
  page = await open(browser, view);
  page.setDefaultTimeout(60000);
  await signIn(page, login, path);
}

// The browser's console tells of every refusal; those that were wanted are no complaint.
async function refused(pattern) {
  const said = page.getByRole('alert');
  await said.waitFor();
  assert.match(await said.textContent(), pattern);
  page.complaints = page.complaints.filter((one) => !/status of 400/.test(one));
}

async function fillApplication(number) {
  await inForm('姓名').fill(NAME);
  await inForm('公民身份号码').fill(number);
  await inForm('民族').selectOption({ label: '汉族' });
  await inForm('学历').selectOption({ label: '大学本科毕业' });
  await inForm('收到申请书的日期').fill(iso(ago(25)));
  await inForm('向何处申请').selectOption('APPLICATION_PLACE_UNIT');
}

test('the list shows who is on the way and what is next', async () => {
  await as(BRANCH, '/admission');
  await page.getByText(/已全部显示|没有符合条件/).waitFor();
  await assertAccessible(page, 'admission-list');
  await page.getByLabel('按阶段筛选').selectOption('APPLIED');
  await page.waitForURL((url) => url.hash.includes('state=APPLIED'));
});

test('an application is kept while it is typed, refused by its article, and received', async () => {
  await go(page, '/admission/new');
  await fillApplication(identity(15));
  await assertAccessible(page, 'admission-new');
  await page.waitForFunction((name) => Object.values(sessionStorage).some((text) => text.includes(name)), NAME);
  await page.reload();
  await settled(page);
  assert.equal(await inForm('姓名').inputValue(), NAME, 'what was typed is there after a reload');
  await page.getByText('已恢复上次未提交的内容').waitFor();

  await button('提交').click();
  await refused(/依据.*A-01.*第五条/s);
  await assertAccessible(page, 'admission-refused');

  await inForm('公民身份号码').fill(identity(27));
  await button('提交').click();
  await page.waitForURL((url) => /#\/admission\/\d+$/.test(url.hash));
  await settled(page);
  address = new URL(page.url()).hash.slice(1);
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
});

test('the case shows its step line, and the talk is recorded from it', async () => {
  await page.getByRole('heading', { name: '二十五步进度' }).waitFor();
  assert.equal(await page.locator('section[aria-label="二十五步进度"] li').count(), 25);
  const current = page.locator('li[aria-current=step]');
  await current.filter({ hasText: /2\. 党组织派人谈话.*A-03.*第七条/s }).first().waitFor();
  await button('记录谈话').click();
  await page.locator('form').waitFor();
  await inForm('日期').fill(iso(ago(20)));
  await page.locator('form .el-select').click();
  await page.locator('.el-select-dropdown:visible .el-select-dropdown__item').first().click();
  await assertAccessible(page, 'admission-talk');
  await button('提交').click();
  await page.getByRole('status').filter({ hasText: '已记录:记录谈话' }).waitFor();
  await page.locator('li[aria-current=step]').filter({ hasText: /3\. 推荐和确定入党积极分子/ }).first().waitFor();
  await page.locator('section[aria-label=办理记录]').filter({ hasText: /党组织派人谈话.*谈话人/s }).first().waitFor();
  await assertAccessible(page, 'admission-case');
});

test('a paper of the case goes up, and the archive knows', async () => {
  const papers = page.locator('section[aria-label=材料]');
  await papers.filter({ hasText: /还缺 \d+ 份必备材料:入党申请书/ }).first().waitFor();
  await papers.getByRole('button', { name: '上传材料' }).click();
  await page.getByLabel('文件', { exact: true }).setInputFiles({ name: '申请书.pdf', mimeType: 'application/pdf',
    buffer: Buffer.from(`%PDF-1.4\n% ${address}\n%%EOF\n`) });
  await page.getByText('我已确认所选文件不涉密').click();
  await assertAccessible(page, 'admission-upload');
  await papers.getByRole('button', { name: '上传材料' }).click();
  await papers.getByRole('row').filter({ hasText: '入党申请书' }).getByText('已保存').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), papers.getByRole('button', { name: '下载 入党申请书' }).click()]);
  assert.equal(download.suggestedFilename(), '入党申请书.pdf');
  await page.locator('summary').filter({ hasText: '申请入党' }).click();
  await page.getByText('☑ 入党申请书').waitFor();
  assertCalm(page);
});

test('a vote is referred to, and a step that comes too early is refused by its article', async () => {
  // Two meetings of the branch committee vote: on the activist, and far too early on the candidate.
  const api = await accounts.signIn(BRANCH);
  const { grants } = await api.get('/v1/auth/access');
  const organization = { name_: grants[0].organization };
  const subject = `admissionCases/${address.split('/').pop()}`;
  const key = (...parts) => `console-${subject.replace('/', '-')}-${parts.join('-')}`;
  await vote(api, organization, 'COMMITTEE', ago(10), { text: '确定入党积极分子', kind: 'COMMITTEE', subject }, key, 'a');
  await vote(api, organization, 'COMMITTEE', ago(2), { text: '讨论确定发展对象', kind: 'COMMITTEE', subject }, key, 'c');

  await as(BRANCH, address);
  await button('确定入党积极分子').click();
  await page.getByRole('radio').first().waitFor();
  assert.equal(await page.getByRole('radio').count(), 2, 'the votes about this case, and no other');
  await page.locator('.motion').filter({ hasText: '确定入党积极分子' }).getByRole('radio').check();
  await inForm('推荐方式').selectOption('ACTIVIST_CHANNEL_MEMBERS');
  await assertAccessible(page, 'admission-motion');
  await button('提交').click();
  await page.getByRole('status').filter({ hasText: '已记录' }).waitFor();
  await page.locator('section[aria-label=办理记录]').filter({ hasText: /确定入党积极分子.*应到 \d+ 人/s }).waitFor();
  assert.equal(await button('积极分子备案').count(), 0, 'filing is the committee\'s');

  await as(COUNTY, address);
  await button('积极分子备案').click();
  await page.locator('form').waitFor();
  await inForm('日期').fill(iso(ago(8)));
  await button('提交').click();
  await page.getByRole('status').filter({ hasText: '已记录' }).waitFor();
  await page.locator('li[aria-current=step]').filter({ hasText: /5\. 指定培养联系人/ }).first().waitFor();
  await assertAccessible(page, 'admission-case-county');

  await as(BRANCH, address);
  await button('讨论确定发展对象').click();
  await page.locator('.motion').filter({ hasText: '讨论确定发展对象' }).getByRole('radio').check();
  await button('提交').click();
  await refused(/依据.*第十三条.*要求.*实际/s);
  await assertAccessible(page, 'admission-too-early');
  assertCalm(page);
});

test('the town sees the case; who may not record sees no form', async () => {
  await as(TOWN, '/admission');
  await page.getByRole('link', { name: NAME }).first().waitFor();
  await go(page, address);
  await page.getByRole('heading', { name: '二十五步进度' }).waitFor();
  assertCalm(page);
  await as(INSPECTOR, `${address}?do=assignCultivators`);
  await page.getByRole('heading', { name: '二十五步进度' }).waitFor();
  assert.equal(await page.locator('main form').count(), 0);
  assert.equal(await button('指定培养联系人').count(), 0);
  await assertAccessible(page, 'admission-case-inspector');
  assertCalm(page);
});

test('transfers show their steps and their letter, and one is drafted and withdrawn', async () => {
  const api = await accounts.signIn(COUNTY);
  const { grants } = await api.get('/v1/auth/access');
  const { members } = await api.get(`/v1/${grants[0].organization}/members?category=MEMBER_CATEGORY_FULL&pageSize=100`);
  const free = members.filter((one) => !one.transfer);
  const leaving = free[Math.floor(Math.random() * free.length)];

  await as(COUNTY, '/transfers');
  await page.getByText(/已全部显示|没有符合条件/).waitFor();
  await assertAccessible(page, 'transfers');
  await go(page, `/transfers/new?kind=OUT&member=${leaving.name.split('/')[1]}`);
  await page.locator('form').getByText(leaving.fullName).waitFor();
  await inForm('转接原因').selectOption('TRANSFER_REASON_RESIDENCE_CHANGED');
  await inForm('系统外党组织名称').fill('中共某市某区某街道工作委员会');
  await inForm('转接范围').selectOption('TRANSFER_REACH_NATION');
  await assertAccessible(page, 'transfer-new');
  await button('提交').click();
  await page.waitForURL((url) => /#\/transfers\/\d+$/.test(url.hash));
  await page.getByRole('heading', { name: '办理进度' }).waitFor();
  await button('同意转出').click();
  await inForm('党费交至').fill(iso(today));
  await button('提交').click();
  await page.getByRole('status').filter({ hasText: '已办理:同意转出' }).waitFor();
  await button('开具介绍信').click();
  await button('提交').click();
  await page.getByRole('status').filter({ hasText: '已办理:开具介绍信' }).waitFor();
  await button('查看介绍信').click();
  await page.getByText('兹介绍下列党员组织关系转接').waitFor();
  await assertAccessible(page, 'transfer');
  await button('撤回').click();
  await button('提交').click();
  await button('确定').click();
  await page.getByRole('status').filter({ hasText: '已办理:撤回' }).waitFor();
  assertCalm(page);
});

test('the pages fit a phone', async () => {
  await as(BRANCH, address, { width: 360, height: 740, touch: true });
  await page.getByRole('heading', { name: '二十五步进度' }).waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing sticks out');
  await assertAccessible(page, 'admission-case-phone');
  assertCalm(page);
});
