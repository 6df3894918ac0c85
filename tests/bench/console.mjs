// How heavy and how quick is the console? The bytes and the time of its first screen, and the time of a change of pages,
// in a real browser against a running suite, beside the time of a page that holds nothing.
//
//   RONGHE_STATE=… RONGHE_BASE_PORT=… node tests/bench/console.mjs [--as LOGIN] [--rounds N]
import { parseArgs } from 'node:util';
import { CONSOLE, go, launch, open, signIn } from '../console/browser.mjs';

const { values: options } = parseArgs({ options: { as: { type: 'string', default: 'county' }, rounds: { type: 'string', default: '5' } } });
const ROUNDS = Number(options.rounds);
const KB = 1024;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const line = (what, value, limit) => console.log(`${what.padEnd(46)} ${value.padStart(12)}   ${limit}`);

// Bytes that came over the wire for `work`, headers included.
async function bytesOf(page, work) {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  let bytes = 0;
  client.on('Network.loadingFinished', (event) => { bytes += event.encodedDataLength; });
  await work();
  await client.detach();
  return bytes;
}

// Milliseconds from the click on a link of the navigation until the other page stands on the screen with its heading.
const changeTo = (page, path) => page.evaluate((hash) => new Promise((done) => {
  const before = document.querySelector('main h1');
  const link = [...document.querySelectorAll(`nav a[href="${hash}"]`)].find((one) => one.offsetParent !== null);
  const started = performance.now();
  link.click();
  const look = () => {
    const heading = document.querySelector('main h1');
    const there = location.hash.startsWith(hash) && heading !== null && heading !== before;
    requestAnimationFrame(there ? () => setTimeout(() => done(performance.now() - started)) : look);
  };
  look();
}), `#${path}`);

const browser = await launch();
const empty = [];
const first = [];
const sizes = [];
for (let i = 0; i < ROUNDS; ++i) {
  const page = await open(browser); // its cache is empty
  let started = performance.now();
  await page.goto(`${CONSOLE}/console.json`);
  empty.push(performance.now() - started);
  sizes.push(await bytesOf(page, async () => {
    started = performance.now();
    await page.goto(`${CONSOLE}/`);
    await page.locator('#login-name').waitFor();
    first.push(performance.now() - started);
  }));
  await page.context().close();
}

const page = await open(browser);
const home = await bytesOf(page, () => signIn(page, options.as));
const [start, ...others] = await page.locator('nav a:visible').evaluateAll((links) => links.map((link) => [link.textContent.trim(), link.getAttribute('href').slice(1)]));
const changes = new Map();
for (let i = 0; i <= ROUNDS; ++i) {
  for (const [title, path] of [...others, start]) {
    // The first time a page also loads its own chunk.
    changes.set(title, [...(changes.get(title) ?? []), await changeTo(page, path)]);
    await go(page, path);
  }
}
await browser.close();

line('an empty page', `${median(empty).toFixed(0)} ms`, 'the floor');
line('first screen', `${median(first).toFixed(0)} ms`, `1,500 ms; ${(median(first) / median(empty)).toFixed(1)} × the floor`);
line('first screen, over the wire', `${(median(sizes) / KB).toFixed(0)} KB`, '300 KB');
line('up to the home page, over the wire', `${(home / KB).toFixed(0)} KB`, 'with the answers of the API');
for (const [title, times] of changes) {
  line(`to ${title}`, `${median(times.slice(1)).toFixed(0)} ms`, `300 ms; ${times[0].toFixed(0)} ms the first time`);
}
