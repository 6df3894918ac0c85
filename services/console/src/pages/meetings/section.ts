// How is one part of a meeting's record edited beside the others? The part is a draft on top of what the meeting has; it is
// saved with the etag it was typed on. Where somebody else saved the same part meanwhile, both are set side by side.
import { computed, ref, watch, type Ref } from 'vue';
import { api, ask } from '@/api/client';
import type { ApiError } from '@/api/error';
import { idOf } from '@/api/names';
import { useSubmit } from '@/ui/ask';
import { useDraft } from '@/ui/draft';
import { compare, type Change, type Say } from './difference';
import type { Meeting } from './kinds';
import type { RecordForm } from './record';

interface Kept<T> {
  etag: string;
  /** The part as it was when typing began. */
  base: string;
  part: T;
}

export function useSection<T extends Partial<RecordForm>>(options: {
  meeting: () => Meeting;
  key: string;
  partOf: (meeting: Meeting) => T;
  save: (meeting: Meeting, etag: string, part: T, key: string) => Promise<Meeting>;
  saved: (meeting: Meeting) => void;
  say: Say;
}) {
  const { meeting, partOf } = options;
  const fresh = (): Kept<T> => {
    const part = partOf(meeting());
    return { etag: meeting().etag ?? '', base: JSON.stringify(part), part };
  };
  const draft = useDraft<Kept<T>>(`meeting.${idOf(meeting().name ?? '')}.${options.key}`, fresh);
  const form = draft.form;
  const dirty = computed(() => JSON.stringify(form.part) !== form.base);
  const restored = ref(draft.kept.value && dirty.value);
  if (draft.kept.value && !dirty.value) draft.discard();

  // Somebody saved something: what was typed here stays; without that the part follows the meeting.
  watch(() => meeting().etag, (etag) => {
    if (JSON.stringify(partOf(meeting())) === form.base) form.etag = etag ?? '';
    else if (!dirty.value) draft.discard();
  });

  const theirs = ref<Meeting | null>(null);
  const rows = computed(() => (theirs.value === null ? [] : compare(partOf(theirs.value), form.part as T, options.say)
    .map(({ label, before, after }: Change) => ({ label, mine: after, theirs: before }))));

  const writing = useSubmit((key: string, etag: string, part: T) => options.save(meeting(), etag, part, key));
  async function submit(etag = form.etag): Promise<boolean> {
    const answer = await writing.submit(etag, form.part as T);
    if (answer !== undefined) {
      theirs.value = null;
      restored.value = false;
      options.saved(answer);
      draft.discard();
      return true;
    }
    if (writing.error.value?.trouble === 'conflict') {
      theirs.value = await ask(api.GET('/v1/meetings/{meeting}', { params: { path: { meeting: idOf(meeting().name ?? '') } } }));
    }
    return false;
  }
  const keepMine = () => submit(theirs.value?.etag);
  function takeTheirs(): void {
    if (theirs.value !== null) options.saved(theirs.value);
    theirs.value = null;
    writing.error.value = null;
    revert();
  }
  function revert(): void {
    restored.value = false;
    draft.discard();
  }
  return { form, dirty, restored, submit, error: writing.error, working: writing.working, rows, theirs, keepMine, takeTheirs, revert };
}

/** What a section shows, whatever its part. */
export interface SectionState {
  dirty: Ref<boolean>;
  restored: Ref<boolean>;
  error: Ref<ApiError | null>;
  working: Ref<boolean>;
  rows: Ref<{ label: string; mine: string; theirs: string }[]>;
  theirs: Ref<Meeting | null>;
  submit: () => Promise<boolean>;
  keepMine: () => Promise<boolean>;
  takeTheirs: () => void;
  revert: () => void;
}
