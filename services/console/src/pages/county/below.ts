// What are the figures of the organizations directly below one? The API sums for one organization at a time: a page of
// children is read, then each child's figure, a few at once.
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref, type WatchSource } from 'vue';
import { asApiError, type ApiError } from '@/api/error';
import { childrenOf, type Organization } from '@/ui/organizations';
import { readEach } from './pool';

const AT_ONCE = 50;

export interface Below<T> {
  organization: Organization;
  figure: T;
}

/** Reads again when the organization or one of `on` changes. Nothing is read while the name is empty. */
export function useBelow<T>(name: Ref<string>, read: (child: string) => Promise<T>, on: WatchSource[] = []) {
  const rows = shallowRef<Below<T>[]>([]);
  const error = shallowRef<ApiError | null>(null);
  const loading = ref(false);
  const done = ref(false);
  /** How many of the page's children are read, and how many there are. */
  const progress = ref({ read: 0, all: 0 });
  let token = '';
  let round = 0;

  async function more(): Promise<void> {
    if (loading.value || done.value || name.value === '') return;
    const mine = ++round;
    loading.value = true;
    progress.value = { read: 0, all: 0 };
    try {
      const page = await childrenOf(name.value, token, AT_ONCE);
      if (mine !== round) return;
      progress.value = { read: 0, all: page.items.length };
      const figures = await readEach(page.items, (child) => read(child.name ?? ''), (count) => {
        if (mine === round) progress.value = { read: count, all: page.items.length };
      }, () => mine === round);
      if (mine !== round) return;
      rows.value = [...rows.value, ...page.items.map((organization, i) => ({ organization, figure: figures[i]! }))];
      token = page.next;
      done.value = token === '';
      error.value = null;
    } catch (thrown) {
      if (mine === round) error.value = asApiError(thrown);
    } finally {
      if (mine === round) loading.value = false;
    }
  }
  async function reload(): Promise<void> {
    ++round;
    rows.value = [];
    error.value = null;
    token = '';
    done.value = false;
    loading.value = false;
    await more();
  }
  watch([name, ...on], reload);
  void more();
  onScopeDispose(() => { ++round; });
  const share = computed(() => (progress.value.all === 0 ? 0 : Math.round((progress.value.read * 100) / progress.value.all)));
  return { rows, error, loading, done, progress, share, more, reload };
}
