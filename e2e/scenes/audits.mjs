// An internal auditor at work: checklist, sample, answer, finding, report; and the coverage of three years.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { said } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

export default function audits(world) {
  it('what was asked in the audit of operation', () =>
    world().as('external-auditor', {}, async (page) => {
      await page.goto('/audits/AUD-2');
      await page.getByRole('link', { name: 'Checklist and samples' }).click();
      await page.getByRole('link', { name: 'What came of it?' }).click();
      await page.getByText('closed without a review').first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'Keep the answer' }).count(), 0);
      await inspect(page, page.url(), 'fieldwork-read');
      await inspect(page, '/fieldwork/AUD-2/report', 'audit-report');
      await inspect(page, '/coverage', 'coverage');
    }));

  it('an auditor draws, answers and raises a nonconformity', () =>
    world().as('internal-auditor', { expected: [/status of 422/] }, async (page) => {
      await page.goto('/fieldwork/AUD-3');
      await page.getByRole('button', { name: 'Make the checklist' }).click();
      await said(page, 'are on the checklist');
      await page.getByRole('button', { name: 'Draw the sample' }).click();
      await said(page, 'The population is frozen');
      await page.getByLabel('Result', { exact: true }).selectOption('Nonconformity');
      await page.getByRole('button', { name: 'Keep the answer' }).click();
      await page.getByText('an answer without evidence is none').first().waitFor();
      await page.getByLabel('Evidence').fill('Two of the records have nobody who decided.');
      await page.getByRole('button', { name: 'Keep the answer' }).click();
      await said(page, 'is raised');
      await inspect(page, page.url(), 'fieldwork');
    }));
}
