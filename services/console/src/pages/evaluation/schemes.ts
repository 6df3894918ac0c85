// By which schemes can organizations be appraised?
import { api, ask } from '@/api/client';
import type { Message } from '@/api/types';
import type { Page } from '@/ui/ask';

export type Scheme = Message<'ronghe.evaluation.v1.Scheme'>;

export async function schemesOf(pageToken: string, code = ''): Promise<Page<Scheme>> {
  const page = await ask(api.GET('/v1/schemes', { params: { query: { code, pageToken, pageSize: 200 } } }));
  return { items: page.schemes ?? [], next: page.nextPageToken ?? '' };
}
