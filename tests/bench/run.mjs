// How fast is the suite, held against its floors and against what a user would write instead, in one run?
//
// scripts/bench starts the suite and calls this with: --state, --build, --tools, --base-port, --seconds, --callers,
// --rate, --cores, --out. Prints a table; writes all figures as JSON.
//
// Cores: 'pinned' keeps every server and the database on one core and the load on another, so that a figure is what the
// servers can do and not what the load leaves them; the floor of a bare prepared statement then runs on the servers'
// core, where the suite's own statements run. 'shared' lets all run everywhere.

import { spawn, execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, createHash, sign } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: {
  state: { type: 'string' }, build: { type: 'string' }, tools: { type: 'string' },
  'base-port': { type: 'string' }, seconds: { type: 'string', default: '5' }, warmup: { type: 'string', default: '3' },
  callers: { type: 'string', default: '1,16,64' }, rate: { type: 'string', default: '2000' },
  out: { type: 'string' }, cores: { type: 'string', default: 'pinned' },
} });
const port = (offset) => Number(options['base-port']) + offset;
const work = join(options.state, 'bench');
const callers = options.callers.split(',').map(Number);
const pid = (name) => readFileSync(join(options.state, 'run', `${name}.pid`), 'utf8').split(' ')[0];
const results = {};

function main() {
  mkdirSync(work, { recursive: true });
  return setUp().then(measure).then(report).finally(() => children.forEach((child) => child.kill()));
}

const children = [];
function child(program, args, environment = {}) {
  const process_ = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(process_);
  return process_;
}

// --- what is asked for

let keys;
async function setUp() {
  const sql = (text) => execFileSync('mariadb', ['--no-defaults', `--socket=${join(options.state, 'run/db.sock')}`,
    `--user=${userInfo().username}`, '-N', '-B', '-e', text, 'ronghe_membership'], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n');
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
  const token = mint();
  writeFileSync(join(work, 'token'), token);
  session = await signIn();
  await plannedMeetings(branches);

  const floor = child(join(options.build, 'bin/ronghe-bench-floor-server'), ['--pass_through']);
  floorPort = Number(await new Promise((resolve) => floor.stdout.once('data', (d) => resolve(String(d).split('\n')[0]))));
  floorPid = String(floor.pid);
  const peer = child('node', [join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'peer/server.mjs')], {
    PEER_PORT: String(port(95)), PEER_TOOLS: options.tools, PEER_DB_PORT: String(port(6)), PEER_DB_USER: 'ronghe_membership_ro',
    PEER_DB_PASSWORD_FILE: join(options.state, 'secrets/ronghe_membership_ro.password'),
    PEER_TOKEN_KEY: join(options.state, 'secrets/token.pub'), PEER_ROLES: 'organization_department', NODE_ENV: 'production' });
  peerPid = String(peer.pid);
  await until(() => get(port(95), `/v1/members/${keys[0]}`, token));
}

let session;
let floorPort;
let floorPid;
let peerPid;

// The token that the gateway would mint for the county's office.
function mint() {
  const key = createPrivateKey(readFileSync(join(options.state, 'secrets/token.key')));
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256').update(`{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`).digest('base64url');
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const body = `${part({ alg: 'ES256', typ: 'JWT', kid })}.${part({ iss: 'ronghe-gateway', aud: 'ronghe', sub: 'accounts/1',
    typ: 'person', iat: now, nbf: now, exp: now + 3600, grants: [['organization_department', '0']] })}`;
  return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

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

const pinned = options.cores === 'pinned';
const onCore = (core, program, args) => (pinned ? ['taskset', ['-c', String(core), program, ...args]] : [program, args]);
function pinServers(pids) {
  for (const id of pinned ? pids : []) execFileSync('taskset', ['-a', '-c', '-p', '0', id], { stdio: 'ignore' });
}

function load(name, args, pids) {
  const flags = [`--seconds=${options.seconds}`, `--warmup=${options.warmup}`, `--pids=${pids.join(',')}`, ...args];
  const figure = JSON.parse(execFileSync(...onCore(1, join(options.build, 'bin/ronghe-bench-load'), flags), { encoding: 'utf8' }));
  results[name] = figure;
  console.error(`  ${name.padEnd(34)} ${figure.ops.toFixed(0).padStart(8)}/s  p99 ${(figure.p99_us / 1000).toFixed(1)} ms${
    figure.errors ? `  ${figure.errors} ERRORS` : ''}`);
  return figure;
}

function measure() {
  const token = readFileSync(join(work, 'token'), 'utf8');
  const grpc = (name, at, method, file, n, pids, rate = 0) => load(`${name}@${n}${rate ? `,${rate}/s` : ''}`, ['--door=grpc', `--port=${at}`,
    `--method=${method}`, `--requests=${join(work, file)}`, `--callers=${n}`, `--bearer=${token}`, `--rate=${rate}`], pids);
  const http = (name, at, file, n, pids, bearer, rate = 0) => load(`${name}@${n}${rate ? `,${rate}/s` : ''}`, ['--door=http', `--port=${at}`,
    `--requests=${join(work, file)}`, `--callers=${n}`, `--bearer=${bearer}`, `--rate=${rate}`], pids);
  const database = pid('database');
  const MEMBERS = '/ronghe.membership.v1.MemberService/';
  const servers = [pid('membership'), database];
  const doors = [pid('gateway'), ...servers];
  pinServers([...doors, pid('meeting'), floorPid, peerPid]);
  http('peer warm-up', port(95), 'get.http', 16, [peerPid], token);
  http('peer warm-up page', port(95), 'page.http', 16, [peerPid], token);
  const open = Number(options.rate);
  for (const n of callers) {
    grpc('floor: do nothing', floorPort, '/ronghe.bench.v1.FloorService/DoNothing', 'nothing.grpc', n, [floorPid]);
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
    load(`SubmitMeeting HTTP@${n}`, ['--door=http', `--port=${port(80)}`, `--requests=${join(work, `submit${n}.http`)}`,
      `--callers=${n}`, `--bearer=${session}`, '--once', '--warmup=0', '--seconds=60'], [pid('gateway'), pid('meeting'), database]);
  });
}

function floorSql(n) {
  const figure = JSON.parse(execFileSync(...onCore(0, join(options.build, 'bin/ronghe-bench-floor-sql'), [`--port=${port(6)}`,
    '--user=ronghe_membership_ro', `--password_file=${join(options.state, 'secrets/ronghe_membership_ro.password')}`,
    '--schema=ronghe_membership', `--keys=${join(work, 'keys')}`, `--callers=${n}`, `--seconds=${options.seconds}`, `--warmup=${options.warmup}`,
    '--statement=SELECT id, organization_id, category, standing, voting, full_name, gender, ethnicity, birth_date, education, ' +
    'joined_on, converted_on, etag, create_time, update_time FROM member WHERE id = ?']), { encoding: 'utf8' }));
  results[`floor: prepared SELECT@${n}`] = figure;
  console.error(`  ${`floor: prepared SELECT@${n}`.padEnd(34)} ${figure.ops.toFixed(0).padStart(8)}/s  p99 ${(figure.p99_us / 1000).toFixed(1)} ms`);
}

function report() {
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
  console.log(`${'what'.padEnd(38)} ${'ops/s'.padStart(9)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)} ${'CPU µs'.padStart(8)} ${'errors'.padStart(7)}`);
  for (const [name, f] of Object.entries(results)) {
    console.log(`${name.padEnd(38)} ${f.ops.toFixed(0).padStart(9)} ${(f.p50_us / 1000).toFixed(2).padStart(8)} ${(f.p99_us / 1000).toFixed(2).padStart(8)} ${
      (f.cpu_us_per_call ?? 0).toFixed(0).padStart(8)} ${String(f.errors).padStart(7)}`);
  }
  console.log('');
  for (const [name, value] of Object.entries(ratios)) if (value !== null) console.log(`${name.padEnd(48)} ${value.toFixed(2)}`);
  writeFileSync(options.out, `${JSON.stringify({ results, ratios }, null, 1)}\n`);
}

// --- small things

// Protobuf by hand: the requests are two fields at most.
const varint = (n) => (n < 128 ? String.fromCharCode(n) : String.fromCharCode((n & 127) | 128) + varint(n >>> 7));
const text = (field, value) => varint((field << 3) | 2) + varint(value.length) + value;
const number = (field, value) => varint(field << 3) + varint(value);
const hex = (bytes) => Buffer.from(bytes, 'latin1').toString('hex');

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
