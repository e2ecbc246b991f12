// Controlled documents in a browser that runs no script: written by one, approved by another, read by those who must.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from './every_page.mjs';

export default function papers(world) {
  const PAGES = {
    papers: '/papers',
    'papers-missing': '/papers?view=missing',
    paper: '/papers/DOC-5',
    'paper-changes': '/papers/DOC-4?version=3&against=2',
    'paper-old': '/papers/DOC-4?version=1',
    'paper-from-outside': '/papers/DOC-16',
  };
  for (const [name, address] of Object.entries(PAGES)) {
    it(`the page ${name}`, () => world().as('sms-manager', {}, (page) => inspect(page, address, name)));
  }

  it('a page prints with its control block, and an old copy says so', () =>
    world().as('sms-manager', {}, async (page) => {
      await page.goto('/papers/DOC-5');
      await page.emulateMedia({ media: 'print' });
      assert.ok(await page.locator('table.control').isVisible());
      assert.ok(await page.locator('table.control', { hasText: 'Approved by' }).isVisible());
      assert.ok(!(await page.locator('#versions').isVisible()));
      await page.goto('/papers/DOC-4?version=1');
      assert.match(await page.locator('article.doc').getAttribute('data-copy'), /Superseded on/);
      const words = await page.locator('article.doc').evaluate((doc) => globalThis.getComputedStyle(doc, '::after').content);
      assert.match(words, /do not follow this copy/);
    }));

  it('a document is taken away as a PDF, and an old copy is marked', () =>
    world().as('sms-manager', { script: false }, async (page) => {
      for (const address of ['/papers/DOC-4', '/papers/DOC-4?version=1', '/road/reviews/MRV-2', '/fieldwork/AUD-2/report', '/pictures', '/service-reports/RPT-1', '/service-management-plan']) {
        await page.goto(address);
        const link = page.getByRole('link', { name: /PDF$/ });
        assert.equal(await link.count(), 1, address);
        const file = await page.request.get(await link.getAttribute('href'));
        assert.equal(file.status(), 200, address);
        assert.equal(file.headers()['content-type'], 'application/pdf');
        const bytes = await file.body();
        assert.equal(bytes.subarray(0, 8).toString(), '%PDF-1.7');
        assert.ok(bytes.includes('/StructTreeRoot') && bytes.includes('pdfuaid:part'), `${address} is no file for everybody`);
      }
    }));

  it('an agent reads what is in force and finds no old copies', () =>
    world().as('agent', { script: false, expected: [/status of 404/] }, async (page) => {
      await page.goto('/papers/DOC-13');
      assert.equal(await page.locator('#versions li').count(), 1);
      assert.equal((await page.goto('/papers/DOC-18')).status(), 404);
    }));

  it('from a draft to the text in force, without a script', async () => {
    let paper;
    await world().as('process-owner', { script: false }, async (page) => {
      await page.goto('/papers');
      await page.getByRole('button', { name: 'Draft it: Problem management procedure' }).first().click();
      await page.waitForURL(/\/papers\/DOC-\d+$/);
      paper = new URL(page.url()).pathname;
      assert.ok(await page.getByText('Draft: not approved, not to be followed.').first().isVisible());
      await page.getByRole('link', { name: 'Write', exact: true }).click();
      await page.getByLabel('Text', { exact: true }).fill('# Problems\n\nEach has an owner.\n\n```parameters\nnumber.problem_days = 120\n```\n');
      await page.getByLabel('Approver', { exact: true }).fill('ines.okafor@tidewell.example');
      await page.locator('main form.form .form-end button').click();
      await page.goto(paper);
      await page.getByRole('link', { name: 'Send to review…' }).click();
      await page.locator('main form button').last().click();
      await page.goto(paper);
      assert.ok(await page.getByText('waits for ines.okafor@tidewell.example').isVisible());
    });
    await world().as('sms-manager', { script: false }, async (page) => {
      await page.goto('/my-work');
      assert.ok(await page.getByRole('link', { name: /Problem management procedure, version 1/ }).first().isVisible());
      await page.goto(paper);
      await page.getByRole('link', { name: 'Approve…' }).click();
      await page.locator('main form button').last().click();
      await page.goto(paper);
      assert.ok(await page.getByText('Each has an owner.').isVisible());
      assert.equal(await page.locator('.copy').count(), 0);
      assert.ok(await page.locator('aside').getByText('120').isVisible());
    });
    await world().as('administrator', {}, async (page) => {
      await page.goto('/administration/settings');
      assert.ok(await page.locator(`main a[href="${paper}"]`).isVisible());
      assert.equal(await page.locator('[name="number.problem_days"]').count(), 0);
    });
  });
}
