// What in a script do the oldest browsers not know? Globals, members of well-known objects, methods, events, and the
// elements and attributes that templates make. Syntax is what Vite writes anew for its targets.
//
// A script says nothing of types: a method counts when no kind of object in these browsers has one of its name.
import { parseAst } from 'vite';
import { data, lacks } from './oldest.mjs';

const { api, html, javascript: { builtins } } = data;
const SINGLES = {
  window: 'Window', document: 'Document', navigator: 'Navigator', crypto: 'Crypto', location: 'Location', history: 'History',
  performance: 'Performance', screen: 'Screen', localStorage: 'Storage', sessionStorage: 'Storage', clipboard: 'Clipboard',
};
const parts = (feature) => Object.entries(feature).filter(([name]) => name !== '__compat');

// Whose methods count: what scripts deal with every day. Names of rarer ones are words of everybody.
const OWNERS = [
  ...['Array', 'String', 'RegExp', 'Promise', 'Date', 'Number', 'Map', 'TypedArray', 'ArrayBuffer'].map((name) => builtins[name]),
  ...['Blob', 'Crypto', 'CSSStyleSheet', 'Document', 'DocumentFragment', 'DOMTokenList', 'Element', 'ElementInternals', 'Event',
    'EventTarget', 'File', 'FormData', 'Headers', 'HTMLElement', 'HTMLFormElement', 'HTMLInputElement', 'HTMLSelectElement', 'Node',
    'Range', 'ReadableStream', 'Request', 'Response', 'Selection', 'ShadowRoot', 'Storage', 'URL', 'URLSearchParams',
    'Window'].map((name) => api[name]),
];

// Names that our browsers know of none of `owners`, with what they ask for.
function newNames(owners, pick) {
  const names = new Map();
  for (const [key, feature] of owners.flatMap(parts)) {
    const name = pick(key);
    if (name && names.get(name) !== '') names.set(name, lacks(feature));
  }
  return new Map([...names].filter(([, asks]) => asks));
}
const EVERYBODY = [...Object.values(api), ...Object.values(builtins)].filter((owner) => owner.__compat && !lacks(owner));
const method = (key) => (/_(static|event)$|^@@/.test(key) ? '' : key);
const WANTED = newNames(OWNERS, method);
const METHODS = new Map([...newNames(EVERYBODY, method)].filter(([name]) => WANTED.has(name)));
const EVENTS = newNames(EVERYBODY, (key) => /^(.*)_event$/.exec(key)?.[1]);

const at = (object, name) => (object && Object.hasOwn(object, name) ? object[name] : undefined);
const global = (name) => at(api, name) ?? at(builtins, name) ?? at(api.Window, name);
const memberOf = (object, name) =>
  at(at(api, at(SINGLES, object)), name) ?? at(at(api, object), `${name}_static`) ?? at(at(builtins, object), name);

/** [{ feature: 'Object.hasOwn', asks: 'Chrome 93, Firefox 92', where: 'Object.hasOwn(a, b)' }, ...] */
export function scriptFindings(text) {
  const found = [];
  const program = parseAst(text, { lang: 'js' });
  const own = declared(program);
  const say = (feature, asks, node) => {
    if (asks) found.push({ feature, asks, where: text.slice(node.start, Math.min(node.end, node.start + 90)).replace(/\s+/g, ' ') });
  };
  walk(program, null, (node, parent) => {
    if (node.type === 'Identifier' && refers(node, parent) && !own.has(node.name)) say(node.name, lacks(global(node.name)), parent);
    else if (node.type === 'MemberExpression' && !node.computed) ofMember(node, parent, own, say);
    else if (node.type === 'CallExpression') ofCall(node, say);
    else if (node.type === 'Literal' && node.regex) ofExpression(node, say);
  });
  return found;
}

function walk(node, parent, visit) {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one && typeof one.type === 'string') walk(one, node, visit);
  }
}

// Every name that a script gives to something.
function declared(program) {
  const names = new Set();
  const bind = (pattern) => walk(pattern, null, (node) => { if (node.type === 'Identifier') names.add(node.name); });
  walk(program, null, (node) => {
    if (node.type === 'VariableDeclarator') bind(node.id);
    else if (/Function|Class/.test(node.type)) [node.id, ...(node.params ?? [])].filter(Boolean).forEach(bind);
    else if (/^Import.*Specifier$/.test(node.type)) bind(node.local);
    else if (node.type === 'CatchClause' && node.param) bind(node.param);
  });
  return names;
}

// Does an identifier name a variable, and not only ask whether there is one?
function refers(node, parent) {
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed;
  if (parent.type === 'Property' || /^(Method|Property)Definition$/.test(parent.type)) return parent.value === node;
  if (parent.type === 'UnaryExpression') return parent.operator !== 'typeof';
  return !/Label|Break|Continue|Specifier$|MetaProperty/.test(parent.type);
}

// Flags of regular expressions: d since Chrome 90 and Firefox 88, v since 112 and 116.
function ofExpression(node, say) {
  if (/[dv]/.test(node.regex.flags)) say(`/regular expression/${node.regex.flags}`, 'newer ones', node);
}

function ofMember(node, parent, own, say) {
  const { object, property: { name } } = node;
  const known = object.type === 'Identifier' && !own.has(object.name) ? object.name
    : object.type === 'MemberExpression' && !object.computed && Object.hasOwn(SINGLES, object.property.name) ? object.property.name : '';
  const feature = known && memberOf(known, name);
  if (feature) say(`${known}.${name}`, lacks(feature), node);
  else if (parent.type === 'CallExpression' && parent.callee === node) say(`.${name}`, METHODS.get(name), parent);
}

// What an object has by name, also one that Vue puts together of several.
function properties(node) {
  if (node?.type === 'CallExpression' && node.callee.name === 'mergeProps') return node.arguments.flatMap(properties);
  return node?.type === 'ObjectExpression' ? node.properties.filter((one) => one.key) : [];
}

function ofCall(node, say) {
  const [first, second] = node.arguments;
  const name = node.callee.name ?? node.callee.property?.name ?? '';
  if (name === 'addEventListener' && first?.type === 'Literal') say(`event ${first.value}`, EVENTS.get(first.value), node);
  if (!/^(createElement(VNode|Block)?|createBaseVNode|h)(\$\d+)?$/.test(name) || typeof first?.value !== 'string') return;
  const element = at(html.elements, first.value);
  say(`<${first.value}>`, lacks(element), node);
  for (const { key, value } of properties(second)) {
    const attribute = String(key.name ?? key.value).toLowerCase();
    if (attribute.startsWith('on')) say(`event ${attribute.slice(2)}`, EVENTS.get(attribute.slice(2)), node);
    say(`<${first.value} ${attribute}>`, lacks(at(element, attribute) ?? at(html.global_attributes, attribute)), node);
    if (attribute !== 'type' || value.type !== 'Literal') continue;
    say(`<${first.value} type=${value.value}>`, lacks(at(element, `type_${value.value}`)), node);
  }
}
