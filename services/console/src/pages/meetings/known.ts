// What does the system know of the next meeting of an organization: its last ones, and which kinds are due on a day?
import { computed } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { isoDay } from '@/text/format';
import { useAsk } from '@/ui/ask';
import { bounds } from './calendar';
import type { Meeting, MeetingKind } from './kinds';
import { listMeetings } from './reading';

const LAST = 20;

export function useKnown(organization: string, day: () => string) {
  const last = useAsk((): Promise<Meeting[]> => listMeetings(organization,
    { states: ['MEETING_STATE_CLOSED', 'MEETING_STATE_SUBMITTED', 'MEETING_STATE_ACCEPTED', 'MEETING_STATE_RETURNED'] }, '', LAST).then((page) => page.items));
  const duties = useAsk(async () => {
    const query = { ...bounds(day(), day()), pageSize: 50 };
    return (await ask(api.GET('/v1/organizations/{organization}/duties', { params: { path: { organization: idOf(organization) }, query } }))).duties ?? [];
  }, [day]);
  /** Kinds that are owed in a window that holds the day. */
  const due = computed((): MeetingKind[] => (duties.data.value ?? [])
    .filter((one) => one.state === 'DUTY_STATE_DUE' || one.state === 'DUTY_STATE_OVERDUE')
    .filter((one) => isoDay(one.windowStartDate) <= day() && day() < isoDay(one.windowEndDate))
    .map((one) => one.kind!));
  const places = computed(() => [...new Set((last.data.value ?? []).map((one) => one.place ?? '').filter(Boolean))]);
  return { last, due, places };
}
