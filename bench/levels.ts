import { LEVELS, simulateCompanies } from './levels/companies.ts';
import { printTable, shareOf } from './triage/outcomes.ts';

const COMPANIES = 10_000;

for (const level of LEVELS) {
  const rows = simulateCompanies(41, COMPANIES, level);
  const total = rows.reduce(
    (sum, { companies, fitted, broken }) => ({
      companies: sum.companies + companies,
      fitted: sum.fitted + fitted,
      broken: sum.broken + broken,
    }),
    { companies: 0, fitted: 0, broken: 0 },
  );
  const { confidence, agreement } = level;
  console.log(
    `\n${100 * confidence} % sure of ${100 * agreement} %: promises that were broken, of ${COMPANIES} simulated companies (at most ${(100 * (1 - confidence)).toFixed(0)} %)`,
  );
  printTable([
    ['agreement by score', 'companies', 'a threshold was found', 'broken, of all companies'],
    ...rows.map(({ shape, companies, fitted, broken }) => [
      shape,
      String(companies),
      shareOf(fitted, companies),
      shareOf(broken, companies),
    ]),
    [
      'all',
      String(total.companies),
      shareOf(total.fitted, total.companies),
      shareOf(total.broken, total.companies),
    ],
  ]);
  if (total.broken > (1 - confidence) * total.companies) process.exitCode = 1;
}
