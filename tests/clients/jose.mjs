// What does npm's jose make of our tokens, and what do we make of its? Reads one list of tasks in JSON from standard
// input and writes the list of their results. Started by department_test.py:
//   node jose.mjs MODULES
import { webcrypto } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

// Node 18, Debian 12's own, keeps it to itself.
globalThis.crypto ??= webcrypto
const require = createRequire(path.join(process.argv[2], 'x.js'))
const jose = await import(pathToFileURL(require.resolve('jose')).href)

const keyOf = async ({ pem, jwk, secret }, alg) =>
  pem ? jose.importPKCS8(pem, alg) : jwk ? jose.importJWK(jwk, alg) : new TextEncoder().encode(secret)

const tasks = {
  // A key pair: {publicJwk, privateJwk}.
  async pair({ alg, kid }) {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true })
    return {
      publicJwk: { ...await jose.exportJWK(publicKey), kid, alg, use: 'sig' },
      privateJwk: { ...await jose.exportJWK(privateKey), kid, alg },
    }
  },
  // A signed statement; with alg "none" an unsigned one.
  async sign({ claims, header, key }) {
    if (header.alg !== 'none') return new jose.SignJWT(claims).setProtectedHeader(header).sign(await keyOf(key, header.alg))
    return `${jose.base64url.encode(JSON.stringify(header))}.${jose.base64url.encode(JSON.stringify(claims))}.`
  },
  // The public key of a private one in PEM, as a PKCS8 key's JWK without its secret part.
  async publicJwk({ pem }) {
    const { d, ...rest } = await jose.exportJWK(await jose.importPKCS8(pem, 'ES256', { extractable: true }))
    return { ...rest, kid: await jose.calculateJwkThumbprint(rest) }
  },
  // The claims and the header of a token that a key of the set signed.
  async verify({ token, jwks, options }) {
    const { payload, protectedHeader } = await jose.jwtVerify(token, jose.createLocalJWKSet(jwks), options)
    return { payload, header: protectedHeader }
  },
}

const results = []
for (const { task, ...rest } of JSON.parse(await text(process.stdin))) results.push(await tasks[task](rest))
process.stdout.write(JSON.stringify(results))
