// Whose standing needs a decision in the demo? Floating members, one abroad, some excused; members out of contact, one whose
// standing is suspended; dispositions under way, and a warning that took effect.

import { date, each } from './api.mjs';
import { addDays, addMonths } from './calendar.mjs';
import { vote } from './votes.mjs';

const DESTINATIONS = [['330100', 'OVER_PROVINCES', 'PRIVATE_ENTERPRISE'], ['530102', 'IN_PROVINCE', 'SOLE_TRADER'],
  ['440300', 'OVER_PROVINCES', 'STATE_ENTERPRISE'], ['530302', 'IN_CITY', 'COMMUNITY']];
const METHODS = ['TELEPHONE', 'VISIT', 'RELATIVES'];
const FLOATING = 3;   // of each branch with a past

// Each has its own member; branches take turns.
const CASES = [
  (demo, branch, member) => search(demo, branch, member, 2, METHODS.slice(0, 2)),
  (demo, branch, member) => suspend(demo, branch, member),
  (demo, branch, member) => talkTo(demo, branch, member),
  (demo, branch, member) => warn(demo, branch, member),
];

export async function decideStanding(demo) {
  const branches = demo.history.length;
  await each(demo.history, branches, (branch) => goAway(demo, branch));
  for (const [i, decide] of CASES.entries()) {
    const branch = demo.history[i % branches];
    const [member] = demo.ordinary(branch, 'standing', CASES.length).slice(Math.floor(i / branches));
    if (member) await decide(demo, branch, member);
  }
}

async function goAway(demo, branch) {
  const api = demo.clerkOf(branch);
  const contact = demo.secretaryOf(branch).name;
  const away = demo.ordinary(branch, 'away', FLOATING + 2);
  for (const [i, member] of away.slice(0, FLOATING).entries()) {
    const [region, reach, destination] = DESTINATIONS[i];
    const overlay = await api.post(`/v1/${member.name}/overlays:registerFloating`, {
      validFrom: date(addMonths(demo.today, -7 - i)), destinationRegion: region, reach: `FLOATING_REACH_${reach}`,
      destination: `FLOATING_DESTINATION_${destination}`, formerOccupation: 'FLOATING_OCCUPATION_FARMER',
      certificate: i === 0, contactPerson: contact }, demo.key('floating', branch.key, i));
    if (i < 2) {
      await api.post(`/v1/${overlay.name}:recordContact`, { contactedOn: date(addDays(demo.today, -20)),
        method: 'CONTACT_METHOD_TELEPHONE' }, demo.key('contact', branch.key, i));
    }
  }
  const [old, abroad] = away.slice(FLOATING);
  await api.post(`/v1/${old.name}/overlays:excuse`, { validFrom: date(addMonths(demo.today, -12)), reason: 'EXCUSE_REASON_CARE' },
    demo.key('excuse', branch.key));
  if (branch !== demo.history[0]) return;
  await api.post(`/v1/${abroad.name}/overlays:registerAbroad`, { validFrom: date(addMonths(demo.today, -8)),
    purpose: 'ABROAD_PURPOSE_STUDY', country: 'SGP', contactPerson: contact }, demo.key('abroad', branch.key));
}

// A member out of contact for so many months, and who was asked since.
async function search(demo, branch, member, months, methods) {
  const api = demo.clerkOf(branch);
  const lost = addMonths(demo.today, -months);
  const key = (...parts) => demo.key('lost', branch.key, ...parts);
  const opened = await api.post(`/v1/${member.name}/suspensionCases`, { ground: 'SUSPENSION_GROUND_OUT_OF_CONTACT',
    lastContactOn: date(lost), openedOn: date(addDays(lost, 30)) }, key('open'));
  for (const [i, method] of methods.entries()) {
    await api.post(`/v1/${opened.name}:recordAttempt`, { attemptedOn: date(addDays(lost, 33 + 7 * i)),
      method: `CONTACT_METHOD_${method}` }, key(method));
  }
  return opened.name;
}

async function suspend(demo, branch, member) {
  const name = await search(demo, branch, member, 9, METHODS);
  const key = (...parts) => demo.key('lost', branch.key, ...parts);
  await demo.clerkOf(branch).post(`/v1/${name}:proposeSuspension`, { proposedOn: date(addMonths(demo.today, -2)) }, key('propose'));
  await demo.by.town.post(`/v1/${name}:suspend`, { decider: demo.town.name_, suspendedOn: date(addMonths(demo.today, -1)) },
    key('suspend'));
}

// A case that has come to the talk; the general meeting is next. Before it there was a reminder talk.
async function talkTo(demo, branch, member) {
  const api = demo.clerkOf(branch);
  const day = (ago) => date(addDays(demo.today, -ago));
  const key = (verb) => demo.key('disposition', branch.key, verb);
  await demo.by.county.post(`/v1/${member.name}/reminderTalks`, { heldOn: day(40), reason: 'REMINDER_REASON_ATTENDANCE',
    actions: ['REMINDER_ACTION_ATTEND'], talker: demo.secretaryOf(branch).name }, key('remind'));
  const { name } = await api.post(`/v1/${member.name}/dispositionCases`, { kind: 'DISPOSITION_KIND_DISPOSITION',
    ground: 'DISPOSITION_GROUND_D31_1', openedOn: day(30) }, key('open'));
  await api.post(`/v1/${name}:investigate`, { investigatedOn: day(20) }, key('investigate'));
  await api.post(`/v1/${name}:talk`, { talkedOn: day(12) }, key('talk'));
}

// A warning, which the branch voted for and the town approved.
async function warn(demo, branch, member) {
  const api = demo.clerkOf(branch);
  const day = (ago) => addDays(demo.today, -ago);
  const key = (...parts) => demo.key('discipline', branch.key, ...parts);
  const { name } = await api.post(`/v1/${member.name}/dispositionCases`, { kind: 'DISPOSITION_KIND_DISCIPLINE',
    ground: 'DISPOSITION_GROUND_DISCIPLINE', openedOn: date(day(70)) }, key('open'));
  await api.post(`/v1/${name}:investigate`, { investigatedOn: date(day(60)) }, key('investigate'));
  await api.post(`/v1/${name}:talk`, { talkedOn: date(day(55)) }, key('talk'));
  const motion = await vote(api, branch, 'GENERAL', day(50), { text: '给予警告处分', kind: 'DISPOSITION', subject: name }, key, 'g');
  await api.post(`/v1/${name}:decide`, { motion, outcome: 'DISPOSITION_OUTCOME_DISCIPLINE',
    measure: 'DISCIPLINE_MEASURE_WARNING' }, key('decide'));
  await demo.by.town.post(`/v1/${name}:approve`, { approver: demo.town.name_, organ: 'DISCIPLINE_ORGAN_BASIC_COMMITTEE',
    approvedOn: date(day(35)) }, key('approve'));
  await api.post(`/v1/${name}:tell`, { toldOn: date(day(30)) }, key('tell'));
}
