// Does the console carry a branch secretary through the month? What is due is seen at home, recorded with one form, counted
// by the keyboard and on a phone; what the department returns is corrected, with the difference shown.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';
const WORKER = process.env.RONGHE_AS_TOWN ?? 'worker';
const SUBJECT = `村组道路养护方案 ${Date.now()}`;

let browser;
let branch;       // organizations/{id} of the secretary
let recorded;     // the meeting that the first test records

// China's day, as the API writes it.
const date = (at) => {
  const here = new Date(at.getTime() + 8 * 3600000);
  return { year: here.getUTCFullYear(), month: here.getUTCMonth() + 1, day: here.getUTCDate() };
};
const sorts = ({ year, month, day }) => year * 10000 + month * 100 + day;

// The quarter's general meeting is due: where it is done already the records that did it are
// corrected and returned, so that they count no more.
before(async () => {
  browser = await launch();
  const secretary = await accounts.signIn(BRANCH);
  branch = (await secretary.get('/v1/auth/access')).grants.find((one) => one.role === 'branch_secretary').organization;
  const county = await accounts.signIn(COUNTY);
  const today = sorts(date(new Date()));
  for (;;) {
    const { duties } = await secretary.get(`/v1/${branch}/duties?pageSize=100`);
    const duty = duties.find((one) => one.rule === 'B-30' && sorts(one.windowStartDate) <= today && today < sorts(one.windowEndDate));
    assert.ok(duty, 'the branch owes a general meeting each quarter');
    if (duty.state !== 'DUTY_STATE_MET') return;
    const met = await secretary.get(`/v1/${duty.metBy}`);
    const next = met.state === 'MEETING_STATE_SUBMITTED' ? met
      : await secretary.post(`/v1/${met.name}:correct`, { name: met.name, record: { place: met.place || '党员活动室' }, reason: '核对' });
    await county.post(`/v1/${next.name}:return`, { name: next.name, reason: '演示用,请重新召开' });
  }
});
after(() => browser?.close());

const duty = (page) => page.locator('li.duty', { has: page.locator('.rule .id', { hasText: /^B-30$/ }) });
const cell = (page, row, column) => page.locator(`[data-cell="${row}-${column}"]`);
const count = (page, what) => page.locator(`[data-count="${what}"]`).innerText().then(Number);

test('what is due is seen at home and recorded with one form', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH);
  const due = duty(page).filter({ hasText: '应开' });
  await due.waitFor();
  assert.match(await due.innerText(), /支部工作条例/);
  await assertAccessible(page, 'home');
  await due.getByRole('link', { name: /记录会议/ }).click();

  // What the system knows is there already.
  await cell(page, 0, 0).waitFor();
  await page.waitForFunction(() => document.querySelector('#opened-at').value !== '');
  assert.match(await page.inputValue('#meeting-title'), /支部党员大会$/);
  for (const field of ['#closed-at', '#chair']) assert.notEqual(await page.inputValue(field), '', field);
  assert.ok(await page.locator('input[name=kinds][value=MEETING_KIND_GENERAL]').isChecked());
  if (await page.inputValue('#place') === '') await page.fill('#place', '党员活动室');
  if (await page.inputValue('#recorder') === '') await page.selectOption('#recorder', { index: 2 });

  // Attendance by the keyboard alone: the first came, the second is ill, all others came.
  const roll = await count(page, 'roll');
  assert.ok(roll > 2);
  await cell(page, 0, 0).focus();
  await page.keyboard.press('1');
  await page.keyboard.press('2');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.cell), '1-2');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.cell), '2-0');
  assert.equal(await cell(page, 1, 2).inputValue(), 'ABSENCE_REASON_SICK');
  await page.keyboard.press('Space');
  assert.equal(await cell(page, 2, 0).getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: '其余全部到会' }).press('Enter');
  assert.equal(await count(page, 'present'), roll - 1);

  // A motion, with quorum and majority while it is typed.
  await page.getByRole('button', { name: '添加议题' }).click();
  await page.fill('#agenda-speakers-0', '4');
  await page.fill('#agenda-summary-0', '围绕议题逐项讨论,形成一致意见。');
  await page.getByRole('button', { name: '添加表决事项' }).click();
  await page.fill('#motion-0', SUBJECT);
  const tally = page.locator('.tally');
  assert.match(await tally.innerText(), /未达通过票数/);
  await page.getByRole('button', { name: '到会的一致赞成' }).click();
  assert.match(await tally.innerText(), /达到法定人数[\s\S]*达到通过票数/);
  await page.getByRole('button', { name: '添加决议' }).click();
  await page.fill('#resolution-0', '按方案组织实施');
  await page.fill('#owner-0', '支部委员会');
  await page.fill('#due-0', '2099-12-31');

  // A reload loses nothing: the draft is written within the moment.
  await page.waitForFunction((text) => Object.keys(sessionStorage).some((key) => sessionStorage.getItem(key).includes('2099-12-31') && sessionStorage.getItem(key).includes(text)), SUBJECT);
  await page.reload();
  await settled(page);
  await page.getByText('已恢复上次未提交的内容').waitFor();
  assert.equal(await page.inputValue('#motion-0'), SUBJECT);
  assert.equal(await count(page, 'present'), roll - 1);
  assert.equal(await cell(page, 1, 2).inputValue(), 'ABSENCE_REASON_SICK');

  // What is missing is said before.
  await page.locator('.missing', { hasText: '主持人签字' }).waitFor();
  await page.getByLabel('主持人已签字').check();
  await page.getByLabel('记录人已签字').check();
  await page.getByText('记录项目齐全').waitFor();
  await assertAccessible(page, 'meeting-record');
  await page.getByRole('button', { name: '提交会议记录' }).click();
  await page.waitForURL(/#\/meetings\/\d+$/);
  await page.getByText('已提交,待审核').first().waitFor();
  recorded = new URL(page.url()).hash.slice(2);
  await page.locator('#view-motions').waitFor();
  assert.match(await page.locator('main').innerText(), new RegExp(`${SUBJECT}[\\s\\S]*通过`));
  await assertAccessible(page, 'meeting');

  // It is on the list and in the calendar, and the duty is done.
  await go(page, '/meetings?view=list&kind=MEETING_KIND_GENERAL');
  await page.locator(`a[href="#/${recorded}"]`).waitFor();
  await assertAccessible(page, 'meetings-list');
  await go(page, '/meetings');
  await page.locator('.of-day').locator(`a[href="#/${recorded}"]`).waitFor();
  const day = await page.locator('[role=gridcell][tabindex="0"]').getAttribute('data-day');
  await page.locator('[role=gridcell][tabindex="0"]').focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((from) => document.activeElement.dataset.day < from, day);
  await page.keyboard.press('ArrowRight');
  await assertAccessible(page, 'meetings-calendar');
  await go(page, '/home');
  await duty(page).filter({ hasText: '已完成' }).waitFor();
  assertCalm(page);
  await page.context().close();
});

test('the record goes to paper', async () => {
  const page = await open(browser);
  await signIn(page, BRANCH, `/${recorded}/print`);
  await page.locator('.sheet').waitFor();
  assert.match(await page.locator('.sheet h1').innerText(), /支部党员大会记录/);
  assert.match(await page.locator('.sheet').innerText(), new RegExp(`应到[\\s\\S]*缺席[\\s\\S]*病假[\\s\\S]*${SUBJECT}[\\s\\S]*主持人\uff08签字\uff09`));
  await page.evaluate(() => { window.print = () => { document.title = 'printed'; }; });
  await page.getByRole('button', { name: '打印' }).click();
  assert.equal(await page.title(), 'printed');
  await assertAccessible(page, 'meeting-print');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.no-print:visible').count(), 0);
  // What can be told of a sheet of A4 from outside: 595 × 842 points, and the margins of GB/T 9704.
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  assert.match(pdf, /\/MediaBox \[0 0 59[45][\d.]* 84[12][\d.]*\]/);
  assertCalm(page);
  await page.context().close();
});

test('on a phone the attendance grid is for fingers', async () => {
  const worker = await accounts.signIn(WORKER);
  const opened = new Date(Date.now() - 3600000).toISOString();
  const planned = await worker.post(`/v1/${branch}/meetings`, { kinds: ['MEETING_KIND_THEME_DAY'], title: '主题党日', plannedAt: opened, place: '党员活动室' });
  const page = await open(browser, { width: 360, height: 740, touch: true });
  await signIn(page, BRANCH, `/${planned.name}`);
  await page.getByText(/预计应到 \d+ 人/).waitFor();
  await page.fill('#open-at', new Date(Date.parse(opened) + 8 * 3600000).toISOString().slice(0, 16));
  await page.getByRole('button', { name: '开始会议' }).tap();
  await page.getByText(/名册已固定/).waitFor();
  const roll = await count(page, 'roll');
  for (const column of [0, 1]) {
    const box = await cell(page, 0, column).boundingBox();
    assert.ok(box.height >= 44 && box.width >= 44, 'large enough for a finger');
  }
  await cell(page, 1, 1).tap();
  await cell(page, 1, 2).selectOption('ABSENCE_REASON_FLOATING');
  await page.getByRole('button', { name: '其余全部到会' }).tap();
  assert.equal(await count(page, 'present'), roll - 1);
  assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= 360), 'nothing lies beside the screen');
  await assertAccessible(page, 'meeting-phone');
  await page.getByRole('button', { name: '保存到会情况' }).tap();
  await page.waitForFunction(() => !document.querySelector('main').innerText.includes('有未保存的修改'));

  // Somebody else writes the agenda meanwhile: both versions are shown, and one is chosen.
  await page.getByRole('button', { name: '添加议题' }).tap();
  await page.fill('#agenda-title-0', '护林防火');
  const now = await worker.get(`/v1/${planned.name}`);
  await worker.post(`/v1/${planned.name}:setAgenda`, { name: planned.name, etag: now.etag, agenda: [{ title: '安全生产' }] });
  await page.getByRole('button', { name: '保存议程' }).tap();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('护林防火').waitFor();
  assert.match(await dialog.innerText(), /安全生产/);
  await dialog.getByRole('button', { name: '用我的覆盖' }).tap();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal((await worker.get(`/v1/${planned.name}`)).agenda[0].title, '护林防火');

  await page.getByRole('button', { name: '结束会议' }).tap();
  await page.locator('.missing').waitFor();
  await page.selectOption('#chair', { index: 1 });
  await page.selectOption('#recorder', { index: 2 });
  await page.getByRole('button', { name: '提交会议记录' }).tap();
  await page.getByText('已提交,待审核').first().waitFor();
  // The conflict is an answer of the server, and the browser says so on its console.
  page.complaints = page.complaints.filter((one) => !/status of 412/.test(one));
  assertCalm(page);
  await page.context().close();
});

test('what the department returns is corrected, and the difference shown', async () => {
  const department = await open(browser);
  await signIn(department, COUNTY);
  await department.getByRole('heading', { name: '待审核的会议记录' }).waitFor();
  await assertAccessible(department, 'home-county');
  await go(department, `/${recorded}`);
  await department.getByRole('button', { name: '退回' }).click();
  const dialog = department.getByRole('dialog');
  await dialog.getByLabel('退回原因').fill('第二位党员实际到会,请核对。');
  await dialog.getByRole('button', { name: '退回' }).click();
  await department.getByText('这份记录已被退回').waitFor();
  assertCalm(department);
  await department.context().close();

  const page = await open(browser);
  await signIn(page, BRANCH);
  const returned = page.locator('.list.bad li', { hasText: '第二位党员实际到会' }).filter({ has: page.locator(`a[href="#/${recorded}"]`) });
  await returned.waitFor();
  await duty(page).filter({ hasText: '应开' }).waitFor();
  await assertAccessible(page, 'home-returned');
  await returned.getByRole('link', { name: /更正记录/ }).click();
  await page.getByText('还没有改动').waitFor();
  await cell(page, 1, 0).click();
  const changes = page.locator('.changes');
  assert.match(await changes.innerText(), /缺席 · 病假[\s\S]*到会/);
  await page.fill('#correct-reason', '核对签到表,实际到会');
  await assertAccessible(page, 'meeting-correct');
  await page.getByRole('button', { name: '提交更正' }).click();
  await page.waitForURL((url) => /^#\/meetings\/\d+$/.test(url.hash) && url.hash !== `#/${recorded}`);
  await page.getByText('已提交,待审核').first().waitFor();
  await page.getByRole('link', { name: '各版本' }).click();
  await changes.locator('tbody tr').first().waitFor();
  assert.equal(await changes.locator('tbody tr').count(), 1);
  assert.match(await changes.innerText(), /到会情况[\s\S]*病假/);
  await assertAccessible(page, 'meeting-versions');
  await go(page, '/home');
  await duty(page).filter({ hasText: '已完成' }).waitFor();
  assertCalm(page);
  await page.context().close();
});
