// What in a style sheet do the oldest browsers not know? Properties, their words and functions, units, selectors, rules and
// media features. What stands there a second time in a way that they know is no finding.
import postcss from 'postcss';
import { data, lacks, oldest } from './oldest.mjs';

const { properties, selectors, types, 'at-rules': rules } = data.css;
const VIEWPORT = { d: 'viewport_percentage_units_dynamic', s: 'viewport_percentage_units_small', l: 'viewport_percentage_units_large' };
const OTHER = 'another make';
// Names of selectors before they had one that all know, and who knows them.
const ANY = { '-webkit-any': 'chrome', '-moz-any': 'firefox', '-moz-focusring': 'firefox' };

/** [{ feature: 'css.properties.inset', asks: 'Chrome 87', where: 'a.b' }, ...] */
export function styleFindings(text) {
  const found = [];
  const say = (path, asks, where) => { if (asks) found.push({ feature: `css.${path}`, asks, where }); };
  postcss.parse(text).walk((node) => {
    if (node.type === 'atrule') ofAtRule(node, say);
    else if (node.type === 'rule') ofRule(node, say);
    else if (node.type === 'decl') ofDeclaration(node, say);
  });
  return found;
}

// Boxes in the margin of a printed page, which the data does not list.
const MARGIN_BOX = { __compat: { support: { chrome: { version_added: '131' }, firefox: { version_added: false } } } };

function ofAtRule(node, say) {
  const name = node.name.toLowerCase();
  if (name.startsWith('-')) return;
  if (node.parent.name === 'page') return say(`at-rules.page.${name}`, lacks(rules.page[name] ?? MARGIN_BOX), node.parent.params);
  say(`at-rules.${name}`, rules[name] ? lacks(rules[name]) : 'an unknown rule', node.params);
  if (name !== 'media') return;
  for (const [, feature] of node.params.matchAll(/\(\s*([a-z-]+)\s*[:)]/g)) {
    const plain = feature.replace(/^(min|max)-/, '');
    say(`at-rules.media.${plain}`, lacks(rules.media[plain]), node.params);
  }
  if (/[<>]/.test(node.params)) say('at-rules.media.range_syntax', lacks(rules.media.range_syntax), node.params);
}

// The pseudo-classes and pseudo-elements of a selector: [name, has a list].
function pseudos(selector) {
  return [...selector.matchAll(/::?(-?[a-z][a-z-]*)(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?/g)]
    .flatMap(([, name, inner = '']) => [[name, /,/.test(inner.replace(/\([^()]*\)/g, ''))], ...pseudos(inner)]);
}

// What one of the browsers does not know of a selector: { path: asks }.
function selectorLacks(selector, browser) {
  const missing = {};
  for (const [name, list] of pseudos(selector)) {
    if (/::-webkit-scrollbar/.test(selector) && !selectors[name]) continue;   // has states of its own
    if (name in ANY || name.startsWith('-')) {
      if ((ANY[name] ?? (/^-moz/.test(name) ? 'firefox' : 'chrome')) !== browser.kind) missing[`selectors.${name}`] = OTHER;
      continue;
    }
    const asks = selectors[name] ? lacks(selectors[name], [browser]) : 'an unknown selector';
    if (asks) missing[`selectors.${name}`] = asks;
    if (list && name === 'not') missing['selectors.not.selector_list'] = lacks(selectors.not.selector_list, [browser]);
  }
  if (/(^|[^\\])&/.test(selector)) missing['selectors.nesting'] = lacks(selectors.nesting, [browser]);
  return Object.fromEntries(Object.entries(missing).filter(([, asks]) => asks));
}

const body = (rule) => rule.nodes.map(String).join(';');

function ofRule(rule, say) {
  if (rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name)) return;
  if (rule.parent.type === 'rule') say('selectors.nesting', lacks(selectors.nesting), rule.selector);
  for (const browser of oldest) {
    const missing = Object.entries(selectorLacks(rule.selector, browser));
    if (missing.length === 0 || hasTwin(rule, browser)) continue;
    // A selector that is made for one make is nothing for the others, unless they lose what stands beside it.
    const loses = rule.selectors.some((one) => Object.keys(selectorLacks(one, browser)).length === 0);
    for (const [path, asks] of missing) if (asks !== OTHER || loses) say(path, asks, rule.selector);
  }
}

// Does a rule beside this one say the same with a selector that the browser knows?
function hasTwin(rule, browser) {
  return rule.parent.nodes.some((one) => one.type === 'rule' && one !== rule && stem(one.selector) === stem(rule.selector)
    && body(one) === body(rule) && Object.keys(selectorLacks(one.selector, browser)).length === 0);
}

// A selector without the names that it may be written with.
const stem = (selector) => selector.replace(/:(is|-webkit-any|-moz-any)\b/g, ':any').replace(/:-moz-focusring/g, ':focus-visible');

function ofDeclaration(node, say) {
  const name = node.prop.toLowerCase();
  const where = `${node.parent.selector ?? node.parent.name} { ${name}: ${node.value} }`;
  if (!name.startsWith('-')) {
    const known = (node.parent.type === 'atrule' ? rules[node.parent.name]?.[name] : undefined) ?? properties[name];
    const asked = oldest.filter(({ kind }) => !hasPrefixed(node, name, kind));
    say(`properties.${name}`, known ? lacks(known, asked) : 'an unknown property', where);
  }
  const values = valueLacks(name, node.value);
  if (values.length === 0 || hasPlainer(node, name)) return;
  for (const [path, asks] of values) say(path, asks, where);
}

function valueLacks(name, value) {
  const plain = value.replace(/"[^"]*"|'[^']*'|url\([^)]*\)/g, '""').toLowerCase();
  const words = name.startsWith('--') ? [] : plain.match(/(?<![\w-])[a-z][a-z-]*(?![\w(-])/g) ?? [];
  const functions = [...plain.matchAll(/(?<![\w-])([a-z][a-z-]*)\(/g)].map((one) => one[1]);
  const units = [...plain.matchAll(/(?<![\w#-])[\d.]+([a-z]+)/g)].map((one) => one[1]);
  return [
    ...words.map((word) => [`properties.${name}.${word}`, properties[name]?.[word]]),
    ...functions.map((one) => [`types.${one}`, types[one] ?? types.color[one] ?? types.gradient[one] ?? types['easing-function'][one]]),
    ...units.map((one) => [`types.length.${one}`, types.length[unitKey(one)]]),
  ].map(([path, feature]) => [path, lacks(feature)]).filter(([, asks]) => asks);
}

function unitKey(unit) {
  const [, viewport, container] = /^(?:([dsl])v|(cq))(?:[whbi]|min|max)$/.exec(unit) ?? [];
  return viewport ? VIEWPORT[viewport] : container ? 'container_query_length_units' : unit;
}

// Does the same rule set the property under a name that it had before?
const hasPrefixed = (node, name, kind) => (kind === 'firefox' ? ['-moz-', '-webkit-'] : ['-webkit-'])
  .some((prefix) => node.parent.nodes.some((one) => one.prop === prefix + name));

// Is the property set before, in the same rule, to what all know?
function hasPlainer(node, name) {
  return node.parent.nodes.slice(0, node.parent.index(node)).some((one) => one.type === 'decl' && one.prop.toLowerCase() === name
    && valueLacks(name, one.value).length === 0);
}
