// Evidence packs: asked for with one button, taken away by an outside auditor, read without a server.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { said } from '../lib/acts.mjs';
import { axe } from '../lib/axe.mjs';
import { command } from '../lib/program.mjs';
import { LOOKS, look, PATIENCE } from '../lib/world.mjs';
import { inspect } from './every_page.mjs';

const run = promisify(execFile);

/// Looks again until the newest pack is ready.
async function ready(page) {
  const until = Date.now() + 4 * PATIENCE;
  for (;;) {
    await page.goto('/packs');
    if (await page.locator('tbody tr').first().getByText('Ready').count()) return;
    assert.ok(Date.now() < until, 'the pack is not ready in time');
    await page.waitForTimeout(1_000);
  }
}

export default function packs(world) {
  it('asked for on the map, taken away, checked, read', async () => {
    await world().as('sms-manager', {}, async (page) => {
      await page.goto('/conformity');
      await page.getByRole('button', { name: 'Make evidence pack' }).click();
      await page.waitForURL(/\/packs$/);
      await said(page, 'is being made');
      await ready(page);
      await inspect(page, '/packs', 'packs');
    });
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-pack-'));
    try {
      const file = join(folder, 'pack.zip');
      await world().as('external-auditor', { acceptDownloads: true }, async (page) => {
        await page.goto('/packs');
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.locator('tbody tr').first().getByRole('link').click(),
        ]);
        assert.match(download.suggestedFilename(), /^evidence-\d{4}-\d{2}-\d{2}-seed-1\.zip$/);
        await download.saveAs(file);
      });
      assert.match(await command('verify', file), /260 requirements are whole and agree/);
      await run('python3', ['-m', 'zipfile', '-e', file, folder]);
      await world().browser.visit({ script: false }, async (page) => {
        await page.goto(pathToFileURL(join(folder, 'index.html')).href);
        await page.locator('a[href^="pages/"]').first().click();
        await page.locator('article').first().waitFor();
        await page.goto(pathToFileURL(join(folder, 'index.html')).href);
        const papers = await page.locator('a[href^="documents/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
        assert.ok(papers.length > 5, `${papers.length} documents are in force`);
        const reports = await page.locator('a[href^="reports/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
        assert.ok(reports.length > 5, `${reports.length} reports were made`);
        for (const paper of [...papers, ...reports]) assert.equal((await readFile(join(folder, paper))).subarray(0, 8).toString(), '%PDF-1.7');
      });
      await world().browser.visit({}, async (page) => {
        for (const name of ['index.html', 'pages/change.html']) {
          await page.goto(pathToFileURL(join(folder, name)).href);
          for (const each of LOOKS) {
            await look(page, each);
            await axe(page, `${name} ${each.name}`);
          }
        }
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('not for agents', () =>
    world().as('agent', { expected: [/status of 403/] }, async (page) => {
      await page.goto('/conformity');
      assert.equal(await page.getByRole('button', { name: 'Make evidence pack' }).count(), 0);
      const answer = await page.goto('/packs');
      assert.equal(answer.status(), 403);
    }));
}
