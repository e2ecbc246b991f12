// Work given to a person by a rule, explained on the record; and by hand, with the load of each beside their name.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fact, logIncident } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

const WORD = 'Hand this out by itself';

export default function assigning(world) {
  it('assigning: a rule gives work to whoever has room and says why, and by hand the load is shown', async () => {
    await world().as('administrator', { expected: [/status of 422/] }, async (page) => {
      await page.goto('/administration/automation/new');
      await page.locator('[name=name]').fill('Hand out');
      await page.locator('[name=kind]').selectOption('incident');
      await page.locator('[name=when]').selectOption('created');
      await page.locator('[name=filter]').fill(`title contains "${WORD}"`);
      await page.locator('[name=acts]').fill('asign TM-1');
      await page.locator('[name=roles][value=administrator]').check();
      await page.locator('[name=active][type=checkbox]').check();
      await page.getByRole('button', { name: /^Save/ }).click();
      await page.getByText('did you mean "assign"?').first().waitFor();
      await page.locator('[name=acts]').fill('assign TM-1');
      await page.getByRole('button', { name: /^Save/ }).click();
      await page.waitForURL(/\/administration\/automation(\/\d+)?$/);
    });
    await world().as('agent', {}, async (page) => {
      const number = await logIncident(page, `${WORD}, please`);
      const said = page.getByText(/gave it to .+ of Service desk \(.+: \d+ open, .+\)/).first();
      for (let tries = 0; tries < 60 && (await said.count()) === 0; tries += 1) {
        await page.waitForTimeout(500);
        await page.goto(`/incidents/${number}`);
      }
      await said.waitFor();
      const owner = await fact(page, 'Owner').innerText();
      const [, chosen] = /gave it to (.+?) of Service desk/.exec(await said.innerText());
      assert.ok(owner.includes(chosen), `${owner} is not ${chosen}`);
      // Who has room stands beside it; the one who has it is told apart, and another one gets it with one press.
      const room = page.locator('#team');
      await room.getByText('has it').waitFor();
      await inspect(page, `/incidents/${number}`, 'assigned-by-rule');
      await page.goto(`/incidents/${number}/field/owner`);
      const control = page.locator('main form [name=owner]');
      await control.fill('');
      await control.pressSequentially('rosa');
      await page.waitForFunction(() => [...globalThis.document.querySelectorAll('main datalist option')].some((option) => /Rosa Marin, \d+ open/.test(option.label)));
      await page.goto(`/incidents/${number}`);
      const give = page.locator('#team').getByRole('button', { name: /^Give it to/ }).first();
      const to = (await give.getAttribute('aria-label')).replace('Give it to ', '');
      await give.click();
      await fact(page, 'Owner').getByText(to).waitFor();
    });
  });
}
