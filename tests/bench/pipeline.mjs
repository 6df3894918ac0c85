// What does the pipeline cost? CPU time of the server per call that does nothing, with the token verified, the scope
// checked and nothing to refuse, over the same call through the same server without any stage.
//
//   node tests/bench/pipeline.mjs --build DIR [--seconds 5] [--rounds 5] [--callers 16] [--cores pinned|shared]
//
// Both servers take turns; the medians count. Pinned, the server has core 0 and the load core 1. Exit status 1 when the
// aim is missed.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const AIM_MICROS = 60;

const { values: options } = parseArgs({ options: {
  build: { type: 'string' }, seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '5' },
  callers: { type: 'string', default: '16' }, cores: { type: 'string', default: 'pinned' } } });
const pinned = options.cores === 'pinned';
const onCore = (core, program, args) => (pinned ? ['taskset', ['-c', String(core), program, ...args]] : [program, args]);

const work = mkdtempSync(join(tmpdir(), 'ronghe-pipeline-'));
const servers = [];

async function start(passThrough) {
  const server = spawn(...onCore(0, join(options.build, 'bin/ronghe-bench-floor-server'), [`--pass_through=${passThrough}`]),
    { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  let said = '';
  while (said.split('\n').length < 3) said += await new Promise((resolve) => server.stdout.once('data', (d) => resolve(String(d))));
  const [port, token] = said.split('\n');
  return { pid: String(server.pid), port, token };
}

function micros({ pid, port, token }) {
  const figure = JSON.parse(execFileSync(...onCore(1, join(options.build, 'bin/ronghe-bench-load'), ['--door=grpc', `--port=${port}`,
    '--method=/ronghe.bench.v1.FloorService/DoNothingGuarded', `--requests=${join(work, 'requests')}`, `--callers=${options.callers}`,
    `--bearer=${token}`, `--pids=${pid}`, `--seconds=${options.seconds}`, '--warmup=1']), { encoding: 'utf8' }));
  if (figure.errors > 0 || figure.ops === 0) throw new Error(`the server refused: ${JSON.stringify(figure)}`);
  return figure.cpu_us_per_call;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

async function main() {
  // Branches of the county that the server knows; "organizations/N" as field 1.
  const hex = (text) => Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]).toString('hex');
  writeFileSync(join(work, 'requests'), `${Array.from({ length: 400 }, (_, i) =>
    hex(`organizations/${1000 + (2 + Math.floor(i / 20)) * 100 + (i % 20)}`)).join('\n')}\n`);
  const floor = await start(true);
  const whole = await start(false);
  const costs = { floor: [], whole: [] };
  for (let round = 0; round < Number(options.rounds); round += 1) {
    costs.floor.push(micros(floor));
    costs.whole.push(micros(whole));
  }
  const [below, above] = [median(costs.floor), median(costs.whole)];
  const cost = above - below;
  console.log(`pass-through floor   ${below.toFixed(1)} µs of CPU a call`);
  console.log(`whole pipeline       ${above.toFixed(1)} µs of CPU a call`);
  console.log(`the pipeline costs   ${cost.toFixed(1)} µs (aim: at most ${AIM_MICROS})`);
  return cost <= AIM_MICROS ? 0 : 1;
}

main().then((status) => { process.exitCode = status; }).finally(() => {
  servers.forEach((server) => server.kill());
  rmSync(work, { recursive: true });
});
