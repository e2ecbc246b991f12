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
      await page.getByRole('link', { name: 'What came of it?', exact: true }).click();
      await page.getByText('nobody looked back at it').first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'Keep the answer' }).count(), 0);
      await inspect(page, page.url(), 'fieldwork-read');
      await inspect(page, '/fieldwork/AUD-2/report', 'audit-report');
      await inspect(page, '/coverage', 'coverage');
    }));

  it('a reported audit offers nothing to change, and says why', () =>
    world().as('internal-auditor', { expected: [/status of 409/] }, async (page) => {
      await page.goto('/fieldwork/AUD-2');
      await page.getByText('AUD-2 is reported, and what was told then stays').waitFor();
      for (const name of ['Keep the answer', 'Draw the sample', 'Add missing questions', 'Make the checklist']) {
        assert.equal(await page.getByRole('button', { name }).count(), 0, name);
      }
      const number = await page.locator('p.soft a[href^="/audit_questions/"]').first().textContent();
      await inspect(page, `/audit_questions/${number}`, 'sealed-question');
      await page.getByText('AUD-2 is reported, and what was told then stays').waitFor();
      assert.equal(await page.getByRole('link', { name: 'Edit', exact: true }).count(), 0);
      await page.goto(`/audit_questions/${number}/edit`);
      await page.getByText('AUD-2 is reported, and what was told then stays').waitFor();
    }));

  it('what is proposed becomes an audit of the programme', () =>
    world().as('internal-auditor', { expected: [/status of 422/] }, async (page) => {
      await page.goto('/coverage');
      await page.getByRole('heading', { name: 'Proposed clauses' }).waitFor();
      await page.getByRole('button', { name: 'Plan the audit' }).click();
      await page.getByText('tick at least one clause').first().waitFor();
      const ticks = page.locator('input[name=clause]');
      const clause = await ticks.first().getAttribute('value');
      await ticks.first().focus();
      await page.keyboard.press('Space');
      await page.getByLabel('Planned for').fill(new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
      await page.getByRole('button', { name: 'Plan the audit' }).click();
      await said(page, 'is planned');
      await page.locator('main a[href="/audit_programmes/APR-1"]').first().waitFor();
      // By keyboard and on a narrow screen: the cross scrolls in itself, its clauses stay in sight, a service can be chosen.
      await page.setViewportSize({ width: 390, height: 800 });
      await page.goto('/coverage?service=SVC-2#cross');
      const region = page.getByRole('region', { name: /^Clauses by services/ });
      await region.focus();
      await page.keyboard.press('ArrowDown');
      assert.ok(await region.getByRole('rowheader', { name: new RegExp(`^${clause}`) }).count());
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page itself does not scroll');
      await inspect(page, page.url(), 'coverage-narrow');
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
