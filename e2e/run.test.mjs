// The one entry of the browser tests: each scene declares its tests, all of them share one browser and one program.

import { readdir } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { World } from './lib/world.mjs';

const folder = new URL('./scenes/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.mjs')).sort();
const scenes = await Promise.all(names.map((name) => import(new URL(name, folder))));

let world;
before(async () => (world = await World.start()), { timeout: 15 * 60_000 });
after(() => world?.stop());

names.forEach((name, index) => {
  describe(name.replace(/\.mjs$/, '').replaceAll('_', ' '), () => scenes[index].default(() => world));
});
