// Who pays what in the demo? One town's standards, bills of every month of the demo, payments of most, a reduction that waits,
// and what its branches with a past hand up.

import { date, each } from './api.mjs';
import { addDays, monthOf } from './calendar.mjs';
import { KIND } from './places.mjs';
import { Random } from './random.mjs';
import { vote } from './votes.mjs';

const BASES = [
  [{ category: 'DUES_CATEGORY_FARMER', fixedFen: '20' }, 50],
  [{ category: 'DUES_CATEGORY_SALARY', baseFen: '420000' }, 18],
  [{ category: 'DUES_CATEGORY_SALARY', baseFen: '610000' }, 10],
  [{ category: 'DUES_CATEGORY_RETIRED', baseFen: '380000' }, 18],
  [{ category: 'DUES_CATEGORY_IRREGULAR', baseFen: '290000' }, 4],
];
const PAYS = [[3, 86], [2, 7], [1, 4], [0, 3]];   // how many of the three months

export async function collectDues(demo, progress) {
  const branches = demo.tree.filter((node) => node.kind === KIND.branch && node.parent === demo.town.key);
  await setStandards(demo, branches);
  for (const month of demo.months) await bill(demo, month);
  await pay(demo, branches, progress);
  await propose(demo);
  await handUp(demo);
}

// The branch fixes the standard of its members, by their income.
async function setStandards(demo, branches) {
  await each(branches, 4, (branch, i) => {
    const random = new Random(demo.seed * 32452843 + i);
    const bases = demo.rolls.get(branch.key).map((member) => ({ member: member.name, base: random.weighted(BASES) }));
    return demo.clerkOf(branch).post(`/v1/${branch.name_}/duesStandards:batchSet`, {
      year: demo.today.getUTCFullYear(), bases }, demo.key('standards', branch.key));
  });
}

// The bills of a month, which the service makes in the background.
async function bill(demo, month) {
  let run = await demo.by.county.post(`/v1/${demo.town.name_}/billRuns`, { month: monthOf(month) },
    demo.key('bills', monthOf(month)));
  while (!run.state.endsWith('DONE')) {
    await new Promise((wake) => setTimeout(wake, 200));
    run = await demo.by.county.get(`/v1/${run.name}`);
  }
}

// The cashier takes the money: month by month in the branches with a past, where the bookkeeper confirms it, in one sum
// elsewhere.
async function pay(demo, branches, progress) {
  const payments = await Promise.all(branches.map((branch, i) => paymentsOf(demo, branch, i)));
  let done = 0;
  await each(payments, 8, async (ofBranch) => {   // one after the other: they post to one ledger
    for (const one of ofBranch) await take(demo, one);
    progress('dues payments', done += ofBranch.length, payments.flat().length);
  });
}

async function paymentsOf(demo, branch, i) {
  const random = new Random(demo.seed * 49979687 + i);
  const monthly = demo.history.includes(branch);
  const payments = [];
  for (const [member, bills] of await billsOf(demo, branch)) {
    const paid = bills.slice(0, random.weighted(PAYS));
    const channel = random.weighted([['MOBILE', 6], ['CASH', 3], ['BANK_TRANSFER', 1]]);
    const sums = monthly ? paid : [{ fen: paid.reduce((sum, { fen }) => sum + fen, 0), day: demo.today, id: 'all' }];
    for (const sum of sums) if (sum.fen > 0) payments.push({ member, channel, monthly, ...sum });
  }
  return payments;
}

async function take(demo, { member, channel, monthly, fen, day, id }) {
  const part = `${member.split('/')[1]}-${id}`;
  const payment = await demo.by.cashier.post(`/v1/${member}/duesPayments`, { amountFen: String(fen),
    channel: `DUES_CHANNEL_${channel}`, paidOn: date(day), quarterlyConsent: true, ...(monthly ? { month: id } : {}) },
  demo.key('pay', part));
  if (monthly) await demo.by.bookkeeper.post(`/v1/${payment.name}:confirm`, {}, demo.key('confirm', part));
}

// What each member of a branch owes for the months: {member: [{fen, day of payment, id}]}.
async function billsOf(demo, branch) {
  const bills = new Map(demo.rolls.get(branch.key).map((member) => [member.name, []]));
  for (const month of demo.months) {
    const id = monthOf(month);
    const paidOn = addDays(month, 11);
    const day = paidOn < demo.today ? paidOn : demo.today;
    for await (const one of demo.by.cashier.pages(`/v1/${branch.name_}/duesBills?month=${id}&pageSize=200`, 'bills')) {
      bills.get(one.member)?.push({ fen: Number(one.amountFen ?? 0), day, id });
    }
  }
  return bills;
}

// A reduction that the branch studied and the town has to decide; money that the branch asks for.
async function propose(demo) {
  const [branch] = demo.history;
  const api = demo.clerkOf(branch);
  const day = addDays(demo.today, -6);
  const study = (text, subject, id) => vote(api, branch, 'COMMITTEE', day, { text, kind: 'COMMITTEE', subject }, demo.key, id);
  const [poor] = demo.ordinary(branch, 'other', 1);
  await api.post(`/v1/${poor.name}/duesReductions`, { amountFen: '0', fromMonth: monthOf(demo.months.at(-1)),
    toMonth: `${demo.today.getUTCFullYear()}-12`, motion: await study('研究困难党员党费减免', poor.name, 'reduction') }, demo.key('reduction'));
  await api.post(`/v1/${branch.name_}/fundRequests`, { use: 'FUND_USE_DIFFICULTY', amountFen: '60000',
    motion: await study('申请慰问困难党员经费', branch.name_, 'fund') }, demo.key('fund'));
}

// What the branches with a past collected in a month goes up to the town, which says what arrived; the last one's is on its way.
async function handUp(demo) {
  const period = monthOf(demo.months[1]);
  for (const [i, branch] of demo.history.entries()) {
    const sent = await demo.by.bookkeeper.post(`/v1/${branch.name_}/remittances`, { period }, demo.key('remit', branch.key));
    if (i === demo.history.length - 1 || sent.state.endsWith('RECEIVED')) continue;   // nothing to send is received at once
    await demo.by.bookkeeper.post(`/v1/${sent.name}:receive`, { receivedFen: sent.sentFen }, demo.key('receive', branch.key));
  }
}
