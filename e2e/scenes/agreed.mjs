// What is agreed must be readable, a pause says why, causes are drawn, and a major incident closes with its whole procedure.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { made, unfold } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

export default function agreed(world) {
  it('agreed things are refused where no clock could read them', () =>
    world().as('sms-manager', { expected: [/status of 422/] }, async (page) => {
      await page.goto('/service_calendars/new');
      await unfold(page);
      await page.locator('main form.form [name=name]').fill('Night');
      await page.locator('main form.form [name=zone]').fill('Mars/Base');
      await page.locator('main form.form .form-end button').click();
      await page.getByText('"Mars/Base" is not a time zone of the IANA database').first().waitFor();
      await page.locator('main form.form [name=zone]').fill('Europe/London');
      await page.locator('main form.form .form-end button').click();
      await page.waitForURL(/\/CLN-[^/]+$/);
    }));

  it('agreed pauses say for whom and why', () =>
    world().as('agent', {}, async (page) => {
      const number = await made(page, 'incidents', { title: 'Tills are slow at noon' });
      const address = `/incidents/${number}`;
      await inspect(page, `${address}/step?to=on_hold`, 'on-hold-asks');
      await page.goto(`${address}/step?to=on_hold`);
      await page.locator('main form [name=waiting_on]').selectOption('colleague');
      await page.locator('main form [name=waiting_whom]').fill('Priya');
      await page.locator('main form [name=waiting_because]').fill('She reads the logs');
      await page.locator('main form.form .form-end button').click();
      await page.goto(address);
      await page.getByText('She reads the logs').first().waitFor();
    }));

  it('agreed causes are drawn with the same in words', () =>
    world().as('agent', {}, async (page) => {
      await page.goto('/problems?filter=' + encodeURIComponent('causes is filled'));
      await page.locator('main table tbody tr a').first().click();
      const drawing = page.locator('svg.causes');
      await drawing.waitFor();
      const words = await drawing.getAttribute('aria-label');
      assert.match(words, /^Cause and effect\. .+\(root cause\)/);
      await inspect(page, new URL(page.url()).pathname, 'causes-drawn');
    }));
}
