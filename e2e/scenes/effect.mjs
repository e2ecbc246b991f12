// A nonconformity whose correction did not work: what shows it is named beforehand, a reading tells otherwise, and it is taken
// up again by itself.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { made, moved, said } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/// Waits until the page of the record says so: what the program does by itself comes a moment later.
async function says(page, address, text) {
  for (const end = Date.now() + 60_000; ; ) {
    await page.goto(address);
    if (await page.locator('main').getByText(text).first().isVisible()) return;
    assert.ok(Date.now() < end, `${address} never said ${text}`);
    await pause(500);
  }
}

export default function effect(world) {
  it('the cause of a nonconformity is drawn, and similar ones are found and kept', () =>
    world().as('sms-manager', {}, async (page) => {
      await page.goto('/nonconformities/new');
      await page.locator('main form.form [name=clause]').fill('8.5.1.3');
      await page.locator('main form.form [name=text]').fill('Changes were closed without a review again');
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByText('Similar nonconformities').first().waitFor();
      await page.getByRole('link', { name: /^NCR-2 / }).first().waitFor();
      const number = await made(page, 'nonconformities', { text: 'Changes were closed without a review again', clause: '8.5.1.3' });
      const address = `/nonconformities/${number}`;
      await page.goto(`${address}/beside`);
      await page.getByRole('button', { name: 'The same again: NCR-2' }).click();
      await said(page, 'NCR-2 stands as the same again');
      await says(page, address, 'Found among the nonconformities on record: NCR-2.');
      await page.goto('/nonconformities/NCR-2');
      await page.getByRole('img', { name: /Process: .* \(root cause\)/ }).waitFor();
      await inspect(page, page.url(), 'causes-drawn');
    }));

  it('a nonconformity whose effect fails and reopens', () =>
    world().as('sms-manager', { expected: [/status of 422/] }, async (page) => {
      const measure = await made(page, 'measures', { name: 'Calls answered within the hour, percent' });
      const number = await made(page, 'nonconformities', { text: 'Calls waited for more than an hour', clause: '8.6.1' });
      const address = `/nonconformities/${number}`;

      // Half a yardstick is none.
      await page.goto(`${address}/edit`);
      await page.locator('main form.form [name=indicator]').fill(measure);
      await page.locator('main form.form .form-end button').click();
      await page.getByText('belongs to the indicator').first().waitFor();
      await page.locator('main form.form [name=direction]').selectOption('at-least');
      await page.locator('main form.form [name=limit]').fill('90');
      await page.locator('main form.form [name=watch_from]').fill(day(-1));
      await page.locator('main form.form [name=watch_until]').fill(day(30));
      await page.locator('main form.form .form-end button').click();
      await said(page, number);

      await moved(page, address, 'acting');
      await moved(page, address, 'checking');
      await says(page, address, 'Watching');
      // Whoever measures cannot move the yardstick any more.
      await page.goto(`${address}/edit`);
      await page.locator('main form.form [name=limit]').fill('50');
      await page.locator('main form.form .form-end button').click();
      await page.getByText('was named before the effect is checked').first().waitFor();
      await moved(page, address, 'closed');
      await says(page, address, 'Closed');

      const read = (value) => made(page, 'readings', { measure, value, at: new Date().toISOString().slice(0, 16) });
      await read('95');
      await says(page, address, 'Closed');
      const reading = await read('71');
      await says(page, address, `It came back: ${measure} read 71 on ${day(0)}, where at least 90 was named beforehand.`);
      await says(page, address, 'Failed');
      await inspect(page, address, 'effect-failed');
      assert.equal((await page.goto(`/readings/${reading}`)).status(), 200);

      // Taken up again, it may get another yardstick, and each check begins anew.
      await page.goto(`${address}/edit`);
      await page.locator('main form.form [name=watch_from]').fill(day(1));
      await page.locator('main form.form .form-end button').click();
      await said(page, number);
      await moved(page, address, 'checking');
      await says(page, address, 'Watching');

      // The end: it was corrected better, the window is over, every reading in it is as it should be, and it is closed for good.
      await moved(page, address, 'acting');
      await page.goto(`${address}/edit`);
      await page.locator('main form.form [name=watch_from]').fill(day(-5));
      await page.locator('main form.form [name=watch_until]').fill(day(-2));
      await page.locator('main form.form .form-end button').click();
      await said(page, number);
      await moved(page, address, 'checking');
      await made(page, 'readings', { measure, value: '97', at: `${day(-3)}T09:00` });
      await says(page, address, `As it should be in the whole window: 1 reading of ${measure}.`);
      await moved(page, address, 'closed');
      await says(page, address, 'Effective');
      await inspect(page, address, 'effect-reached');
    }));
}
