// What do the measurements of running services share: requests by hand, tokens, the load, the floors, the table?

import { execFileSync, spawn } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { connect } from 'node:http2';
import { userInfo } from 'node:os';
import { join } from 'node:path';

// --- Protobuf by hand: the requests have a few fields of text and numbers.

const varint = (n) => (n < 128 ? String.fromCharCode(n) : String.fromCharCode((n & 127) | 128) + varint(Math.floor(n / 128)));
const utf8 = (value) => Buffer.from(value, 'utf8').toString('latin1');
export const message = (field, bytes) => varint(field * 8 + 2) + varint(bytes.length) + bytes;
export const text = (field, value) => message(field, utf8(value));
export const number = (field, value) => varint(field * 8) + varint(value);
export const hex = (bytes) => Buffer.from(bytes, 'latin1').toString('hex');

// The fields of a message in order, [field, value]: numbers as numbers, all else as bytes. Groups don't occur.
export function fieldsOf(bytes) {
  const fields = [];
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at];
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length) => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = readVarint();
    const [field, kind] = [Math.floor(key / 8), key % 8];
    if (kind === 0) fields.push([field, readVarint()]);
    else if (kind === 2) fields.push([field, take(readVarint())]);
    else fields.push([field, take(kind === 1 ? 8 : 4)]);
  }
  return fields;
}

export const valuesOf = (fields, wanted) => fields.filter(([field]) => field === wanted).map(([, value]) => value);
export const textOf = (fields, wanted) => valuesOf(fields, wanted).at(-1)?.toString('utf8') ?? '';
export const numberOf = (fields, wanted) => valuesOf(fields, wanted).at(-1) ?? 0;

// --- calls

// Calls without TLS: ask(method, request) resolves to the fields of the answer.
export class Channel {
  #address;
  #bearer;

  constructor(port, bearer) {
    this.#address = `http://127.0.0.1:${port}`;
    this.#bearer = bearer;
  }

  // Each call has a connection of its own: one that lay idle through a measurement has ended.
  ask(method, request) {
    const session = connect(this.#address);
    return new Promise((resolve, reject) => {
      const call = session.on('error', reject).request({ ':method': 'POST', ':path': method, 'content-type': 'application/grpc',
        te: 'trailers', authorization: `Bearer ${this.#bearer}` });
      const parts = [];
      let end = {};
      const note = (headers) => { end = { ...end, ...headers }; };
      call.on('response', note).on('trailers', note).on('error', reject);
      call.on('data', (part) => parts.push(part));
      call.on('end', () => {
        if (end['grpc-status'] !== '0') reject(new Error(`${method}: ${end['grpc-status']} ${decodeURIComponent(end['grpc-message'] ?? '')}`));
        else resolve(fieldsOf(Buffer.concat(parts).subarray(5)));
      });
      const body = Buffer.from(request, 'latin1');
      const head = Buffer.alloc(5);
      head.writeUInt32BE(body.length, 1);
      call.end(Buffer.concat([head, body]));
    }).finally(() => session.close());
  }
}

// The token that the gateway would mint for an account with these [role, organization] grants; 0: all organizations.
export function mint(state, grants) {
  const key = createPrivateKey(readFileSync(join(state, 'secrets/token.key')));
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256').update(`{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`).digest('base64url');
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const body = `${part({ alg: 'ES256', typ: 'JWT', kid })}.${part({ iss: 'ronghe-gateway', aud: 'ronghe', sub: 'accounts/1',
    typ: 'person', iat: now, nbf: now, exp: now + 3600, grants })}`;
  return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

// Rows of a query by the state's superuser, columns split by tabs.
export function query(state, statement, schema = 'ronghe_membership') {
  return execFileSync('mariadb', ['--no-defaults', `--socket=${join(state, 'run/db.sock')}`, `--user=${userInfo().username}`, '-N', '-B',
    '-e', statement, schema], { encoding: 'utf8', maxBuffer: 1 << 28 }).split('\n').filter(Boolean);
}

export const pidOf = (state, name) => readFileSync(join(state, 'run', `${name}.pid`), 'utf8').split(' ')[0];

// --- the load and the floors, each figure under a name

// 'pinned' keeps every server and the database on one core and the load on another, so that a figure is what the servers
// can do and not what the load leaves them; the floor of a bare prepared statement then runs on the servers' core, where
// the services' own statements run. 'shared' lets all run everywhere.
export class Bench {
  results = {};
  #options;
  #children = [];

  constructor(options) {
    this.#options = options; // build, seconds, warmup, cores
  }

  child(program, args, environment = {}) {
    const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    return child;
  }

  stop() {
    this.#children.forEach((child) => child.kill());
  }

  // The server whose calls do nothing: { port, pid }.
  async floorServer() {
    const floor = this.child(join(this.#options.build, 'bin/ronghe-bench-floor-server'), ['--pass_through']);
    const said = await new Promise((resolve) => floor.stdout.once('data', (d) => resolve(String(d))));
    return { port: Number(said.split('\n')[0]), pid: String(floor.pid) };
  }

  pinServers(pids) {
    for (const id of this.#pinned ? pids : []) execFileSync('taskset', ['-a', '-c', '-p', '0', id], { stdio: 'ignore' });
  }

  load(name, args, pids) {
    return this.#run(name, 1, 'ronghe-bench-load', [`--pids=${pids.join(',')}`, ...args]);
  }

  grpc(name, { port, method, requests, callers, bearer, pids, rate = 0 }) {
    return this.load(`${name}@${callers}${rate ? `,${rate}/s` : ''}`, ['--door=grpc', `--port=${port}`, `--method=${method}`,
      `--requests=${requests}`, `--callers=${callers}`, `--bearer=${bearer}`, `--rate=${rate}`], pids);
  }

  // The same statement bare, by the user who looks; `keys`: a file with a line of values for each execution.
  select(name, { state, port, statement, keys, callers }) {
    return this.#run(`${name}@${callers}`, 0, 'ronghe-bench-floor-sql', [`--port=${port}`, '--user=ronghe_membership_ro',
      `--password_file=${join(state, 'secrets/ronghe_membership_ro.password')}`, '--schema=ronghe_membership', `--keys=${keys}`,
      `--callers=${callers}`, `--statement=${statement}`]);
  }

  // Small writes to the end of a file of that folder, each on the disk before the next: what a commit waits for at least.
  syncedWrites(name, folder) {
    const file = join(folder, 'synced');
    const handle = openSync(file, 'w');
    const micros = [];
    const end = performance.now() + Number(this.#options.seconds) * 1000;
    while (performance.now() < end) {
      const start = performance.now();
      writeSync(handle, 'x'.repeat(512));
      fdatasyncSync(handle);
      micros.push(Math.round((performance.now() - start) * 1000));
    }
    closeSync(handle);
    rmSync(file);
    micros.sort((a, b) => a - b);
    const at = (share) => micros[Math.floor(share * (micros.length - 1))];
    return this.#note(name, { ops: micros.length / Number(this.#options.seconds), p50_us: at(0.5), p99_us: at(0.99), max_us: at(1), errors: 0 });
  }

  table() {
    const lines = [`${'what'.padEnd(38)} ${'ops/s'.padStart(9)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)} ${'CPU µs'.padStart(8)} ${'errors'.padStart(7)}`];
    for (const [name, f] of Object.entries(this.results)) {
      lines.push(`${name.padEnd(38)} ${f.ops.toFixed(0).padStart(9)} ${millis(f.p50_us).padStart(8)} ${millis(f.p99_us).padStart(8)} ${
        (f.cpu_us_per_call ?? 0).toFixed(0).padStart(8)} ${String(f.errors).padStart(7)}`);
    }
    return lines.join('\n');
  }

  get #pinned() {
    return this.#options.cores === 'pinned';
  }

  #run(name, core, program, args) {
    const { build, seconds, warmup } = this.#options;
    const command = [join(build, 'bin', program), `--seconds=${seconds}`, `--warmup=${warmup}`, ...args];
    if (this.#pinned) command.unshift('taskset', '-c', String(core));
    return this.#note(name, JSON.parse(execFileSync(command[0], command.slice(1), { encoding: 'utf8' })));
  }

  #note(name, figure) {
    this.results[name] = figure;
    console.error(`  ${name.padEnd(34)} ${figure.ops.toFixed(0).padStart(8)}/s  p99 ${millis(figure.p99_us)} ms${
      figure.errors ? `  ${figure.errors} ERRORS` : ''}`);
    return figure;
  }
}

export const millis = (micros) => (micros / 1000).toFixed(2);
