// What are the figures of the organizations directly below one? The API sums for one organization at a time: a page of
// children is read, then each child's figure, a few at once.
import { computed, onScopeDispose, ref, type Ref, type WatchSource } from 'vue';
import { useList } from '@/ui/ask';
import { childrenOf, type Organization } from '@/ui/organizations';
import { readEach } from '@/ui/pool';

const AT_ONCE = 50;

export interface Below<T> {
  organization: Organization;
  figure: T;
}

/** A list that grows by pages of children. Reads again when the organization or one of `on` changes; nothing while it is empty. */
export function useBelow<T>(name: Ref<string>, read: (child: string) => Promise<T>, on: WatchSource[] = []) {
  /** How many of the page's children are read, and how many there are. */
  const progress = ref({ read: 0, all: 0 });
  let round = 0;

  const { items: rows, error, loading, done, more, reload } = useList<Below<T>>(async (token) => {
    const mine = ++round;
    progress.value = { read: 0, all: 0 };
    if (name.value === '') return { items: [], next: '' };
    const page = await childrenOf(name.value, token, AT_ONCE);
    const figures = await readEach(page.items, (child) => read(child.name ?? ''), (count) => {
      if (mine === round) progress.value = { read: count, all: page.items.length };
    }, () => mine === round);
    return { items: page.items.map((organization, i) => ({ organization, figure: figures[i]! })), next: page.next };
  }, [name, ...on]);
  onScopeDispose(() => { ++round; });
  const share = computed(() => (progress.value.all === 0 ? 0 : Math.round((progress.value.read * 100) / progress.value.all)));
  return { rows, error, loading, done, progress, share, more, reload };
}
