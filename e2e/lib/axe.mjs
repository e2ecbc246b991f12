// Accessibility: axe on a page, with a list of violations that can be read and acted on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/// All rules that axe has on by default, best practice included, and the target size of WCAG 2.2, which it has off.
/// Without preloading: no rule of these reads style sheets by itself.
const OPTIONS = { preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };

/// What axe finds wrong with the page as it stands, as one readable line for each element.
export async function violations(page) {
  if (!(await page.evaluate(() => Boolean(globalThis.axe)))) await page.evaluate(source);
  const found = await page.evaluate((options) => globalThis.axe.run(globalThis.document, options), OPTIONS);
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => {
      const reasons = (failureSummary ?? '').split('\n').slice(1).map((line) => line.trim()).join('; ');
      return `${id}: ${help}\n      at ${target.join(' ')}  ${html.slice(0, 200)}\n      ${reasons}`;
    }),
  );
}

/// Fails with the whole list when there is any violation.
export async function axe(page, where = new URL(page.url()).pathname) {
  const list = await violations(page);
  assert.equal(list.length, 0, `${where}: ${list.length} accessibility violations\n    ${list.join('\n    ')}`);
}
