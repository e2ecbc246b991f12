// An auditor from outside: invited for some days, from a clause to a journal in three clicks, a question and its answer, the
// evidence pack, and the end of the seat.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { said, signIn } from '../lib/acts.mjs';
import { inspect } from './every_page.mjs';

const EMAIL = 'vera@certification.example';
const PASSWORD = 'tide table under lamp';

/// An instant as a field has it, so many hours from now.
const minute = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);

/// Sets the end of the seat that is shown, to the second.
async function keepEnd(host, at) {
  await host.getByLabel('Until').fill(new Date(at).toISOString().slice(0, 19).replace(/:00$/, ''));
  await host.getByRole('button', { name: 'Keep this end' }).click();
  await said(host, 'The seat ends');
}

export default function auditors(world) {
  it("an outside auditor's seat from invitation to expiry", async () => {
    const invited = await world().as('sms-manager', { expected: [/status of 422/] }, async (page) => {
      await page.goto('/auditors');
      await page.getByLabel('Name').fill('Vera Stone');
      await page.getByLabel('E-mail').fill(EMAIL);
      await page.getByLabel('Until').fill(minute(-48));
      await page.getByLabel('Clauses').fill('8.6, 9.9');
      await page.getByRole('button', { name: 'Give the seat and make its link' }).click();
      await page.getByText('is no clause of the standard').first().waitFor();
      await page.getByLabel('Until').fill(minute(48));
      await page.getByLabel('Clauses').fill('8.6, 8.5');
      await page.getByRole('button', { name: 'Give the seat and make its link' }).click();
      const link = await page.locator('code.secret').textContent();
      const seat = await page.getByRole('button', { name: 'Keep this end' }).evaluate((button) => button.form.action);
      return { link, seat: new URL(seat).pathname.replace('/until', '') };
    });
    await world().asNobody({ expected: [/status of 4\d\d/] }, async (page) => {
      await page.goto(invited.link);
      await page.locator('input[type=password]').first().fill(PASSWORD);
      await page.locator('main form button').first().click();
      await page.getByRole('heading', { name: 'Your audit' }).waitFor();
      await inspect(page, '/auditor', 'auditor');

      // Clause, sample, record, journal: three clicks.
      let clicks = 0;
      const click = async (link) => {
        clicks += 1;
        await link.click();
      };
      await click(page.getByRole('link', { name: '8.6.1', exact: true }));
      await inspect(page, page.url(), 'auditor-clause');
      await click(page.locator('table.t span.id a').first());
      await page.locator('#journal .journal').waitFor();
      assert.ok(clicks <= 3);
      assert.match(page.url(), /#journal$/);
      assert.equal(await page.getByRole('link', { name: 'Edit' }).count(), 0);
      const record = new URL(page.url()).pathname;
      await page.getByRole('link', { name: 'Put a question' }).click();
      await page.locator('textarea[name=question]').fill('Who decided that this could be closed?');
      await page.getByRole('button', { name: 'Ask' }).click();
      await said(page, 'is asked');

      // What lies beyond the seat looks like nothing.
      for (const address of ['/contracts', '/contracts/CON-1', '/administration', '/auditors']) {
        assert.ok([403, 404].includes((await page.goto(address)).status()), address);
      }
      await world().as('sms-manager', {}, async (host) => {
        await host.goto('/my-work');
        await host.getByRole('link', { name: 'Who decided that this could be closed?' }).click();
        await host.getByRole('link', { name: 'Answer' }).first().click();
        await host.locator('textarea[name=answer]').fill('The service desk lead; see the journal of that day.');
        await host.locator('main form.form button.primary').click();
        await host.getByText('Answered').first().waitFor();
      });
      await page.goto('/auditor');
      await page.getByText('The service desk lead; see the journal of that day.').waitFor();
      // The end comes by itself: it is set to some seconds from now, and waited for on an open page.
      const end = Date.now() + 8000;
      await world().as('sms-manager', {}, async (host) => {
        await host.goto(invited.seat);
        await host.getByRole('link', { name: record }).first().waitFor();
        await inspect(host, invited.seat, 'auditors-seat');
        await inspect(host, '/auditors', 'auditors');
        await host.goto(invited.seat);
        await keepEnd(host, Math.max(end, Date.now() + 4000));
      });
      await page.goto('/auditor/8.6.1');
      await pause(Math.max(end - Date.now(), 0) + 6000);
      await page.locator('table.t span.id a').first().click();
      await page.waitForURL(/\/sign-in/);
      await signIn(page, { email: EMAIL, password: PASSWORD });
      await page.locator('p.note[role=alert]').waitFor();

      // With more time the auditor signs in again, until the host ends it.
      await world().as('sms-manager', {}, async (host) => {
        await host.goto(invited.seat);
        await keepEnd(host, Date.now() + 3_600_000);
      });
      await page.goto('/sign-in');
      await signIn(page, { email: EMAIL, password: PASSWORD });
      await page.getByRole('heading', { name: 'Your audit' }).waitFor();
      await world().as('sms-manager', {}, async (host) => {
        await host.goto(invited.seat);
        host.on('dialog', (dialog) => dialog.accept());
        await host.getByRole('button', { name: 'End the seat now' }).click();
        const confirm = host.getByRole('dialog').getByRole('button', { name: /End|Yes|OK/ });
        if (await confirm.count()) await confirm.first().click();
        await said(host, 'The seat has ended');
      });
      await page.getByRole('link', { name: '8.6.1', exact: true }).click();
      await page.waitForURL(/\/sign-in/);
    });
  });

  it('an auditor without a limit takes the pack away', () =>
    world().as('external-auditor', {}, async (page) => {
      await page.goto('/');
      await page.getByRole('heading', { name: 'Your audit' }).waitFor();
      await page.getByRole('link', { name: 'Evidence packs' }).click();
      await page.getByRole('heading', { name: 'Evidence packs' }).waitFor();
    }));
}
