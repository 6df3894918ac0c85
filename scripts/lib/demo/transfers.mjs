// Who changes branches in the demo? Transfers out of the town with a past: done, on the way with a letter, sent back, drafted,
// and one out of the province. The branch drafts, the town approves and issues the letter, the county receives.

import { date } from './api.mjs';
import { addDays, addMonths } from './calendar.mjs';
import { KIND } from './places.mjs';

const LETTER_DAYS = 90;
const LEFT = 5;   // days that the letter out of the province has left

// The last step of each, and whether it leaves the province.
const TRANSFERS = [{ at: 'done' }, { at: 'done' }, { at: 'letter' }, { at: 'returned' }, { at: 'draft' }, { at: 'out' }];

// The branch that they leave.
export const transferBranch = (demo) => demo.history[1] ?? demo.history[0];

export async function transferMembers(demo) {
  const elsewhere = demo.tree.filter((node) => node.kind === KIND.branch && node.parent !== demo.town.key);
  if (elsewhere.length === 0) return;   // a town alone
  const leaving = demo.ordinary(transferBranch(demo), 'transfer', TRANSFERS.length);
  for (const [i, { at }] of TRANSFERS.entries()) {
    if (i < leaving.length) await new Case(demo, leaving[i], elsewhere[i % elsewhere.length], i).go(at);
  }
}

class Case {
  constructor(demo, member, to, i) {
    Object.assign(this, { demo, member, to, i });
  }

  async go(at) {
    await this.draft(at === 'out');
    if (at === 'draft') return;
    await this.step('town', 'approveOut', { duesPaidThrough: date(addDays(addMonths(this.demo.started, 3), -1)) });
    await this.step('town', 'issueLetter', { validDays: at === 'out' ? LEFT : LETTER_DAYS });
    if (at === 'returned') await this.step('county', 'return', { reason: 'TRANSFER_RETURN_REASON_CONTENTS_WRONG' });
    if (at === 'done') {
      await this.step('county', 'accept', { effectiveDate: date(this.demo.today) });
      await this.step('town', 'complete', { receiptNumber: `HZ-${String(this.i + 1).padStart(4, '0')}` });
    }
  }

  async draft(out) {
    const place = out
      ? { kind: 'TRANSFER_KIND_OUT', outsideTitle: '中共杭州市余杭区某街道工作委员会组织科', reach: 'TRANSFER_REACH_NATION' }
      : { kind: 'TRANSFER_KIND_INSIDE', toOrganization: this.to.name_ };
    this.case = await this.demo.clerkOf(transferBranch(this.demo)).post('/v1/transfers', { ...place, members: [this.member.name],
      reason: out ? 'TRANSFER_REASON_RESIDENCE_CHANGED' : 'TRANSFER_REASON_UNIT_CHANGED' }, this.key('draft'));
  }

  async step(who, verb, body) {
    this.case = await this.demo.by[who].post(`/v1/${this.case.name}:${verb}`, body, this.key(verb));
  }

  key(verb) {
    return this.demo.key('transfer', this.i, verb);
  }
}
