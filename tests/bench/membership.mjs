// How fast does membership answer on a state, and how much slower than on a smaller one?
//
// scripts/bench --suite membership starts the service on the state and calls this with: --state, --build, --base-port,
// --seconds, --callers, --cores (see Bench in parts.mjs), --out; --than FILE are the figures of a smaller state, and
// --long-work bills and counts the whole tree as well, which adds to the state.
//
// Each figure stands beside its floor of the same run: the same rows by a bare prepared SELECT, a call that does nothing,
// or, where the record of who searched is committed before the answer, a small write that is on the disk. The limits are
// those of a caller who is alone; more callers show what waiting adds.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench, Channel, fieldsOf, hex, message, mint, number, numberOf, pidOf, query, text, textOf, valuesOf } from './parts.mjs';

const MEMBERS = '/ronghe.membership.v1.MemberService';
const ORGANIZATIONS = '/ronghe.membership.v1.OrganizationService';
const BILLS = '/ronghe.membership.v1.DuesBillService';
const REPORTS = '/ronghe.membership.v1.StatisticsService';
const PAGE = 50;
const WALK = 200;
const SAMPLE = 2000;
const COUNTY = 200000; // members: what has more is a city or a province

// What is measured: limit of the p99 in milliseconds, method, requests, and the floor it is held against.
export const FIGURES = [
  { name: 'search by identity number', limit: 5, method: `${MEMBERS}/SearchMembers`, file: 'search', floor: 'row by identity',
    commits: true },
  { name: 'county page, first', limit: 20, method: `${MEMBERS}/ListMembers`, file: 'first', floor: 'rows of a page' },
  { name: 'county page, far in', limit: 20, method: `${MEMBERS}/ListMembers`, file: 'far', floor: 'rows of a page' },
  { name: 'counts, root', limit: 5, method: `${ORGANIZATIONS}/GetOrganizationCounts`, file: 'root', floor: 'do nothing' },
  { name: 'counts, county', limit: 5, method: `${ORGANIZATIONS}/GetOrganizationCounts`, file: 'county', floor: 'do nothing' },
  { name: 'counts, branch', limit: 5, method: `${ORGANIZATIONS}/GetOrganizationCounts`, file: 'branch', floor: 'do nothing' },
];
const SYNCED = 'synced write';
const GROWTH = 1.5;

const BRIEF = 'id, organization_id, category, standing, voting, full_name, gender, etag';
const SELECTS = {
  'row by identity': { file: 'identity.keys', of: () => 'SELECT id, organization_id, category, standing, voting, full_name, gender, ' +
    'identity_cipher, ethnicity, birth_date, education, degree, phone_cipher, joined_on, converted_on, etag, create_time, ' +
    'update_time FROM member WHERE identity_index = UNHEX(?)' },
  'rows of a page': { file: 'page.keys', of: (values) => `SELECT ${BRIEF} FROM member WHERE organization_id IN (${
    Array(values).fill('?').join(', ')}) AND standing = 10 ORDER BY organization_id, id LIMIT ${PAGE}` },
};

// --- what is asked for

export class Questions {
  constructor(options, channel) {
    this.options = options;
    this.channel = channel;
    this.work = join(options.state, 'bench');
    mkdirSync(this.work, { recursive: true });
  }

  async prepare() {
    [this.root] = this.#rows('SELECT id FROM organization WHERE parent_id = 0 ORDER BY id LIMIT 1');
    this.members = await this.count(this.root);
    this.county = await this.#county();
    const branches = this.#rows(`SELECT id FROM organization WHERE kind IN ('631', '632') ORDER BY RAND(1) LIMIT ${SAMPLE}`);
    this.#identities();
    this.#write('root', [organization(this.root)]);
    this.#write('county', [organization(this.county)]);
    this.#write('branch', branches.map(organization));
    const first = { token: '' };
    const far = await this.#walk();
    this.#write('first', [this.#page(first)]);
    this.#write('far', far.map((place) => this.#page(place)));
    await this.#pageKeys([first, ...far]);
  }

  async count(id) {
    const fields = await this.channel.ask(`${ORGANIZATIONS}/GetOrganizationCounts`, organization(id));
    return numberOf(fields, 2) + numberOf(fields, 3);
  }

  // The largest organization on the way down from the root that is no more than a county.
  async #county() {
    let [id, members] = [this.root, this.members];
    while (members > COUNTY) {
      const children = this.#rows(`SELECT id FROM organization WHERE parent_id = ${id}`);
      const counted = await Promise.all(children.map(async (child) => [child, await this.count(child)]));
      [id, members] = counted.reduce((most, one) => (one[1] > most[1] ? one : most));
    }
    return id;
  }

  // Searches by the numbers of members anywhere, from the top.
  #identities() {
    const ids = this.#rows(`SELECT id FROM member ORDER BY RAND(1) LIMIT ${SAMPLE}`);
    const rows = this.#rows(`SELECT id, HEX(identity_cipher) FROM member WHERE id IN (${ids.join(', ')})`);
    const known = execFileSync(join(this.options.build, 'bin/ronghe-bench-identities'),
      [`--keyring=${join(this.options.state, 'secrets/membership.keyring')}`],
      { input: rows.join('\n').replaceAll('\t', ' '), encoding: 'utf8' }).trim().split('\n').map((line) => line.split(' '));
    this.#write('search', known.map(([, identity]) => organization(this.root) + text(2, identity)));
    writeFileSync(join(this.work, 'identity.keys'), `${known.map(([index]) => index).join('\n')}\n`);
  }

  // Places in the second half of the county's list, found by walking it as a caller would.
  async #walk() {
    const places = [];
    for (let token = ''; ;) {
      const fields = await this.channel.ask(`${MEMBERS}/ListMembers`, organization(this.county) + number(2, WALK) + text(3, token));
      token = textOf(fields, 2);
      if (!token) break;
      places.push({ token });
    }
    return places.slice(Math.floor(places.length / 2));
  }

  #page({ token }) {
    return organization(this.county) + number(2, PAGE) + text(3, token);
  }

  // The branches that each page reads, as many in every line: the statement has so many values.
  async #pageKeys(places) {
    const lines = [];
    for (const place of places.slice(0, 40)) {
      const fields = await this.channel.ask(`${MEMBERS}/ListMembers`, this.#page(place));
      const ids = valuesOf(fields, 1).map((member) => textOf(fieldsOf(member), 1).replace('members/', ''));
      lines.push(this.#rows(`SELECT DISTINCT organization_id FROM member WHERE id IN (${ids.join(', ')})`));
    }
    this.values = Math.max(...lines.map((line) => line.length));
    const filled = lines.map((line) => [...line, ...Array(this.values - line.length).fill(line[0])].join(' '));
    writeFileSync(join(this.work, 'page.keys'), `${filled.join('\n')}\n`);
  }

  #rows(statement) {
    return query(this.options.state, statement);
  }

  #write(name, requests) {
    writeFileSync(join(this.work, `${name}.grpc`), `${requests.map(hex).join('\n')}\n`);
  }
}

const organization = (id) => text(1, `organizations/${id}`);

// A service that starts bills the present month where that is still to do: nothing is measured beside it.
async function untilBilled(state) {
  const open = () => query(state, 'SELECT bills_made FROM bill_run WHERE state = 1')[0];
  for (let said = false; open() !== undefined; said = true) {
    if (!said) console.error('  waiting for the bills of the present month');
    await new Promise((wake) => setTimeout(wake, 1000));
  }
}

// --- the long work

// Bills of the first month of this year that the tree has none of: bills a second.
async function billRun(channel, questions, state) {
  const standards = query(state, 'SELECT year FROM dues_standard ORDER BY year DESC LIMIT 1')[0];
  if (!standards) return { skipped: 'no standards of dues are fixed in this state' };
  const billed = new Set(query(state, `SELECT month FROM bill_run WHERE organization_id = ${questions.root}`));
  const year = new Date().getFullYear();
  const months = Array.from({ length: new Date().getMonth() + 1 }, (_, i) => String(year * 100 + i + 1));
  const month = months.find((one) => !billed.has(one));
  if (!month) return { skipped: 'all months of this year are billed' };
  const started = Date.now();
  let run = await channel.ask(`${BILLS}/CreateBillRun`,
    organization(questions.root) + text(2, `${month.slice(0, 4)}-${month.slice(4)}`));
  run = await untilState(channel, `${BILLS}/GetBillRun`, textOf(run, 1), 4, [2]);
  const seconds = (Date.now() - started) / 1000;
  const bills = numberOf(run, 6);
  return { bills, seconds, rate: bills / seconds, withoutStandard: numberOf(run, 7) };
}

// The tables of this year up to yesterday for an organization and all below it.
async function statistics(channel, id) {
  const yesterday = new Date(Date.now() - 86400000);
  const day = (month, of) => number(1, yesterday.getFullYear()) + number(2, month) + number(3, of);
  const wanted = number(4, 3) + message(5, day(1, 1)) + message(6, day(yesterday.getMonth() + 1, yesterday.getDate()));
  const started = Date.now();
  // The request id finds the report again where the same day was measured before.
  let report = await channel.ask(`${REPORTS}/CreateStatisticsReport`,
    organization(id) + message(2, wanted) + text(3, `bench-${id}-${yesterday.toISOString().slice(0, 10)}`));
  await channel.ask(`${REPORTS}/ComputeStatisticsReport`, text(1, textOf(report, 1)));
  report = await untilState(channel, `${REPORTS}/GetStatisticsReport`, textOf(report, 1), 7, [3, 6]);
  if (numberOf(report, 7) === 6) throw new Error(`the report failed: ${textOf(report, 12)}`);
  return { seconds: (Date.now() - started) / 1000, organizations: numberOf(report, 8), differences: numberOf(report, 10) };
}

async function untilState(channel, method, name, field, wanted) {
  for (;;) {
    const fields = await channel.ask(method, text(1, name));
    if (wanted.includes(numberOf(fields, field))) return fields;
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

// --- the measurement

async function measure(options) {
  const port = (offset) => Number(options['base-port']) + offset;
  const bench = new Bench(options);
  const bearer = mint(options.state, [['organization_department', '0']]);
  const channel = new Channel(port(1), bearer);
  try {
    const questions = new Questions(options, channel);
    await untilBilled(options.state);
    await questions.prepare();
    console.error(`  ${questions.members} members; the county has ${await questions.count(questions.county)}`);
    const floor = await bench.floorServer();
    const [server, database] = [pidOf(options.state, 'membership'), pidOf(options.state, 'database')];
    bench.pinServers([server, database, floor.pid]);
    const requests = (file) => join(questions.work, `${file}.grpc`);
    for (const callers of options.callers.split(',').map(Number)) {
      bench.syncedWrites(`floor: ${SYNCED}@${callers}`, questions.work);
      bench.grpc('floor: do nothing', { port: floor.port, method: '/ronghe.bench.v1.FloorService/DoNothing', requests: requests('root'),
        callers, bearer, pids: [floor.pid] });
      for (const [name, select] of Object.entries(SELECTS)) {
        bench.select(`floor: ${name}`, { state: options.state, port: port(6), statement: select.of(questions.values),
          keys: join(questions.work, select.file), callers });
      }
      for (const { name, method, file } of FIGURES) {
        bench.grpc(name, { port: port(1), method, requests: requests(file), callers, bearer, pids: [server, database] });
      }
    }
    const work = options['long-work'] ? await longWork(channel, questions, options.state) : {};
    return { members: questions.members, results: bench.results, work, memory_mb: peakMemory(server), table: bench.table() };
  } finally {
    bench.stop();
  }
}

async function longWork(channel, questions, state) {
  const work = { 'statistics, county': { ...(await statistics(channel, questions.county)), limit: 3 } };
  if (questions.county !== questions.root) work['statistics, root'] = { ...(await statistics(channel, questions.root)), limit: 600 };
  work.bills = { ...(await billRun(channel, questions, state)), floor: 20000 };
  return work;
}

// Megabytes that a process has held at most.
const peakMemory = (pid) => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);

// --- what it comes to

// One line for each figure of a state: its p99 against its limit and its floor, and against the smaller state's.
export function verdicts(state, smaller) {
  const callers = [...new Set(Object.keys(state.results).map((name) => name.split('@')[1]))];
  return callers.flatMap((n) => FIGURES.map(({ name, limit, floor, commits }) => {
    const at = (figures, what) => figures?.results[`${what}@${n}`]?.p99_us;
    const [p99, before] = [at(state, name), at(smaller, name)];
    const below = at(state, `floor: ${floor}`) + (commits ? at(state, `floor: ${SYNCED}`) : 0);
    const verdict = { name: `${name} @${n}`, p99_ms: p99 / 1000, limit_ms: limit, over_floor: p99 / below };
    const alone = n === '1';
    verdict.kept = !alone || verdict.p99_ms <= limit;
    if (before) {
      verdict.growth = p99 / before;
      verdict.kept = verdict.kept && (!alone || verdict.growth <= GROWTH);
    }
    return verdict;
  }));
}

export function verdictLine({ name, p99_ms: p99, limit_ms: limit, over_floor: over, growth, kept }) {
  const grown = growth ? `  grown ${growth.toFixed(2)} (at most ${GROWTH})` : '';
  return `${name.padEnd(34)} p99 ${p99.toFixed(2).padStart(7)} ms (at most ${limit})  floor x ${over.toFixed(1)}${grown}${kept ? '' : '  MISSED'}`;
}

function workLine(name, { skipped, seconds, limit, organizations, differences, bills, rate, floor, withoutStandard }) {
  if (skipped) return `${name}: ${skipped}`;
  if (bills !== undefined) {
    return `${name}: ${bills} in ${seconds.toFixed(1)} s, ${rate.toFixed(0)}/s (at least ${floor}); ${withoutStandard} members have no standard`;
  }
  return `${name}: ${organizations} organizations in ${seconds.toFixed(1)} s (at most ${limit}); identities that don't hold: ${differences}`;
}

async function main() {
  const { values: options } = parseArgs({ options: {
    state: { type: 'string' }, build: { type: 'string' }, 'base-port': { type: 'string' }, seconds: { type: 'string', default: '5' },
    warmup: { type: 'string', default: '2' }, callers: { type: 'string', default: '1,16' }, cores: { type: 'string', default: 'pinned' },
    out: { type: 'string' }, than: { type: 'string' }, 'long-work': { type: 'boolean', default: false },
  } });
  const { table, ...figures } = await measure(options);
  const smaller = options.than ? JSON.parse(readFileSync(options.than, 'utf8')) : undefined;
  figures.verdicts = verdicts(figures, smaller);
  writeFileSync(options.out, `${JSON.stringify(figures, null, 1)}\n`);
  console.log(table);
  console.log(`\n${figures.verdicts.map(verdictLine).join('\n')}`);
  for (const [name, work] of Object.entries(figures.work)) console.log(workLine(name, work));
  console.log(`membership held at most ${figures.memory_mb} MB with ${figures.members} members`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
