// How is what somebody types kept through a reload, a failure or a lost session? In this tab's own storage, until it is
// submitted or thrown away; it is gone when the tab is closed or its user signs out.
import { onScopeDispose, reactive, ref, watch } from 'vue';

const PREFIX = 'ronghe.draft.';

/**
 * A form that is kept under `key`, which names what it is about ("meeting.12"). `kept` is true when something typed
 * earlier came back. Call `forget` once it is submitted.
 */
export function useDraft<T extends object>(key: string, fresh: () => T) {
  const stored = sessionStorage.getItem(PREFIX + key);
  const kept = ref(false);
  const form = reactive(fresh()) as T;
  if (stored !== null) {
    try {
      Object.assign(form, JSON.parse(stored));
      kept.value = true;
    } catch {
      sessionStorage.removeItem(PREFIX + key);
    }
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    sessionStorage.setItem(PREFIX + key, JSON.stringify(form));
  };
  const stop = watch(form, () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 300);
  }, { deep: true });
  onScopeDispose(() => {
    if (timer !== undefined) keep();
  });
  /** It was submitted: nothing is kept any more. */
  function forget(): void {
    clearTimeout(timer);
    timer = undefined;
    stop();
    sessionStorage.removeItem(PREFIX + key);
    kept.value = false;
  }
  /** Back to an empty form, which is kept again from the next change on. */
  function discard(): void {
    Object.assign(form, fresh());
    clearTimeout(timer);
    timer = undefined;
    sessionStorage.removeItem(PREFIX + key);
    kept.value = false;
  }
  return { form, kept, forget, discard };
}
