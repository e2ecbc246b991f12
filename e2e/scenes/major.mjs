// A major incident from its first minute to its closing, by clicks: declared by the written criteria, led, told, written down
// by itself, shown to everybody, reviewed and reported; closing is refused until each step is done.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logIncident, numberOf, unfold } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

const TITLE = 'Card payments are declined everywhere';
const WORDS = 'Card payments are declined. We work on it and tell you more every half hour.';
const line = (page, words) => page.locator('#procedure li', { hasText: words });
const save = (page) => page.locator('main form.form .form-end button').first().click();

/// Follows the link of a step of the procedure to the one value that it asks for, and saves it.
async function decided(page, address, words, link, act) {
  await page.goto(address);
  await line(page, words).getByRole('link', { name: link }).click();
  await act(page.locator('main form :is(input:not([type=hidden]), select, textarea)').first());
  await page.locator('main form').getByRole('button', { name: 'Save' }).click();
  await page.goto(address);
}

const isDone = (page, words) => line(page, words).getByText('Done', { exact: true }).waitFor();

/// Tries to close it; gives what stands in the way.
async function refusedClosing(page, address) {
  await page.goto(`${address}/step?to=closed`);
  await save(page);
  const why = page.getByText('a major incident needs its whole procedure before it is closed').first();
  await why.waitFor();
  return why.innerText();
}

/// Waits until the program has done what follows by itself.
async function comes(page, address, locator) {
  for (let tries = 0; tries < 40; tries += 1) {
    await page.goto(address);
    if (await locator.count()) return;
    await page.waitForTimeout(500);
  }
  assert.fail(`${address} does not come to what follows by itself`);
}

/// The public page is at most half a minute old; waits until it tells of it, or no more.
async function publicly(page, isTold) {
  for (let tries = 0; tries < 90; tries += 1) {
    await page.goto('/status');
    if ((await page.getByText('We work on it and tell you more every half hour').count()) > 0 === isTold) return;
    await page.waitForTimeout(500);
  }
  assert.fail(`the public page ${isTold ? 'does not tell of it' : 'still tells of what is over'}`);
}

export default function major(world) {
  it('major incident: from the criteria to the report, every step enforced', async () => {
    let incident;
    await world().as('agent', { expected: [/status of 422/] }, async (page) => {
      const number = await logIncident(page, TITLE, async () => {
        await unfold(page);
        await page.locator('main form.form [name=service]').fill('SVC-1');
        await page.locator('main form.form [name=category]').fill('application');
        await page.locator('main form.form [name=impact]').selectOption('high');
        await page.locator('main form.form [name=urgency]').selectOption('high');
      });
      incident = `/incidents/${number}`;
      // Nobody ticked a box: the criteria made it one, and the page leads to where they are written.
      await isDone(page, 'Declared: major incident');
      assert.ok((await page.locator('#procedure header a').count()) > 0, 'it leads to the procedure and its criteria');
      await line(page, 'Nobody leads it yet').waitFor();
      await line(page, 'Top management is told').getByText('Open', { exact: true }).waitFor();
      await inspect(page, incident, 'major-declared');

      await decided(page, incident, 'Nobody leads it yet', 'Name the lead', (control) => control.fill('tomas.lind@tidewell.example'));
      await isDone(page, 'Somebody leads it');
      await line(page, 'Tomas Lind').waitFor();
      await page.goto(`${incident}/edit`);
      await unfold(page);
      const roles = page.locator('[data-rows=roles]');
      await roles.getByRole('button', { name: 'Add a row' }).click();
      await roles.locator('tbody tr').last().locator('input:not([type=hidden]):not([type=checkbox]), select').nth(0).fill('communications');
      await roles.locator('tbody tr').last().locator('input:not([type=hidden]):not([type=checkbox]), select').nth(1).fill('aoife.brennan@tidewell.example');
      await save(page);
      await page.waitForURL((url) => url.pathname === incident);
      await page.locator('main').getByText('Aoife Brennan').first().waitFor();
    });

    let review;
    await world().as('agent', { expected: [/status of 422/] }, async (page) => {
      // The clock of the next word runs; what those concerned are told sets it anew.
      await page.goto(incident);
      await page.locator('main').getByText('Next update').first().waitFor();
      const owed = await line(page, 'Those concerned hear how it stands').innerText();
      assert.match(owed, /next word until/);
      await page.locator('.composer').getByText('Public reply').click();
      await page.locator('.composer').getByText('Visible to those concerned').waitFor();
      await page.locator('.composer textarea').fill('The gateway refuses our certificate; a new one is on its way.');
      await page.getByRole('button', { name: /Add to the journal/ }).click();
      await page.getByText('The gateway refuses our certificate').first().waitFor();
      const anew = page.locator('#journal li', { hasText: 'Next update' });
      await anew.first().waitFor();

      // The review opens itself; when top management was told stands there.
      await comes(page, incident, line(page, 'Reviewed and reported').getByRole('link', { name: /^MIR-/ }));
      review = await line(page, 'Reviewed and reported').getByRole('link', { name: /^MIR-/ }).getAttribute('href');
      const told = line(page, 'Top management is told');
      if (await told.getByRole('link', { name: 'Write down when' }).count()) {
        const now = await page.evaluate(() => new globalThis.Date().toISOString().slice(0, 16));
        await decided(page, incident, 'Top management is told', 'Write down when', (control) => control.fill(now));
      }
      await isDone(page, 'Top management is told');

      // Everybody reads of it on the public page, in words written for them.
      await decided(page, incident, 'The public page tells of it', 'Decide', (control) => control.selectOption('shown'));
      await line(page, 'shown without words').waitFor();
      await decided(page, incident, 'The public page tells of it', 'Decide', (control) => control.fill(WORDS));
      await isDone(page, 'The public page tells of it');
    });
    await world().asNobody({}, async (page) => {
      await publicly(page, true);
      assert.equal(await page.getByText(incident.split('/').at(-1)).count(), 0, 'its number is ours');
    });

    await world().as('agent', { expected: [/status of 422/] }, async (page) => {
      await page.goto(`${incident}/step?to=in_progress`);
      await save(page);
      await page.goto(`${incident}/step?to=resolved`);
      await page.locator('main form.form [name=resolution]').fill('The certificate of the gateway was renewed.');
      await save(page);
      await page.waitForURL((url) => url.pathname === incident);
      await line(page, 'nothing more is owed').waitFor();
      const why = await refusedClosing(page, incident);
      for (const missing of ['is not reported yet', 'no problem carries its cause on']) assert.ok(why.includes(missing), why);
      await inspect(page, `${incident}/step?to=closed`, 'major-closing');

      // A problem carries the cause on: raised from here, it stands here.
      await page.goto(incident);
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.getByRole('link', { name: 'Raise a problem…' }).click();
      await page.waitForURL(/\/problems\/new/);
      await save(page);
      await page.waitForURL(/\/problems\/PRB-[^/]+$/);
      const problem = numberOf(page);
      await page.goto(incident);
      await isDone(page, 'The cause is carried on');
      await line(page, problem).waitFor();
      const still = await refusedClosing(page, incident);
      assert.ok(still.includes('is not reported yet') && !still.includes('no problem'), still);

      // The report: its course of events has written itself; without causes and actions it is not given.
      await comes(page, review, page.locator('#v-timeline').getByText('Resolved').first());
      const course = await page.locator('#v-timeline').innerText();
      for (const words of ['Raised', 'The gateway refuses our certificate', 'Resolved']) assert.ok(course.includes(words), course);
      await page.goto(`${review}/step?to=reported`);
      await save(page);
      await page.locator('main [role=alert], main .error').first().waitFor();
      await page.goto(`/actions/new`);
      await page.locator('main form.form [name=text]').fill('Watch the certificates of all gateways');
      await page.locator('main form.form [name=owner]').fill('tomas.lind@tidewell.example');
      await page.locator('main form.form [name=due]').fill('2027-01-15');
      await save(page);
      await page.waitForURL(/\/actions\/ACT-[^/]+$/);
      const action = numberOf(page);
      await page.goto(`${review}/step?to=reported`);
      await page.locator('main form.form [name=causes]:visible').fill('A certificate ran out that nobody watched');
      await page.locator('main form.form [name=actions]:visible').first().fill(action);
      await save(page);
      await page.waitForURL((url) => url.pathname === review);
      await inspect(page, review, 'major-reported');

      await page.goto(`${incident}/step?to=closed`);
      await save(page);
      await page.waitForURL((url) => url.pathname === incident);
      assert.equal(await page.locator('#procedure li').count(), await page.locator('#procedure li').getByText('Done', { exact: true }).count(), 'every step is done');
      await inspect(page, incident, 'major-closed');
    });
    await world().as('top-management', {}, async (page) => {
      await page.goto(incident);
      await page.getByRole('link', { name: 'Golden thread' }).click();
      for (const href of [review, '/problems/']) await page.locator(`main a[href*="${href}"]`).first().waitFor();
    });
    await world().asNobody({}, (page) => publicly(page, false));
  });
}
