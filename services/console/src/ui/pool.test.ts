import { describe, expect, it } from 'vitest';
import { readEach } from './pool';

const soon = () => new Promise((wake) => setTimeout(wake, 1));

describe('reading for each', () => {
  it('keeps the order and the limit, and tells how far it is', async () => {
    let running = 0;
    let most = 0;
    const heard: number[] = [];
    const answers = await readEach([1, 2, 3, 4, 5, 6], async (n) => {
      most = Math.max(most, ++running);
      await soon();
      running -= 1;
      return n * n;
    }, (done) => heard.push(done), () => true, 2);
    expect(answers).toEqual([1, 4, 9, 16, 25, 36]);
    expect(most).toBe(2);
    expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await readEach([], soon)).toEqual([]);
  });
  it('ends with the first failure, and when nobody waits any more', async () => {
    let asked = 0;
    await expect(readEach([1, 2, 3, 4], async (n) => {
      asked += 1;
      await soon();
      if (n === 1) throw new Error('no');
    }, undefined, undefined, 1)).rejects.toThrow('no');
    expect(asked).toBe(1);
    asked = 0;
    await readEach([1, 2, 3], async () => { asked += 1; }, undefined, () => asked < 2, 1);
    expect(asked).toBe(2);
  });
});
