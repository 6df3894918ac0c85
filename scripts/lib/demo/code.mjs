// scripts/code LOGIN: the present code of a demo account's second factor.

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Accounts } from './accounts.mjs';
import { codeOf } from './totp.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const [login] = process.argv.slice(2);
const secret = new Accounts(process.env.RONGHE_STATE ?? join(ROOT, '.ronghe'), 0).secretOf(login);
if (secret === '') {
  console.error(login ? `ronghe: no demo account ${login} has a second factor` : 'Usage: scripts/code LOGIN');
  process.exit(1);
}
console.log(codeOf(secret));
