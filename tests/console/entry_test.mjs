// Does somebody come in, and stay in? Wrong and locked passwords, the first change of a password, a session that ends
// under an open page, the keyboard alone, large type, both themes, English; and does nobody see what their role may not
// do?
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CONSOLE, PASSWORD, accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const AS = {
  branch: process.env.RONGHE_AS_BRANCH ?? 'branch',
  worker: process.env.RONGHE_AS_TOWN ?? 'worker',
  member: process.env.RONGHE_AS_MEMBER ?? 'member',
  inspector: process.env.RONGHE_AS_INSPECTOR ?? 'inspector',
  admin: process.env.RONGHE_AS_ADMIN ?? 'admin',
};
const CHOSEN = 'Entry-2026-anshan';
const login = `entry-${Date.now().toString(36)}`;

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// What the browser says of answers that a test asks for on purpose.
function forgive(page, status) {
  page.complaints = page.complaints.filter((said) => !said.includes(`status of ${status}`));
}

// Waits until an area of the navigation is open and has read what it shows.
async function arrived(page, title) {
  await page.waitForFunction((name) => document.querySelector('#frame-nav a.here')?.textContent.trim() === name &&
    document.querySelector('main h1') !== null && !document.querySelector('main').innerText.includes('正在加载'), title);
}

async function enter(page, name, password) {
  await page.fill('#login-name', name);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
}

test('a wrong password is told, the first one is changed, and too many failures lock', async () => {
  const admin = await accounts.signIn(AS.admin);
  const account = await admin.post('/v1/accounts', { loginName: login, displayName: '登录测试' }, `${login}-create`);
  const { oneTimePassword } = await admin.post(`/v1/${account.name}:resetPassword`);
  const page = await open(browser);
  await page.goto(`${CONSOLE}/#/account`);
  await settled(page);
  assert.equal(await page.title(), '融合');
  // Without an identity provider none is offered; clients/oidc_test.py has one.
  assert.equal(await page.locator('a[href^="/oidc"]').count(), 0);
  await assertAccessible(page, 'entry-sign-in');

  await enter(page, login, 'wrong-password-1');
  await page.getByRole('alert').filter({ hasText: '登录名或密码不正确' }).waitFor();
  assert.equal(await page.inputValue('#login-name'), login);
  await assertAccessible(page, 'entry-wrong');
  forgive(page, 401);

  await page.fill('#password', oneTimePassword);
  await page.click('button[type=submit]');
  await page.waitForSelector('#fresh');
  await assertAccessible(page, 'entry-password');
  await page.fill('#fresh', 'short');
  await page.fill('#again', 'other');
  await page.getByText('两次输入的新密码不一致').waitFor();
  assert.equal(await page.getByRole('button', { name: '修改密码' }).isDisabled(), true);
  await page.fill('#again', 'short');
  await page.getByRole('button', { name: '修改密码' }).click();
  await page.getByRole('alert').filter({ hasText: '新密码不符合要求' }).waitFor();
  forgive(page, 400);
  await page.fill('#fresh', CHOSEN);
  await page.fill('#again', CHOSEN);
  await page.getByRole('button', { name: '修改密码' }).click();
  // Back to where the address was meant for.
  await page.waitForURL((url) => url.hash === '#/account');
  await page.getByRole('heading', { level: 1, name: '我的账号' }).waitFor();
  await settled(page);
  await page.waitForFunction(() => document.title.startsWith('我的账号'));
  await assertAccessible(page, 'account-without-roles');
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForSelector('#login-name');

  for (let i = 0; i < 6 && await page.getByText('已锁定').count() === 0; i += 1) {
    const answer = page.waitForResponse((response) => response.url().endsWith(':signIn'));
    await enter(page, login, `wrong-password-${i}`);
    await answer;
    await page.locator('button[type=submit]:not(.is-loading)').waitFor();
  }
  await page.getByRole('alert').filter({ hasText: /已锁定,请在 \d+ 分钟后再试/ }).waitFor();
  await assertAccessible(page, 'entry-locked');
  forgive(page, 401);
  forgive(page, 429);
  assertCalm(page);
  await admin.post(`/v1/${account.name}:disable`, {}, `${login}-disable`);
  await page.context().close();
});

test('the keyboard alone signs in, and the page reads from its heading', async () => {
  const page = await open(browser);
  await page.goto(`${CONSOLE}/#/home`);
  await settled(page);
  await page.waitForFunction(() => document.activeElement?.id === 'login-name');
  await page.keyboard.type(AS.branch);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.hash === '#/home');
  await settled(page);
  // The first thing that the keyboard meets leads past the navigation.
  assert.equal(await page.evaluate(() => document.querySelector('a, button, input').textContent.trim()), '跳到正文');
  await page.getByRole('link', { name: '跳到正文' }).focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');

  const account = page.locator('header a[href="#/account"]');
  await account.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.hash === '#/account');
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && document.title.startsWith('我的账号'));
  await settled(page);

  await page.getByRole('button', { name: /切换党组织/ }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: '切换党组织' });
  await dialog.getByRole('button', { name: /支部书记/ }).waitFor();
  await assertAccessible(page, 'entry-switch');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assertCalm(page);
  await page.context().close();
});

test('large type, the dark theme and English stay, also on a phone', async () => {
  const page = await open(browser, { width: 360, height: 740, touch: true });
  await page.goto(`${CONSOLE}/#/account`);
  await settled(page);
  await page.getByRole('button', { name: '大字版' }).click();
  await assertAccessible(page, 'entry-phone-large');
  await enter(page, AS.branch, PASSWORD);
  await page.waitForURL((url) => url.hash === '#/account');
  await settled(page);
  await page.getByRole('button', { name: '打开导航' }).click();
  const nav = page.getByRole('navigation', { name: '主导航' });
  await nav.getByRole('link', { name: '首页' }).waitFor();
  await assertAccessible(page, 'entry-phone-navigation');
  await page.keyboard.press('Escape');
  await nav.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-expanded')), 'false');
  await page.getByRole('button', { name: '打开导航' }).click();
  await nav.getByRole('button', { name: '切换深浅色' }).click();
  await nav.getByRole('button', { name: 'English' }).click();
  await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Home' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'My account' }).waitFor();
  await settled(page);
  assert.equal(await page.evaluate(() => ['dark', 'large'].every((one) => document.documentElement.classList.contains(one))), true);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `the page is ${wider} px wider than the phone`);
  await assertAccessible(page, 'account-phone-english');
  assertCalm(page);
  await page.context().close();
});

test('a session that ends under an open page is opened again, and what was typed goes on', async () => {
  const page = await open(browser);
  await signIn(page, AS.branch, '/account');
  await assertAccessible(page, 'account');
  await page.getByRole('link', { name: '委托他人' }).first().click();
  await page.getByRole('heading', { level: 1, name: '委托职责' }).waitFor();
  await settled(page);
  await page.fill('#delegate-to', '1');
  const today = await page.locator('input[type=date]').getAttribute('min');
  await page.fill('input[type=date]', today);
  await page.fill('#delegate-reason', '外出学习');
  await assertAccessible(page, 'account-delegate');

  await accounts.signIn(AS.branch);   // one session at a time: that of the browser is over
  await page.getByRole('button', { name: '委托他人' }).click();
  const dialog = page.getByRole('dialog', { name: '登录已失效' });
  await dialog.waitFor();
  assert.equal(await dialog.locator('#login-name').inputValue(), AS.branch);
  await assertAccessible(page, 'entry-ended');
  forgive(page, 401);
  await dialog.locator('#password').fill('wrong-password-1');
  await dialog.locator('button[type=submit]').click();
  await dialog.getByText('登录名或密码不正确').waitFor();
  forgive(page, 401);
  await dialog.locator('#password').fill(PASSWORD);
  const sent = page.waitForResponse((response) => response.url().endsWith(':delegate'));
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'hidden' });
  // The call that met the end is sent again by itself; there is no such account, so it is refused and the text stays.
  assert.ok([400, 404, 409].includes((await sent).status()));
  await page.locator('main').getByRole('alert').waitFor();
  assert.equal(await page.inputValue('#delegate-reason'), '外出学习');
  for (const status of [400, 404, 409]) forgive(page, status);
  assertCalm(page);
  await page.context().close();
});

test('a sign-out in one tab is one in the others', async () => {
  const page = await open(browser);
  await signIn(page, AS.branch, '/account');
  const other = await page.context().newPage();
  await other.goto(`${CONSOLE}/#/account`);
  await settled(other);
  await other.getByRole('button', { name: '退出登录' }).click();
  await page.waitForURL((url) => url.hash.startsWith('#/sign-in'));
  await page.waitForSelector('#login-name');
  assertCalm(page);
  await page.context().close();
});

// Words of acts that change something: who only reads meets none of them.
const ACTS = /^(新建|新增|添加|创建|登记|录入|导入|提交|上报|审批|批复|同意|驳回|验收|退回|授予|收回|停用|注销|暂停|删除|移除|撤销|修改|编辑|发布|公布|启动|更正|转出|转入|解除|重置|启用新密钥|销毁)/;
const ACCOUNT = { loginName: 'nobody', displayName: 'x' };
const CLIENT = { certificateName: 'nobody', displayName: 'x' };
const ROLES = [
  { role: 'member', login: AS.member, acts: ACTS, sees: ['首页'], not: ['系统管理', '综合看板'],
    forbidden: [['POST', '/v1/accounts', ACCOUNT], ['GET', '/v1/accounts'], ['GET', '/v1/services/gateway/auditRecords']] },
  { role: 'inspector', login: AS.inspector, acts: ACTS, sees: ['首页', '组织生活', '党员', '教育培训', '考核评价'], not: ['系统管理'],
    forbidden: [['GET', '/v1/accounts'], ['GET', '/v1/clients'], ['POST', '/v1/clients', CLIENT]] },
  { role: 'branch_secretary', login: AS.branch, acts: /^(验收|退回|授予|新建账号|新建考核|启动考核|发布考核|停用)/, sees: ['首页', '组织生活', '党员', '教育培训'], not: ['系统管理'],
    forbidden: [['GET', '/v1/accounts'], ['GET', '/v1/organizations/-/grants'], ['GET', '/v1/services/meeting/keyRotation']] },
  { role: 'party_worker', login: AS.worker, acts: /^(验收|退回|授予|新建账号|新建考核|启动考核|发布考核|停用)/, sees: ['首页', '组织生活', '党员', '教育培训'], not: ['系统管理'],
    forbidden: [['GET', '/v1/accounts'], ['GET', '/v1/services/membership/auditChain'], ['POST', '/v1/clients', CLIENT]] },
];

for (const { role, login: name, acts, sees, not, forbidden } of ROLES) {
  test(`a ${role} sees no act that the role may not do`, async () => {
    const page = await open(browser);
    await signIn(page, name);
    const nav = page.getByRole('navigation', { name: '主导航' });
    const links = await nav.getByRole('link').evaluateAll((all) =>
      all.filter((one) => one.offsetParent !== null).map((one) => [one.textContent.trim(), one.getAttribute('href').slice(1)]));
    const titles = links.map(([title]) => title);
    for (const title of sees) assert.ok(titles.includes(title), `${role} sees ${title} in ${titles}`);
    for (const title of not) assert.ok(!titles.includes(title), `${role} does not see ${title}`);
    for (const [title, path] of links) {
      await go(page, path);
      await arrived(page, title);
      const seen = await page.locator('main button:visible, main a:visible').allInnerTexts();
      assert.deepEqual(seen.map((one) => one.trim()).filter((one) => acts.test(one)), [], `${role} on ${title}`);
    }
    // An address of the administration that was typed says calmly that it is not permitted.
    await go(page, '/administration/accounts');
    await page.getByRole('heading', { level: 1, name: '没有权限' }).waitFor();
    for (const [method, path, body] of forbidden) {
      const answer = await page.evaluate(async ([verb, address, sent]) => {
        const headers = { 'Content-Type': 'application/json', 'X-Ronghe-CSRF': localStorage.getItem('ronghe.csrf') };
        const response = await fetch(address, { method: verb, headers, body: sent && JSON.stringify(sent) });
        return [response.status, JSON.stringify(await response.json())];
      }, [method, path, body]);
      assert.equal(answer[0], 403, `${method} ${path}: ${answer}`);
      assert.match(answer[1], /PERMISSION_DENIED/);
    }
    forgive(page, 403);
    assertCalm(page);
    await page.context().close();
  });
}
