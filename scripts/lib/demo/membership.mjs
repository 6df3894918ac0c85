// What happened to the demo's members and organizations, case by case? One town, and in it a few branches with a past, shows
// every area; who acts are the accounts that would.

import { admitMembers } from './admission.mjs';
import { addMonths } from './calendar.mjs';
import { careForMembers } from './care.mjs';
import { collectDues } from './dues.mjs';
import { setUpOrganizations } from './organizations.mjs';
import { writePapers } from './papers.mjs';
import { decideStanding } from './standing.mjs';
import { transferBranch, transferMembers } from './transfers.mjs';

// `demo` holds {seed, today, started, months, tree, history, rolls, key, by: sessions by part, agreed}.
export async function livePartyLife(demo, progress) {
  const [home] = demo.history;
  const life = {
    ...demo,
    root: demo.tree.find((node) => node.parent === null),
    town: demo.tree.find((node) => node.key === home.parent),
    clerkOf: (branch) => (branch === home ? demo.by.branch : demo.by.worker),
    secretaryOf: (branch) => full(demo, branch).find((m) => m.post === '01') ?? full(demo, branch)[0],
    ordinary: takeTurns(demo),
  };
  await setUpOrganizations(life);
  await admitMembers(life, progress);
  await collectDues(life, progress);
  await decideStanding(life);
  await careForMembers(life);
  await transferMembers(life);
  await writePapers(life);
}

const full = (demo, branch) => demo.rolls.get(branch.key).filter((m) => m.category === '1');

// Gives out full members without a post, nobody for two purposes that exclude each other:
// (branch, purpose, count) => members, the same at each call; a small branch gives fewer. Who helps applicants, and who of the
// last branch sits on the town's committee, was a full member when the branch's records begin.
function takeTurns(demo) {
  const shares = new Map(demo.history.map((branch) => {
    const veteran = (m) => Date.parse(m.joined) < addMonths(branch.since, -13).getTime();
    const free = full(demo, branch).filter((m) => m.post === '');
    const take = (members) => members.map((m) => free.splice(free.indexOf(m), 1)[0]);
    const helpers = take(free.filter(veteran).slice(0, 2));
    const committee = branch === demo.history.at(-1) ? take(free.filter(veteran).slice(-5)) : [];
    const share = { helpers, committee, standing: free.splice(0, Math.ceil(4 / demo.history.length)), away: free.splice(0, 5),
      transfer: branch === transferBranch(demo) ? free.splice(0, 6) : [] };
    return [branch.key, { ...share, other: free.length > 0 ? free : helpers }];
  }));
  return (branch, purpose, count) => shares.get(branch.key)[purpose].slice(0, count);
}
