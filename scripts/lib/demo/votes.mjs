// How does the demo hold a meeting that a case rests on? Everybody on the roll of that day comes, and votes for it.

import { addDays, at } from './calendar.mjs';
import { date } from './api.mjs';

/**
 * Plans, opens and submits one meeting of that day with one motion; answers the motion's name. `kind` is GENERAL or
 * COMMITTEE, `motion` {kind, text, subject}; `key` makes request ids of the parts of a name, `id` names the meeting.
 */
export async function vote(api, organization, kind, day, motion, key, id) {
  const planned = await api.post(`/v1/${organization.name_}/meetings`, {
    kinds: [`MEETING_KIND_${kind}`], title: kind === 'GENERAL' ? '支部党员大会' : '委员会会议', plannedAt: at(day, 9),
    place: '党员活动室', mode: 'MEETING_MODE_ONSITE' }, key('plan', id));
  const { attendance } = await api.post(`/v1/${planned.name}:open`, { openedAt: at(day, 9) }, key('open', id));
  const votes = attendance.filter((one) => one.voting).length;
  const secret = kind === 'GENERAL';
  const held = await api.post(`/v1/${planned.name}:submit`, { record: {
    closedAt: at(day, 11), chair: attendance[0].member, recorder: attendance[1].member,
    attendance: attendance.map(({ member }) => ({ member, presence: 'PRESENCE_PRESENT' })),
    agenda: [{ title: motion.text, speakerCount: 3, summary: '逐项讨论后表决。' }],
    motions: [{ text: motion.text, kind: `MOTION_KIND_${motion.kind}`, subject: motion.subject ?? '', votesFor: votes,
      ballotMode: secret ? 'BALLOT_MODE_SECRET' : 'BALLOT_MODE_HANDS',
      ...(secret ? { ballotsIssued: votes, ballotsReturned: votes } : {}) }],
    resolutions: [{ text: '按决议办理', owner: '支部委员会', dueDate: date(addDays(day, 30)) }],
    signedByChair: true, signedByRecorder: true } }, key('submit', id));
  return `${held.name}/motions/1`;
}
