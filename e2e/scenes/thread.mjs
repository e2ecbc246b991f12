// The golden thread of an incident: from its page through everything that hangs together with it.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from './every_page.mjs';

export default function thread(world) {
  it('an auditor follows the thread of a major incident', () =>
    world().as('internal-auditor', {}, async (page) => {
      await page.goto('/incidents?filter=major+%3D+yes&order_by=created');
      await page.locator('table.t tbody a').first().click();
      const number = page.url().split('/').pop();
      await page.getByRole('link', { name: 'Golden thread' }).click();
      await page.getByRole('heading', { name: `Golden thread of ${number}` }).waitFor();
      for (const station of ['Clocks', 'Problem and known error', 'Change with its approval', 'Report']) {
        await page.getByRole('heading', { name: station }).waitFor();
      }
      assert.ok((await page.locator('main a.id').count()) > 2);
      await inspect(page, page.url(), 'thread');
    }));
}
