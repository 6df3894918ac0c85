// What does a certified OpenID provider say to our gateway? npm's oidc-provider with one client, ours, in which every
// person signs in at once as whoever the browser's cookie "person" names; "refused" is turned away. Started by
// oidc_test.py:
//   node identity_provider.mjs MODULES PORT PUBLIC_URL KEY_ID
// prints "ready" when it listens; a new KEY_ID is a new signing key.
import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [modules, port, publicUrl, keyId] = process.argv.slice(2)
const require = createRequire(path.join(modules, 'x.js'))
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href)

const issuer = `http://127.0.0.1:${port}`
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'ronghe',
    client_secret: 'a-secret-of-the-test-alone',
    redirect_uris: [`${publicUrl}/oidc/callback`],
    post_logout_redirect_uris: [],
    backchannel_logout_uri: `${publicUrl}/oidc/backchannel-logout`,
    backchannel_logout_session_required: true,
    response_types: ['code'],
    grant_types: ['authorization_code'],
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'RS256' }] },
  cookies: { keys: ['of-the-test-alone'] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  pkce: { required: () => true },
  claims: { openid: ['sub', 'amr', 'sid'] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
})

// Signs in without a question, and grants what is asked for.
async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    const person = decodeURIComponent(/(?:^|; )person=([^;]+)/.exec(request.headers.cookie ?? '')?.[1])
    if (person === 'refused') return provider.interactionFinished(request, response, { error: 'access_denied' })
    // "li+otp" uses a second factor.
    const amr = person.endsWith('+otp') ? ['pwd', 'otp'] : ['pwd']
    return provider.interactionFinished(request, response, { login: { accountId: person, amr } })
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope('openid')
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true })
}

provider.on('backchannel.error', (_, error) => console.error('back-channel logout:', error))
const answer = provider.callback()
http.createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response)
  return interact(request, response).catch((error) => {
    response.statusCode = 500
    response.end(String(error))
  })
}).listen(Number(port), '127.0.0.1', () => console.log('ready'))
