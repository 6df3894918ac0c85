// In which words does a page name the organization of a grant? Its title; its number while or where that is not known;
// and all of them.
import { idOf } from '@/api/names';
import { EVERYWHERE } from '@/session/access';
import { useText } from '@/text';
import { needTitles, titleOf } from './titles';

export function usePlaces() {
  const { t } = useText();
  const learn = (names: readonly (string | undefined)[]) => needTitles(names.filter((name) => name !== EVERYWHERE));
  function placeOf(name: string | undefined): string {
    if (!name) return '';
    if (name === EVERYWHERE) return t('organization.everywhere');
    return titleOf(name) || t('organization.number', { number: idOf(name) });
  }
  return { learn, placeOf };
}
