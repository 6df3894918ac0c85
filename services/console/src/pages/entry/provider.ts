// By which identity provider may somebody come in, beside a password? The gateway tells once whether one is configured.
import { ref } from 'vue';

/** What its button says: its title, '' for a provider without one; null while there is none. */
const title = ref<string | null>(null);
let reading: Promise<void> | null = null;

async function read(): Promise<void> {
  try {
    const settings = (await (await fetch('/console.json')).json()) as { oidc?: { title?: string } | null };
    title.value = settings.oidc ? settings.oidc.title ?? '' : null;
  } catch {
    // The password still opens; the next page asks again.
    reading = null;
  }
}

export function useProvider() {
  reading ??= read();
  return title;
}

/** Where it begins; it comes back to an address of the console. */
export const providerAddress = (target: string): string => `/oidc/login?return_to=${encodeURIComponent(`/#${encodeURI(target)}`)}`;
