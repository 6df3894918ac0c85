// A component speaks with one set of words: those of its page and those of every case together.
import type { Wording } from '@/text';
import caseWords from './text';

export function withCaseWords(words: Wording): Wording {
  return { 'zh-CN': { ...words['zh-CN'], ...caseWords['zh-CN'] }, en: { ...words.en, ...caseWords.en } };
}
