// Holidays from a calendar file: a broken one is told of by its line, a whole one is proposed, and somebody else approves it.

import assert from 'node:assert/strict';
import { it } from 'node:test';

const year = new Date().getUTCFullYear() + 1;
const whole = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//a//b//EN',
  'BEGIN:VEVENT',
  'UID:1',
  `DTSTART;VALUE=DATE:${year}0426`,
  'RRULE:FREQ=YEARLY',
  'SUMMARY:Harbour Day',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');
const file = (text) => ({ name: 'harbour.ics', mimeType: 'text/calendar', buffer: Buffer.from(text) });

export default function holidays(world) {
  it('holidays come in as a proposal that somebody else approves, without a script', async () => {
    const address = await world().as('process-owner', { script: false, expected: [/status of 422/] }, async (page) => {
      await page.goto('/service_calendars/CLN-2');
      await page.getByRole('link', { name: 'Bring in a holiday file' }).click();
      assert.match(await page.getByLabel('Calendar', { exact: true }).locator('option:checked').innerText(), /Round the clock/);
      await page.getByLabel('Calendar file (.ics)').setInputFiles(file(whole.slice(0, 150)));
      await page.getByRole('button', { name: 'Propose these days' }).click();
      await page.getByText(/line \d+: the file breaks off/).waitFor();
      await page.getByLabel('Calendar file (.ics)').setInputFiles(file(whole));
      await page.getByRole('button', { name: 'Propose these days' }).click();
      await page.getByRole('heading', { name: 'Holidays from harbour.ics' }).waitFor();
      assert.match(await page.locator('main').innerText(), /Harbour Day/);
      return new URL(page.url()).pathname;
    });
    await world().as('sms-manager', {}, async (page) => {
      await page.goto(address);
      await page.getByRole('link', { name: 'Approve…' }).click();
      await page.locator('main form.form .form-end button').click();
      await page.waitForURL((url) => url.pathname === address);
      const made = page.locator('main a[href^="/service_calendars/CLN-"]:not([href="/service_calendars/CLN-2"])').first();
      assert.match(await page.locator('main').innerText(), /Approved/);
      await made.click();
      assert.match(await page.locator('main').innerText(), new RegExp(`${year}-04-26 Harbour Day`));
    });
  });
}
