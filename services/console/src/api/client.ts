// How does a page ask the API? `await ask(api.GET('/v1/meetings/{meeting}', { params: { path: { meeting } } }))` answers
// the body, typed by the OpenAPI document, or throws an ApiError.
//
// A call that met a session's end waits until its user has signed in again and is then sent once more, so that nothing
// that was typed is lost. Reads are repeated when the other end was busy. A write bears a key: sent again, it is carried
// out once.
import createClient, { type FetchResponse } from 'openapi-fetch';
import type { MediaType } from 'openapi-typescript-helpers';
import { ApiError, errorOf, type ErrorBody } from './error';
import type { paths } from './schema';

/** Where the token is kept; another tab's sign-in changes it. */
export const CSRF_STORED = 'ronghe.csrf';
const LONGEST_MS = 30000;
const READ_REPEATS = 2;
const MOST_WAIT_S = 10;

/** A fresh key for a write. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The token that goes with the session's cookie; kept beside it so that another tab can write too. */
export const csrf = {
  get: (): string => localStorage.getItem(CSRF_STORED) ?? '',
  set: (token: string): void => localStorage.setItem(CSRF_STORED, token),
  clear: (): void => localStorage.removeItem(CSRF_STORED),
  /** A sign-in by the identity provider leaves the token in a cookie: takes it over from there, once. */
  fromProvider: (): void => {
    const found = /(?:^|; )((?:__Host-)?ronghe_csrf)=([^;]+)/.exec(document.cookie);
    if (found === null) return;
    localStorage.setItem(CSRF_STORED, found[2]!);
    document.cookie = `${found[1]}=; Path=/; Secure; Max-Age=0; SameSite=Strict`;
  },
};

// Whoever can bring a session back: answers whether there is one again. Set by session/session.ts.
let signInAgain: (path: string) => Promise<boolean> = async () => false;
export function onSessionEnd(again: (path: string) => Promise<boolean>): void {
  signInAgain = again;
}

const listeners = new Set<() => void>();
/** Calls `heard` at each answer of a signed-in call: the session was used. Answers what ends it. */
export function onAnswer(heard: () => void): () => void {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

const pause = (seconds: number) => new Promise((wake) => setTimeout(wake, seconds * 1000));

async function once(request: Request): Promise<Response> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LONGEST_MS);
  request.signal.addEventListener('abort', () => stop.abort());
  try {
    return await fetch(request, { signal: stop.signal });
  } catch (thrown) {
    if (request.signal.aborted) throw thrown;
    throw new ApiError(stop.signal.aborted ? 'slow' : 'offline', '');
  } finally {
    clearTimeout(timer);
  }
}

const isSignIn = (url: string) => /\/v1\/auth:(signIn|signOut)$/.test(new URL(url).pathname);

async function send(input: Request): Promise<Response> {
  const read = input.method === 'GET';
  if (!read && !input.headers.has('Idempotency-Key')) input.headers.set('Idempotency-Key', newKey());
  for (let repeats = 0; ; ++repeats) {
    const request = input.clone();
    if (!read && csrf.get() !== '') request.headers.set('X-Ronghe-CSRF', csrf.get());
    const response = await once(request);
    if (response.status === 401 && !isSignIn(request.url)) {
      if (await signInAgain(new URL(request.url).pathname)) continue;
      return response;
    }
    if ((response.status === 429 || response.status === 503) && read && repeats < READ_REPEATS) {
      await pause(Math.min(MOST_WAIT_S, Number(response.headers.get('Retry-After') ?? 1)));
      continue;
    }
    if (response.ok) for (const heard of listeners) heard();
    return response;
  }
}

/** Every path of the API. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', fetch: send });

/** The body of a successful answer. Throws an ApiError. */
export async function ask<T extends Record<string | number, unknown>, O, M extends MediaType>(
  answer: Promise<FetchResponse<T, O, M>>,
): Promise<NonNullable<FetchResponse<T, O, M>['data']>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw errorOf(response.status, (error ?? {}) as ErrorBody);
  return (data ?? {}) as NonNullable<FetchResponse<T, O, M>['data']>;
}

/** Lets the browser save what a path of the API answers: bytes in a JSON field or as they are. */
export function saveBytes(base64: string, fileName: string, contentType: string): void {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  saveBlob(new Blob([bytes], { type: contentType }), fileName);
}

export function saveBlob(blob: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
