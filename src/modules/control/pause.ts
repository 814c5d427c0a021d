import { formatTime } from '../commands/run.ts';
import { defineControl } from '../module.ts';
import { flag, number, result, text } from '../read.ts';

/** Waits for a time, or for somebody to press Enter; what is typed is in the result. */
export const pause = defineControl({
  name: 'pause',
  summary: 'Wait for a time, or for an answer',
  options: {
    minutes: { type: 'int', description: 'How many minutes to wait.' },
    seconds: { type: 'int', description: 'How many seconds to wait.' },
    prompt: { type: 'str', description: 'What to ask.' },
    echo: { type: 'bool', default: true, description: 'Whether what is typed is shown.' },
  },
  constraints: { mutuallyExclusive: [['minutes', 'seconds']] },
  run: async (args, context) => {
    const started = Date.now();
    const minutes = number(args, 'minutes');
    const wanted = minutes === undefined ? number(args, 'seconds') : minutes * 60;
    const seconds = wanted === undefined ? undefined : Math.max(1, wanted);
    const echo = flag(args, 'echo');
    const prompt =
      text(args, 'prompt') ?? (seconds === undefined ? 'Press enter to continue, Ctrl+C to interrupt' : undefined);
    const typed = await context.pause({
      echo,
      ...(seconds === undefined ? {} : { seconds }),
      ...(prompt === undefined ? {} : { prompt }),
    });
    const stopped = Date.now();
    const elapsed = (stopped - started) / 1000;
    const [amount, unit] = minutes === undefined ? [elapsed, 'seconds'] : [elapsed / 60, 'minutes'];
    return result({
      changed: false,
      delta: Math.floor(elapsed),
      echo,
      rc: 0,
      start: formatTime(started),
      stderr: '',
      stdout: `Paused for ${Number.isInteger(amount) ? `${amount}.0` : Math.round(amount * 100) / 100} ${unit}`,
      stop: formatTime(stopped),
      user_input: typed,
    });
  },
});
