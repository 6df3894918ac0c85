// May a security administrator give a role with open eyes, does its holder then see exactly what it opens, does the audit
// administrator find who gave it, and does the system administrator see how the suite is doing?
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeOf, presentStep } from '../../scripts/lib/demo/totp.mjs';
import { CONSOLE, accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const AS = {
  county: process.env.RONGHE_AS_COUNTY ?? 'county',
  admin: process.env.RONGHE_AS_ADMIN ?? 'admin',
  system: process.env.RONGHE_AS_SYSTEM ?? 'system',
  audit: process.env.RONGHE_AS_AUDIT ?? 'audit',
};
const CHOSEN = 'Entry-2026-anshan';
const mark = Date.now().toString(36);
const login = `clerk-${mark}`;

let browser;
let town;
let account;   // the number of the new account
let grant;     // and that of the grant that it got
before(async () => {
  browser = await launch();
  const county = await accounts.signIn(AS.county);
  const root = (await county.get('/v1/organizations')).organizations[0];
  town = (await county.get(`/v1/${root.name}/children?pageSize=50`)).organizations.find((one) => one.kind === 'ORGANIZATION_KIND_COMMITTEE') ?? root;
});
after(() => browser?.close());

const numberOf = (name) => name.slice(name.lastIndexOf('/') + 1);

async function place(page, id, organization) {
  await page.locator(`#${id}`).fill(organization.title);
  await page.getByRole('option', { name: organization.title }).first().click();
}

async function countsOf(organization) {
  const counts = await (await accounts.signIn(AS.county)).get(`/v1/${organization.name}/counts`);
  return { organizations: Number(counts.organizations), branches: Number(counts.branches),
    members: Number(counts.fullMembers ?? 0) + Number(counts.probationaryMembers ?? 0) };
}

async function sections(page) {
  return (await page.getByRole('navigation', { name: '系统管理的各部分' }).getByRole('link').allInnerTexts()).map((one) => one.trim());
}

test('the security administrator makes an account and gives a role with its effect seen', async () => {
  const page = await open(browser);
  await signIn(page, AS.admin, '/administration');
  await page.waitForURL((url) => url.hash === '#/administration/accounts');
  await settled(page);
  assert.deepEqual(await sections(page), ['账号', '授权', '部门系统', '共享目录', '业务规则']);
  await page.locator('table tbody tr').first().waitFor();
  await assertAccessible(page, 'administration-accounts');

  await page.getByRole('link', { name: '新建账号' }).click();
  await page.getByRole('heading', { level: 1, name: '新建账号' }).waitFor();
  await page.fill('#new-login', 'A');
  await page.getByText(/3 至 64 位小写字母/).waitFor();
  await page.fill('#new-login', login);
  await page.fill('#new-name', '授权测试');
  await place(page, 'new-place', town);
  await assertAccessible(page, 'administration-account-new');
  await page.getByRole('button', { name: '新建并生成初始密码' }).click();
  const secret = page.getByRole('dialog', { name: '一次性密码' });
  await secret.waitFor();
  await assertAccessible(page, 'administration-one-time-password');
  const oneTime = (await secret.locator('[data-secret]').innerText()).trim();
  await secret.locator('footer').getByRole('button', { name: '关闭' }).click();
  await page.getByRole('heading', { level: 1, name: '授权测试' }).waitFor();
  account = numberOf(await page.evaluate(() => location.hash));
  await settled(page);
  await assertAccessible(page, 'administration-account');

  await page.getByRole('link', { name: '授予角色' }).click();
  await page.getByRole('heading', { level: 1, name: '授予角色' }).waitFor();
  await settled(page);
  await page.locator('#grant-role').click();
  await page.getByRole('option', { name: '党费会计' }).click();
  await page.getByText('该角色登录时须使用动态口令').waitFor();
  await place(page, 'grant-place', town);
  const counts = await page.getByText(/党组织 \d+ 个,其中党支部 \d+ 个;党员 \d+ 名/).innerText();
  const [, organizations, branches, members] = /党组织 (\d+) 个,其中党支部 (\d+) 个;党员 (\d+) 名/.exec(counts).map(Number);
  assert.deepEqual({ organizations, branches, members }, await countsOf(town));
  // All that the role brings is new to somebody without grants, in words by service.
  const gains = await page.getByRole('heading', { name: /带来 \d+ 项权限/ }).innerText();
  const [, all, fresh] = /带来 (\d+) 项权限,其中新增 (\d+) 项/.exec(gains);
  assert.equal(fresh, all);
  await page.getByText('党费缴纳', { exact: true }).waitFor();
  await page.fill('#grant-basis', '县委组织部任职通知');
  await assertAccessible(page, 'administration-grant');
  await page.getByRole('button', { name: '授予', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: '授权测试' }).waitFor();
  await page.getByRole('rowheader', { name: '党费会计' }).waitFor();
  grant = await page.evaluate(async (id) => (await (await fetch(`/v1/accounts/${id}/grants`)).json()).grants[0].name, account);

  // The same once more adds nothing; an administrator's role excludes it, and is explained before it is refused.
  await page.getByRole('link', { name: '授予角色' }).click();
  await page.locator('#grant-role').click();
  await page.getByRole('option', { name: '审计管理员' }).click();
  await page.getByText('与已有角色互斥:党费会计').waitFor();
  await place(page, 'grant-place', town);
  await assertAccessible(page, 'administration-grant-excluded');
  await page.getByRole('button', { name: '授予', exact: true }).click();
  await page.locator('form').getByRole('alert').waitFor();
  page.complaints = page.complaints.filter((said) => !/status of (400|409|412)/.test(said));

  await go(page, `/administration/grants?organization=${numberOf(town.name)}`);
  await page.getByRole('rowheader', { name: new RegExp(login) }).waitFor();
  await assertAccessible(page, 'administration-grants');
  assertCalm(page);
  await page.context().close();
  await enterAnew(oneTime);
});

// The new person: one-time password, a password of their own, the second factor that the role needs, and what it opens.
async function enterAnew(oneTime) {
  const page = await open(browser);
  await page.goto(`${CONSOLE}/#/home`);
  await page.fill('#login-name', login);
  await page.fill('#password', oneTime);
  await page.click('button[type=submit]');
  await page.waitForSelector('#fresh');
  await page.fill('#fresh', CHOSEN);
  await page.fill('#again', CHOSEN);
  await page.getByRole('button', { name: '修改密码' }).click();
  await page.getByRole('img', { name: '绑定动态口令的二维码' }).waitFor();
  await assertAccessible(page, 'entry-enrol');
  const key = (await page.locator('code.secret').innerText()).replace(/\s/g, '');
  await page.fill('#enrol-code', codeOf(key, presentStep()));
  await page.getByRole('button', { name: '完成绑定' }).click();
  const codes = page.getByRole('region', { name: '恢复码' });
  await codes.waitFor();
  await assertAccessible(page, 'entry-recovery-codes');
  const recovery = (await codes.locator('li').first().innerText()).trim();
  const saved = page.waitForEvent('download');
  await codes.getByRole('button', { name: '下载' }).click();
  assert.match((await saved).suggestedFilename(), /恢复码/);
  assert.equal(await codes.getByRole('button', { name: '继续' }).isDisabled(), true);
  await codes.getByText('我已妥善保存恢复码').click();
  await codes.getByRole('button', { name: '继续' }).click();
  await page.waitForURL((url) => url.hash === '#/home');
  await settled(page);
  const nav = page.getByRole('navigation', { name: '主导航' }).getByRole('link');
  const titles = await nav.evaluateAll((all) => all.filter((one) => one.offsetParent !== null).map((one) => one.textContent.trim()));
  assert.deepEqual(titles, ['首页', '组织生活']);
  await go(page, '/account');
  await page.getByRole('rowheader', { name: '党费会计' }).waitFor();
  await page.getByText('县委组织部任职通知').waitFor();
  await page.getByText('本次登录').waitFor();

  // A recovery code opens a session when the authenticator is not at hand.
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForSelector('#login-name');
  await page.fill('#login-name', login);
  await page.fill('#password', CHOSEN);
  await page.click('button[type=submit]');
  await page.waitForSelector('#code');
  await assertAccessible(page, 'entry-factor');
  await page.getByRole('button', { name: '改用恢复码' }).click();
  await page.fill('#recovery', recovery);
  await page.getByRole('button', { name: '验证' }).click();
  await page.waitForURL((url) => !url.hash.startsWith('#/sign-in'));
  await go(page, '/account/second-factor');
  await page.getByRole('img', { name: '绑定动态口令的二维码' }).waitFor();
  await assertAccessible(page, 'account-second-factor');
  assertCalm(page);
  await page.context().close();
}

test('the audit administrator finds who gave it, and asks for an export', async () => {
  const page = await open(browser);
  await signIn(page, AS.audit, '/administration/audit');
  assert.deepEqual(await sections(page), ['审计查询', '审计链', '运行状况', '共享目录', '业务规则']);
  await page.getByText('您的每次查询本身也会留下审计记录').waitFor();
  await page.getByLabel('操作', { exact: true }).fill('CreateGrant');
  await page.getByRole('combobox', { name: '结果', exact: true }).selectOption({ label: '成功' });
  await page.getByRole('button', { name: '搜索' }).click();
  const row = page.locator('tbody tr').filter({ hasText: grant });
  await row.waitFor();
  await row.locator('summary').click();
  await row.getByText('/ronghe.access.v1.GrantService/CreateGrant').waitFor();
  await row.getByText(town.name).waitFor();
  await assertAccessible(page, 'administration-audit');
  assert.equal(await page.locator('main').getByRole('button', { name: /新建|授予|停用|重置/ }).count(), 0);

  await go(page, '/administration/chains');
  await page.getByRole('rowheader', { name: '组织生活' }).waitFor();
  await assertAccessible(page, 'administration-chains');

  await go(page, `/administration/audit/export?service=gateway&resource=accounts/${account}`);
  await page.getByRole('button', { name: '申请导出' }).click();
  await page.getByText('等待第二人审核').waitFor();
  await assertAccessible(page, 'administration-export-waits');
  const approval = await page.evaluate(() => new URLSearchParams(location.hash.split('?')[1]).get('approval'));
  const admin = await accounts.signIn(AS.admin);
  await admin.post(`/v1/${approval}:approve`, { reason: '同意' });
  // Also after a reload: the address says what is waited for.
  await page.reload();
  await page.getByRole('button', { name: '立即执行' }).click();
  await page.getByText('导出已批准,可以下载。').waitFor();
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: '下载' }).click();
  assert.match((await file).suggestedFilename(), /\.xlsx$/);
  await page.getByText(/下载完成/).waitFor();
  await assertAccessible(page, 'administration-export');
  page.complaints = page.complaints.filter((said) => !/status of (400|409|412)/.test(said));
  assertCalm(page);
  await page.context().close();
});

test('the system administrator sees jobs, events, keys and rules, and changes no account', async () => {
  const page = await open(browser);
  await signIn(page, AS.system, '/administration/operation');
  assert.deepEqual(await sections(page), ['账号', '运行状况', '密钥轮换', '业务规则']);
  await page.locator('[data-jobs] tbody tr').first().waitFor();
  await page.getByRole('columnheader', { name: '未处理事件' }).first().waitFor();
  await assertAccessible(page, 'administration-operation');
  await go(page, '/administration/keys');
  await page.getByRole('button', { name: '启用新密钥' }).first().waitFor();
  await assertAccessible(page, 'administration-keys');
  await go(page, '/administration/rules?service=gateway');
  await page.locator('main tbody a').first().click();
  await page.getByRole('columnheader', { name: '数值' }).waitFor();
  await settled(page);
  await assertAccessible(page, 'administration-rules');
  await go(page, `/administration/accounts/${account}`);
  await page.getByRole('heading', { level: 1, name: '授权测试' }).waitFor();
  await settled(page);
  const acts = await page.locator('main').locator('button:visible, a:visible').allInnerTexts();
  assert.deepEqual(acts.filter((one) => /重置|停用|结束会话|授予|收回|关联|建立对应|新建/.test(one)), []);
  const refused = await page.evaluate(async (id) => {
    const headers = { 'Content-Type': 'application/json', 'X-Ronghe-CSRF': localStorage.getItem('ronghe.csrf') };
    const calls = [
      [`/v1/accounts/${id}:resetPassword`, { name: `accounts/${id}` }],
      [`/v1/accounts/${id}/grants`, { role: 'member', organization: 'organizations/-' }],
      ['/v1/services/gateway/auditRecords'],
    ];
    return Promise.all(calls.map(async ([path, body]) =>
      (await fetch(path, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) })).status));
  }, account);
  assert.deepEqual(refused, [403, 403, 403]);
  page.complaints = page.complaints.filter((said) => !/status of 40[34]/.test(said));
  assertCalm(page);
  await page.context().close();
});

test('a department’s system is registered, gets a key and a share, and is struck off', async () => {
  const page = await open(browser);
  await signIn(page, AS.admin, '/administration/clients/new');
  await page.fill('#client-certificate', `hr-${mark}`);
  await page.fill('#client-name', '人社系统');
  await page.fill('#client-department', '县人力资源和社会保障局');
  await page.fill('#client-contact', '办公室');
  await assertAccessible(page, 'administration-client-new');
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: '人社系统' }).waitFor();
  await settled(page);

  await page.getByRole('button', { name: '更换口令密钥' }).click();
  const sure = page.getByRole('dialog', { name: '更换口令密钥' });
  await sure.getByRole('button', { name: '更换口令密钥' }).click();
  const secret = page.getByRole('dialog', { name: '新口令密钥' });
  await secret.locator('[data-secret]').waitFor();
  await secret.locator('footer').getByRole('button', { name: '关闭' }).click();

  await page.getByRole('button', { name: '添加共享事项' }).click();
  const share = page.getByRole('dialog', { name: '添加共享事项' });
  await share.locator('#share-method').fill('ronghe.membership.v1.OrganizationService/GetOrganization');
  await share.locator('#share-fields').fill('ronghe.membership.v1.Organization.title');
  await share.locator('#share-purposes').fill('hr');
  await share.locator('#share-basis').fill('部门间数据共享协议第三条');
  await assertAccessible(page, 'administration-share');
  await share.getByRole('button', { name: '保存' }).click();
  await share.waitFor({ state: 'hidden' });
  await page.getByRole('cell', { name: '部门间数据共享协议第三条' }).waitFor();
  await page.getByRole('button', { name: '修改限额' }).click();
  await page.fill('#limit-perSecond', '5');
  await page.getByRole('button', { name: '保存' }).click();
  await page.locator('#limit-perSecond').waitFor({ state: 'detached' });
  await assertAccessible(page, 'administration-client');

  await page.getByRole('button', { name: '暂停' }).click();
  await page.getByRole('dialog', { name: '暂停' }).getByRole('button', { name: '暂停' }).click();
  await page.getByRole('button', { name: '恢复' }).waitFor();
  await go(page, '/administration/catalogue');
  await page.getByRole('cell', { name: '部门间数据共享协议第三条' }).first().waitFor();
  await assertAccessible(page, 'administration-catalogue');
  await go(page, '/administration/clients');
  await page.getByRole('link', { name: '人社系统' }).last().click();
  await page.getByRole('button', { name: '注销' }).click();
  await page.getByRole('dialog', { name: '注销' }).getByRole('button', { name: '注销' }).click();
  await page.getByRole('heading', { name: /已注销/ }).waitFor();

  // What the role opened is taken back, and the account disabled.
  await go(page, `/administration/accounts/${account}`);
  await page.getByRole('button', { name: '收回' }).click();
  const dialog = page.getByRole('dialog', { name: '收回' });
  await assertAccessible(page, 'administration-revoke');
  await dialog.getByRole('button', { name: '收回' }).click();
  await page.getByText('没有授权').waitFor();
  await page.getByRole('button', { name: '停用账号' }).click();
  await page.getByRole('dialog', { name: '停用账号' }).getByRole('button', { name: '停用账号' }).click();
  await page.getByText('已停用', { exact: true }).waitFor();
  assertCalm(page);
  await page.context().close();
});
