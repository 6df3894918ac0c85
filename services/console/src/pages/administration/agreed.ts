// How does a page wait for the second person? A write that needs one is refused and leaves a request for approval; its
// name goes into the address, so that the page finds it again, and once it is agreed to the same write is sent again.
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useSubmit } from '@/ui/ask';

/** `what` names the write among those of the page. `write` answers something on success. */
export function useAgreed<A extends unknown[], T>(what: string, write: (key: string, ...args: A) => Promise<T>) {
  const route = useRoute();
  const router = useRouter();
  const { submit: send, error, working } = useSubmit(write);
  const approval = computed(() => (route.query.what === what ? String(route.query.approval ?? '') : ''));
  /** The error, but not that it waits for the second person. */
  const trouble = computed(() => (error.value?.reason === 'APPROVAL_REQUIRED' ? null : error.value));

  async function clear(): Promise<void> {
    const query = { ...route.query };
    delete query.approval;
    delete query.what;
    await router.replace({ query });
  }
  async function submit(...args: A): Promise<T | undefined> {
    const answer = await send(...args);
    const asked = error.value?.reason === 'APPROVAL_REQUIRED' ? error.value.metadata.approval : undefined;
    if (asked) await router.replace({ query: { ...route.query, approval: asked, what } });
    else if (answer !== undefined && approval.value !== '') await clear();
    return answer;
  }
  return { submit, error, trouble, working, approval, clear };
}
