// The program under test: starts the built binary on a free port and stops it again.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/// A year of demonstration records is written by an unoptimised build on a busy machine.
const START_LIMIT = 10 * 60_000;
const STOP_LIMIT = 20_000;

/// The instant that the demonstration world is told: its figures are the same in every run.
export const NOW = '2026-11-12T08:40:00Z';

function binary() {
  const path = process.env.PLUMBLINE_PROGRAM;
  if (!path) throw new Error('PLUMBLINE_PROGRAM must name the built program (cargo xtask test --only browser does)');
  return path;
}

/// A port of the loopback interface that nobody listens on.
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/// A new folder in the system's temporary folder.
export const newFolder = () => mkdtemp(join(tmpdir(), 'plumbline-e2e-'));

/// A running server over a data folder of its own.
export class Program {
  static #running = new Set();

  /// The demonstration world, written new.
  static async demo() {
    const [folder, port] = [await newFolder(), await freePort()];
    const words = ['demo', '--data', folder, '--port', String(port), '--seed', '1', '--at', NOW];
    return new Program(words, folder, port).#ready();
  }

  /// A server over a data folder; a new and empty one unless it is given.
  static async serve(folder) {
    const [data, port] = [folder ?? (await newFolder()), await freePort()];
    return new Program(['serve', '--data', data, '--listen', `127.0.0.1:${port}`], data, port).#ready();
  }

  constructor(words, folder, port) {
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    this.output = '';
    this.process = spawn(binary(), words, { stdio: ['ignore', 'pipe', 'pipe'] });
    Program.#running.add(this.process);
    this.ended = new Promise((resolve) => {
      this.process.once('error', (error) => resolve(String(error)));
      this.process.once('exit', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
    });
    this.ended.then((how) => {
      this.how = how;
      Program.#running.delete(this.process);
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    }
  }

  async #ready() {
    const deadline = Date.now() + START_LIMIT;
    while (Date.now() < deadline && !this.how) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return this;
      await Promise.race([pause(200), this.ended]);
    }
    const how = this.how ?? `is not ready after ${START_LIMIT / 1000} s`;
    await this.stop();
    throw new Error(`The program ${how}. It said:\n${this.output}`);
  }

  /// Stops it as an operator would (SIGTERM) and removes its data.
  async stop({ keep = false } = {}) {
    this.process.kill('SIGTERM');
    await Promise.race([this.ended, pause(STOP_LIMIT, undefined, { ref: false })]);
    this.process.kill('SIGKILL');
    await this.ended;
    if (!keep) await rm(this.folder, { recursive: true, force: true });
  }

  static {
    process.on('exit', () => Program.#running.forEach((child) => child.kill('SIGKILL')));
  }
}

/// Runs the program to its end (`kinds --json`, `user add …`); gives what it printed.
export async function command(...words) {
  const child = spawn(binary(), words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`plumbline ${words.join(' ')}: exit code ${code}\n${errors}`);
  return output;
}
