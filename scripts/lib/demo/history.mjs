// Which of the demo's organizations are older than the demo? Committees stand for years, and a few large village branches of
// one town have a past that cases can rest on: members since then, meetings in every month of this year.

import { addMonths } from './calendar.mjs';
import { KIND } from './places.mjs';

const BRANCHES = 4;
const ENOUGH = 12;             // members: a committee of the branch, sponsors, cultivators, and others to vote
const FOUNDED_MONTHS = 12 * 12;
const SINCE_MONTHS = 4 * 12;   // how long the members of such a branch are on record

/**
 * Marks the nodes: `founded` and, of branches with a past, `since` (their roster's first day). Answers those branches; the
 * demo's town, branch and member accounts belong to the first.
 */
export function markHistory(tree, people, today) {
  const strong = tree.filter((node) => node.village && people.get(node.key).length >= ENOUGH);
  const first = strong[0] ?? tree.find((node) => node.village);
  const size = (node) => people.get(node.key).length;
  const others = strong.filter((node) => node !== first && node.parent === first.parent).sort((a, b) => size(b) - size(a));
  const branches = [first, ...others].slice(0, BRANCHES);
  for (const node of tree) if (node.kind === KIND.committee) node.founded = addMonths(today, -FOUNDED_MONTHS);
  for (const branch of branches) {
    branch.founded = addMonths(today, -FOUNDED_MONTHS);
    branch.since = addMonths(today, -SINCE_MONTHS);
  }
  return branches;
}
