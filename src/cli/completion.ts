import { Argument, type Command } from 'commander';
import { shells } from './completion/shells.ts';

/** `k8s-bm completion SHELL`: prints what makes the shell complete k8s-bm's commands, options, hosts, groups, tags and roles. */
export const configure = (command: Command): void => {
  command
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
To have it in every new shell:
  bash  k8s-bm completion bash > ~/.local/share/bash-completion/completions/k8s-bm
  zsh   k8s-bm completion zsh > "\${fpath[1]}/_k8s-bm"
  fish  k8s-bm completion fish > ~/.config/fish/completions/k8s-bm.fish`,
    )
    .action((shell: keyof typeof shells) => void process.stdout.write(shells[shell]));
};
