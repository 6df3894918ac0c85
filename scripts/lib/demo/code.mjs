// scripts/code LOGIN: a code of a demo account's second factor that was not used before.

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Accounts } from './accounts.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const [login] = process.argv.slice(2);
const code = await new Accounts(process.env.RONGHE_STATE ?? join(ROOT, '.ronghe'), 0).nextCode(login);
if (code === '') {
  console.error(login ? `ronghe: no demo account ${login} has a second factor` : 'Usage: scripts/code LOGIN');
  process.exit(1);
}
console.log(code);
