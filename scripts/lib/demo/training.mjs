// Which training did the demo's branches organise, and who came?

import { demoMonths } from './meetings.mjs';

const SUBJECTS = [['01', '党员集中轮训', 'HOUR_UNIT_FULL_DAY'], ['02', '专题培训', 'HOUR_UNIT_HALF_DAY'], ['04', '理论宣讲', 'HOUR_UNIT_HALF_DAY'],
  ['12', '现场教学', 'HOUR_UNIT_HALF_DAY'], ['18', '岗位实践与志愿服务', 'HOUR_UNIT_PRACTICE_HALF_DAY'], ['08', '研讨交流', 'HOUR_UNIT_HALF_DAY']];

/**
 * What one branch organised: [{key, session, attendances}], ready for CreateSession and RecordAttendance. Diligent
 * branches offer the 32 hours and more, others leave their members short.
 */
export function branchSessions(random, branch, members, now) {
  const diligent = random.chance(0.75);
  const sessions = [];
  for (const month of demoMonths(now)) {
    for (let i = 0; i < (diligent ? 2 : 1); i += 1) {
      const [form, title, unit] = random.pick(SUBJECTS);
      const days = unit === 'HOUR_UNIT_FULL_DAY' ? 2 : random.integer(1, 3);
      const first = random.integer(8, 18);
      const start = new Date(month.getTime() + (first - 1) * 86400000);
      if (start.getTime() + days * 86400000 > now.getTime()) continue;
      sessions.push({
        key: `${branch.key}-${sessions.length}`,
        session: { title, form, place: '党员活动室', days: Array.from({ length: days }, (_, day) => ({
          date: { year: start.getUTCFullYear(), month: start.getUTCMonth() + 1, day: start.getUTCDate() + day }, unit })) },
        attendances: members.map((member) => ({ member: member.name,
          state: random.chance(member.post ? 0.97 : 0.88) ? 'ATTENDANCE_STATE_PRESENT' : 'ATTENDANCE_STATE_ABSENT' })),
      });
    }
  }
  return sessions;
}
