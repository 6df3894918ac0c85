// Light or dark, standard or large type? Kept in this browser; the first time as the system has it.
import { ref } from 'vue';

const DARK = 'ronghe.dark';
const LARGE = 'ronghe.large';

export const dark = ref(false);
export const large = ref(false);

function apply(): void {
  document.documentElement.classList.toggle('dark', dark.value);
  document.documentElement.classList.toggle('large', large.value);
}

export function startAppearance(): void {
  const kept = localStorage.getItem(DARK);
  dark.value = kept === null ? matchMedia('(prefers-color-scheme: dark)').matches : kept === '1';
  large.value = localStorage.getItem(LARGE) === '1';
  apply();
}

export function toggleDark(): void {
  dark.value = !dark.value;
  localStorage.setItem(DARK, dark.value ? '1' : '0');
  apply();
}

export function toggleLarge(): void {
  large.value = !large.value;
  localStorage.setItem(LARGE, large.value ? '1' : '0');
  apply();
}
