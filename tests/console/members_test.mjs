// Do the members' pages do what a clerk needs: walk the tree, find and filter members, read and correct one, and see a
// number in full only for a reason?
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { checkDigit } from '../../scripts/lib/demo/people.mjs';
import { accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';
const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const MEMBER = process.env.RONGHE_AS_MEMBER ?? 'member';
const RUN = Date.now().toString(36);
const HELPER = `members-${RUN}`;

const idOf = (name) => name.slice(name.lastIndexOf('/') + 1);
/** What the browser says of a refusal that was meant is no complaint. */
const refusalMeant = (page) => { page.complaints = page.complaints.filter((one) => !one.startsWith('Failed to load resource')); };

/** An invented person whose number is nobody's. */
function person(name, seed = Math.floor(Math.random() * 200)) {
  const day = `19${60 + Math.floor(Math.random() * 35)}-0${1 + Math.floor(Math.random() * 9)}-1${Math.floor(Math.random() * 10)}`;
  const seventeen = `530399${day.replaceAll('-', '')}${String(301 + seed * 2).padStart(3, '0')}`;
  return { fullName: name, identityNumber: seventeen + checkDigit(seventeen), ethnicity: '01', education: '21', phone: '19900001234',
    category: 'MEMBER_CATEGORY_FULL', joinedOn: { year: 2015, month: 7, day: 1 }, convertedOn: { year: 2016, month: 7, day: 1 } };
}

let browser;
let page;
let helper;
let top;
let branch;
let made;

before(async () => {
  browser = await launch();
  const county = await accounts.signIn(COUNTY);
  top = (await county.get('/v1/organizations')).organizations[0];
  branch = (await county.get(`/v1/${top.name}/subtree?kinds=ORGANIZATION_KIND_BRANCH&pageSize=1`)).organizations[0];
  made = await county.post(`/v1/${branch.name}/members?validFrom.year=2020&validFrom.month=1&validFrom.day=1`, person(`测${RUN.slice(-4)}`),
    `member-${RUN}`);

  // Somebody who may read numbers in full, beside the work of an organization department.
  const security = await accounts.administrator();
  const second = await accounts.signIn('audit');
  const key = (...parts) => `${RUN}-${parts.join('-')}`;
  helper = await accounts.create(security, { login: HELPER, title: '核查员', role: 'organization_department',
    organization: { name_: top.name, name: top.title } }, key);
  await accounts.agreed(security, `/v1/${helper.account}/grants`, { role: 'unmasker', organization: top.name }, key('unmasker'), second);
  helper = await accounts.signIn(HELPER);

  page = await open(browser);
  await signIn(page, COUNTY, '/members');
});
after(() => browser?.close());

const treeRow = (title) => page.locator('[role=treeitem]', { hasText: title });
/** Opens the first root, unless it is open already. */
async function opened(on) {
  if (await on.locator('[role=treeitem]').first().getAttribute('aria-expanded') === 'false') await on.keyboard.press('ArrowRight');
}
const focused = () => page.evaluate(() => document.activeElement?.textContent?.replace('▸', '').trim());

describe('the tree', () => {
  it('is walked by keyboard', async () => {
    await treeRow(top.title).first().waitFor();
    await page.locator('[role=treeitem][tabindex="0"]').focus();
    await opened(page);
    const second = page.locator('[role=treeitem][aria-level="2"]').first();
    await second.waitFor();
    // Left shuts what is open, right opens it again and then goes to what is below.
    const root = treeRow(top.title).first();
    await page.keyboard.press('ArrowLeft');
    assert.equal(await root.getAttribute('aria-expanded'), 'false');
    assert.equal(await second.count(), 0);
    await page.keyboard.press('ArrowRight');
    await second.waitFor();
    assert.equal(await root.getAttribute('aria-expanded'), 'true');
    await page.keyboard.press('ArrowRight');
    const title = (await second.textContent()).replace('▸', '').trim();
    assert.equal(await focused(), title);
    assert.equal(await page.locator('[role=treeitem][tabindex="0"]').count(), 1);
    await page.keyboard.press('End');
    assert.notEqual(await focused(), top.title);
    await page.keyboard.press('Home');
    assert.equal(await focused(), top.title);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await focused(), top.title);
    // Letters lead to the next title that begins with them.
    await page.evaluate((text) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: text, bubbles: true })),
      title[0]);
    await page.waitForFunction((first) => document.activeElement?.textContent?.replace('▸', '').trim().startsWith(first), title[0]);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/organization=\d+/);
    await page.locator('h1', { hasText: title }).waitFor();
    await settled(page);
    await assertAccessible(page, 'members');
  });

  it('finds an organization by a part of its title and shows where it stands', async () => {
    await page.locator('.organization-tree input').fill(branch.title.slice(0, 4));
    const found = page.locator('.found button', { hasText: branch.title }).first();
    await found.click();
    await page.locator('h1', { hasText: branch.title }).waitFor();
    await page.locator('[role=treeitem][aria-selected=true]', { hasText: branch.title }).waitFor();
    await settled(page);
  });

  it('scrolls 280,000 loaded nodes with few of them in the document', async () => {
    const WIDE = 28;
    const EACH = 10000;
    const roomy = await open(browser);
    await roomy.route('**/v1/organizations/*/children*', async (route) => {
      const parent = /organizations\/(\d+)\/children/.exec(route.request().url())[1];
      const inner = parent.startsWith('9900');
      const organizations = Array.from({ length: inner ? EACH : WIDE }, (_, i) => ({
        name: `organizations/${inner ? `8800${parent.slice(4)}${i}` : `9900${i}`}`, parent: `organizations/${parent}`,
        title: inner ? `第${i}党支部` : `第${i}镇党委`, kind: inner ? 'ORGANIZATION_KIND_GROUP' : 'ORGANIZATION_KIND_COMMITTEE',
          code: String(i) }));
      await route.fulfill({ json: { organizations } });
    });
    await signIn(roomy, HELPER, '/members');
    await roomy.locator('[role=treeitem]').first().focus();
    await opened(roomy);
    await roomy.locator('[role=treeitem]', { hasText: '第0镇党委' }).waitFor();
    // From the last to the first, so that each is in sight when its turn comes.
    await roomy.keyboard.press('End');
    for (let i = WIDE - 1; i >= 0; --i) {
      await roomy.waitForFunction((title) => document.activeElement?.textContent?.includes(title), `第${i}镇党委`);
      await roomy.keyboard.press('ArrowRight');
      await roomy.waitForFunction(() => document.activeElement?.getAttribute('aria-expanded') === 'true'
        && document.activeElement.nextElementSibling !== null);
      await roomy.waitForFunction(([want, each]) => document.querySelector('[role=tree] .all').offsetHeight > want * each * 30,
        [WIDE - i, EACH]);
      await roomy.keyboard.press('ArrowUp');
    }
    const measured = await roomy.evaluate(async () => {
      const box = document.querySelector('[role=tree]');
      const frames = [];
      let most = 0;
      let last = performance.now();
      box.scrollTop = 0;
      await new Promise((done) => {
        const step = () => {
          const now = performance.now();
          frames.push(now - last);
          last = now;
          most = Math.max(most, box.querySelectorAll('[role=treeitem]').length);
          if (frames.length === 180) return done();
          box.scrollTop += frames.length < 90 ? 340 : 90000;
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      });
      frames.sort((a, b) => a - b);
      return { rows: Math.round(box.querySelector('.all').offsetHeight / box.querySelector('[role=treeitem]').offsetHeight), most,
        median: frames[90], p95: frames[171], worst: frames[179] };
    });
    const ms = (figure) => figure.toFixed(1);
    console.log(`tree: ${measured.rows} rows, at most ${measured.most} in the document; frames of ${ms(measured.median)} ms (median), `
      + `${ms(measured.p95)} ms (95%), ${ms(measured.worst)} ms (worst)`);
    assert.ok(measured.rows > 280000);
    assert.ok(measured.most < 80, `${measured.most} rows in the document`);
    await roomy.keyboard.press('End');
    await roomy.waitForFunction(() => document.activeElement?.textContent?.includes('第9999党支部'));
    assertCalm(roomy);
    await roomy.context().close();
    helper = await accounts.signIn(HELPER);
  });
});

describe('the list', () => {
  it('counts with links, filters, and keeps a view without names', async () => {
    await go(page, `/members?organization=${idOf(top.name)}`);
    await page.locator('dt', { hasText: '预备党员' }).waitFor();
    const branches = page.locator('.figures div', { hasText: '党支部' }).locator('a');
    await branches.click();
    await page.locator('h2', { hasText: '党支部' }).waitFor();
    await settled(page);
    await assertAccessible(page, 'members-branches');
    await page.goBack();
    await page.locator('.figures div', { hasText: '预备党员' }).locator('a').click();
    await page.waitForURL(/category=MEMBER_CATEGORY_PROBATIONARY/);
    await settled(page);
    assert.deepEqual([...new Set(await page.locator('tbody td:nth-child(3)').allTextContents())].filter(Boolean), ['预备党员']);

    await page.getByLabel('姓名开头').fill('王');
    await page.getByRole('button', { name: '筛选', exact: true }).click();
    await settled(page);
    assert.ok(!page.url().includes('%E7%8E%8B'));
    for (const name of await page.locator('tbody th').allTextContents()) assert.match(name, /^王/);
    await page.getByRole('button', { name: '清除条件' }).click();
    await settled(page);

    await page.getByText('选择显示的列').click();
    await page.locator('.columns label', { hasText: '学历' }).click();
    await page.locator('thead th', { hasText: '学历' }).waitFor();
    await page.locator('label', { hasText: '流动党员' }).click();
    await page.waitForURL(/floating=1/);
    await page.getByRole('button', { name: '保存当前视图' }).click();
    await page.getByLabel('视图名称').fill('流动及学历');
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    const kept = await page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith('ronghe.members')).map(([,
      value]) => value).join());
    assert.ok(kept.includes('流动及学历') && !kept.includes('王'));
    await go(page, `/members?organization=${idOf(top.name)}`);
    await page.reload();
    await settled(page);
    await page.getByRole('button', { name: '流动及学历', exact: true }).click();
    await page.waitForURL(/floating=1/);
    await page.locator('thead th', { hasText: '学历' }).or(page.getByText('没有符合条件的党员')).first().waitFor();
    await page.getByRole('button', { name: '删除视图“流动及学历”' }).click();
  });

  it('finds a member by number, without the number in an address', async () => {
    await go(page, `/members?organization=${idOf(branch.name)}`);
    await page.getByRole('button', { name: '查找党员' }).click();
    await page.getByLabel(/公民身份号码,或姓名开头/).fill(made.fullName);
    await page.getByRole('button', { name: '搜索' }).click();
    await page.locator('section[aria-label="查找党员"] tbody a', { hasText: made.fullName }).first().waitFor();
    await settled(page);
    await assertAccessible(page, 'members-search');
    await page.getByLabel(/公民身份号码,或姓名开头/).fill('530399190001010019');
    await page.getByRole('button', { name: '搜索' }).click();
    await page.getByText('在此范围内没有找到').waitFor();
  });

  it('works on a phone', async () => {
    const phone = await open(browser, { width: 360, height: 740, touch: true });
    await signIn(phone, BRANCH, '/members');
    await phone.locator('tbody a').first().waitFor();
    await assertAccessible(phone, 'members-phone');
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page is wider than the phone');
    await phone.locator('tbody a').first().click();
    await phone.locator('h2', { hasText: '基本信息' }).waitFor();
    await settled(phone);
    await assertAccessible(phone, 'member-phone');
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
      'the member’s page is wider than the phone');
    for (const name of ['修改', '查看完整信息', '变更类别']) assert.equal(await phone.getByRole('button', { name }).count(), 0);
    assertCalm(phone);
    await phone.context().close();
  });
});

describe('a member', () => {
  it('is shown part by part', async () => {
    await go(page, `/members/${idOf(made.name)}`);
    for (const title of ['基本信息', '党籍沿革', '党内职务', '入党', '党费', '组织关系转接', '荣誉', '关怀帮扶']) await page.locator('h2',
      { hasText: title }).first().waitFor();
    assert.match(await page.locator('section[aria-label="基本信息"]').textContent(), /530399\*{8}\d{3}[\dX]/);
    assert.equal(await page.getByRole('button', { name: '查看完整信息' }).count(), 0);
    await page.getByRole('button', { name: '查看变动经过' }).click();
    await page.getByRole('button', { name: '查看关怀记录' }).click();
    await settled(page);
    await assertAccessible(page, 'member');
  });

  it('fails part by part', async () => {
    await page.route('**/v1/members/*/honours', (route) => route.fulfill({ status: 500,
      json: { error: { code: 500, status: 'INTERNAL', message: '系统内部错误' } } }));
    await go(page, '/members');
    await go(page, `/members/${idOf(made.name)}`);
    await page.locator('section[aria-label="荣誉"] [role=alert]').waitFor();
    await page.locator('section[aria-label="党内职务"]').getByText('没有任过党内职务').waitFor();
    await page.unroute('**/v1/members/*/honours');
    await page.locator('section[aria-label="荣誉"]').getByRole('button', { name: '重试' }).click();
    await page.locator('section[aria-label="荣誉"]').getByText('没有荣誉记录').waitFor();
    refusalMeant(page);
  });

  it('is appointed to a post and released from it', async () => {
    const posts = page.locator('section[aria-label="党内职务"]');
    await page.getByRole('button', { name: '任命职务' }).click();
    await page.getByRole('dialog').getByLabel('职务').selectOption('POST_CODE_COMMITTEE_MEMBER');
    await page.getByRole('dialog').getByLabel('开始').fill('2021-03-01');
    await assertAccessible(page, 'member-post');
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
    await posts.locator('tbody tr', { hasText: '2021年3月1日' }).waitFor();
    await posts.getByRole('button', { name: '免去职务' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
    await posts.locator('tbody td:nth-child(4)', { hasText: /\d年/ }).waitFor();
  });

  it('is corrected, with both versions to choose from when somebody else did so meanwhile', async () => {
    await page.getByRole('link', { name: '修改' }).click();
    await page.getByLabel('工作岗位').fill('村医');
    await settled(page);
    await assertAccessible(page, 'member-edit');
    const now = await helper.get(`/v1/${made.name}`);
    await helper.call('PATCH', `/v1/${made.name}?updateMask=technical_post`,
      { fullName: now.fullName, technicalPost: '主治医师', etag: now.etag }, `meanwhile-${RUN}`);
    // What was typed comes back after a reload, compared with what it began from.
    await page.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.startsWith('ronghe.draft.member.')
      && sessionStorage[key].includes('村医')));
    await page.reload();
    await page.getByText('已恢复上次未提交的内容').waitFor();
    assert.equal(await page.getByLabel('工作岗位').inputValue(), '村医');
    await page.getByRole('button', { name: '保存' }).click();
    const dialog = page.getByRole('dialog', { name: '内容已被他人修改' });
    await dialog.getByText('主治医师').waitFor();
    await dialog.getByText('村医').waitFor();
    await assertAccessible(page, 'member-conflict');
    await dialog.getByRole('button', { name: '用我的覆盖' }).click();
    await page.waitForURL((url) => url.hash === `#/members/${idOf(made.name)}`);
    const after = await helper.get(`/v1/${made.name}`);
    assert.deepEqual([after.occupation, after.technicalPost], ['村医', '主治医师']);
    refusalMeant(page);
  });

  it('is corrected with the errors beside the fields', async () => {
    await go(page, `/members/${idOf(made.name)}/edit`);
    await page.getByLabel('手机号码').fill('12');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('.field', { hasText: '手机号码' }).locator('.error').waitFor();
    await page.getByRole('link', { name: '取消' }).click();
    refusalMeant(page);
  });

  it('is recorded in a branch', async () => {
    await go(page, `/members/new?organization=${idOf(branch.name)}`);
    await page.getByRole('button', { name: '登记', exact: true }).click();
    await page.locator('.field', { hasText: '姓名' }).locator('.error').waitFor();
    await assertAccessible(page, 'member-new');
    const one = person(`新${RUN.slice(-4)}`, 77);
    await page.getByLabel('姓名').fill(one.fullName);
    await page.getByLabel('公民身份号码').fill(one.identityNumber);
    await page.getByLabel('学历').selectOption('31');
    await page.getByLabel('入党日期').fill('2026-07-01');
    await page.getByRole('button', { name: '登记', exact: true }).click();
    await page.waitForURL((url) => /^#\/members\/\d+$/.test(url.hash));
    await page.locator('h1', { hasText: one.fullName }).waitFor();
    refusalMeant(page);
  });

  it('changes category, with the day', async () => {
    await page.getByRole('button', { name: '变更类别' }).click();
    await assertAccessible(page, 'member-change');
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
    await page.locator('section[aria-label="基本信息"] dd', { hasText: '正式党员' }).waitFor();
    await settled(page);
    await page.getByRole('button', { name: '变更党籍状态' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
    await page.getByRole('button', { name: '调整支部' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
  });
});

describe('an export', () => {
  it('waits for a second person, is opened by the same request, and fetched', async () => {
    await go(page, `/members/exports?organization=${idOf(branch.name)}`);
    await page.getByLabel('用途').selectOption('verification');
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.locator('[role=status]', { hasText: '等待审核' }).waitFor();
    await assertAccessible(page, 'members-export');
    const second = await accounts.signIn('audit');
    const waiting = (await second.get('/v1/services/membership/approvals?pageSize=50')).approvals
      .find((one) => one.resource === branch.name && one.state === 'APPROVAL_STATE_PENDING' && one.method.endsWith('/CreateMemberExport'));
    await second.post(`/v1/${waiting.name}:approve`, { reason: '同意' });
    await page.getByRole('button', { name: '审核通过后,点此生成' }).click();
    const loading = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载' }).first().click();
    assert.match((await loading).suggestedFilename(), /\.xlsx$/);
    await page.getByText(/已下载,共 [\d,]+ 名党员/).waitFor();
    refusalMeant(page);
    assertCalm(page);
  });
});

describe('numbers in full', () => {
  it('are shown for a reason, for a while, and the reading is recorded', async () => {
    const reader = await open(browser);
    await signIn(reader, HELPER, `/members/${idOf(made.name)}`);
    await reader.getByRole('button', { name: '查看完整信息' }).click();
    const dialog = reader.getByRole('dialog');
    assert.ok(await dialog.getByRole('button', { name: '查看', exact: true }).isDisabled());
    await dialog.locator('label', { hasText: '手机号码' }).click();
    await dialog.getByLabel('用途').selectOption('verification');
    await dialog.getByLabel('事由').fill('核对党员身份');
    await assertAccessible(reader, 'member-unmask');
    await dialog.getByRole('button', { name: '查看', exact: true }).click();
    await reader.locator('dd', { hasText: '19900001234' }).waitFor();
    await reader.getByRole('button', { name: /^隐藏/ }).click();
    await reader.locator('dd', { hasText: /199\*{4}1234/ }).waitFor();
    assertCalm(reader);
    await reader.context().close();
  });
});

describe('somebody without permissions', () => {
  it('sees no button for what is not permitted', async () => {
    const other = await open(browser);
    await signIn(other, MEMBER);
    assert.equal(await other.locator('nav a[href="#/members"]').count(), 0);
    // The own organization, and a member of whichever.
    const shown = { '/members': 'text=您的角色不查看党员名单', [`/members/${idOf(made.name)}`]: '[role=alert]' };
    for (const [path, sign] of Object.entries(shown)) {
      await go(other, path);
      await other.locator(sign).first().waitFor();
      for (const name of ['查找党员', '导入名册', '名册导入记录', '导出', '登记党员', '查看完整信息', '修改']) {
        const found = await other.getByRole('link', { name, exact: true }).count() + await other.getByRole('button', { name, exact: true }).count();
        assert.equal(found, 0, `${name} at ${path}`);
      }
    }
    refusalMeant(other);
    assertCalm(other);
    await other.context().close();
  });
});
