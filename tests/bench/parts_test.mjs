// Do the hand-made requests, their answers, and the verdicts come out right?

import assert from 'node:assert/strict';
import { createServer } from 'node:http2';
import { test } from 'node:test';
import { verdictLine, verdicts } from './membership.mjs';
import { Channel, fieldsOf, hex, message, number, numberOf, text, textOf, valuesOf } from './parts.mjs';

test('a request is written as Protobuf says', () => {
  assert.equal(hex(text(1, 'organizations/7') + number(2, 300)), `0a0f${Buffer.from('organizations/7').toString('hex')}10ac02`);
  assert.equal(hex(text(2, '党')), '1203e5859a');
});

test('an answer is read back: text, large numbers, repeated messages', () => {
  const member = text(1, 'members/385644141788270592');
  const fields = fieldsOf(Buffer.from(message(1, member) + message(1, member) + text(2, '下一页') + number(3, 5600000000), 'latin1'));
  assert.deepEqual(valuesOf(fields, 1).map((one) => textOf(fieldsOf(one), 1)), Array(2).fill('members/385644141788270592'));
  assert.equal(textOf(fields, 2), '下一页');
  assert.equal(numberOf(fields, 3), 5600000000);
  assert.equal(numberOf(fields, 9), 0);
  assert.equal(textOf(fields, 9), '');
});

test('a channel asks with its token and tells a refusal from an answer', async () => {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    const known = headers.authorization === 'Bearer token' && headers[':path'] === '/a.B/C';
    stream.on('wantTrailers', () => stream.sendTrailers(known ? { 'grpc-status': '0' } : { 'grpc-status': '7', 'grpc-message': 'no' }));
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => stream.end(known ? Buffer.concat(parts) : undefined)); // says back what was asked
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const channel = new Channel(server.address().port, 'token');
  try {
    assert.equal(textOf(await channel.ask('/a.B/C', text(1, 'x'.repeat(40000))), 1), 'x'.repeat(40000));
    await assert.rejects(channel.ask('/a.B/D', ''), /\/a\.B\/D: 7 no/);
  } finally {
    server.close();
  }
});

// Figures in which everything takes `micros`, and the floors one millisecond.
function figures(micros, callers = 1) {
  const names = ['search by identity number', 'county page, first', 'county page, far in', 'counts, root', 'counts, county', 'counts, branch'];
  const floors = ['synced write', 'row by identity', 'rows of a page', 'do nothing'];
  return { results: Object.fromEntries([...names.map((name) => [`${name}@${callers}`, { p99_us: micros }]),
    ...floors.map((name) => [`floor: ${name}@${callers}`, { p99_us: 1000 }])]) };
}
const missed = (list) => list.filter(({ kept }) => !kept).map(({ name }) => name);

test('a limit is kept up to its figure and missed above it', () => {
  assert.deepEqual(missed(verdicts(figures(5000))), []);
  assert.deepEqual(missed(verdicts(figures(5001))),
    ['search by identity number @1', 'counts, root @1', 'counts, county @1', 'counts, branch @1']);
  assert.equal(missed(verdicts(figures(20001))).length, 6);
});

test('a search is held against its row and the write that records it', () => {
  const [search, page] = verdicts(figures(4000));
  assert.equal(search.over_floor, 2);
  assert.equal(page.over_floor, 4);
});

test('what grows by more than half is missed', () => {
  assert.deepEqual(missed(verdicts(figures(1500), figures(1000))), []);
  const grown = verdicts(figures(1501), figures(1000));
  assert.equal(missed(grown).length, 6);
  assert.match(verdictLine(grown[0]), /grown 1\.50 \(at most 1\.5\) {2}MISSED$/);
});

test('the limits are those of a caller who is alone', () => {
  assert.deepEqual(missed(verdicts(figures(50000, 16), figures(1000, 16))), []);
});
