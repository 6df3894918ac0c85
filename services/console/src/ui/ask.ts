// How does a page wait for answers? `useAsk` reads and reads again when what it depends on changes, `useList` reads page
// after page, `useSubmit` writes once, `useTask` follows long work. All of them keep the error beside the data, for
// <Failure>.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue';
import { newKey } from '@/api/client';
import { asApiError, type ApiError } from '@/api/error';

export interface Asked<T> {
  data: ShallowRef<T | null>;
  error: ShallowRef<ApiError | null>;
  loading: Ref<boolean>;
  reload: () => Promise<void>;
}

/** Reads at once and whenever one of `on` changes; an answer that comes too late is left aside. */
export function useAsk<T>(read: () => Promise<T>, on: WatchSource[] = []): Asked<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<ApiError | null>(null);
  const loading = ref(true);
  let round = 0;
  async function reload(): Promise<void> {
    const mine = ++round;
    loading.value = true;
    try {
      const answer = await read();
      if (mine !== round) return;
      data.value = answer;
      error.value = null;
    } catch (thrown) {
      if (mine === round) error.value = asApiError(thrown);
    } finally {
      if (mine === round) loading.value = false;
    }
  }
  if (on.length > 0) watch(on, reload);
  void reload();
  return { data, error, loading, reload };
}

export interface Page<Item> {
  items: Item[];
  next: string;
}

/** A list that grows by pages. `read` answers the page that a token stands for; the first has none. */
export function useList<Item>(read: (token: string) => Promise<Page<Item>>, on: WatchSource[] = []) {
  const items = shallowRef<Item[]>([]);
  const error = shallowRef<ApiError | null>(null);
  const loading = ref(false);
  const done = ref(false);
  let token = '';
  let round = 0;
  async function more(): Promise<void> {
    if (loading.value || done.value) return;
    const mine = ++round;
    loading.value = true;
    try {
      // A page may be empty before the last one.
      for (;;) {
        const page = await read(token);
        if (mine !== round) return;
        token = page.next;
        done.value = token === '';
        items.value = [...items.value, ...page.items];
        if (page.items.length > 0 || done.value) break;
      }
      error.value = null;
    } catch (thrown) {
      if (mine === round) error.value = asApiError(thrown);
    } finally {
      if (mine === round) loading.value = false;
    }
  }
  async function reload(): Promise<void> {
    ++round;
    items.value = [];
    token = '';
    done.value = false;
    loading.value = false;
    await more();
  }
  if (on.length > 0) watch(on, reload);
  void more();
  return { items, error, loading, done, more, reload };
}

/**
 * Writes. The key that `write` gets goes into the call's Idempotency-Key: it stays the same while the same thing is tried
 * again, so that nothing is carried out twice.
 */
export function useSubmit<A extends unknown[], T>(write: (key: string, ...args: A) => Promise<T>) {
  const error = shallowRef<ApiError | null>(null);
  const working = ref(false);
  let key = newKey();
  let last = '';
  /** Answers undefined when it failed; `error` says how. */
  async function submit(...args: A): Promise<T | undefined> {
    if (working.value) return undefined;
    const what = JSON.stringify(args);
    if (what !== last) key = newKey();
    last = what;
    working.value = true;
    error.value = null;
    try {
      const answer = await write(key, ...args);
      key = newKey();
      return answer;
    } catch (thrown) {
      error.value = asApiError(thrown);
      // Only what may not have been heard, or was heard and failed in between, keeps its key.
      if (!['offline', 'slow', 'busy', 'broken'].includes(error.value.trouble)) key = newKey();
      return undefined;
    } finally {
      working.value = false;
    }
  }
  return { submit, error, working };
}

/** Looks at long work again and again until `done` says that it is over. Start it again after a reload by its name. */
export function useTask<T>(read: () => Promise<T>, done: (task: T) => boolean, everyMs = 1000) {
  const task = shallowRef<T | null>(null);
  const error = shallowRef<ApiError | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  async function follow(): Promise<void> {
    clearTimeout(timer);
    try {
      task.value = await read();
      error.value = null;
      if (done(task.value)) return;
    } catch (thrown) {
      error.value = asApiError(thrown);
      if (!['offline', 'slow', 'busy', 'broken'].includes(error.value.trouble)) return;
    }
    if (!stopped) timer = setTimeout(follow, error.value === null ? everyMs : everyMs * 5);
  }
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
  });
  return { task, error, follow };
}
