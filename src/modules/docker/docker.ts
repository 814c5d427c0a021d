import type { Module } from '../module.ts';
import { docker_bridge } from './docker_bridge.ts';
import { docker_container } from './docker_container.ts';
import { docker_daemon_config } from './docker_daemon_config.ts';
import { docker_host_info } from './docker_host_info.ts';
import { docker_image } from './docker_image.ts';
import { docker_images } from './docker_images.ts';
import { docker_network } from './docker_network.ts';
import { docker_obtainable } from './docker_obtainable.ts';

/** The modules of this folder. */
export const docker: readonly Module[] = [
  docker_bridge,
  docker_container,
  docker_daemon_config,
  docker_host_info,
  docker_image,
  docker_images,
  docker_network,
  docker_obtainable,
];
