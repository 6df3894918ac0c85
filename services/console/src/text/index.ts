// In which words does the console speak? Chinese first; English is a second message file. A page brings its own words:
// `const { t } = useText(words)`, where `words` has the same keys in both languages; what is not among them is looked up
// in the common ones.
import type { WritableComputedRef } from 'vue';
import { createI18n, useI18n } from 'vue-i18n';
import en from './en';
import zhCN from './zh-CN';

export type Locale = 'zh-CN' | 'en';

const STORED = 'ronghe.locale';

type Words = { [key: string]: string | Words };
/** The words of one part of the console: the same keys in both languages. */
export interface Wording<T extends Words = Words> {
  'zh-CN': T;
  en: T;
}

export const i18n = createI18n({
  legacy: false,
  locale: localStorage.getItem(STORED) === 'en' ? 'en' : 'zh-CN',
  fallbackLocale: 'zh-CN',
  missingWarn: false,
  fallbackWarn: false,
  messages: { 'zh-CN': zhCN, en },
});

export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale;
  localStorage.setItem(STORED, locale);
  document.documentElement.lang = locale;
}

interface Text {
  /** The words of a key, with what stands in {braces} put in. */
  t: (key: string, named?: Record<string, unknown>) => string;
  locale: WritableComputedRef<string>;
}

export function useText(words?: Wording): Text {
  const options = words === undefined
    ? { useScope: 'global' }
    : { useScope: 'local', inheritLocale: true, fallbackRoot: true, messages: words };
  return useI18n(options as object) as unknown as Text;
}
