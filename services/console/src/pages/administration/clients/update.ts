// How is a client changed? Only the fields that the form is about, and only as they were when it was opened; when
// somebody else was faster both versions are shown.
import { ref, shallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';
import { useSubmit } from '@/ui/ask';

export type Client = Message<'ronghe.access.v1.Client'>;
export type Share = Message<'ronghe.access.v1.Client.Share'>;

/** `done` hears of the client as it is afterwards. */
export function useClientUpdate(current: () => Client, mask: string, done: (client: Client) => void) {
  const theirs = shallowRef<Client | null>(null);
  const etag = ref('');
  const { submit: send, error, working } = useSubmit(async (key: string, change: Partial<Client>, known: string) => {
    const client = current();
    const body = { certificateName: client.certificateName, displayName: client.displayName, ...change, etag: known };
    return ask(api.PATCH('/v1/clients/{client}', {
      params: { path: { client: idOf(client.name ?? '') }, query: { updateMask: mask }, header: { 'Idempotency-Key': key } }, body,
    }));
  });

  async function save(change: Partial<Client>): Promise<Client | undefined> {
    const saved = await send(change, etag.value || (current().etag ?? ''));
    if (saved !== undefined) {
      etag.value = '';
      done(saved);
    } else if (error.value?.trouble === 'conflict') {
      theirs.value = await ask(api.GET('/v1/clients/{client}', { params: { path: { client: idOf(current().name ?? '') } } }));
    }
    return saved;
  }
  /** Mine goes over theirs. */
  async function keepMine(change: Partial<Client>): Promise<Client | undefined> {
    etag.value = theirs.value?.etag ?? '';
    theirs.value = null;
    return save(change);
  }
  function takeTheirs(): void {
    if (theirs.value !== null) done(theirs.value);
    theirs.value = null;
    error.value = null;
  }
  return { save, keepMine, takeTheirs, theirs, error, working };
}
