// A new record by its form: with gaps, then whole.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fact, hasFocus, logIncident, numberOf, said } from '../lib/acts.mjs';

export default function creating(world) {
  it('a form with gaps comes back with a sentence for each, and nothing typed is lost', () =>
    world().as('agent', { expected: [/status of 422/] }, async (page) => {
      await page.goto('/incidents/new');
      await page.getByLabel('Description').fill('The tills in Bath answer after a minute.');
      await page.getByLabel('Due').fill('2026-11-13T10:00');
      await page.locator('summary', { hasText: 'How it came in' }).click();
      await page.getByLabel('Reopen count').fill('twice');
      await page.locator('.form-end button').click();

      const summary = page.locator('[data-focus]');
      await hasFocus(summary);
      for (const link of await summary.getByRole('link').all()) {
        const control = page.locator(`[id="${(await link.getAttribute('href')).slice(1)}"]`);
        assert.equal(await control.getAttribute('aria-invalid'), 'true', await link.innerText());
        const described = (await control.getAttribute('aria-describedby')).split(' ').at(-1);
        assert.ok((await link.innerText()).includes((await page.locator(`[id="${described}"]`).innerText()).trim()));
      }
      assert.match(await summary.innerText(), /twice/);
      assert.equal(await page.getByLabel('Description').inputValue(), 'The tills in Bath answer after a minute.');

      await page.getByLabel('Reopen count').fill('2');
      await page.locator('.form-end button').click();
      assert.match(await summary.innerText(), /Title is needed/);
      assert.equal(await page.getByLabel('Reopen count').inputValue(), '2');

      await page.getByLabel('Title').fill('Tills in Bath are slow');
      await page.locator('.form-end button').click();
      await page.waitForURL(/\/incidents\/INC-/);
      assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Tills in Bath are slow');
      assert.ok(await page.getByText('The tills in Bath answer after a minute.').isVisible());
    }));

  it('a new incident has its number, its priority by the rule, and its first journal entry', () =>
    world().as('agent', {}, async (page) => {
      const number = await logIncident(page, 'Fuel cards are refused', async () => {
        const group = page.locator('details', { has: page.locator('summary', { hasText: 'Priority' }) });
        await group.evaluate((details) => { details.open = true; });
        await page.getByLabel('Impact').selectOption('high');
        await page.getByLabel('Urgency').selectOption('high');
      });
      await said(page, `${number} is on record`);
      assert.match(await fact(page, 'Priority').innerText(), /P1/);
      assert.equal(await page.locator('ol.journal > li').count(), 1);
      await page.goto(`/incidents?${new URLSearchParams({ filter: `number = ${number}` })}`);
      assert.ok(await page.getByRole('link', { name: 'Fuel cards are refused', exact: true }).isVisible());
    }));

  it('what was typed but not sent is back after a reload', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/incidents/new');
      await page.getByLabel('Title').fill('Half a thought');
      await page.waitForFunction(() => Object.keys(globalThis.localStorage).length > 0);
      await page.reload();
      assert.equal(await page.getByLabel('Title').inputValue(), 'Half a thought');
      await page.getByRole('button', { name: 'Discard it' }).click();
      assert.equal(await page.getByLabel('Title').inputValue(), '');
    }));

  it('Ctrl-Enter sends the form', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/incidents/new');
      await page.getByLabel('Title').fill('Sent by the keyboard');
      await page.keyboard.press('Control+Enter');
      await page.waitForURL(/\/incidents\/INC-/);
      assert.match(numberOf(page), /^INC-\d+$/);
      // What was sent as soon as it was typed is no draft for the next one.
      await page.goto('/incidents/new');
      assert.equal(await page.getByLabel('Title').inputValue(), '');
    }));
}
