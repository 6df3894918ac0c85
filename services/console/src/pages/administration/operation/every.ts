// How is something that changes by itself shown anew? Every few seconds while the page is in view and somebody is there:
// a page that asks on its own must not hold a session open for nobody.
import { onBeforeUnmount, ref } from 'vue';

const AWAY_MS = 300000;
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Calls `again` every `everyMs`. `paused` is true while nobody seems to be there. */
export function useEvery(again: () => unknown, everyMs: number) {
  const paused = ref(false);
  let last = Date.now();
  const timer = setInterval(() => {
    paused.value = Date.now() - last > AWAY_MS;
    if (!document.hidden && !paused.value) void again();
  }, everyMs);
  const heard = () => {
    last = Date.now();
    if (!paused.value) return;
    paused.value = false;
    void again();
  };
  for (const sign of signs) window.addEventListener(sign, heard, { passive: true });
  onBeforeUnmount(() => {
    clearInterval(timer);
    for (const sign of signs) window.removeEventListener(sign, heard);
  });
  return { paused };
}
