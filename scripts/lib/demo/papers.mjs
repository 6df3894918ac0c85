// Which reports and ledgers does the demo's county have? The statistics of the year up to last month, and the members' ledger
// of one branch, which the county's secretary agreed to.

import { date } from './api.mjs';
import { addDays } from './calendar.mjs';

export async function writePapers(demo) {
  await report(demo);
  await exportLedger(demo);
}

async function report(demo) {
  const { county } = demo.by;
  const last = addDays(demo.months.at(-1), -1);
  const made = await county.post(`/v1/${demo.root.name_}/statisticsReports`, { statisticsReport: { kind: 'REPORT_KIND_PERIOD',
    periodFrom: { year: last.getUTCFullYear(), month: 1, day: 1 }, snapshotDay: date(last) } }, demo.key('report'));
  await county.post(`/v1/${made.name}:compute`, {}, demo.key('report', 'compute'));
}

async function exportLedger(demo) {
  const [branch] = demo.history;
  await demo.agreed(demo.by.county, `/v1/${branch.name_}/ledgerExports`, { ledger: 'LEDGER_MEMBERS',
    format: 'LEDGER_FORMAT_XLSX', purpose: 'verification' }, demo.key('ledger'));
}
