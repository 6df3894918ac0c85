// Which organizations stand in the demo? A real county's towns and villages, with invented units beside them.

import { createRequire } from 'node:module';

// 会泽县 in 曲靖市: 25 towns, 381 villages and communities.
export const DEFAULT_COUNTY = '530326';
const MEMBERS_PER_BRANCH = 21.7; // the national average
export const TOWN_UNITS = ['机关', '中心学校', '卫生院', '派出所', '农业综合服务中心', '供销社', '敬老院', '财政所', '林业站',
  '自然资源所', '司法所', '文化站', '水管站', '初级中学', '信用社', '兽医站', '建筑公司', '农民专业合作社', '退休干部', '民营企业'];
export const COUNTY_UNITS = ['纪委监委机关', '组织部机关', '宣传部机关', '统战部机关', '政法委机关', '人大常委会机关', '政府办公室',
  '政协机关', '法院', '检察院', '公安局', '发展和改革局', '财政局', '教育体育局', '工业信息化和科技局', '民族宗教事务局', '民政局',
  '司法局', '人力资源和社会保障局', '自然资源局', '住房和城乡建设局', '交通运输局', '农业农村局', '水务局', '商务局', '文化和旅游局',
  '卫生健康局', '退役军人事务局', '应急管理局', '审计局', '市场监督管理局', '林业和草原局', '统计局', '医疗保障局', '税务局',
  '人民医院', '中医医院', '第一中学', '职业技术学校', '融媒体中心', '图书馆', '供电公司', '自来水公司', '总工会', '共青团', '妇联'];

export const KIND = { committee: '611', branch: '631' };

/**
 * The tree, parents before children: [{key, parent, kind, name, village}].
 * Sizes follow the number of members: under 2,500 a town, up to 100,000 the county, above that the whole city.
 */
export function places(dataDirectory, members, county = DEFAULT_COUNTY) {
  const require = createRequire(`${dataDirectory}/`);
  const load = (name) => require(`./${name}.json`);
  const areas = load('areas');
  const area = areas.find((a) => a.code === county);
  if (!area) throw new Error(`no county has the code ${county}`);
  const streets = load('streets');
  const villages = load('villages');
  const wanted = Math.max(1, Math.round(members / MEMBERS_PER_BRANCH));
  if (members < 2500) {
    const street = streets.find((s) => s.areaCode === county);
    return town(street, null, villages, wanted);
  }
  if (members <= 100000) return countyTree(area, null, streets, villages, wanted);

  const city = load('cities').find((c) => c.code === area.cityCode);
  const root = { key: city.code, parent: null, kind: KIND.committee, name: `中共${city.name}委员会` };
  const inCity = areas.filter((a) => a.cityCode === city.code);
  return [root, ...inCity.flatMap((a, i) =>
    countyTree(a, root.key, streets, villages, share(wanted, inCity.length, i)))];
}

function countyTree(area, parent, streets, villages, branches) {
  const root = { key: area.code, parent, kind: KIND.committee, name: `中共${area.name}委员会` };
  const organs = { key: `${area.code}-organs`, parent: root.key, kind: KIND.committee,
    name: `中共${area.name}委县直属机关工作委员会` };
  const towns = streets.filter((s) => s.areaCode === area.code);
  const forOrgans = Math.min(Math.round(branches * 0.12), COUNTY_UNITS.length * 4);
  const rest = branches - forOrgans;
  return [root, organs, ...unitBranches(organs.key, area.name, COUNTY_UNITS, forOrgans),
    ...towns.flatMap((s, i) => town(s, root.key, villages, share(rest, towns.length, i)))];
}

function town(street, parent, villages, branches) {
  const root = { key: street.code, parent, kind: KIND.committee, name: `中共${street.name}委员会` };
  const here = villages.filter((v) => v.streetCode === street.code);
  const fromVillages = [];
  for (let group = 0; fromVillages.length < branches * 0.7 && group < 9; group += 1) {
    for (const village of here.slice(0, Math.ceil(branches * 0.7) - fromVillages.length)) {
      const name = village.name.replace(/(村民|居民)?委(员)?会$/, '');
      fromVillages.push({ key: `${village.code}-${group}`, parent: root.key, kind: KIND.branch, village: true,
        name: `${name}${group === 0 ? '' : `第${'一二三四五六七八九'[group]}`}党支部` });
    }
  }
  return [root, ...fromVillages, ...unitBranches(root.key, street.name, TOWN_UNITS, branches - fromVillages.length)];
}

function unitBranches(parent, place, units, count) {
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const round = Math.floor(i / units.length);
    return { key: `${parent}-unit-${i}`, parent, kind: KIND.branch, village: false,
      name: `${place}${units[i % units.length]}${round === 0 ? '' : `第${'一二三四五六七八九十'[round]}`}党支部` };
  });
}

// The i-th of n nearly equal parts of a whole.
function share(whole, n, i) {
  return Math.floor((whole * (i + 1)) / n) - Math.floor((whole * i) / n);
}
