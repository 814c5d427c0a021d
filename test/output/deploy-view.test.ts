import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LiveReporter } from '../../src/output/live.ts';
import { PlainReporter } from '../../src/output/plain.ts';
import type { ReporterOptions } from '../../src/output/reporter.ts';
import { Row } from '../../src/output/row.ts';
import type { Event, TaskName } from '../../src/run/events.ts';
import { quietOptions } from './quiet-options.ts';

/**
 * What a real first deploy of one master and two workers told (`deploy --json`), without what no view shows: tasks once, by
 * number, results left out.
 */
const recorded = (): Event[] => {
  const tasks = new Map<number, TaskName>();
  const position = { file: 'tasks/main.yml', line: 1, column: 1 };
  const events: Event[] = [];
  for (const line of readFileSync(join(import.meta.dirname, 'deploy-events.jsonl'), 'utf8')
    .trim()
    .split('\n')) {
    const { type, task, play, recap, traffic, ...rest } = JSON.parse(line);
    if (type === undefined) tasks.set(task.id, { ...task, position });
    else
      events.push({
        type,
        ...rest,
        ...(task === undefined ? {} : { task: tasks.get(task) }),
        ...(play === undefined ? {} : { play: { id: 1, name: play, position } }),
        ...(recap && { recap: new Map(Object.entries(recap)), traffic: new Map(Object.entries(traffic)) }),
        ...(type === 'task-result' && { result: new Map(), changes: [], diff: [], diagnostics: [], looped: false }),
      } as Event);
  }
  return events;
};

const options = (write: (text: string) => void): ReporterOptions => ({ ...quietOptions, write, byRole: true });

it('leaves a line for each role of a deploy: which host changed how much, and how long it took', async () => {
  let text = '';
  const reporter = new LiveReporter(options((more) => (text += more)));
  for (const event of recorded()) reporter.event(event);
  await reporter.end();
  await expect(text).toMatchFileSnapshot('live/deploy.txt');
});

it('shows meanwhile how far each host is with its images', async () => {
  const events = recorded();
  const frames: string[] = [];
  let row: Row | undefined;
  for (const event of events) {
    if (!('task' in event) || event.task?.role !== 'images') continue;
    if (event.type === 'task-start' && !row?.takes(event.task, event.hosts))
      row = new Row(event.task, event.hosts, event.at, true);
    if (event.type === 'host-start') row?.start(event.host, event.task);
    if (event.type === 'task-result') row?.end(event.host, event.status, event.durationMs);
    if (event.type === 'progress') {
      row?.progress(event.host, event.text);
      frames.push(`${(event.at / 1000).toFixed(0)} s\n${row?.running()}`);
    }
  }
  await expect(frames.filter((_, at) => at % 4 === 3).join('\n\n')).toMatchFileSnapshot('live/deploy-images.txt');
});

it('says so in lines too, every ten seconds at most, where there is no terminal', () => {
  let text = '';
  const reporter = new PlainReporter(options((more) => (text += more)));
  for (const event of recorded()) reporter.event(event);
  const lines = text.split('\n').filter((line) => / of \d+ images| of 4$/.test(line));
  expect(lines.slice(0, 4)).toEqual([
    '[n2] 1 of 4 images, 1 of 7 layers',
    '[n1] 1 of 8 images, 1 of 11 layers',
    '[n3] 0 of 4 images, 0 of 7 layers',
    '[n2] 2 of 4 images, 4 of 7 layers',
  ]);
});
