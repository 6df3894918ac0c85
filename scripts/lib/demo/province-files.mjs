// Which files does a province come in? For each county one of its organizations and some of its members, as its people
// would fill in the templates. Real towns and villages; invented units and people.
//
// A county follows from the seed and its code alone, so files can be written one by one, in bounded memory, and again.

import { createRequire } from 'node:module';
import { branchMembers, checkDigit } from './people.mjs';
import { KIND, COUNTY_UNITS, TOWN_UNITS } from './places.mjs';
import { Random } from './random.mjs';

export const PROVINCE = '53'; // 云南省: 16 prefectures, 129 counties, 1,461 towns, 14,888 villages
export const FULL = 5600000; // members of the whole province
const PER_ORGANIZATION = 20; // 280,000 organizations of all kinds
const GENERAL_BRANCH = '621';
const ROWS_A_FILE = 50000; // an import takes 100,000
const ORDERS = 30; // running numbers that a county has for a day of birth and a sex

/**
 * The counties of a province of so many members, the whole one or the first of it, with the committees above them:
 * {root, prefectures, counties: [{code, name, parent, villages, members, numbers: {area, from}}]}.
 */
export function counties(dataDirectory, members) {
  const require = createRequire(`${dataDirectory}/`);
  const load = (name) => require(`./${name}.json`);
  const streets = group(load('streets').filter((s) => s.provinceCode === PROVINCE), (s) => s.areaCode);
  const villages = group(load('villages').filter((v) => v.provinceCode === PROVINCE), (v) => v.streetCode);
  const perVillage = FULL / [...villages.values()].flat().length;
  const chosen = [];
  let room = 0;
  for (const area of load('areas').filter((a) => a.provinceCode === PROVINCE)) {
    if (room >= members) break;
    const towns = streets.get(area.code) ?? [];
    const count = towns.reduce((sum, town) => sum + (villages.get(town.code)?.length ?? 0), 0);
    if (count === 0) continue;
    const before = chosen.filter((c) => c.cityCode === area.cityCode).length;
    chosen.push({ ...area, name: `中共${area.name}委员会`, place: area.name, parent: area.cityCode, count,
      towns: towns.map((town) => ({ ...town, villages: villages.get(town.code) ?? [] })),
      numbers: { area: `${area.cityCode}99`, from: before * ORDERS } });
    room += count * perVillage;
  }
  const total = chosen.reduce((sum, county) => sum + county.count, 0);
  let seen = 0;
  for (const county of chosen) {
    const from = Math.round((members * seen) / total);
    seen += county.count;
    county.members = Math.round((members * seen) / total) - from;
    county.serial = from;
  }
  const named = (place) => ({ code: place.code, name: `中共${place.name}委员会` });
  const used = new Set(chosen.map((county) => county.parent));
  return { root: named(load('provinces').find((p) => p.code === PROVINCE)),
    prefectures: load('cities').filter((c) => used.has(c.code)).map(named), counties: chosen };
}

/** The organizations below a county's committee, parents first: [{parent, title, kind}]. Titles are unique in it. */
export function organizations(county) {
  const titles = new Set([county.name]);
  const nodes = [];
  const add = (parent, title, kind) => {
    let free = title;
    for (let n = 2; titles.has(free); n += 1) free = `${title}（${n}）`;
    titles.add(free);
    nodes.push({ parent, title: free, kind });
    return free;
  };
  const organs = add(county.name, `中共${county.place}委县直属机关工作委员会`, KIND.committee);
  const above = 2 + county.towns.length + county.count;
  let branches = Math.max(1, Math.round(county.members / PER_ORGANIZATION) - above);
  const units = (parent, place, names, count) => {
    for (let i = 0; i < count && branches > 0; i += 1, branches -= 1) {
      const round = Math.floor(i / names.length);
      add(parent, `${place}${names[i % names.length]}${round === 0 ? '' : `第${chinese(round + 1)}`}党支部`, KIND.branch);
    }
  };
  units(organs, county.place, COUNTY_UNITS, Math.round(branches * 0.12));
  const inTowns = branches;
  county.towns.forEach((town, i) => {
    const committee = add(county.name, `中共${county.place}${town.name}委员会`, KIND.committee);
    let left = Math.floor((inTowns * (i + 1)) / county.towns.length) - Math.floor((inTowns * i) / county.towns.length);
    const ofUnits = town.villages.length === 0 ? left : Math.round(left * 0.2);
    units(committee, town.name, TOWN_UNITS, ofUnits);
    left -= ofUnits;
    town.villages.forEach((village, v) => {
      const place = town.name + village.name.replace(/(村民|居民)?委(员)?会$/, '');
      const general = add(committee, `${place}党总支部委员会`, GENERAL_BRANCH);
      const count = Math.floor((left * (v + 1)) / town.villages.length) - Math.floor((left * v) / town.villages.length);
      for (let n = 1; n <= count; n += 1, branches -= 1) add(general, `${place}第${chinese(n)}党支部`, KIND.branch);
    });
  });
  return nodes;
}

/** The sheet of a county's organizations. */
export function organizationsCsv(nodes) {
  const lines = nodes.map((node) => [node.parent, node.title, node.kind].join(','));
  return csv(['上级党组织,党组织全称,党组织类别', ...lines]);
}

/** The rosters of a county, one after the other. */
export function* rosters(county, nodes, seed, today) {
  const branches = nodes.filter((node) => node.kind === KIND.branch);
  const random = new Random(seed * 1000003 + Number(county.code));
  const numbers = new CountyNumbers(county.numbers);
  const header = '姓名,性别,公民身份号码,民族,学历,人员类别,所在党支部,手机号码,入党日期,转正日期,党内职务';
  let lines = [header];
  let placed = 0;
  for (const [i, branch] of branches.entries()) {
    const size = Math.floor((county.members * (i + 1)) / branches.length) - placed;
    if (lines.length + size > ROWS_A_FILE) {
      yield csv(lines);
      lines = [header];
    }
    for (const p of branchMembers(random, numbers, size, today, county.serial + placed)) {
      lines.push([p.name, p.sex === '1' ? '男' : '女', p.identity, p.ethnicity, p.education,
        p.category === '1' ? '正式党员' : '预备党员', branch.title, p.phone, p.joined, p.converted, p.post].join(','));
    }
    placed += size;
  }
  yield csv(lines);
}

// Numbers in the area code …99 of a prefecture, which no county has: each of its counties has its own running numbers.
class CountyNumbers {
  #issued = new Map();

  constructor({ area, from }) {
    this.area = area;
    this.from = from;
  }

  issue(birth, male) {
    const key = `${birth}${male}`;
    const order = this.#issued.get(key) ?? 0;
    if (order === ORDERS || this.from + order >= 500) throw new Error(`no more numbers for ${birth} in ${this.area}`);
    this.#issued.set(key, order + 1);
    const running = String((this.from + order) * 2 + (male ? 1 : 0)).padStart(3, '0');
    const seventeen = `${this.area}${birth.replaceAll('-', '')}${running}`;
    return seventeen + checkDigit(seventeen);
  }
}

// Lines with the header as {bytes, rows}.
function csv(lines) {
  return { bytes: Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`), rows: lines.length - 1 };
}

function chinese(n) {
  const digits = [...'零一二三四五六七八九'];
  if (n < 10) return digits[n];
  const [tens, ones] = [Math.floor(n / 10), n % 10];
  if (n < 100) return `${tens === 1 ? '' : digits[tens]}十${ones === 0 ? '' : digits[ones]}`;
  return String(n);
}

function group(list, keyOf) {
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}
