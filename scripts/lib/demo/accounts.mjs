// Who can sign in to the demo, and how? All have one password, on this machine only; those who need a second factor have
// it set up by the demo, which keeps the secret beside the password.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, Refused } from './api.mjs';
import { codeOf, presentStep } from './totp.mjs';

const PASSWORD = 'Demo-2026-ronghe';

// The file demo/accounts: a line for each, "login password role of organization [totp:SECRET]".
export class Accounts {
  #state;
  #port;
  #lines = new Map();

  constructor(state, port) {
    this.#state = state;
    this.#port = port;
    if (!existsSync(this.file)) return;
    for (const line of readFileSync(this.file, 'utf8').split('\n').filter(Boolean)) {
      const [, login, what, , secret = ''] = /^(\S+) +\S+ +(.*?)( totp:(\S+))?$/.exec(line);
      this.#lines.set(login, { what, secret });
    }
  }

  get file() {
    return join(this.#state, 'demo/accounts');
  }

  secretOf(login) {
    return this.#lines.get(login)?.secret ?? '';
  }

  // Signs in as the first security administrator, whose one-time password scripts/up has kept.
  async administrator() {
    const text = readFileSync(join(this.#state, 'administrator'), 'utf8');
    const login = /login:\s*(\S+)/.exec(text)[1];
    return this.signIn(login, /password:\s*(\S+)/.exec(text)[1], 'security_administrator');
  }

  // Makes an account with one role and signs in as it.
  async create(security, { login, title, role, organization }, key) {
    const account = await security.post('/v1/accounts', { loginName: login, displayName: title,
      organization: organization?.name_ ?? '' }, key('account', login));
    await security.post(`/v1/${account.name}/grants`, { role, organization: organization?.name_ ?? 'organizations/-' },
      key('grant', login));
    const reset = await security.post(`/v1/${account.name}:resetPassword`, {}, key('reset', login));
    const api = await this.signIn(login, reset.oneTimePassword, `${role} of ${organization?.name ?? 'all organizations'}`);
    api.account = account.name;
    return api;
  }

  // A session with everything done that was asked for: the second factor, the first change of the password, enrolment.
  async signIn(login, firstPassword, what = this.#lines.get(login)?.what ?? '') {
    this.#save(login, what, this.secretOf(login));
    const api = new Api(this.#port, join(this.#state, 'tls/ca.pem'));
    const take = (answer) => {
      api.token = answer.sessionToken;
      return answer.session;
    };
    let used = PASSWORD;
    const enter = async (password) => {
      used = password;
      return take(await api.post('/v1/auth:signIn', { loginName: login, password }));
    };
    let session = await enter(PASSWORD).catch((error) => {
      if (error instanceof Refused && error.code === 401 && firstPassword) return enter(firstPassword);
      throw error;
    });
    if (session.secondFactor === 'SECOND_FACTOR_PENDING') session = take(await this.#verify(api, login));
    if (session.passwordChangeRequired) {
      session = take(await api.post('/v1/auth:changePassword', { currentPassword: used, newPassword: PASSWORD }));
    }
    if (session.secondFactor === 'SECOND_FACTOR_ENROLMENT_REQUIRED') {
      const { secret } = await api.post('/v1/auth:enrolSecondFactor');
      this.#save(login, what, secret);
      take(await api.post('/v1/auth:confirmSecondFactor', { code: codeOf(secret) }));
    }
    return api;
  }

  // A code counts once: when the present one is spent, the next one counts already; after that one has to wait.
  async #verify(api, login) {
    for (let step = presentStep(); ; step += 1) {
      while (step > presentStep() + 1) await new Promise((wake) => setTimeout(wake, 500));
      try {
        return await api.post('/v1/auth:verifySecondFactor', { code: codeOf(this.secretOf(login), step) });
      } catch (error) {
        if (error.reason !== 'TOTP_REPLAYED') throw error;
      }
    }
  }

  #save(login, what, secret) {
    this.#lines.set(login, { what, secret });
    const line = ([name, { what: role, secret: totp }]) =>
      `${name.padEnd(12)} ${PASSWORD}   ${role}${totp ? ` totp:${totp}` : ''}\n`;
    writeFileSync(this.file, [...this.#lines].map(line).join(''), { mode: 0o600 });
  }
}
