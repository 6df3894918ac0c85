// Does the console use only what the oldest browsers know? It is built as for them, and everything that the build has of
// scripts and styles, the libraries' too, is looked up.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { allowed } from './allowed.mjs';
import { oldest } from './oldest.mjs';
import { scriptFindings } from './scripts.mjs';
import { styleFindings } from './styles.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const names = (found) => [...new Set(found.map((one) => one.feature))];

describe('what is built', () => {
  let found;
  beforeAll(async () => {
    process.env.NODE_ENV = 'production';
    // Scripts keep their names, so that what is not known can be told from it; styles are written anew for the targets.
    const { output } = await build({ root: ROOT, logLevel: 'error', build: { write: false, minify: false, cssMinify: true } });
    found = output.flatMap((file) => {
      if (file.type === 'chunk') return scriptFindings(file.code).map((one) => ({ ...one, file: file.fileName }));
      return file.fileName.endsWith('.css') ? styleFindings(String(file.source)).map((one) => ({ ...one, file: file.fileName })) : [];
    });
  }, 120000);

  it('asks the browsers for nothing that they do not know', () => {
    const may = ({ feature, where }) => allowed[feature]?.[0].test(where);
    const said = found.filter((one) => !may(one)).map(({ feature, asks, file, where }) => `${feature}: ${asks}\n  ${file}: ${where}`);
    expect(said).toEqual([]);
  });

  it('needs every exception', () => {
    expect(Object.keys(allowed).filter((feature) => !names(found).includes(feature))).toEqual([]);
  });
});

describe('the check', () => {
  it('knows the browsers', () => {
    expect(oldest).toEqual([{ kind: 'chrome', version: 87 }, { kind: 'firefox', version: 78 }]);
  });

  it.each([
    ['structuredClone(a)', 'structuredClone'],
    ['Object.hasOwn(a, b)', 'Object.hasOwn'],
    ['Object.groupBy(a, b)', 'Object.groupBy'],
    ['new WeakRef(a)', 'WeakRef'],
    ['crypto.randomUUID()', 'crypto.randomUUID'],
    ['window.crypto.randomUUID()', 'crypto.randomUUID'],
    ['AbortSignal.timeout(1)', 'AbortSignal.timeout'],
    ['new Intl.Segmenter()', 'Intl.Segmenter'],
    ['a.at(-1)', '.at'],
    ['a.findLast(b)', '.findLast'],
    ['a.toSorted()', '.toSorted'],
    ['input.showPicker()', '.showPicker'],
    ['a.addEventListener("scrollend", b)', 'event scrollend'],
    ['createElementBlock("dialog")', '<dialog>'],
    ['createElementVNode("div", { inert: "" })', '<div inert>'],
    ['createBaseVNode("input", { type: "month" })', '<input type=month>'],
    ['/a/v', '/regular expression/v'],
  ])('finds %s', (text, feature) => expect(names(scriptFindings(text))).toContain(feature));

  it.each(['Object.entries(a)', 'a.replaceAll("b", "c")', 'typeof structuredClone', 'const at = {}; at.b()', 'new ResizeObserver(a)',
    'a.replaceChildren()', 'const structuredClone = 1; structuredClone', 'x = { structuredClone: 1 }',
    'createElementBlock("input", { type: "date" })',
  ])('lets %s pass', (text) => expect(names(scriptFindings(text))).toEqual([]));

  it.each([
    ['a:has(b) { color: red }', 'css.selectors.has'],
    ['a:is(b, c) { color: red }', 'css.selectors.is'],
    ['a:where(b) { color: red }', 'css.selectors.where'],
    ['a:not(.b, .c) { color: red }', 'css.selectors.not.selector_list'],
    ['a:focus-visible { color: red }', 'css.selectors.focus-visible'],
    ['a, b::-moz-c { color: red }', 'css.selectors.-moz-c'],
    ['a { b { color: red } }', 'css.selectors.nesting'],
    ['a { aspect-ratio: 1 }', 'css.properties.aspect-ratio'],
    ['a { rotate: 1deg }', 'css.properties.rotate'],
    ['a { scrollbar-gutter: stable }', 'css.properties.scrollbar-gutter'],
    ['a { text-wrap: balance }', 'css.properties.text-wrap'],
    ['a { content-visibility: auto }', 'css.properties.content-visibility'],
    ['a { overflow: clip }', 'css.properties.overflow.clip'],
    ['a { color: color-mix(in srgb, red, blue) }', 'css.types.color-mix'],
    ['a { height: 100dvh }', 'css.types.length.dvh'],
    ['@layer a { b { color: red } }', 'css.at-rules.layer'],
    ['@container (min-width: 1px) { b { color: red } }', 'css.at-rules.container'],
    ['@media (width > 1px) { b { color: red } }', 'css.at-rules.media.range_syntax'],
  ])('finds %s', (text, feature) => expect(names(styleFindings(text))).toContain(feature));

  it.each(['a::-moz-b { color: red }', 'a { inset: 0; gap: 4px; display: grid }', 'a { width: min(1px, 2%) }',
    'a { height: 100vh; height: 100dvh }',
    'a { -webkit-mask: none; mask: none }', 'a:-moz-focusring { color: red } a:focus-visible { color: red }',
    '@media (pointer: coarse) and (max-width: 760px) { a::before { content: ":has(" } }',
  ])('lets %s pass', (text) => expect(names(styleFindings(text))).toEqual([]));
});
