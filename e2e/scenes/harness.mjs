// The tools of these tests themselves: that they find what is wrong, and nothing else.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, it } from 'node:test';
import { axe, violations } from '../lib/axe.mjs';
import { LOOKS, look } from '../lib/world.mjs';

const GOOD = `<!doctype html><html lang="en"><title>Good</title>
<main><h1>Good</h1><label>Name <input autocomplete="name"></label></main></html>`;
const BAD = `<!doctype html><html><title>Bad</title>
<style>@media (prefers-color-scheme: dark) { p { color: #111; background: #000 } }</style>
<main><h1>Bad</h1><img src="data:," ><input><p>Seen in the light only</p></main></html>`;
const BROKEN = `${GOOD}<script>throw new Error('broken on purpose')</script>`;

export default function harness(world) {
  let server, origin;
  before(async () => {
    const pages = { '/good': GOOD, '/bad': BAD, '/broken': BROKEN };
    server = createServer((request, response) => {
      // The policy of the product: axe must get in all the same.
      response.setHeader('Content-Security-Policy', "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:");
      response.setHeader('Content-Type', 'text/html').end(pages[request.url] ?? GOOD);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  it('axe passes a good page in all looks', () =>
    world().browser.visit({}, async (page) => {
      await page.goto(`${origin}/good`);
      for (const each of LOOKS) {
        await look(page, each);
        await axe(page);
      }
    }));

  it('axe finds each fault of a bad page, and the dark one only in the dark', () =>
    world().browser.visit({}, async (page) => {
      await page.goto(`${origin}/bad`);
      const rules = async (name) => {
        await look(page, LOOKS.find((each) => each.name === name));
        return new Set((await violations(page)).map((line) => line.split(':')[0]));
      };
      const light = await rules('1440-light');
      for (const rule of ['html-has-lang', 'image-alt', 'label']) assert.ok(light.has(rule), rule);
      assert.ok(!light.has('color-contrast'));
      assert.ok((await rules('390-dark')).has('color-contrast'));
      await assert.rejects(axe(page), /\/bad: \d+ accessibility violations\n.*image-alt/s);
    }));

  it('an exception in a page fails its visit', async () => {
    const visit = (expected) => world().browser.visit({ expected }, (page) => page.goto(`${origin}/broken`));
    await assert.rejects(visit([]), /broken on purpose/);
    await visit([/broken on purpose/]);
  });
}
