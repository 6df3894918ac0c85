// What would a user write instead? The same two reads on the same table with Fastify and mysql2: the same token checked,
// the same scope checked, answers by a compiled serializer. The benchmark holds the suite's HTTP door against it.
//
// Environment: PEER_PORT, PEER_TOOLS (folder of the npm packages), PEER_DB_PORT, PEER_DB_USER, PEER_DB_PASSWORD_FILE,
// PEER_TOKEN_KEY (PEM public key of the token issuer), PEER_ROLES (comma-separated roles that may read members).

import { createRequire } from 'node:module';
import { createPublicKey, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

// Node 18, Debian 12's own, keeps it to itself; jose needs it.
globalThis.crypto ??= webcrypto;
const require = createRequire(`${process.env.PEER_TOOLS}/`);
const fastify = require('fastify')({ logger: false });
const mysql = require('mysql2/promise');
const { jwtVerify } = require('jose');

const pool = mysql.createPool({
  host: '127.0.0.1',
  port: Number(process.env.PEER_DB_PORT),
  user: process.env.PEER_DB_USER,
  password: readFileSync(process.env.PEER_DB_PASSWORD_FILE, 'utf8').trim(),
  database: 'ronghe_membership',
  connectionLimit: 16,
  supportBigNumbers: true,
  bigNumberStrings: true,
  dateStrings: true,
});
const key = createPublicKey(readFileSync(process.env.PEER_TOKEN_KEY));
const readers = new Set(process.env.PEER_ROLES.split(','));

// The tree, parent by organization, and the branches below each, in order.
const parents = new Map();
const children = new Map();
for (const row of (await pool.query('SELECT id, parent_id FROM organization ORDER BY parent_id, sort, id'))[0]) {
  parents.set(row.id, row.parent_id);
  if (!children.has(row.parent_id)) children.set(row.parent_id, []);
  children.get(row.parent_id).push(row.id);
}
function subtree(id, into = []) {
  into.push(id);
  for (const child of children.get(id) ?? []) subtree(child, into);
  return into;
}
const subtrees = new Map();

// A token is verified once and remembered until it ends.
const verified = new Map();
async function grantsOf(request, reply) {
  const token = (request.headers.authorization ?? '').slice(7);
  let known = verified.get(token);
  if (!known || known.exp * 1000 < Date.now()) {
    try {
      known = (await jwtVerify(token, key, { algorithms: ['ES256'], issuer: 'ronghe-gateway', audience: 'ronghe' })).payload;
    } catch {
      reply.code(401);
      return null;
    }
    if (verified.size > 10000) verified.clear();
    verified.set(token, known);
  }
  return known.grants;
}
function mayRead(grants, organization) {
  for (let at = organization; at && at !== '0'; at = parents.get(at)) {
    if (grants.some(([role, id]) => readers.has(role) && (id === at || id === '0'))) return true;
  }
  return false;
}

const date = { type: 'object', properties: { year: { type: 'integer' }, month: { type: 'integer' }, day: { type: 'integer' } } };
const member = {
  type: 'object',
  properties: { name: { type: 'string' }, fullName: { type: 'string' }, gender: { type: 'integer' }, ethnicity: { type: 'string' },
    education: { type: 'string' }, organization: { type: 'string' }, category: { type: 'integer' }, standing: { type: 'integer' },
    voting: { type: 'boolean' }, birthDate: date, joinedOn: date, convertedOn: date, etag: { type: 'string' },
    createTime: { type: 'string' }, updateTime: { type: 'string' } },
};
const COLUMNS = 'id, organization_id, category, standing, voting, full_name, gender, ethnicity, birth_date, education, ' +
  'joined_on, converted_on, etag, create_time, update_time';
function toDate(text) {
  return text ? { year: +text.slice(0, 4), month: +text.slice(5, 7), day: +text.slice(8, 10) } : undefined;
}
function toMember(row) {
  return { name: `members/${row.id}`, fullName: row.full_name, gender: row.gender, ethnicity: row.ethnicity,
    education: row.education, organization: `organizations/${row.organization_id}`, category: row.category,
    standing: row.standing, voting: row.voting === 1, birthDate: toDate(row.birth_date), joinedOn: toDate(row.joined_on),
    convertedOn: toDate(row.converted_on), etag: row.etag, createTime: `${row.create_time.replace(' ', 'T')}Z`,
    updateTime: `${row.update_time.replace(' ', 'T')}Z` };
}

fastify.get('/v1/members/:id', { schema: { response: { 200: member } } }, async (request, reply) => {
  const grants = await grantsOf(request, reply);
  if (!grants) return { error: 'token' };
  const [rows] = await pool.execute(`SELECT ${COLUMNS} FROM member WHERE id = ?`, [request.params.id]);
  if (rows.length === 0 || !mayRead(grants, rows[0].organization_id)) {
    reply.code(403);
    return { error: 'scope' };
  }
  return toMember(rows[0]);
});

fastify.get('/v1/organizations/:id/members',
  { schema: { response: { 200: { type: 'object', properties: { members: { type: 'array', items: member } } } } } },
  async (request, reply) => {
    const grants = await grantsOf(request, reply);
    if (!grants) return { error: 'token' };
    const { id } = request.params;
    if (!mayRead(grants, id)) {
      reply.code(403);
      return { error: 'scope' };
    }
    if (!subtrees.has(id)) subtrees.set(id, subtree(id));
    // The next branches in tree order; eight of them hold more than a page in any county.
    const branches = subtrees.get(id).slice(Number(request.query.skip ?? 0)).slice(0, 8);
    const [rows] = await pool.execute(
      `SELECT ${COLUMNS} FROM member WHERE organization_id IN (?,?,?,?,?,?,?,?) ORDER BY organization_id, id LIMIT 50`,
      Array.from({ length: 8 }, (_, i) => branches[Math.min(i, branches.length - 1)]));
    return { members: rows.map(toMember) };
  });

await fastify.listen({ host: '127.0.0.1', port: Number(process.env.PEER_PORT) });
