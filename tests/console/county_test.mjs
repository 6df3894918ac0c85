// Does a county see how its rules are kept, down to the branch and its meetings; what is overdue, how it develops, how many
// there are; does it draw its statistics, and is what it takes away what it saw?
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accounts, assertAccessible, assertCalm, go, launch, open, ROOT, settled, signIn } from './browser.mjs';

const { strFromU8, unzipSync } = createRequire(join(ROOT, 'services/console/package.json'))('fflate');
const BRANCH = process.env.RONGHE_AS_BRANCH ?? 'branch';
const TOWN = process.env.RONGHE_AS_TOWN ?? 'worker';
const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const idOf = (name) => name.slice(name.lastIndexOf('/') + 1);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const figures = (page, title) => page.locator('section.figures').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
// Until the page has read whatever it reads piece by piece.
const allRead = (page) => page.waitForFunction(() => !/正在读取|正在加载/.test(document.querySelector('main').innerText) &&
  [...document.querySelectorAll('figure.chart [role=img]')].every((drawing) => drawing.querySelector('canvas') !== null));
// Opens a choice by the keyboard and takes an option.
async function choose(page, name, option) {
  await page.getByRole('combobox', { name, exact: true }).press('Enter');
  await option.waitFor();
  await option.click();
}
const hash = (page) => new URL(page.url()).hash;
async function narrow(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page is wider than the phone');
}

/** The rows of a workbook's sheet, each cell as {style, text} or {style, number}. */
function sheetOf(file) {
  const parts = unzipSync(readFileSync(file));
  const xml = strFromU8(parts['xl/worksheets/sheet1.xml']);
  const plain = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&');
  const rows = [...xml.matchAll(/<row r="\d+">(.*?)<\/row>/gs)].map(([, row]) => {
    const cells = {};
    for (const [, column, style, body] of row.matchAll(/<c r="([A-Z]+)\d+" s="(\d)"[^>]*>(.*?)<\/c>/gs)) {
      const text = /<t [^>]*>(.*?)<\/t>/s.exec(body);
      const at = column.charCodeAt(0) - 65;
      cells[at] = text ? { style, text: plain(text[1]) } : { style, number: Number(/<v>(.*?)<\/v>/.exec(body)[1]) };
    }
    return cells;
  });
  return { xml, rows };
}

/** A cell of a sheet as the page shows it. */
function asShown(cell) {
  if (cell === undefined) return '';
  if (cell.text !== undefined) return cell.text;
  if (cell.style === '4') return `${(cell.number * 100).toFixed(1)}%`;
  if (cell.style !== '5') return cell.number.toLocaleString('zh-CN');
  const day = new Date((cell.number - 25569) * 86400000);
  return `${day.getUTCFullYear()}年${day.getUTCMonth() + 1}月${day.getUTCDate()}日`;
}

/** Takes a table away and asserts that the workbook says what the page says. */
async function assertExport(page, title) {
  const section = figures(page, title);
  const shown = await section.locator('table').evaluate((table) => ({
    head: [...table.tHead.rows[0].cells].map((cell) => cell.querySelector('button').firstChild.textContent.trim()),
    body: [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
  }));
  assert.ok(shown.body.length > 0);
  const [download] = await Promise.all([page.waitForEvent('download'), section.getByRole('button', { name: /^导出 Excel/ }).click()]);
  assert.match(download.suggestedFilename(), /\.xlsx$/);
  const { xml, rows } = sheetOf(await download.path());
  assert.deepEqual(shown.head.map((_, i) => rows[0][i].text), shown.head);
  assert.deepEqual(rows.slice(1).map((row) => shown.head.map((_, i) => asShown(row[i]))), shown.body.map((row) => row.map((cell) => (cell === '—' ? '' : cell))));
  assert.match(xml, /state="frozen"/);
  assert.doesNotMatch(xml, /<f>/);
  return rows;
}

/** A meeting of the branch, held just now, that meets a duty of it where one is due; {branch, way, meeting}. */
async function heldMeeting() {
  const api = await accounts.signIn(BRANCH);
  const { grants } = await api.get('/v1/auth/access');
  const branch = await api.get(`/v1/${grants[0].organization}`);
  const { organizations: above } = await api.get(`/v1/${branch.name}/ancestors`);
  const { duties = [] } = await api.get(`/v1/${branch.name}/duties?pageSize=100`);
  const now = new Date();
  const today = new Date(now.getTime() + 8 * 3600000).toISOString().slice(0, 10);
  const iso = ({ year, month, day }) => `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  const due = duties.filter((one) => one.state === 'DUTY_STATE_DUE' && iso(one.windowStartDate) <= today && today < iso(one.windowEndDate));
  const kind = ['MEETING_KIND_THEME_DAY', 'MEETING_KIND_GENERAL'].find((one) => due.some((duty) => duty.kind === one)) ?? 'MEETING_KIND_THEME_DAY';
  const { members = [] } = await api.get(`/v1/${branch.name}/members?pageSize=200`);
  const opened = new Date(now.getTime() - 20 * 60000).toISOString();
  const title = `主题党日 ${now.getTime().toString(36)}`;
  const meeting = await api.post(`/v1/${branch.name}/meetings`, { kinds: [kind], title, plannedAt: opened, place: '党员活动室', mode: 'MEETING_MODE_ONSITE' });
  await api.post(`/v1/${meeting.name}:submit`, { record: {
    openedAt: opened, closedAt: new Date(now.getTime() - 60000).toISOString(), chair: members[0].name, recorder: members[1].name,
    attendance: members.map((one) => ({ member: one.name, presence: 'PRESENCE_PRESENT' })),
    agenda: [{ title, speakerCount: 3, summary: '围绕议题逐项讨论。' }], signedByChair: true, signedByRecorder: true,
  } });
  return { branch, way: [...above].reverse().map((one) => one.title), meeting };
}

// From one organization's board to that of one directly below it.
async function drill(page, title) {
  const link = page.locator('#below section.figures').getByRole('link', { name: title, exact: true });
  const more = button(page, '继续读取下级党组织');
  for (;;) {
    await allRead(page);
    await page.locator('#below section.figures').first().waitFor();
    if (await link.count() > 0 || await more.count() === 0) break;
    await more.click();
  }
  await link.click();
  await page.locator('main .page-head p').filter({ hasText: title }).waitFor();
  await settled(page);
}

test('the county: board, town, branch, and the meeting behind a duty, which it returns', async () => {
  const { branch, way, meeting } = await heldMeeting();
  const page = await open(browser);
  await signIn(page, COUNTY, '/county');
  await figures(page, '各项制度落实情况').waitFor();
  await page.locator('#below section.figures').waitFor();
  await allRead(page);
  await assertAccessible(page, 'county-board');

  // The figures of the chart are those of its table.
  const chart = page.locator('figure.chart');
  await chart.locator('canvas').waitFor();
  await button(page, '查看数据表').click();
  const met = await chart.locator('tbody tr td:nth-child(2)').allInnerTexts();
  const inTable = await page.locator('#below section.figures tbody tr td:nth-child(3)').allInnerTexts();
  assert.deepEqual(met.map((text) => text.trim()), inTable.map((text) => text.trim()));
  await button(page, '查看图表').click();
  await chart.locator('canvas').waitFor();

  const rules = await assertExport(page, '各项制度落实情况');
  assert.ok(rules.slice(1).every((row) => /^[A-Z]-\d+/.test(row[7].text) && row[8].text !== ''), 'each rule has its id and its source');
  assert.equal(rules[1][1].style, '3');

  // Sorted when asked for, taken away in that order, and back in the order of the tree.
  const below = page.locator('#below section.figures');
  const title = await below.locator('h2').innerText();
  const before = await below.locator('tbody th').allInnerTexts();
  await below.locator('thead').getByRole('button', { name: /^已完成/ }).click();
  await below.locator('th[aria-sort=descending]').waitFor();
  await assertExport(page, title);
  await below.locator('thead').getByRole('button', { name: /^已完成/ }).click();
  await below.locator('thead').getByRole('button', { name: /^已完成/ }).click();
  assert.deepEqual(await below.locator('tbody th').allInnerTexts(), before);

  // Down: whoever signed in stands somewhere in the way from the top to the branch.
  const top = (await page.locator('header .organization').innerText()).replace('▾', '').trim();
  for (const title of [...way.slice(way.indexOf(top) + 1), branch.title]) await drill(page, title);
  assert.equal(hash(page).includes(`organization=${idOf(branch.name)}`), true);
  const own = figures(page, `${branch.title}本级的制度任务`);
  await own.waitFor();
  await allRead(page);
  await assertAccessible(page, 'county-branch');
  await assertExport(page, `${branch.title}本级的制度任务`);

  const ours = own.locator(`a[href$="/meetings/${idOf(meeting.name)}"]`);
  if (await ours.count() > 0) {
    await ours.first().click();
  } else {
    // Its duties were all met already: the meeting that met one, then ours.
    await own.getByRole('link', { name: '查看会议' }).first().click();
    await page.waitForURL((url) => /^#\/meetings\/\d+/.test(url.hash));
    await go(page, `/meetings/${idOf(meeting.name)}`);
  }
  await page.getByRole('heading', { level: 1, name: meeting.title }).waitFor();
  await button(page, '退回').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('议题记录过于简单,请补充讨论情况。');
  await dialog.getByRole('button', { name: '退回', exact: true }).click();
  await page.getByText('议题记录过于简单,请补充讨论情况。').first().waitFor();
  await dialog.waitFor({ state: 'hidden' });

  // Back up by the way above.
  await go(page, `/county?organization=${idOf(branch.name)}`);
  await page.getByRole('navigation', { name: '上级党组织' }).getByRole('link', { name: top, exact: true }).click();
  await page.locator('#below section.figures').waitFor();
  assertCalm(page);
  await page.context().close();
});

test('a figure of the board: as many organizations as it says, and the meetings behind them', async () => {
  const page = await open(browser);
  await signIn(page, COUNTY, '/county');
  await figures(page, '各项制度落实情况').waitFor();
  const rows = figures(page, '各项制度落实情况').locator('tbody tr');
  // The columns of a rule: met, due, overdue (which has a page of its own), exempt.
  const led = rows.locator('td:nth-child(2) a, td:nth-child(3) a, td:nth-child(5) a');
  assert.ok(await led.count() > 0, 'the demo has met duties');
  for (const figure of [led.first(), led.last()]) {
    const count = Number((await figure.innerText()).replace(/,/g, ''));
    await figure.click();
    await page.waitForURL((url) => url.hash.startsWith('#/county/duties?'));
    const listed = page.locator('main section.figures tbody tr');
    await listed.first().waitFor();
    // To the end: more of it, or the word that this was all.
    for (const more = button(page, '加载更多'); ;) {
      await more.or(page.getByText('已全部显示')).first().waitFor();
      if (await more.count() === 0) break;
      await more.click();
    }
    assert.equal(await listed.count(), count);
    await page.goBack();
    await figures(page, '各项制度落实情况').waitFor();
  }
  await led.first().click();
  await page.locator('main section.figures tbody tr').first().waitFor();
  await assertAccessible(page, 'county-duties');
  await page.getByRole('link', { name: '查看会议' }).first().click();
  await page.waitForURL((url) => /^#\/meetings\/\d+/.test(url.hash));
  await settled(page);
  assertCalm(page);
  await page.context().close();
});

test('overdue: by rule, window and days, to the board of the responsible branch', async () => {
  const page = await open(browser);
  await signIn(page, COUNTY, '/county/overdue');
  await allRead(page);
  await assertAccessible(page, 'county-overdue');
  const counts = figures(page, '各项制度各期逾期数');
  if (await counts.count() === 0) {
    await page.getByText('没有逾期的制度任务').waitFor();
    return;
  }
  await assertExport(page, '各项制度各期逾期数');
  // One rule in one window: as many as the count says, all of that rule.
  const last = counts.locator('tbody tr').last();
  const rule = (await last.locator('th').innerText()).trim();
  const count = (await last.locator('td').last().innerText()).trim();
  await last.getByRole('link').click();
  await page.waitForURL((url) => /rule=[A-Z]-\d+.*window=|window=.*rule=/.test(url.hash));
  await page.getByText(`共 ${count.replace(/,/g, '')} 项`).waitFor();
  await allRead(page);
  const listed = figures(page, '逾期清单');
  assert.deepEqual([...new Set((await listed.locator('tbody td:nth-child(2)').allInnerTexts()).map((text) => text.trim()))], [rule]);
  await assertExport(page, '逾期清单');
  // More days than anything can be overdue for leave it out; the choice stands in the address.
  await choose(page, '至少逾期', page.getByRole('option', { name: /93 天以上/ }));
  await page.waitForURL((url) => url.hash.includes('days=93'));
  await go(page, hash(page).slice(1).replace('&days=93', ''));
  await allRead(page);
  const branch = (await listed.locator('tbody th').first().innerText()).trim();
  await listed.locator('tbody th a').first().click();
  await figures(page, `${branch}本级的制度任务`).waitFor();
  assertCalm(page);
  await page.context().close();
});

test('trends and counts: charts with their tables, each figure to its list', async () => {
  const page = await open(browser);
  await signIn(page, TOWN, '/county/trends');
  await allRead(page);
  await figures(page, '按月的制度:完成率').waitFor();
  await button(page, '下级党组织学时达标情况').click();
  await figures(page, '下级党组织学时达标情况').waitFor();
  await allRead(page);
  await assertAccessible(page, 'county-trends');
  for (const title of ['按月的制度:完成率', '学时达标率(按月末)', '党员与组织', '下级党组织学时达标情况']) await assertExport(page, title);
  await figures(page, '按月的制度:完成率').locator('tbody td a').first().click();
  await page.waitForURL((url) => url.hash.startsWith('#/county?') && url.hash.includes('unit=month'));
  await figures(page, '各项制度落实情况').waitFor();

  await go(page, '/county/counts');
  await figures(page, '下级党组织的党员与组织').waitFor();
  await allRead(page);
  await assertAccessible(page, 'county-counts');
  const rows = await assertExport(page, '下级党组织的党员与组织');
  for (const row of rows.slice(1)) assert.equal(row[1].number, row[2].number + row[3].number);
  const full = page.locator('dl > div').filter({ hasText: '正式党员' }).getByRole('link');
  assert.match(await full.getAttribute('href'), /#\/members\?organization=\d+&category=MEMBER_CATEGORY_FULL$/);
  await full.click();
  await page.waitForURL((url) => url.hash.startsWith('#/members?organization='));
  await settled(page);
  assertCalm(page);
  await page.context().close();
});

test('annual statistics: drawn, followed through a reload, opened cell by cell, downloaded', async () => {
  const page = await open(browser);
  await signIn(page, COUNTY, '/county/statistics');
  await allRead(page);
  await button(page, '新建报表').click();
  // A period that nobody has asked for yet.
  const ago = (days) => new Date(Date.now() - days * 86400000).toISOString().slice(0, 10);
  const from = 30 + Math.floor(Math.random() * 400);
  await page.fill('#report-from', ago(from));
  await page.fill('#report-to', ago(1 + Math.floor(Math.random() * 28)));
  await assertAccessible(page, 'county-statistics');
  await button(page, '建立并生成').click();
  await page.waitForURL((url) => /^#\/county\/statistics\/\d+\?/.test(url.hash));
  const path = hash(page).slice(1);
  await page.reload();
  await settled(page);
  assert.equal(hash(page).slice(1), path);
  await page.getByText('已生成').first().waitFor();
  const form = page.locator('table.form');
  await form.waitFor();
  await allRead(page);
  await assertAccessible(page, 'county-report');

  // A cell of the first table: what stands below, whom it counts.
  const cell = form.locator('button.figure').first();
  const value = (await cell.innerText()).trim();
  await cell.click();
  await page.getByRole('heading', { level: 2, name: new RegExp(`:${value}$`) }).waitFor();
  const belowTable = figures(page, '按下级党组织');
  await belowTable.waitFor();
  await figures(page, '名单').waitFor();
  await allRead(page);
  await assertAccessible(page, 'county-report-cell');
  await assertExport(page, '按下级党组织');
  const child = (await belowTable.locator('tbody th').first().innerText()).trim();
  await belowTable.locator('tbody th a').first().click();
  await page.locator('main .page-head p').filter({ hasText: child }).waitFor();
  await form.waitFor();
  await allRead(page);
  await page.goBack();
  await form.waitFor();
  await allRead(page);

  const [download] = await Promise.all([page.waitForEvent('download'), button(page, '下载整套报表').click()]);
  const parts = unzipSync(readFileSync(await download.path()));
  assert.ok(Object.keys(parts).filter((name) => name.startsWith('xl/worksheets/')).length > 5, 'a sheet for each table');

  // Another table, with headings that columns share or cells that another service provides.
  await choose(page, '报表', page.getByRole('option').last());
  await page.waitForURL((url) => url.hash.includes('table='));
  await allRead(page);
  const [own] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^导出 Excel:第/ }).click()]);
  const { rows } = sheetOf(await own.path());
  assert.equal(rows.length - 1, await form.locator('tbody tr').count());
  assert.deepEqual(rows.slice(1).map((row) => row[0].number.toLocaleString('zh-CN')), (await form.locator('tbody tr th + td').allInnerTexts()).map((text) => text.trim()));
  await assertAccessible(page, 'county-report-table');
  assertCalm(page);

  // Locking takes a report without differences; asking to unlock takes a second person. Neither is an error of the page.
  await button(page, '上报并上锁').click();
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
  const refused = page.getByRole('dialog').getByRole('alert');
  const locked = page.getByText('已上报并上锁').first();
  await refused.or(locked).first().waitFor();
  if (await locked.count() > 0) {
    await button(page, '申请解锁').click();
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
    await refused.waitFor();
    assert.match(await refused.innerText(), /审核/);
  }
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
  await page.context().close();
});

test('a town reads its own part of the county’s report, and no more', async () => {
  const page = await open(browser);
  await signIn(page, TOWN, '/county/statistics');
  await allRead(page);
  const list = figures(page, '已建立的报表');
  // The county's, where the demo has one above the town.
  const own = (await page.locator('header .organization').innerText()).replace('▾', '').trim();
  const reports = list.locator('tbody tr').filter({ hasText: /已生成|已上报/ });
  await reports.first().waitFor();
  const others = reports.filter({ hasNotText: own });
  const above = await others.count() > 0;
  await (above ? others : reports).first().locator('a').first().click();
  await page.locator('table.form').waitFor();
  await allRead(page);
  if (above) assert.equal(await button(page, '重新生成').count() + await button(page, '上报并上锁').count(), 0);
  await page.locator('table.form button.figure').first().click();
  await figures(page, '名单').waitFor();
  await allRead(page);
  assertCalm(page);
  await page.context().close();
});

test('the branch sees its own figures, on a phone', async () => {
  const page = await open(browser, { width: 360, height: 740, touch: true });
  await signIn(page, BRANCH, '/county');
  await figures(page, '各项制度落实情况').waitFor();
  await page.locator('#below section.figures').waitFor();
  await allRead(page);
  await narrow(page);
  await assertAccessible(page, 'county-phone');
  assert.equal(await page.locator('figure.chart').count(), 0);
  for (const [path, name] of [['/county/overdue', 'overdue'], ['/county/trends', 'trends'], ['/county/counts', 'counts'], ['/county/statistics', 'statistics']]) {
    await go(page, path);
    await allRead(page);
    await narrow(page);
    await assertAccessible(page, `county-phone-${name}`);
  }
  assert.equal(await button(page, '新建报表').count(), 0);
  assertCalm(page);
  await page.context().close();
});
