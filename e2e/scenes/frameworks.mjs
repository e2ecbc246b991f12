// Frameworks beside the standard, in a browser that runs no script: one is looked through, mapped, brought and taken out again.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from './every_page.mjs';

const MINE = `urn: urn:own:risk:library:quay
locale: en
ref_id: quay
name: Quay
version: 1
objects:
  framework:
    urn: urn:own:risk:framework:quay
    ref_id: quay
    name: Rules of the quay
    requirement_nodes:
    - urn: urn:own:risk:req_node:quay:1
      assessable: true
      depth: 1
      ref_id: '1'
      name: Ropes
      description: Every rope is fast.
`;

export default function frameworks(world) {
  const house = async (page) => {
    await page.goto('/frameworks');
    await page.getByRole('link', { name: 'Tidewell house rules' }).click();
    await page.waitForURL(/\/frameworks\/\d+$/);
    return new URL(page.url()).pathname;
  };

  it('the pages', () =>
    world().as('sms-manager', {}, async (page) => {
      const rules = await house(page);
      const pages = {
        frameworks: '/frameworks',
        framework: rules,
        'framework-node': `${rules}/1`,
        'framework-changes': `${rules}/changes`,
        'framework-fitsm': '/frameworks/fitsm-1',
        'framework-wording': '/frameworks/wording',
      };
      for (const [name, address] of Object.entries(pages)) await inspect(page, address, name);
    }));

  it('a requirement is mapped, and a wrong one told beside its row', () =>
    world().as('sms-manager', { script: false, expected: [/status of 422/] }, async (page) => {
      const rules = await house(page);
      await page.getByRole('link', { name: /Not mapped/ }).first().click();
      await page.getByRole('link', { name: /good neighbour/ }).click();
      assert.ok(await page.getByText('nothing is claimed').isVisible());
      await page.getByLabel('Requirement of ours, row 1').fill('8.2.5-9z');
      await page.getByRole('button', { name: 'Keep this mapping' }).click();
      assert.ok(await page.locator('.err', { hasText: 'There is no requirement or clause' }).isVisible());
      await page.getByLabel('Requirement of ours, row 1').fill('8.2.5');
      await page.getByLabel('Why, row 1').fill('Assets end there.');
      await page.getByRole('button', { name: 'Keep this mapping' }).click();
      assert.ok(await page.getByRole('status').filter({ hasText: 'is kept' }).isVisible());
      assert.ok(await page.getByText('Assets end there.').first().isVisible());
      await page.goto(rules);
      assert.ok(await page.locator('tr', { hasText: 'good neighbour' }).locator('a', { hasText: '8.2.5' }).first().isVisible());
    }));

  it('a framework comes in, is refused when it is broken, and goes out again', () =>
    world().as('sms-manager', { script: false, expected: [/status of 422/] }, async (page) => {
      const bring = async (text) => {
        await page.goto('/frameworks');
        await page.getByLabel('File').setInputFiles({ name: 'quay.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) });
        await page.getByRole('button', { name: 'Add it' }).click();
      };
      await bring(MINE.replace('true', 'perhaps'));
      assert.ok(await page.getByText(/Line 13 .*"perhaps" is neither true nor false/).isVisible());
      await bring(MINE);
      await page.waitForURL(/\/frameworks\/\d+$/);
      assert.ok(await page.getByText('Every rope is fast.').isVisible());
      await page.getByRole('button', { name: 'Take it out' }).click();
      await page.waitForURL(/\/frameworks$/);
      assert.equal(await page.getByRole('link', { name: 'Rules of the quay' }).count(), 0);
    }));

  it('the words of the standard stand beside ours for whoever may read them', async () => {
    const requirement = '/conformity/8.6.1/8.6.1.a';
    await world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/frameworks/wording');
      const file = { name: 'words.csv', mimeType: 'text/csv', buffer: Buffer.from('id,text\n8.6.1.a,Words of the house copy\n') };
      await page.getByLabel('File').setInputFiles(file);
      await page.getByRole('button', { name: 'Bring it in' }).click();
      await page.goto(requirement);
      assert.ok(await page.getByText('Words of the house copy').isVisible());
    });
    await world().as('external-auditor', { script: false }, async (page) => {
      await page.goto(requirement);
      assert.equal(await page.getByText('Words of the house copy').count(), 0);
    });
    await world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/frameworks/wording');
      await page.getByRole('button', { name: 'Take them out' }).click();
      await page.goto(requirement);
      assert.equal(await page.getByText('Words of the house copy').count(), 0);
    });
  });
}
