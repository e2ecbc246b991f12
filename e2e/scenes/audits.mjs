// An internal auditor at work: checklist, sample, answer, finding, report; and the coverage of three years.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { made, moved, said } from '../lib/acts.mjs';
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

  it("an internal auditor's two days: from the plan to the report", async () => {
    const options = { expected: [/status of 422/] };
    let audit;
    // The first day: what comes first, the plan, the checklist, a sample, and half of an answer.
    await world().as('internal-auditor', options, async (page) => {
      await page.goto('/coverage');
      const clause = await page.locator('table.t a.id').first().textContent();
      const me = world().logins.get('internal-auditor').email;
      const today = new Date().toISOString().slice(0, 10);
      const plan = { title: 'Two days of audit', 'scope.clauses': `${clause}\n8.6.1`, auditors: me, owner: me, planned_on: today };
      audit = await made(page, 'audits', plan);
      await page.goto('/coverage');
      assert.ok((await page.getByRole('link', { name: audit }).count()) > 0, 'what is planned is covered');
      await moved(page, `/audits/${audit}`, 'in_progress');
      await page.getByRole('link', { name: 'Checklist and samples' }).click();
      await page.getByRole('button', { name: 'Make the checklist' }).click();
      await said(page, 'are on the checklist');
      await page.locator('aside li a', { hasText: /./ }).last().click();
      await page.getByRole('button', { name: 'Draw the sample' }).click();
      await said(page, 'The population is frozen');
      const drawn = page.locator('form#answer tbody tr');
      assert.ok((await drawn.count()) > 1);
      await drawn.nth(0).locator('select').selectOption({ index: 1 });
      await drawn.nth(0).locator('input').fill('Seen at the desk, with the log beside it');
      await page.getByRole('button', { name: 'Keep the answer' }).click();
      await said(page, 'is kept');
    });
    // The second day: the sample is the one of yesterday; the answer, a finding and the report.
    await world().as('internal-auditor', options, async (page) => {
      await page.goto(`/fieldwork/${audit}`);
      await page.locator('aside li a', { hasText: /./ }).last().click();
      const drawn = page.locator('form#answer tbody tr');
      assert.equal(await drawn.nth(0).locator('input').inputValue(), 'Seen at the desk, with the log beside it');
      for (let row = 1; row < (await drawn.count()); row += 1) await drawn.nth(row).locator('select').selectOption({ index: 1 });
      await page.getByLabel('Result', { exact: true }).selectOption('Nonconformity');
      await page.getByLabel('Evidence').fill('Nobody could say who decides when it is closed.');
      await page.getByRole('button', { name: 'Keep the answer' }).click();
      await said(page, 'is raised');
      await page.goto(`/audits/${audit}/edit`);
      await page.locator('main form.form [name=conclusion]').fill('The process works; one finding.');
      await page.locator('main form.form .form-end button').click();
      await moved(page, `/audits/${audit}`, 'reported');
      await inspect(page, `/fieldwork/${audit}/report`, 'two-days-report');
      await page.getByText('The process works; one finding.').waitFor();
      await page.getByText('Nobody could say who decides when it is closed.').first().waitFor();
      await page.emulateMedia({ media: 'print' });
      assert.ok(await page.getByRole('heading', { name: `Report of the audit ${audit}` }).isVisible());
    });
  });
}
