// Who can sign in to the demo, and how? All have one password, on this machine only; those who need a second factor have
// it set up by the demo, which keeps the secret beside the password, and the step of its last code: a code counts once.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, Refused } from './api.mjs';
import { codeOf, presentStep } from './totp.mjs';

const PASSWORD = 'Demo-2026-ronghe';

// The file demo/accounts: a line for each, "login password role of organization [totp:SECRET@STEP]".
export class Accounts {
  #state;
  #port;
  #lines = new Map();
  #auditor;

  constructor(state, port) {
    this.#state = state;
    this.#port = port;
    if (!existsSync(this.file)) return;
    for (const line of readFileSync(this.file, 'utf8').split('\n').filter(Boolean)) {
      const [, login, what, , secret = '', step = 0] = /^(\S+) +\S+ +(.*?)( totp:(\S+)@(\d+))?$/.exec(line);
      this.#lines.set(login, { what, secret, step: Number(step) });
    }
  }

  get file() {
    return join(this.#state, 'demo/accounts');
  }

  // The next code of an account that was not given out before, at most one step ahead, where it counts already; '' without
  // a second factor.
  async nextCode(login) {
    const line = this.#lines.get(login);
    if (!line?.secret) return '';
    line.step = Math.max(presentStep(), line.step + 1);
    this.#save();
    while (line.step > presentStep() + 1) await new Promise((wake) => setTimeout(wake, 500));
    return codeOf(line.secret, line.step);
  }

  // Signs in as the first security administrator, whose one-time password scripts/up has kept.
  async administrator() {
    const text = readFileSync(join(this.#state, 'administrator'), 'utf8');
    const login = /login:\s*(\S+)/.exec(text)[1];
    return this.signIn(login, /password:\s*(\S+)/.exec(text)[1], 'security_administrator of all organizations');
  }

  // Makes an account with one role and signs in as it.
  async create(security, { login, title, role, organization }, key) {
    const account = await security.post('/v1/accounts', { loginName: login, displayName: title,
      organization: organization?.name_ ?? '' }, key('account', login));
    await this.agreed(security, `/v1/${account.name}/grants`, { role, organization: organization?.name_ ?? 'organizations/-' },
      key('grant', login));
    const known = this.#lines.has(login);   // signed in before: the password is the demo's
    const reset = known ? {} : await security.post(`/v1/${account.name}:resetPassword`, {}, key('reset', login));
    const api = await this.signIn(login, reset.oneTimePassword, `${role} of ${organization?.name ?? 'all organizations'}`);
    api.account = account.name;
    if (role === 'audit_administrator') this.#auditor = api;
    return api;
  }

  // A call that may take a second person, who agrees.
  async agreed(api, path, body, key, second = this.#auditor) {
    return api.post(path, body, key).catch(async (error) => {
      if (error.reason !== 'APPROVAL_REQUIRED') throw error;
      await second.post(`/v1/${error.metadata.approval}:approve`, { reason: '同意' });
      return api.post(path, body, key);
    });
  }

  // A session with everything done that was asked for: the second factor, the first change of the password, enrolment.
  async signIn(login, firstPassword, what = this.#lines.get(login)?.what ?? '') {
    const known = this.#lines.has(login);
    const line = { secret: '', step: 0, ...this.#lines.get(login), what };
    this.#lines.set(login, line);
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
    // Who is in the file has the demo's password already; hashing takes its time, so the likelier one is tried first.
    const [likely, other] = known || !firstPassword ? [PASSWORD, firstPassword] : [firstPassword, PASSWORD];
    let session = await enter(likely).catch((error) => {
      if (error instanceof Refused && error.code === 401 && other) return enter(other);
      throw error;
    });
    if (session.secondFactor === 'SECOND_FACTOR_PENDING') {
      session = take(await api.post('/v1/auth:verifySecondFactor', { code: await this.nextCode(login) }));
    }
    if (session.passwordChangeRequired) {
      session = await api.post('/v1/auth:changePassword', { currentPassword: used, newPassword: PASSWORD }).then(take, (error) => {
        if (error.code !== 401) throw error;
        return enter(PASSWORD);   // changed by a call whose answer came too late
      });
    }
    if (session.secondFactor === 'SECOND_FACTOR_ENROLMENT_REQUIRED') {
      line.secret = (await api.post('/v1/auth:enrolSecondFactor')).secret;
      take(await api.post('/v1/auth:confirmSecondFactor', { code: await this.nextCode(login) }));
    }
    this.#save();
    return api;
  }

  #save() {
    const line = ([login, { what, secret, step }]) =>
      `${login.padEnd(12)} ${PASSWORD}   ${what}${secret ? ` totp:${secret}@${step}` : ''}\n`;
    writeFileSync(this.file, [...this.#lines].map(line).join(''), { mode: 0o600 });
  }
}
