// Ten incidents become one problem, it a known error, and that a change: each step is begun from the record before it, and
// whoever gets the eleventh incident is offered the workaround.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logIncident, moved, numberOf, numbers, unfold } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

const WORD = 'Receipts print twice at the till';
const COUNT = 10;
const save = (page) => page.locator('main form.form .form-end button').first().click();

/// Begins what the page of a record offers under More.
async function offered(page, name) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('link', { name }).first().click();
}

/// Fills what is still empty of these fields.
async function fill(page, fields) {
  await unfold(page);
  for (const [name, value] of Object.entries(fields)) {
    const control = page.locator(`main form.form [name="${name}"]:visible`).first();
    const isChoice = await control.evaluate((element) => element.tagName === 'SELECT');
    if ((await control.inputValue()) === '') await (isChoice ? control.selectOption(value) : control.fill(value));
  }
}

export default function knownError(world) {
  it('ten incidents to one problem to a known error to a change', async () => {
    const incidents = [];
    let problem;
    await world().as('agent', {}, async (page) => {
      for (let at = 1; at <= COUNT; at += 1) incidents.push(await logIncident(page, `${WORD}, till ${at}`));
      await page.goto(`/incidents?${new URLSearchParams({ filter: `title contains "${WORD}"`, order_by: 'created' })}`);
      assert.deepEqual(await numbers(page), incidents);
      for (const number of incidents) await page.locator(`tr[data-number="${number}"] .ck input`).check();
      await page.getByRole('button', { name: 'Raise a problem…' }).click();
      // The form stands beside the list; on a page of its own there is more room.
      const pane = page.getByRole('complementary', { name: 'The record beside the list' });
      await pane.locator('form.form').waitFor();
      await page.goto(`/problems/new?${incidents.map((number) => `__from=${number}`).join('&')}`);
      await fill(page, { title: WORD, service: 'SVC-1', category: 'application', priority: 'P3' });
      await save(page);
      await page.waitForURL(/\/problems\/PRB-[^/]+$/);
      problem = numberOf(page);
      await inspect(page, `/problems/${problem}`, 'known-error-raised');
      for (const number of incidents) {
        assert.ok(await page.locator(`#facts a[href="/incidents/${number}"]`).isVisible(), `${problem} names ${number}`);
      }
    });
    await world().as('process-owner', {}, async (page) => {
      await page.goto(`/problems/${problem}`);
      await offered(page, 'Record a known error…');
      await page.waitForURL(/\/known_errors\/new/);
      assert.equal(await page.locator('[name="problem"]').first().inputValue(), problem);
      await fill(page, {
        title: WORD, services: 'SVC-1', symptom: WORD, workaround: 'Switch the printer off before the shift, not after it.', owner: 'tomas.lind@tidewell.example', audience: 'staff',
      });
      await save(page);
      await page.waitForURL(/\/known_errors\/[A-Z]+-[^/]+$/);
      const known = numberOf(page);
      await moved(page, `/known_errors/${known}`, 'active');
      await page.goto(`/problems/${problem}`);
      await offered(page, 'Request a change…');
      await page.waitForURL(/\/changes\/new/);
      await fill(page, {
        title: 'Take the spooler back to its last version', category: 'normal',
      });
      await save(page);
      await page.waitForURL(/\/changes\/CHG-[^/]+$/);
      const change = numberOf(page);
      await inspect(page, `/problems/${problem}`, 'known-error-problem');
      for (const address of [`/known_errors/${known}`, `/changes/${change}`]) {
        assert.ok(await page.locator(`main a[href="${address}"]`).first().isVisible(), `${problem} leads to ${address}`);
      }
    });
    await world().as('agent', {}, async (page) => {
      const eleventh = await logIncident(page, `${WORD}, till 11`);
      await page.goto(`/incidents/${eleventh}`);
      await page.getByText('Switch the printer off before the shift, not after it.').first().waitFor();
      await page.goto(`/thread/${incidents[0]}`);
      await page.locator(`main a[href*="${problem}"]`).first().waitFor();
    });
  });
}
