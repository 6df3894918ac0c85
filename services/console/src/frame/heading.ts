// What is the page called, and where does the keyboard stand after a change of pages? The page's <h1> says the first and
// is the second, as soon as it is there: pages come late, and their headings may change with what they read.
import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue';
import { useRoute } from 'vue-router';
import { useText } from '@/text';

const typing = 'input, textarea, select, [contenteditable], dialog *, [role="dialog"] *';

export function useHeading(main: Readonly<Ref<HTMLElement | null>>): void {
  const { t, locale } = useText();
  const route = useRoute();
  let moved = false;
  let first = true;
  let seen: Element | null = null;
  let said = '';

  function look(): void {
    const heading = main.value?.querySelector<HTMLElement>('h1');
    const title = heading?.textContent?.trim() ?? '';
    document.title = title === '' || title === t('product') ? t('product') : `${title} · ${t('product')}`;
    // The heading of the page before may still stand there.
    if (!moved || !heading || (heading === seen && title === said)) return;
    moved = false;
    if (document.activeElement?.matches(typing)) return;
    if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  const watcher = new MutationObserver(look);
  onMounted(() => {
    if (main.value !== null) watcher.observe(main.value, { childList: true, subtree: true, characterData: true });
    look();
  });
  onBeforeUnmount(() => watcher.disconnect());
  watch(locale, look, { flush: 'post' });
  watch(() => route.path, () => {
    seen = main.value?.querySelector('h1') ?? null;
    said = seen?.textContent?.trim() ?? '';
    // Who has just come in reads from the top.
    moved = !first;
    first = false;
  }, { flush: 'pre' });
}
