// Who was visited, helped and honoured in the demo? Care of the old and the poor, the medals for fifty years of standing, role
// posts that a meeting reviewed.

import { date, each } from './api.mjs';
import { addDays, addMonths } from './calendar.mjs';

const CARE = [['VISIT', 'FIRST_OF_JULY', 0], ['AID', 'DIFFICULTY', 100000], ['VISIT', 'SPRING_FESTIVAL', 60000],
  ['ANNIVERSARY', 'ANNIVERSARY', 0]];
const MEDALS = 5;   // others wait for theirs
const ROLE_POSTS = [{ kind: 'MODEL_POST', title: '党员示范岗', duty: '带头服务群众' },
  { kind: 'RESPONSIBILITY_AREA', title: '党员责任区', duty: '联系农户', coverage: '第一村民小组' },
  { kind: 'BRAND_PROJECT', title: '“红色光伏”党建品牌', duty: '带动集体经济', goal: '村集体年增收二十万元',
    indicator: '村集体经营性收入' }];

export async function careForMembers(demo) {
  await each(demo.history, demo.history.length, (branch) => visit(demo, branch));
  await honour(demo);
  await createRolePosts(demo);
}

async function visit(demo, branch) {
  const api = demo.clerkOf(branch);
  for (const [i, member] of demo.ordinary(branch, 'other', CARE.length).entries()) {
    const [kind, occasion, fen] = CARE[i];
    await api.post(`/v1/${member.name}/careRecords`, { kind: `CARE_KIND_${kind}`, occasion: `CARE_OCCASION_${occasion}`,
      day: date(addDays(demo.today, -30 - 40 * i)), ...(fen ? { amountFen: String(fen), fund: 'FUND_TYPE_DUES' } : {}) },
    demo.key('care', branch.key, i));
  }
}

// The fifty-year medals of some who have reached them, and two honours of this year's first of July.
async function honour(demo) {
  const july = new Date(Date.UTC(demo.today.getUTCFullYear() - (demo.today.getUTCMonth() < 6 ? 1 : 0), 6, 1));
  const { members = [] } = await demo.by.county.get(`/v1/${demo.town.name_}/fiftyYearMembers?pageSize=50&year=${july.getUTCFullYear()}`);
  const award = (organization, body, id) => demo.by.county.post(`/v1/${organization}/honours`,
    { awardedOn: date(july), ...body }, demo.key('honour', id));
  for (const [i, one] of members.slice(0, MEDALS).entries()) {
    await award(one.organization, { member: one.member, code: 'HONOUR_CODE_FIFTY_YEARS', level: 'HONOUR_LEVEL_NATIONAL',
      title: '光荣在党50年纪念章', awardedBy: '中共中央' }, `fifty-${i}`);
  }
  const [branch] = demo.history;
  await award(branch.name_, { code: 'HONOUR_CODE_ADVANCED_ORGANIZATION', level: 'HONOUR_LEVEL_COUNTY', title: '先进基层党组织',
    awardedBy: demo.root.name }, 'branch');
  await award(branch.name_, { member: demo.secretaryOf(branch).name, code: 'HONOUR_CODE_OUTSTANDING_PARTY_WORKER',
    level: 'HONOUR_LEVEL_COUNTY', title: '优秀党务工作者', awardedBy: demo.root.name }, 'worker');
}

async function createRolePosts(demo) {
  const [branch] = demo.history;
  const api = demo.clerkOf(branch);
  const { meetings } = await api.get(`/v1/${branch.name_}/meetings?pageSize=100`);
  const meeting = meetings.findLast((one) => /SUBMITTED|ACCEPTED/.test(one.state) && one.kinds.includes('MEETING_KIND_THEME_DAY'));
  const holders = demo.ordinary(branch, 'other', ROLE_POSTS.length);
  for (const [i, plan] of ROLE_POSTS.entries()) {
    const post = await api.post(`/v1/${branch.name_}/rolePosts`, { ...plan, kind: `ROLE_POST_KIND_${plan.kind}`, displayed: true,
      validFrom: date(addMonths(demo.today, -14)), holders: [holders[i % holders.length].name] }, demo.key('role', i));
    if (i > 0 || !meeting) continue;
    await api.post(`/v1/${post.name}:review`, { year: meeting.eventDate.year, meeting: meeting.name,
      result: 'REVIEW_RESULT_FULFILLED' }, demo.key('review', i));
  }
}
