// The agents' queue: thirty tickets by keyboard alone, undo, and what others do.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { fact, hasFocus, logIncident, numbers, said } from '../lib/acts.mjs';
import { LOOKS, look } from '../lib/world.mjs';

const REFUSED = [/status of 4(09|12|22)/];
const queueOf = (filter) => `/incidents?${new URLSearchParams({ filter })}`;
const rowOf = (page, number) => page.locator(`tr[data-number="${number}"]`);

/// Many tickets at once, as an import brings them.
async function tickets(page, count, word) {
  const made = [];
  for (let at = 0; at < count; at += 1) made.push(await logIncident(page, `${word} ${at + 1}`));
  return made;
}

export default function queue(world) {
  it('an agent clears thirty tickets by keyboard alone', () =>
    world().as('agent', { expected: REFUSED }, async (page) => {
      const made = await tickets(page, 30, 'Keyboard round');
      await page.goto(`${queueOf('phase != done and title contains "Keyboard round"')}&order_by=created`);
      assert.deepEqual(await numbers(page), made);
      const keys = page.keyboard;
      for (const number of made) {
        await keys.press('j');
        assert.equal(await page.locator('tr.cursor').getAttribute('data-number'), number);
        await keys.press('m');
        await said(page, `${number} is yours`);
        await page.locator(`tr.cursor[data-version="2"]`).waitFor();
        // The state is chosen in the row; what the step needs is asked for beside the list.
        await keys.press('s');
        await hasFocus(rowOf(page, number).getByRole('combobox', { name: 'State' }));
        await keys.type('Resolved');
        await keys.press('Enter');
        const pane = page.getByRole('complementary', { name: 'The record beside the list' });
        const first = pane.locator('form.form :is(input:not([type=hidden]), select, textarea)').first();
        await hasFocus(first);
        for (const [label, value] of [['Service', 'SVC-1'], ['Category', 'other'], ['Impact', 'Low'], ['Urgency', 'Low'], ['Resolution', 'Restarted it.']]) {
          const control = pane.getByLabel(label, { exact: false }).first();
          for (let presses = 0; presses < 30; presses += 1) {
            if (await control.evaluate((element) => element === element.ownerDocument.activeElement)) break;
            await keys.press('Tab');
          }
          await hasFocus(control);
          await keys.type(value);
        }
        await keys.press('Control+Enter');
        await rowOf(page, number).and(page.locator('.gone')).waitFor();
        await keys.press('Escape');
      }
      await page.reload();
      assert.equal(await page.locator('[data-list] tbody tr').count(), 0, 'the queue is empty');
      const done = await page.request.get(`/incidents.csv?${new URLSearchParams({ filter: 'state = resolved and title contains "Keyboard round"' })}`);
      assert.equal((await done.text()).trim().split('\n').length, 31, 'thirty are resolved');
    }));

  it('a hand-over note stands over the queue, and time is written down on a ticket', async () => {
    let ticket;
    await world().as('agent', { script: false }, async (page) => {
      await page.goto('/incidents?filter=phase+%21%3D+done');
      const note = page.getByRole('region', { name: 'Hand-over note of Service desk' });
      await note.waitFor();
      await note.getByRole('link', { name: 'Write the next one' }).click();
      await page.getByLabel('What the next shift must know', { exact: false }).fill('Nothing waits for us.');
      await page.getByRole('button', { name: 'Save', exact: false }).last().click();
      await page.waitForURL(/\/handover_notes\/HON-/);
      await page.goto('/incidents?filter=phase+%21%3D+done');
      assert.ok((await note.innerText()).includes('Nothing waits for us.'));
      await page.locator('tbody tr a').first().click();
      await page.getByText('Write down time…').click();
      await page.getByLabel('How long').fill('1:15');
      await page.getByLabel('What was done').last().fill('Looked at it');
      await page.getByRole('button', { name: 'Write down', exact: true }).click();
      await page.getByText('1:15 h in all').waitFor();
      ticket = page.url();
    });
    await world().as('agent', {}, async (page) => {
      await page.goto(ticket);
      await axe(page, 'a ticket with time');
    });
  });

  it('what was done in a row is undone by one key, unless somebody wrote since', () =>
    world().as('agent', { expected: REFUSED }, async (page, context) => {
      const number = await logIncident(page, 'Undone again');
      await page.goto(queueOf(`number = ${number}`));
      await page.keyboard.press('j');
      await page.keyboard.press('m');
      await said(page, `${number} is yours`);
      await page.keyboard.press('z');
      await said(page, `${number} is as it was.`);
      await rowOf(page, number).getByText('Nobody').waitFor();

      await page.keyboard.press('m');
      await rowOf(page, number).locator('.person').waitFor();
      const other = await context.newPage();
      await other.goto(`/incidents/${number}`);
      await other.locator('#composer-text').fill('In between');
      await other.locator('.composer button.primary').click();
      await said(other, 'Your note is in the journal');
      await page.bringToFront();
      await page.locator('#toasts [data-undo]').last().click();
      await page.locator('#toasts .toast', { hasText: 'Not undone: it was changed by you since.' }).first().waitFor();
    }));

  it('a reply is written beside the list, and several are taken at once', () =>
    world().as('agent', {}, async (page) => {
      const made = await tickets(page, 3, 'Beside the list');
      await page.goto(queueOf('title contains "Beside the list"'));
      await page.keyboard.press('j');
      await page.keyboard.press('n');
      const pane = page.getByRole('complementary', { name: 'The record beside the list' });
      await hasFocus(pane.locator('#composer-text'));
      await page.keyboard.type('Looked at it');
      await axe(page, 'a list with a record beside it');
      await page.keyboard.press('Control+Enter');
      await pane.locator('ol.journal', { hasText: 'Looked at it' }).waitFor();
      await page.keyboard.press('Escape');
      assert.ok(await pane.isHidden());
      for (const _ of made) {
        await page.keyboard.press('x');
        await page.keyboard.press('j');
      }
      await page.keyboard.press('m');
      await pane.getByText('3 are written').waitFor();
      await pane.getByRole('button', { name: 'Undo' }).click();
      await said(page, 'All 3 are as they were.');
    }));

  it('a macro says and moves in one go, beside the list', () =>
    world().as('agent', {}, async (page) => {
      const number = await logIncident(page, 'For a macro');
      await page.goto(queueOf(`number = ${number}`));
      await page.keyboard.press('j');
      await page.keyboard.press('o');
      const pane = page.getByRole('complementary', { name: 'The record beside the list' });
      await pane.getByRole('link', { name: 'Use a macro…' }).click();
      await pane.getByRole('link', { name: 'Ask what it says' }).click();
      const text = pane.getByLabel('What is said');
      assert.match(await text.inputValue(), new RegExp(`right place for ${number}`));
      await axe(page, 'a macro beside the list');
      await text.focus();
      await page.keyboard.press('Control+Enter');
      await said(page, `“Ask what it says” is used on ${number}.`);
      await rowOf(page, number).getByText('Waiting customer').waitFor();
    }));

  it('the queue in four looks', () =>
    world().as('agent', {}, async (page) => {
      for (const one of LOOKS) {
        await look(page, one);
        await page.goto(queueOf('phase != done'));
        await page.locator('[data-look]').first().evaluate((button) => button.click());
        await page.locator('#pane #journal').waitFor();
        await axe(page, `the queue, ${one.name}`);
      }
    }));

  it('two agents on one ticket see each other', () =>
    world().as('agent', {}, async (first) => {
      const number = await logIncident(first, 'Seen by two');
      await world().as('process-owner', {}, async (second) => {
        await second.goto(`/incidents/${number}`);
        await first.goto(`/incidents/${number}`);
        await first.locator('[data-present]', { hasText: 'Tomas Lind is looking at this too.' }).waitFor();
        await second.locator('[data-present]', { hasText: 'Rosa Marin is looking at this too.' }).waitFor();
        await axe(first, 'a record that two look at');

        await second.bringToFront();
        await second.locator('#composer-text').pressSequentially('I have it');
        await first.locator('[data-present]', { hasText: 'Tomas Lind is writing.' }).waitFor();

        await first.bringToFront();
        await first.locator('#composer-text').fill('So do I');
        await second.locator('.composer button.primary').click();
        await said(second, 'Your note is in the journal');
        const news = first.locator('.watch [data-news]');
        await news.getByText('Tomas Lind changed this just now.').waitFor();
        assert.match(await news.innerText(), /Read it before you send/);
        await first.locator('ol.journal', { hasText: 'I have it' }).waitFor();
        assert.equal(await first.locator('#composer-text').inputValue(), 'So do I', 'what was typed is still there');
        await axe(first, 'a record that was changed by somebody');
      });
    }));

  it('a list shows what others write, and says how many are new', () =>
    world().as('agent', {}, async (first) => {
      const number = await logIncident(first, 'Live on a list');
      await first.goto(queueOf('title contains "Live on a list"'));
      await world().as('process-owner', {}, async (second) => {
        await second.goto(`/incidents/${number}`);
        await second.keyboard.press('e');
        await second.waitForURL(/\/edit$/);
        await second.getByLabel('Title').fill('Live on a list, renamed');
        await second.locator('main form.form .form-end button').click();
        await said(second, `${number} is saved`);
        await first.bringToFront();
        await rowOf(first, number).getByText('Live on a list, renamed').waitFor();
        await logIncident(second, 'Live on a list, too');
      });
      await first.getByText('One more is in this view now.').waitFor();
      await first.getByRole('button', { name: 'Show' }).click();
      await first.getByText('Live on a list, too').waitFor();
      assert.ok(await fact(first, 'State').count() === 0, 'the page is still the list');
    }));

  it('without a script the queue has its buttons', () =>
    world().as('agent', { script: false }, async (page) => {
      const number = await logIncident(page, 'Without a script');
      await page.goto(queueOf(`number = ${number}`));
      await page.getByLabel(`Select ${number}`).check();
      await page.getByRole('button', { name: 'Assign to me' }).click();
      await page.getByText('1 are written').waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await said(page, `${number} is as it was.`);
    }));
}
