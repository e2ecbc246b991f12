// Whoever is named in a note finds it in My work; whoever watches a record finds it there too.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { logIncident, said } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

export default function watching(world) {
  for (const [name, address] of Object.entries({ mentions: '/my-work?view=mentions', watched: '/my-work?view=watched' })) {
    it(`${address} is well in four looks`, () => world().as('sms-manager', {}, (page) => inspect(page, address, name)));
  }

  it('a note that names a colleague waits for them until they put it aside, without a script', async () => {
    const number = await world().as('agent', {}, async (page) => {
      const made = await logIncident(page, 'The till of lane four');
      await page.getByLabel('Text', { exact: true }).fill('@tomas.lind and @nobody.here, is this the same as last week?');
      await page.getByRole('button', { name: /^Add to the journal/ }).click();
      await said(page, 'Told: Tomas Lind.');
      await said(page, 'Nobody who may read it is clearly meant by @nobody.here.');
      return made;
    });
    await world().as('process-owner', { script: false }, async (page) => {
      await page.goto('/my-work');
      await page.getByRole('link', { name: /^Mentions/ }).click();
      const row = page.locator('tr', { hasText: number });
      assert.match(await row.innerText(), /is this the same as last week/);
      await row.getByRole('button', { name: `Put aside what was said on ${number}` }).click();
      assert.equal(await page.locator('tr', { hasText: number }).count(), 0);
    });
  });

  it('a team that is named as a whole hears of it once', async () => {
    const number = await world().as('agent', {}, async (page) => {
      const made = await logIncident(page, 'The lift of the archive');
      await page.getByLabel('Text', { exact: true }).fill('@service-management, who owns this lift?');
      await page.getByRole('button', { name: /^Add to the journal/ }).click();
      await said(page, 'Told: ');
      return made;
    });
    await world().as('process-owner', {}, async (page) => {
      await page.goto('/my-work?view=mentions');
      assert.match(await page.locator('tr', { hasText: number }).innerText(), /who owns this lift/);
    });
  });

  it('people and teams are offered after an @, and chosen by the keyboard alone', () =>
    world().as('agent', {}, async (page) => {
      await logIncident(page, 'The scale of lane two');
      const box = page.getByLabel('Text', { exact: true });
      await box.focus();
      await page.keyboard.type('@toma');
      const offered = page.getByRole('listbox', { name: 'People and teams' });
      await offered.getByRole('option', { name: /Tomas Lind/ }).waitFor();
      assert.equal(await box.getAttribute('aria-activedescendant'), 'mention-0');
      await axe(page, 'people offered in a note');
      await page.keyboard.press('Enter');
      assert.match(await box.inputValue(), /^@tomas\.lind@\S+ $/);
      assert.equal(await offered.isVisible(), false);
      await page.keyboard.type('and @service-m');
      await offered.getByRole('option', { name: /@service-management/ }).waitFor();
      await page.keyboard.press('Escape');
      assert.equal(await offered.isVisible(), false);
      await page.keyboard.type('anagement, please look');
      await page.keyboard.press('Control+Enter');
      await said(page, 'Told: ');
    }));

  it('a record is watched and no more, and what is watched is listed', () =>
    world().as('agent', {}, async (page) => {
      const number = await logIncident(page, 'The door of the cold store');
      await page.getByRole('button', { name: 'Watch it' }).click();
      await said(page, `You watch ${number}.`);
      assert.match(await page.locator('#watching').innerText(), /Rosa Marin/);
      await axe(page, `a watched record`);
      await page.goto('/my-work?view=watched');
      await page.getByRole('link', { name: 'The door of the cold store' }).click();
      await page.getByRole('button', { name: 'Watch it no more' }).click();
      await said(page, `You watch ${number} no more.`);
      assert.doesNotMatch(await page.locator('#watching').innerText(), /Rosa Marin/);
    }));
}
