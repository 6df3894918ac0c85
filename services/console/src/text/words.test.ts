import { describe, expect, it } from 'vitest';
import en from './en';
import zhCN from './zh-CN';

type Words = { [key: string]: string | Words };
type Wording = { 'zh-CN': Words; en: Words };

// "key {hole} {hole}" of every word.
function shape(words: Words, before = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [[before + key, ...(value.match(/\{\w+\}/g) ?? []).sort()].join(' ')] : shape(value, `${before}${key}.`));
}

const files = import.meta.glob<{ default?: Partial<Wording> }>('../**/{text,words,*Text,*Words}.ts', { eager: true });
const wordings: [string, Wording][] = [['the common words', { 'zh-CN': zhCN, en }],
  ...Object.entries(files).filter(([, file]) => file.default?.en !== undefined).map(([path, file]): [string, Wording] => [path, file.default as Wording])];

describe('words', () => {
  it.each(wordings)('of %s are there in both languages, with the same holes', (_, wording) => {
    expect(shape(wording.en).sort()).toEqual(shape(wording['zh-CN']).sort());
  });
  it('are found', () => {
    expect(wordings.length).toBeGreaterThan(8);
  });
});
