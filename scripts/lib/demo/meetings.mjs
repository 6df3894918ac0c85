// Which meetings did the demo's branches hold in the last three months, and which did they miss, write late or get wrong?

const DAY = 86400000;
const SHANGHAI = 8 * 3600000;
const THEMES = ['学习贯彻条例精神', '助力乡村振兴', '护林防火与安全生产', '走访困难群众', '环境卫生整治', '产业发展座谈', '防灾减灾宣传'];
const MATTERS = ['秋冬季产业发展', '村组道路养护', '党费使用公示', '为民服务事项', '年度工作安排', '集体经济收益分配', '志愿服务安排'];
const PLACES = ['党员活动室', '会议室', '新时代文明实践站', '村民小组活动场所'];
const ABSENCES = [['ABSENCE_REASON_FLOATING', 34], ['ABSENCE_REASON_OFFICIAL_BUSINESS', 16], ['ABSENCE_REASON_SICK', 14],
  ['ABSENCE_REASON_CARE_EXEMPT', 20], ['ABSENCE_REASON_PERSONAL', 12], ['ABSENCE_REASON_UNEXCUSED', 4]];

// The first days of this month and of the two before, Asia/Shanghai, as UTC midnights.
export function demoMonths(now) {
  const here = new Date(now.getTime() + SHANGHAI);
  return [2, 1, 0].map((back) => new Date(Date.UTC(here.getUTCFullYear(), here.getUTCMonth() - back, 1)));
}

// The first days of the months since January, or of the demo's where these begin earlier.
export function yearMonths(now) {
  const demo = demoMonths(now);
  const { length } = demo;
  const last = demo[length - 1];
  const year = Array.from({ length: last.getUTCMonth() + 1 }, (_, i) => new Date(Date.UTC(last.getUTCFullYear(), i, 1)));
  return year.length > length ? year : demo;
}

/**
 * What one branch held: [{key, plan, record, submittedAt, accept}], ready for CreateMeeting, SubmitMeeting and
 * AcceptMeeting. `members` are {name, category, post, joined}, without joined there all along; only meetings that lie in the past are made.
 */
export function branchMeetings(random, branch, members, now, months = demoMonths(now)) {
  const secretary = members.find((m) => m.post === '01') ?? members[0];
  const committee = members.filter((m) => m.post !== '');
  const diligence = random.weighted([[0.99, 70], [0.85, 22], [0.45, 8]]);
  const generalMonth = random.integer(0, 2);
  const meetings = [];
  const hold = (month, day, kinds, roll, title) => {
    const opened = new Date(month.getTime() + (day - 1) * DAY + 9 * 3600000 - SHANGHAI);
    const there = roll.filter((member) => !member.joined || Date.parse(member.joined) <= opened.getTime());
    const meeting = record(random, opened, kinds, there, there, secretary, title);
    if (Date.parse(meeting.submittedAt) < now.getTime()) meetings.push({ key: `${branch.key}-${meetings.length}`, ...meeting });
  };
  months.forEach((month, i) => {
    if (random.chance(diligence)) {
      const readingOnly = random.chance(0.03);
      const kinds = readingOnly ? ['READING'] : ['THEME_DAY'];
      if (!readingOnly && i % 3 === generalMonth && random.chance(diligence)) kinds.push('GENERAL');
      if (!readingOnly && random.chance(0.3)) kinds.push('LECTURE');
      hold(month, random.integer(4, 12), kinds, members, readingOnly ? '传达上级文件' : `主题党日：${random.pick(THEMES)}`);
    }
    if (committee.length > 1 && random.chance(diligence)) {
      hold(month, random.integer(2, 9), ['COMMITTEE'], committee, `支部委员会会议：研究${random.pick(MATTERS)}`);
    }
  });
  return meetings;
}

function record(random, opened, kinds, roll, members, secretary, title) {
  const closed = new Date(opened.getTime() + random.integer(60, 150) * 60000);
  const late = random.chance(0.06);
  const submitted = new Date(closed.getTime() + (late ? random.integer(8, 13) : random.integer(0, 5)) * DAY + 3600000);
  const thin = kinds.includes('GENERAL') && random.chance(0.03); // a meeting without a quorum
  const attendance = roll.map((member) => (member === secretary || random.chance(thin ? 0.3 : 0.9)
    ? { member: member.name, presence: 'PRESENCE_PRESENT' }
    : { member: member.name, presence: 'PRESENCE_ABSENT', reason: random.weighted(ABSENCES), approvedBy: secretary.name }));
  const recorder = members.find((m) => m !== secretary && attendance.some((a) => a.member === m.name && a.presence === 'PRESENCE_PRESENT')) ?? secretary;
  const discussed = !kinds.includes('READING');
  const decides = kinds.includes('GENERAL') || kinds.includes('COMMITTEE');
  const complete = random.chance(0.94);
  return {
    plan: {
      kinds: kinds.map((k) => `MEETING_KIND_${k}`),
      title,
      plannedAt: opened.toISOString(),
      place: random.pick(PLACES),
      mode: 'MEETING_MODE_ONSITE',
    },
    record: {
      openedAt: opened.toISOString(),
      closedAt: closed.toISOString(),
      chair: secretary.name,
      recorder: recorder.name,
      attendance,
      agenda: complete ? [{ title, speakerCount: discussed ? random.integer(3, 9) : 0,
        summary: discussed ? '围绕议题逐项讨论，形成一致意见。' : '传达学习。' }] : [],
      motions: decides ? [motion(random, kinds.includes('GENERAL'), roll, attendance)] : [],
      resolutions: decides ? [{ text: `按会议意见落实${random.pick(MATTERS)}`, owner: '支部委员会', dueDate: monthLater(closed) }] : [],
      signedByChair: complete,
      signedByRecorder: complete || random.chance(0.5),
    },
    submittedAt: submitted.toISOString(),
    accept: random.chance(0.9),
  };
}

// The votes as they were cast; the service decides by the rule what became of the motion.
function motion(random, general, roll, attendance) {
  const full = new Set(roll.filter((m) => m.category === '1').map((m) => m.name));
  const present = attendance.filter((a) => a.presence === 'PRESENCE_PRESENT' && full.has(a.member)).length;
  const against = Math.min(present, random.weighted([[0, 80], [1, 20]]));
  return { text: `同意${random.pick(MATTERS)}方案`, kind: general ? 'MOTION_KIND_GENERAL' : 'MOTION_KIND_COMMITTEE',
    ballotMode: 'BALLOT_MODE_HANDS', votesFor: present - against, votesAgainst: against };
}

function monthLater(day) {
  const due = new Date(day.getTime() + 30 * DAY);
  return { year: due.getUTCFullYear(), month: due.getUTCMonth() + 1, day: due.getUTCDate() };
}
