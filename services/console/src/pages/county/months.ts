// How are many months of figures read? A few at a time, with how far it is.
import { onScopeDispose, ref, type WatchSource } from 'vue';
import type { ApiDate } from '@/api/types';
import { useAsk } from '@/ui/ask';
import { readEach } from '@/ui/pool';

/** Reads something for each month that `months` answers, and again when one of `on` changes. */
export function useMonths<T>(months: () => ApiDate[], read: (month: ApiDate) => Promise<T>, on: WatchSource[]) {
  const progress = ref({ read: 0, all: 0 });
  let round = 0;
  const asked = useAsk(async () => {
    const mine = ++round;
    const all = months();
    progress.value = { read: 0, all: all.length };
    const answers = await readEach(all, read, (count) => {
      if (mine === round) progress.value = { read: count, all: all.length };
    }, () => mine === round);
    return all.map((month, i) => ({ month, figure: answers[i] }));
  }, on);
  onScopeDispose(() => { ++round; });
  return { ...asked, progress };
}
