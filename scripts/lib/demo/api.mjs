// How does the demo talk to the suite? As anybody would: HTTP/JSON with a session, a request id on every write.

import { Agent, request } from 'node:https';
import { readFileSync } from 'node:fs';

export class Refused extends Error {
  constructor(method, path, code, error) {
    super(`${method} ${path}: ${code} ${error.status ?? ''} ${error.message ?? ''} ${JSON.stringify(error.details ?? [])}`);
    this.code = code;
    const details = error.details ?? [];
    const info = details.find((d) => d['@type']?.endsWith('google.rpc.ErrorInfo'));
    this.reason = info?.reason;
    this.metadata = info?.metadata ?? {};
    const retry = details.find((d) => d['@type']?.endsWith('google.rpc.RetryInfo'))?.retryDelay;
    this.retryAfter = retry ? Number.parseFloat(retry) * 1000 : undefined;
  }
}

export class Api {
  #agent;
  #origin;

  constructor(port, authority, token = '', callers = 16) {
    this.token = token;
    this.authority = authority;
    this.#origin = { host: '127.0.0.1', port };
    this.#agent = new Agent({ keepAlive: true, maxSockets: callers, ca: readFileSync(authority) });
  }

  // One request; `key` is the Idempotency-Key, so that a demo that was stopped goes on without doubling anything.
  // What may come from a restart, a full queue, a busy machine or a lock is tried again; what came too fast, when it may.
  async call(method, path, body, key) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(method, path, body, key);
      } catch (error) {
        const passing = [503, 429, 504].includes(error.code) || error.reason === 'TRANSACTION_CONFLICT' ||
          typeof error.code === 'string';
        if (!passing || attempt === (error.reason === 'RATE_LIMITED' ? 100 : 10)) throw error;
        const wait = error.reason === 'RATE_LIMITED' ? Math.max(error.retryAfter ?? 0, 100) : error.retryAfter ?? 200 * 2 ** Math.min(attempt, 5);
        await new Promise((wake) => setTimeout(wake, wait));
      }
    }
  }

  get(path) {
    return this.call('GET', path);
  }

  post(path, body = {}, key = undefined) {
    return this.call('POST', path, body, key);
  }

  // Every item of a paged list.
  async* pages(path, field) {
    for (let token = ''; ;) {
      const page = await this.get(token ? `${path}${path.includes('?') ? '&' : '?'}pageToken=${token}` : path);
      yield* page[field] ?? [];
      token = page.nextPageToken ?? '';
      if (!token) return;
    }
  }

  #once(method, path, body, key) {
    const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = { Accept: 'application/json' };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (data) Object.assign(headers, { 'Content-Type': 'application/json', 'Content-Length': data.length });
    if (key) headers['Idempotency-Key'] = key;
    return new Promise((resolve, reject) => {
      const call = request({ ...this.#origin, agent: this.#agent, method, path, headers }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          let json = {};
          try {
            json = text ? JSON.parse(text) : {};
          } catch {
            return reject(new Error(`${method} ${path}: ${answer.statusCode} with a body that is no JSON: ${text.slice(0, 200)}`));
          }
          if (answer.statusCode < 300) return resolve(json);
          return reject(new Refused(method, path, answer.statusCode, json.error ?? {}));
        });
      });
      call.on('error', reject);
      if (data) call.write(data);
      call.end();
    });
  }
}

// Runs `work` over the items, `width` at a time, and calls `progress(done)` now and then.
export async function each(items, width, work, progress = () => {}) {
  let next = 0;
  let done = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < items.length) {
      const i = next;
      next += 1;
      await work(items[i], i);
      done += 1;
      if (done % 100 === 0) progress(done);
    }
  }));
  progress(items.length);
}

export function date(day) {
  return { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() };
}
