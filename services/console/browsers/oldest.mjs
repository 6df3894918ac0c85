// Which browsers must be able to show the console, and do they know a feature? The browsers are the targets of
// vite.config.ts; what each of them knows is told by MDN's browser compatibility data.
import { createRequire } from 'node:module';
import config from '../vite.config.ts';

export const data = createRequire(import.meta.url)('@mdn/browser-compat-data');

const TITLES = { chrome: 'Chrome', firefox: 'Firefox' };

/** The oldest of each kind: [{ kind: 'chrome', version: 87 }, ...]. */
export const oldest = config.build.target.map((one) => {
  const [, kind, version] = /^([a-z]+)(\d+)$/.exec(one);
  return { kind, version: Number(version) };
});

// The version from which on a browser knows a feature by its own name, without a setting: 0 when this one does already,
// Infinity when none does. A feature that is not whole counts.
function since({ support }, { kind, version }) {
  const number = (text, otherwise) => (typeof text === 'string' ? parseFloat(text.replace('≤', '')) || Infinity : otherwise);
  const known = [support[kind] ?? []].flat().filter((one) => !one.flags && !one.prefix && !one.alternative_name)
    .map((one) => [number(one.version_added, Infinity), number(one.version_removed, Infinity)]);
  if (known.some(([from, to]) => from <= version && version < to)) return 0;
  return Math.min(...known.map(([from]) => from).filter((from) => from > version));
}

/** What a feature of the data asks for that our browsers are not: 'Chrome 88, Firefox 84', or '' when all know it. */
export function lacks(feature, browsers = oldest) {
  if (!feature?.__compat) return '';
  return browsers.map((browser) => {
    const first = since(feature.__compat, browser);
    if (first === 0) return '';
    return first === Infinity ? `no ${TITLES[browser.kind]}` : `${TITLES[browser.kind]} ${first}`;
  }).filter(Boolean).join(', ');
}
