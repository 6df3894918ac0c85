// How fast is the suite, held against its floors and against what a user would write instead, in one run?
//
// scripts/bench starts the suite and calls this with: --state, --build, --tools, --base-port, --seconds, --callers,
// --rate, --cores (see Bench in parts.mjs), --out. Prints a table; writes all figures as JSON.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench, hex, mint, number, pidOf, query, text } from './parts.mjs';

const { values: options } = parseArgs({ options: {
  state: { type: 'string' }, build: { type: 'string' }, tools: { type: 'string' },
  'base-port': { type: 'string' }, seconds: { type: 'string', default: '5' }, warmup: { type: 'string', default: '3' },
  callers: { type: 'string', default: '1,16,64' }, rate: { type: 'string', default: '2000' },
  out: { type: 'string' }, cores: { type: 'string', default: 'pinned' },
} });
const port = (offset) => Number(options['base-port']) + offset;
const work = join(options.state, 'bench');
const callers = options.callers.split(',').map(Number);
const pid = (name) => pidOf(options.state, name);
const bench = new Bench(options);

function main() {
  mkdirSync(work, { recursive: true });
  return setUp().then(measure).then(report).finally(() => bench.stop());
}

// --- what is asked for

let keys;
async function setUp() {
  const sql = (statement) => query(options.state, statement);
  keys = sql('SELECT id FROM member ORDER BY RAND(1) LIMIT 20000');
  const county = sql('SELECT id FROM organization WHERE parent_id = 0 ORDER BY id LIMIT 1')[0];
  const branches = sql("SELECT organization_id FROM member GROUP BY organization_id HAVING COUNT(*) BETWEEN 20 AND 24 ORDER BY organization_id");
  writeFileSync(join(work, 'keys'), keys.join('\n'));
  const lines = (name, list) => writeFileSync(join(work, name), `${list.join('\n')}\n`);
  lines('get.http', keys.map((id) => `GET /v1/members/${id}`));
  lines('get.grpc', keys.map((id) => hex(text(1, `members/${id}`))));
  lines('page.http', [`GET /v1/organizations/${county}/members?pageSize=50`]);
  lines('page.grpc', [hex(text(1, `organizations/${county}`) + number(2, 50))]);
  lines('board.http', [`GET /v1/organizations/${county}/dutyBoard`]);
  lines('board.grpc', [hex(text(1, `organizations/${county}`))]);
  lines('nothing.grpc', keys.map((id) => hex(text(1, `members/${id}`))));
  const token = mint(options.state, [['organization_department', '0']]);
  writeFileSync(join(work, 'token'), token);
  session = await signIn();
  await plannedMeetings(branches);

  floor = await bench.floorServer();
  const peer = bench.child('node', [join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'peer/server.mjs')], {
    PEER_PORT: String(port(95)), PEER_TOOLS: options.tools, PEER_DB_PORT: String(port(6)), PEER_DB_USER: 'ronghe_membership_ro',
    PEER_DB_PASSWORD_FILE: join(options.state, 'secrets/ronghe_membership_ro.password'),
    PEER_TOKEN_KEY: join(options.state, 'secrets/token.pub'), PEER_ROLES: 'organization_department', NODE_ENV: 'production' });
  peerPid = String(peer.pid);
  await until(() => get(port(95), `/v1/members/${keys[0]}`, token));
}

let session;
let floor;
let peerPid;

async function signIn() {
  const [, loginName, password] = /^(county) +(\S+)/m.exec(readFileSync(join(options.state, 'demo/accounts'), 'utf8'));
  const answer = await post(port(80), '/v1/auth:signIn', { loginName, password });
  return answer.sessionToken;
}

// Meetings ready to be submitted, each with its 22 or so attendance rows in the one request.
async function plannedMeetings(branches) {
  const count = 4000;
  const rolls = new Map();
  const list = [];
  const now = Date.now();
  for (let i = 0; i < count; i += 32) {
    await Promise.all(Array.from({ length: Math.min(32, count - i) }, async (_, j) => {
      const branch = branches[(i + j) % branches.length];
      if (!rolls.has(branch)) {
        rolls.set(branch, (await get(port(80), `/v1/organizations/${branch}/members?pageSize=200`, session)).members.map((m) => m.name));
      }
      const roll = rolls.get(branch);
      const opened = new Date(now - 3 * 3600000).toISOString();
      const meeting = await post(port(80), `/v1/organizations/${branch}/meetings`, { kinds: ['MEETING_KIND_THEME_DAY'], title: '主题党日',
        plannedAt: opened, place: '党员活动室', mode: 'MEETING_MODE_ONSITE' }, session);
      list.push(`POST /v1/${meeting.name}:submit ${JSON.stringify({ record: { openedAt: opened,
        closedAt: new Date(now - 2 * 3600000).toISOString(), chair: roll[0], recorder: roll[1],
        attendance: roll.map((member) => ({ member, presence: 'PRESENCE_PRESENT' })),
        agenda: [{ title: '主题党日', speakerCount: 5, summary: '讨论' }], signedByChair: true, signedByRecorder: true } })}`);
    }));
  }
  submits = list;
}
let submits;

// --- the figures

function measure() {
  const token = readFileSync(join(work, 'token'), 'utf8');
  const grpc = (name, at, method, file, n, pids, rate = 0) => bench.grpc(name, { port: at, method, requests: join(work, file), callers: n,
    bearer: token, pids, rate });
  const http = (name, at, file, n, pids, bearer, rate = 0) => bench.load(`${name}@${n}${rate ? `,${rate}/s` : ''}`, ['--door=http', `--port=${at}`,
    `--requests=${join(work, file)}`, `--callers=${n}`, `--bearer=${bearer}`, `--rate=${rate}`], pids);
  const database = pid('database');
  const MEMBERS = '/ronghe.membership.v1.MemberService/';
  const servers = [pid('membership'), database];
  const doors = [pid('gateway'), ...servers];
  bench.pinServers([...doors, pid('meeting'), floor.pid, peerPid]);
  http('peer warm-up', port(95), 'get.http', 16, [peerPid], token);
  http('peer warm-up page', port(95), 'page.http', 16, [peerPid], token);
  const open = Number(options.rate);
  for (const n of callers) {
    grpc('floor: do nothing', floor.port, '/ronghe.bench.v1.FloorService/DoNothing', 'nothing.grpc', n, [floor.pid]);
    floorSql(n);
    grpc('GetMember gRPC', port(1), `${MEMBERS}GetMember`, 'get.grpc', n, servers);
    http('peer GetMember', port(95), 'get.http', n, [peerPid, database], token);
    http('GetMember HTTP', port(80), 'get.http', n, doors, session);
    grpc('page gRPC', port(1), `${MEMBERS}ListMembers`, 'page.grpc', n, servers);
    http('peer page', port(95), 'page.http', n, [peerPid, database], token);
    http('page HTTP', port(80), 'page.http', n, doors, session);
    grpc('county board gRPC', port(2), '/ronghe.meeting.v1.DutyService/GetDutyBoard', 'board.grpc', n, [pid('meeting'), database]);
    http('county board HTTP', port(80), 'board.http', n, [pid('gateway'), pid('meeting'), database], session);
    if (open > 0) {
      grpc('GetMember gRPC', port(1), `${MEMBERS}GetMember`, 'get.grpc', Math.max(n, 256), servers, open);
      http('GetMember HTTP', port(80), 'get.http', Math.max(n, 256), doors, session, open);
      http('peer GetMember', port(95), 'get.http', Math.max(n, 256), [peerPid, database], token, open);
    }
  }
  // Each submission counts once, so the list is cut to what one measurement may use up.
  const share = Math.floor(submits.length / callers.length);
  callers.forEach((n, i) => {
    writeFileSync(join(work, `submit${n}.http`), `${submits.slice(i * share, (i + 1) * share).join('\n')}\n`);
    bench.load(`SubmitMeeting HTTP@${n}`, ['--door=http', `--port=${port(80)}`, `--requests=${join(work, `submit${n}.http`)}`,
      `--callers=${n}`, `--bearer=${session}`, '--once', '--warmup=0', '--seconds=60'], [pid('gateway'), pid('meeting'), database]);
  });
}

function floorSql(n) {
  bench.select('floor: prepared SELECT', { state: options.state, port: port(6), keys: join(work, 'keys'), callers: n,
    statement: 'SELECT id, organization_id, category, standing, voting, full_name, gender, ethnicity, birth_date, education, ' +
    'joined_on, converted_on, etag, create_time, update_time FROM member WHERE id = ?' });
}

function report() {
  const { results } = bench;
  const ratio = (a, b, field = 'ops') => (results[a] && results[b] ? results[a][field] / results[b][field] : null);
  const ratios = {};
  for (const n of callers) {
    ratios[`GetMember gRPC / prepared SELECT @${n}`] = ratio(`GetMember gRPC@${n}`, `floor: prepared SELECT@${n}`);
    ratios[`GetMember gRPC / do nothing @${n}`] = ratio(`GetMember gRPC@${n}`, `floor: do nothing@${n}`);
    ratios[`GetMember HTTP / peer @${n}`] = ratio(`GetMember HTTP@${n}`, `peer GetMember@${n}`);
    ratios[`GetMember HTTP p99 / peer p99 @${n}`] = ratio(`GetMember HTTP@${n}`, `peer GetMember@${n}`, 'p99_us');
    ratios[`page HTTP / peer @${n}`] = ratio(`page HTTP@${n}`, `peer page@${n}`);
    ratios[`page HTTP p99 / peer p99 @${n}`] = ratio(`page HTTP@${n}`, `peer page@${n}`, 'p99_us');
  }
  console.log(bench.table());
  console.log('');
  for (const [name, value] of Object.entries(ratios)) if (value !== null) console.log(`${name.padEnd(48)} ${value.toFixed(2)}`);
  writeFileSync(options.out, `${JSON.stringify({ results, ratios }, null, 1)}\n`);
}

// --- small things

const agent = new Agent({ keepAlive: true });
function call(at, method, path, body, bearer) {
  return new Promise((resolve, reject) => {
    const headers = bearer ? { Authorization: `Bearer ${bearer}` } : {};
    if (body) headers['Content-Type'] = 'application/json';
    const outgoing = request({ agent, host: '127.0.0.1', port: at, method, path, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const content = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(content));
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${content.slice(0, 300)}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body ? JSON.stringify(body) : undefined);
  });
}
const get = (at, path, bearer) => call(at, 'GET', path, undefined, bearer);
const post = (at, path, body, bearer) => call(at, 'POST', path, body, bearer);
async function until(work_) {
  for (let i = 0; ; i += 1) {
    try {
      return await work_();
    } catch (error) {
      if (i === 50) throw error;
      await new Promise((wake) => setTimeout(wake, 200));
    }
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
