import { describe, expect, it } from 'vitest';
import { readParts } from './parts';

function stream(...chunks: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
}
async function all(from: ReadableStream<Uint8Array>) {
  const parts = [];
  for await (const part of readParts(from)) parts.push([String.fromCharCode(...part.bytes), part.rowCount]);
  return parts;
}

describe('a download', () => {
  it('is put together from lines that come in any pieces', async () => {
    const text = `{"content":"${btoa('ab')}"}\n{"content":"${btoa('c')}","rowCount":"3"}\n`;
    expect(await all(stream(text.slice(0, 9), text.slice(9, 30), text.slice(30)))).toEqual([['ab', null], ['c', '3']]);
  });
  it('says how it failed', async () => {
    const line = JSON.stringify({ error: { code: 400, status: 'FAILED_PRECONDITION', message: '已过期' } });
    await expect(all(stream(`${line}\n`))).rejects.toMatchObject({ trouble: 'refused', message: '已过期' });
    await expect(all(stream(`{"content":"${btoa('ab')}"}\n`))).rejects.toMatchObject({ trouble: 'offline' });
  });
});
