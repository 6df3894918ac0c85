// Does the console bring people in by the identity provider, and back in when their session has ended, and does whoever
// gets no further there read why? In a browser, run by oidc_test.py: "deng-1" is tied to an account, "nobody-9" to none,
// "refused" is turned away by the provider.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CONSOLE, assertAccessible, assertCalm, go, launch, open, settled } from '../console/browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const offer = (page) => page.getByRole('link', { name: '使用统一身份认证登录' });
const is = (page, person) => page.context().addCookies([{ name: 'person', value: person, domain: '127.0.0.1', path: '/' }]);
const cookies = async (page) => (await page.context().cookies()).map((one) => one.name);

// A page of somebody who is `person` at the provider, on the console's sign-in page.
async function arriving(person, path) {
  const page = await open(browser);
  await is(page, person);
  await page.goto(`${CONSOLE}/#${path}`);
  await settled(page);
  return page;
}

async function comeIn(page, path) {
  await offer(page).click();
  await page.waitForURL((url) => url.hash === `#${path}`);
  await settled(page);
}

test('the provider’s button brings a person to the address that was meant, and writes are open', async () => {
  const page = await arriving('deng-1', '/account');
  await assertAccessible(page, 'oidc-sign-in');
  await comeIn(page, '/account');
  await page.getByRole('heading', { level: 1, name: '我的账号' }).waitFor();
  // The token of writes was taken over from its cookie.
  assert.ok(!(await cookies(page)).includes('__Host-ronghe_csrf'));
  const signedOut = page.waitForResponse((response) => response.url().endsWith(':signOut'));
  await page.getByRole('button', { name: '退出登录' }).click();
  assert.equal((await signedOut).status(), 200);
  await offer(page).waitFor();
  assert.ok(!(await cookies(page)).includes('__Host-ronghe_session'));
  assertCalm(page);
  await page.context().close();
});

test('whoever came that way has no password, and comes back into an open page that way too', async () => {
  const page = await arriving('deng-1', '/account');
  await comeIn(page, '/account');
  await page.locator('main').evaluate((main) => { main.marked = true; });
  const elsewhere = await arriving('deng-1', '/account');
  await comeIn(elsewhere, '/account');   // one session at a time: the first is over

  await go(page, '/members');
  const dialog = page.getByRole('dialog', { name: '登录已失效' });
  await dialog.waitFor();
  await assertAccessible(page, 'oidc-ended');
  const tab = page.context().waitForEvent('page');
  await offer(dialog).click();
  await (await tab).waitForURL((url) => url.hash === '#/home');
  await dialog.waitFor({ state: 'hidden' });
  await settled(page);
  assert.equal(await page.locator('main').evaluate((main) => main.marked), true);
  assert.equal(new URL(page.url()).hash, '#/members');
  page.complaints = page.complaints.filter((said) => !said.includes('status of 401'));
  assertCalm(page);
  for (const one of [page, elsewhere]) await one.context().close();
});

for (const [person, words] of [['nobody-9', '您的统一身份没有绑定可用的账号'], ['refused', '统一身份认证没有完成登录']]) {
  test(`${person} reads why there is no way in, and may try again`, async () => {
    const page = await arriving(person, '/home');
    await offer(page).click();
    await page.getByText(words).waitFor();
    if (person === 'refused') await assertAccessible(page, 'oidc-refused');   // the other is the same page
    assert.ok(!(await cookies(page)).includes('__Host-ronghe_session'));
    assert.equal(await page.getByRole('link', { name: '重新登录' }).getAttribute('href'), '/oidc/login');
    assert.equal(await page.getByRole('link', { name: '返回登录页' }).getAttribute('href'), '/');
    // The way back is the password's.
    await page.goBack();
    await page.waitForSelector('#login-name');
    assert.ok(await offer(page).isVisible());
    page.complaints = page.complaints.filter((said) => !said.includes('status of 401'));
    assertCalm(page);
    await page.context().close();
  });
}
