// Which hour year is looked at? It stands in the address (?year=2025), so that a reload and a link keep it.
import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { today } from '@/text/format';

export function useYear(): WritableComputedRef<number> {
  const route = useRoute();
  const router = useRouter();
  const path = route.path;
  let last = today().year!;
  return computed({
    get: () => {
      // While the page is being left the address is another's.
      if (route.path === path) last = Number(route.query.year) || today().year!;
      return last;
    },
    set: (year) => void router.replace({ query: { ...route.query, year: String(year) } }),
  });
}
