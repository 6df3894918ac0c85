// Who wants to join the Party in the demo, and how far has each come? One case in every stage, some with a step that is due
// or late. The calls are those of the people who act: the branch records, the town consents and approves, the county files.

import { createHash } from 'node:crypto';
import { date, each } from './api.mjs';
import { addDays, addMonths, dayOf, weekday } from './calendar.mjs';
import { Numbers } from './people.mjs';
import { Random } from './random.mjs';
import { vote } from './votes.mjs';

const HEARD = { groupHeard: true, cultivatorsHeard: true, membersHeard: true, massesHeard: true };
const FILE = ['APPLICATION', 'CULTIVATION_RECORD', 'ADMISSION_FORM', 'PROBATION_RECORD', 'CONVERSION_APPLICATION'];

// The way, step by step: [name, days after the application, what is done].
const WAY = [
  ['apply', 0, (walk, day) => walk.apply(day)],
  ['talk', 20, (walk, day) => walk.branch('recordTalk', { talk: { day: date(day), talker: walk.secretary } })],
  ['activist', 90, async (walk, day) => walk.branch('proposeActivist', { proposal: {
    motion: await walk.committee(day, '确定入党积极分子'), channel: 'ACTIVIST_CHANNEL_MEMBERS' } })],
  ['file', 100, (walk, day) => walk.town('fileActivist', { filing: { day: date(day) } })],
  ['cultivators', 101, (walk, day) => walk.branch('assignCultivators', { choice: { members: walk.helpers, day: date(day) } })],
  ['halfYear', 265, (walk, day) => walk.branch('reviewActivist', { review: { day: date(day) } })],
  ['fullYear', 445, (walk, day) => walk.branch('reviewActivist', { review: { day: date(day) } })],
  ['propose', 462, async (walk, day) => walk.branch('proposeCandidate', { proposal: {
    motion: await walk.committee(day, '讨论确定发展对象'), ...HEARD } })],
  ['consent', 466, (walk, day) => walk.town('consentToCandidate', { consent: { day: date(day), consented: true } })],
  ['notice', 467, (walk, day) => walk.notice(day)],
  ['closeNotice', 468, (walk) => walk.closeNotice()],
  ['sponsors', 492, (walk, day) => walk.branch('chooseSponsors', { choice: { members: walk.helpers, day: date(day) } })],
  ['background', 500, async (walk, day) => {
    await walk.upload('BACKGROUND_REVIEW', '政治审查结论性材料');
    await walk.branch('recordBackgroundReview', { review: {
      day: date(day), conclusion: 'REVIEW_CONCLUSION_PASSED', joint: true } });
  }],
  ['training', 510, (walk, day) => walk.branch('recordTraining', { training: { day: date(day), days: 3, hours: 24 } })],
  ['branchReview', 520, async (walk, day) => walk.branch('reviewByBranch', { review: {
    motion: await walk.committee(day, '审查发展对象') } })],
  ['preReview', 540, (walk, day) => walk.town('preReview', { review: {
    day: date(day), passed: true, formNumber: `ZYS${day.getUTCFullYear()}${walk.number}` } })],
  ['vote', 560, async (walk, day) => walk.branch('recordAdmissionVote', { vote: {
    motion: await walk.general(day, 'ADMISSION', '接收预备党员'), submittedOn: date(addDays(day, 2)) } })],
  ['upperTalk', 570, (walk, day) => walk.town('recordUpperTalk', { talk: { day: date(day), talker: walk.places.talker } })],
  ['approve', 580, async (walk, day) => walk.town('approve', { approval: {
    motion: await walk.approval(day, '审批预备党员'), repliedOn: date(addDays(day, 1)) } })],
  ['fileAdmission', 590, (walk, day) => walk.county('fileAdmission', { filing: { day: date(day) } })],
  ['group', 591, (walk, day) => walk.branch('assignGroup', { assignment: { day: date(day) } })],
  ['oath', 600, (walk, day) => walk.branch('recordOath', { oath: { day: date(day) } })],
  ['askConversion', 916, (walk, day) => walk.branch('applyForConversion', { application: { day: date(day) } })],
  ['conversionVote', 935, (walk, day) => walk.conversion(day, { proposal: 'CONVERSION_PROPOSAL_ON_TIME' })],
  ['conversion', 950, (walk, day) => walk.decideConversion(day)],
];

// Who: the last step, how many days ago it was, and how the way ends instead, where it does. The first ten are of the
// branch whose secretary has a demo account.
const CASES = [
  { at: 'apply', ago: 10 },          // the talk is due
  { at: 'apply', ago: 50 },          // the talk is late
  { at: 'talk', ago: 30 },
  { at: 'cultivators', ago: 200 },   // the half-year's examination is late
  { at: 'fullYear', ago: 30 },       // may be proposed as a candidate
  { at: 'notice', ago: 3 },          // the public notice runs
  { at: 'training', ago: 15 },
  { at: 'preReview', ago: 22 },      // the branch's vote is due
  { at: 'vote', ago: 75 },           // the committee's approval is due
  { at: 'approve', ago: 5 },         // the oath is due
  { at: 'oath', ago: 310, branch: 1 },    // the probation ends soon
  { at: 'conversion', ago: 40, branch: 1, ending: (walk, today) => walk.archive(addDays(today, -10)) },
  { at: 'vote', ago: 110, branch: 2 },    // the committee's approval is late
  { at: 'group', ago: 60, branch: 2 },    // the oath is late
  { at: 'askConversion', ago: 60, branch: 2, ending: (walk, today) => walk.decides(addDays(today, -38), {
    proposal: 'CONVERSION_PROPOSAL_EXTEND', months: 6 }) },
  { at: 'oath', ago: 120, branch: 3, ending: (walk, today) => walk.decides(addDays(today, -45), {
    proposal: 'CONVERSION_PROPOSAL_CANCEL' }) },
  { at: 'talk', ago: 100, branch: 3, ending: (walk, today) => walk.end(addDays(today, -20)) },
];

// Carries every case to its stage, branches side by side: within one, later votes count who was admitted before.
export async function admitMembers(demo, progress) {
  const numbers = new Numbers('53', '0499');
  const random = new Random(demo.seed * 15485863);
  const walks = CASES.map((one, i) => new Walk(demo, one, i, applicant(random, numbers, i, demo.today)));
  let done = 0;
  await each(demo.history, demo.history.length, async (branch) => {
    const here = walks.filter((walk) => walk.node === branch);
    for (const walk of here.sort((a, b) => a.received - b.received)) {
      await walk.go();
      done += 1;
      progress('admission cases', done, walks.length);
    }
  });
  return walks.map((walk) => walk.case);
}

function applicant(random, numbers, i, today) {
  const birth = addDays(addMonths(today, -12 * random.integer(24, 40)), -random.integer(1, 300));
  const male = random.chance(0.6);
  return { fullName: `${random.pick([...'王李张刘陈杨黄赵吴周'])}${random.pick([...'晓子文志新建'])}${random.pick([...'明华宁安平'])}`,
    identityNumber: numbers.issue(birth.toISOString().slice(0, 10), male), ethnicity: '01', education: '21',
    phone: `1991${String(1000000 + i)}`, unit: 'APPLICANT_UNIT_VILLAGE' };
}

// One applicant on the way.
class Walk {
  constructor(demo, plan, index, person) {
    this.demo = demo;
    this.plan = plan;
    this.person = person;
    this.number = String(index + 1).padStart(4, '0');
    this.node = demo.history[(plan.branch ?? 0) % demo.history.length];
    this.places = demo.town;
    this.clerk = demo.clerkOf(this.node);
    this.secretary = demo.secretaryOf(this.node).name;
    this.helpers = demo.ordinary(this.node, 'helpers', 2).map((m) => m.name);
    const offset = WAY.find(([name]) => name === plan.at)[1];
    this.received = addDays(demo.today, -plan.ago - offset);
  }

  async go() {
    for (const [step, offset, act] of WAY) {
      this.step = step;
      await act(this, addDays(this.received, offset));
      if (step === this.plan.at) break;
    }
    this.step = 'ending';
    await this.plan.ending?.(this, this.demo.today);
  }

  key = (...parts) => this.demo.key('admission', this.number, this.step, ...parts);

  async apply(day) {
    this.case = await this.clerk.post(`/v1/${this.node.name_}/admissionCases`, { applicant: this.person,
      submission: { receivedOn: date(day), place: 'APPLICATION_PLACE_UNIT' } }, this.key());
  }

  async act(api, verb, body) {
    this.case = await api.post(`/v1/${this.case.name}:${verb}`, body, this.key(verb));
  }

  branch(verb, body) {
    return this.act(this.clerk, verb, body);
  }

  // What a committee does names it.
  town(verb, body) {
    return this.named(this.demo.by.town, this.demo.town, verb, body);
  }

  county(verb, body) {
    return this.demo.town === this.demo.root ? undefined : this.named(this.demo.by.county, this.demo.root, verb, body);
  }

  named(api, organization, verb, body) {
    const [[part, value]] = Object.entries(body);
    return this.act(api, verb, { [part]: { ...value, organization: organization.name_ } });
  }

  committee(day, text) {
    return vote(this.clerk, this.node, 'COMMITTEE', day, { text, kind: 'COMMITTEE', subject: this.case.name }, this.key, 'c');
  }

  general(day, kind, text) {
    return vote(this.clerk, this.node, 'GENERAL', day, { text, kind, subject: this.case.name }, this.key, 'g');
  }

  approval(day, text) {
    return vote(this.demo.by.town, this.demo.town, 'COMMITTEE', day, { text, kind: 'APPROVAL', subject: this.case.name },
      this.key, 'a');
  }

  // Only where the rules of the day ask for a notice: before 2026-05-11 filing was enough.
  async notice(day) {
    if (this.case.state !== 'ADMISSION_STATE_CANDIDATE_CONSENTED') return;
    await this.branch('startNotice', { notice: { day: date(weekday(day)),
      sites: [{ kind: 'NOTICE_SITE_KIND_UNIT', place: '村务公开栏' }] } });
  }

  async closeNotice() {
    if (this.case.state !== 'ADMISSION_STATE_NOTICE_OPEN') return;
    await this.branch('closeNotice', { notice: { day: date(addDays(dayOf(this.case.noticeEndsOn), 1)),
      objection: 'NOTICE_OBJECTION_NONE' } });
  }

  async conversion(day, proposal) {
    await this.branch('recordConversionVote', { vote: { motion: await this.general(day, 'CONVERSION', '讨论预备党员转正'),
      submittedOn: date(day), ...proposal, groupHeard: true, membersHeard: true, massesHeard: true } });
  }

  async decideConversion(day) {
    await this.town('decideConversion', { decision: { motion: await this.approval(day, '审批预备党员转正'),
      repliedOn: date(addDays(day, 1)) } });
  }

  async decides(day, proposal) {
    await this.conversion(day, proposal);
    await this.decideConversion(addDays(day, 12));
  }

  async archive(day) {
    for (const kind of FILE) await this.upload(kind, '材料');
    await this.branch('archive', { archiving: { day: date(day) } });
  }

  end(day) {
    return this.branch('end', { ending: { day: date(day), reason: 'ENDING_REASON_WITHDRAWN' } });
  }

  // A small file among the papers of the case.
  async upload(kind, title) {
    const content = Buffer.from(`%PDF-1.4\n% ${kind} ${this.case.name}\n%%EOF\n`);
    const document = await this.clerk.post('/v1/documents', { subject: this.case.name, kind, title,
      mediaType: 'application/pdf', size: String(content.length), sha256: createHash('sha256').update(content).digest('hex'),
      unclassified: true }, this.key('paper', kind));
    const { state } = await this.clerk.get(`/v1/${document.name}`);
    if (state !== 'DOCUMENT_STATE_PENDING') return;   // finished by the demo that goes on
    await this.clerk.post(`/v1/${document.name}:upload`, { offset: '0', content: content.toString('base64') });
    await this.clerk.post(`/v1/${document.name}:finish`, {}, this.key('finish', kind));
  }
}
