// What are the demo's organizations made of? Committees with their posts, terms of office (in time, due soon, late, put off),
// units and sites, the register of Party workers. A few things are missing on purpose: findings show them.

import { date, each } from './api.mjs';
import { addDays, addMonths } from './calendar.mjs';
import { KIND } from './places.mjs';

const POSTS = ['SECRETARY', 'DEPUTY_SECRETARY', 'ORGANIZATION_MEMBER', 'PUBLICITY_MEMBER', 'DISCIPLINE_MEMBER'];
const TERM_MONTHS = 60;   // of committees, and of branches in villages
// Days from today to the end of a term, and months by which it was put off.
const TERMS = [{ left: 900 }, { left: 75 }, { left: -40 }, { left: -40, months: 6 }, { left: 1400 }, { left: 400 }];

export async function setUpOrganizations(demo) {
  const committees = demo.tree.filter((node) => node.kind === KIND.committee);
  await approveMembers(demo, committees.filter((node) => node !== demo.root || node === demo.town));
  await fillPosts(demo, committees);
  await openUnits(demo);
  await recordTerms(demo, committees);
  await registerWorkers(demo);
}

// Which committees may approve probationary members.
async function approveMembers(demo, committees) {
  await each(committees, 8, ({ name_: name, key: id }) => demo.by.county.call('PATCH',
    `/v1/${name}?updateMask=canApproveProbationary`, { name, canApproveProbationary: true }, demo.key('approves', id)));
}

// Five posts of each committee, held by members of its first branch; the last town has none.
async function fillPosts(demo, committees) {
  const wanted = committees.filter((node) => node === demo.town || node !== committees.at(-1)).flatMap((node) => {
    const branch = node === demo.town ? demo.history.at(-1) : firstBranch(demo, node);
    const holders = node === demo.town ? demo.ordinary(branch, 'committee', POSTS.length)
      : demo.rolls.get(branch.key).filter((m) => m.category === '1' && m.post === '').slice(-POSTS.length);
    if (node === demo.town) demo.town.talker = holders[0].name;
    return holders.map((member, i) => ({ node, member, code: POSTS[i], since: branch.since }));
  });
  await each(wanted, 8, ({ node, member, code, since }) => demo.by.county.post(`/v1/${member.name}/posts`, {
    organization: node.name_, code: `POST_CODE_${code}`, validFrom: date(node === demo.town ? addDays(since, 1) : demo.started) },
  demo.key('post', node.key, code)));
}

// The first branch anywhere below.
function firstBranch(demo, node) {
  const below = demo.tree.filter((other) => other.parent === node.key);
  return below.find((other) => other.kind === KIND.branch) ?? firstBranch(demo, below[0]);
}

// Each branch with a past stands in its village; one unit has a site with members and no branch.
async function openUnits(demo) {
  for (const branch of demo.history) {
    const unit = await demo.by.worker.post(`/v1/${demo.town.name_}/units`, { title: branch.name.replace(/党支部$/, '村民委员会'),
      nature: 'UNIT_NATURE_VILLAGE', legalPerson: true, staffCount: 7 }, demo.key('unit', branch.key));
    await demo.by.worker.post(`/v1/${branch.name_}:attachUnit`, { unit: unit.name, validFrom: date(branch.founded) },
      demo.key('attach', branch.key));
  }
  const builder = await demo.by.worker.post(`/v1/${demo.town.name_}/units`, { title: '镇光伏发电建设项目公司',
    nature: 'UNIT_NATURE_PRIVATE_ENTERPRISE', legalPerson: true, staffCount: 86 }, demo.key('unit', 'builder'));
  await demo.by.worker.post(`/v1/${builder.name}/sites`, { title: '光伏电站一标段工地', startsOn: date(addMonths(demo.today, -9)),
    endsOn: date(addMonths(demo.today, 15)), fullMembers: 3 }, demo.key('site', 'builder'));
}

// The organization above records a term; that of the last town is missing.
async function recordTerms(demo, committees) {
  const towns = committees.filter((node) => node.parent !== null).slice(0, -1);
  const record = async (api, node, { left, months }, seats) => {
    const starts = addMonths(addDays(demo.today, left), -TERM_MONTHS);
    const term = await api.post(`/v1/${node.name_}/terms`, { startsOn: date(starts), committeeSeats: seats },
      demo.key('term', node.key));
    if (months) {
      await api.post(`/v1/${term.name}:adjust`, { months, approvalNumber: `组复〔${demo.today.getUTCFullYear()}〕12号`,
        approvedOn: date(addDays(demo.today, -60)) }, demo.key('adjust', node.key));
    }
  };
  await each(towns, 8, (node, i) => record(demo.by.county, node, TERMS[i % TERMS.length], POSTS.length));
  await each(demo.history, 4, (node, i) => record(demo.by.town, node, TERMS[(i + 1) % TERMS.length], 4));
  const late = demo.history[1] ?? demo.history[0];
  const election = await demo.by.town.post(`/v1/${late.name_}/committeeElections`,
    { remindedOn: date(addDays(demo.today, -20)) }, demo.key('election', late.key));
  await demo.clerkOf(late).post(`/v1/${election.name}:request`, { committeeSeats: 3, deputySeats: 1,
    requestedOn: date(addDays(demo.today, -8)) }, demo.key('election', 'request', late.key));
}

// The town's Party workers, what they were given to do and where they learned.
async function registerWorkers(demo) {
  const members = demo.history.flatMap((branch) => demo.rolls.get(branch.key)
    .filter((m) => m.category === '1' && m.post !== '').slice(0, 1));
  const at = demo.town.name_;
  const api = demo.by.worker;
  for (const [i, member] of members.entries()) {
    const post = ['ORGANIZER', 'CLERK', 'CLERK', 'SECRETARY'][i];
    await api.post(`/v1/${member.name}/partyWorkers`, { organization: at, post: `WORKER_POST_${post}`, fullTime: i === 0,
      startedOn: date(addMonths(demo.today, -6 - 11 * i)) }, demo.key('worker', i));
    const record = (kind, title, months) => api.post(`/v1/${member.name}/workerEvents`, { kind: `WORKER_EVENT_KIND_${kind}`,
      title, from: date(addMonths(demo.today, -months)) }, demo.key('worker', i, kind));
    await record('TASK', '牵头软弱涣散基层党组织整顿', 4);
    if (i % 2 === 0) await record('TRAINING', '党务干部专题培训班', 3);
    if (i === 0) await record('CERTIFICATE', '组织员业务考试合格证书', 2);
    if (i === 1) await record('CARE', '谈心谈话、走访慰问', 1);
  }
}
