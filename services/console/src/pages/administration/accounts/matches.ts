// Is this account the one that somebody looks for? By its login name, its person's name, or its number.
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';

export function matches(account: Message<'ronghe.access.v1.Account'>, part: string): boolean {
  if (part === '') return true;
  const wanted = part.toLowerCase();
  return (account.loginName ?? '').includes(wanted) || (account.displayName ?? '').includes(part) ||
    idOf(account.name ?? '') === idOf(part);
}
