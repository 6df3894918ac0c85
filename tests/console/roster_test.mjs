// Does a roster get in: checked first, its errors shown and taken away in a workbook, corrected, written, and found?
// And does an import survive a reload, and a wrong file get a calm answer?
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { checkDigit } from '../../scripts/lib/demo/people.mjs';
import { rosterCsv } from '../../scripts/lib/demo/roster.mjs';
import { accounts, assertAccessible, assertCalm, go, launch, open, settled, signIn } from './browser.mjs';

const COUNTY = process.env.RONGHE_AS_COUNTY ?? 'county';
const MEMBER = process.env.RONGHE_AS_MEMBER ?? 'member';
const RUN = Date.now().toString(36);
const idOf = (name) => name.slice(name.lastIndexOf('/') + 1);
const refusalMeant = (page) => { page.complaints = page.complaints.filter((one) => !one.startsWith('Failed to load resource')); };

/** Invented people whose numbers are nobody's. */
function person(name, i) {
  const birth = `197${i}-0${1 + Math.floor(Math.random() * 9)}-2${Math.floor(Math.random() * 9)}`;
  const seventeen = `530399${birth.replaceAll('-', '')}${String(301 + Math.floor(Math.random() * 300) * 2)}`;
  return { name, sex: '1', identity: seventeen + checkDigit(seventeen), ethnicity: '01', birth, education: '21', category: '1',
    phone: '19900005678',
    joined: '2010-07-01', converted: '2011-07-01', post: '' };
}

/** CRC-32 of bytes, as ZIP asks for it. */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let i = 0; i < 8; ++i) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A ZIP of files that are stored as they are. */
function zip(files) {
  const parts = [];
  const index = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(33, 8);
    common.writeUInt32LE(crc(body), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    index.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, Buffer.from(name));
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), body);
    at += 30 + name.length + body.length;
  }
  const listed = Buffer.concat(index);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

const SHEETS = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relation = (type, target) => '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
  + `<Relationship Id="rId1" Type="${RELATIONS}/${type}" Target="${target}"/></Relationships>`;

/** A workbook of one sheet with these rows. */
function workbook(rows) {
  return zip({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
      + '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
      + '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
      + 'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
      + '<Override PartName="/xl/worksheets/sheet1.xml" '
      + 'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    '_rels/.rels': relation('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml': `<workbook xmlns="${SHEETS}" xmlns:r="${RELATIONS}"><sheets>`
      + '<sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': relation('worksheet', 'worksheets/sheet1.xml'),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${SHEETS}"><sheetData>${rows}</sheetData></worksheet>`,
  });
}

let browser;
let page;
let branch;
const people = ['甲', '乙', '丙', '丁'].map((letter, i) => person(`册${RUN.slice(-3)}${letter}`, i));
const csv = (list) => ({ name: `名册-${RUN}.csv`, mimeType: 'text/csv',
  buffer: rosterCsv([{ key: 1, code: branch.code }], new Map([[1, list]])) });
const wrong = (list) => list.map((one, i) => (i === 1
  ? { ...one, identity: `${one.identity.slice(0, 17)}${one.identity.endsWith('0') ? '1' : '0'}` }
  : i === 2 ? { ...one, education: '' } : one));

before(async () => {
  browser = await launch();
  const county = await accounts.signIn(COUNTY);
  const top = (await county.get('/v1/organizations')).organizations[0];
  branch = (await county.get(`/v1/${top.name}/subtree?kinds=ORGANIZATION_KIND_BRANCH&pageSize=2`)).organizations[1];
  page = await open(browser);
  await signIn(page, COUNTY, `/members/import?organization=${idOf(branch.name)}`);
});
after(() => browser?.close());

async function start(file) {
  await go(page, `/members/import?organization=${idOf(branch.name)}`);
  await page.getByLabel(/^文件/).setInputFiles(file);
  await page.getByRole('button', { name: '上传并核对' }).click();
}
const heading = (text) => page.locator('h2', { hasText: text }).waitFor();

describe('a roster', () => {
  it('begins with a template', async () => {
    const loading = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载模板' }).click();
    const file = await loading;
    assert.match(file.suggestedFilename(), /\.xlsx$/);
    assert.equal(readFileSync(await file.path()).subarray(0, 2).toString(), 'PK');
    await settled(page);
    await assertAccessible(page, 'roster');
  });

  it('goes on after a reload, when the same file is chosen again', async () => {
    await page.route('**/v1/rosterImports/*:upload', (route) => route.abort());
    await start(csv(wrong(people)));
    await page.waitForURL(/#\/members\/import\/\d+$/);
    await page.getByRole('alert').waitFor();
    await page.reload();
    const again = page.getByLabel(/请再次选择同一个文件/);
    await again.waitFor();
    await settled(page);
    await assertAccessible(page, 'roster-resume');
    await page.unroute('**/v1/rosterImports/*:upload');
    await again.setInputFiles(csv(people));
    await page.getByText('不是同一个文件').waitFor();
    await again.setInputFiles(csv(wrong(people)));
    await heading('核对完成');
    refusalMeant(page);
  });

  it('shows its errors, also after a reload and as a workbook', async () => {
    await page.reload();
    await heading('错误清单');
    const rows = await page.locator('#roster-errors tbody tr').allTextContents();
    assert.equal(rows.length, 2, rows.join('\n'));
    assert.ok(rows.some((row) => row.startsWith('3') && row.includes('公民身份号码')), rows.join('\n'));
    assert.ok(rows.some((row) => row.startsWith('4') && row.includes('学历')), rows.join('\n'));
    const loading = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载错误清单' }).click();
    assert.equal(readFileSync(await (await loading).path()).subarray(0, 2).toString(), 'PK');
    await settled(page);
    await assertAccessible(page, 'roster-errors');
  });

  it('is corrected, written and found', async () => {
    await page.getByRole('link', { name: '修正后重新上传' }).click();
    await page.getByLabel(/^文件/).setInputFiles(csv(people));
    await page.getByRole('button', { name: '上传并核对' }).click();
    await page.getByText('全部行核对无误').waitFor();
    await settled(page);
    await assertAccessible(page, 'roster-checked');
    await page.reload();
    await page.getByRole('button', { name: '确认写入' }).click();
    await heading('已全部写入');
    await settled(page);
    await assertAccessible(page, 'roster-written');
    await page.getByRole('link', { name: '查看党员' }).click();
    await page.getByLabel('姓名开头').fill(`册${RUN.slice(-3)}`);
    await page.getByRole('button', { name: '筛选', exact: true }).click();
    await page.locator('tbody th', { hasText: people[3].name }).waitFor();
    assert.equal(await page.locator('tbody th', { hasText: `册${RUN.slice(-3)}` }).count(), people.length);
  });

  it('says that the same file was imported before, and is among the imports', async () => {
    await start(csv(people));
    await page.getByText('同样内容的文件以前已经导入过').waitFor();
    await page.getByRole('link', { name: '全部导入记录' }).click();
    await page.locator('tbody tr', { hasText: `名册-${RUN}.csv` }).nth(2).waitFor();
    await page.locator('tbody tr', { hasText: '已全部写入' }).first().waitFor();
  });
});

describe('a wrong file', () => {
  it('is not sent when it can be no roster', async () => {
    await page.getByLabel(/^文件/).setInputFiles({ name: '名册.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from('x') });
    await page.getByText('只能导入 .xlsx 或 .csv 文件').waitFor();
    assert.ok(await page.getByRole('button', { name: '上传并核对' }).isDisabled());
  });

  it('is refused with a remedy: damaged, with a formula, without its header', async () => {
    const formula = workbook('<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
      + '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>');
    const files = [
      ['坏.xlsx', Buffer.from('PK\u0003\u0004 damaged'), /另存/],
      ['公式.xlsx', formula, /去掉公式|另存/],
      ['无表头.csv', Buffer.from('\ufeffa,b\r\n1,2\r\n'), /不要改动第一行/],
    ];
    for (const [name, buffer, remedy] of files) {
      await start({ name, mimeType: 'application/octet-stream', buffer });
      await heading('没有写入');
      await page.locator('p', { hasText: remedy }).first().waitFor();
    }
    await settled(page);
    await assertAccessible(page, 'roster-refused');
    assertCalm(page);
  });
});

describe('somebody without permissions', () => {
  it('imports nothing', async () => {
    const other = await open(browser);
    await signIn(other, MEMBER);
    await go(other, `/members/import?organization=${idOf(branch.name)}`);
    await other.locator('[role=alert]').first().waitFor();
    assert.equal(await other.getByRole('button', { name: '上传并核对' }).count(), 0);
    refusalMeant(other);
    assertCalm(other);
    await other.context().close();
  });
});
