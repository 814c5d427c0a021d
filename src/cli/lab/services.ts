import type { Docker } from '../../lab/layers.ts';
import { packageProxy } from '../../lab/proxy.ts';
import { imageRegistry } from '../../lab/registry/image-registry.ts';
import type { LabService } from '../../lab/service.ts';

/** What a lab has besides its hosts: light hosts, without Docker, have no use for images. */
export const servicesOf = (docker: Docker): LabService[] =>
  docker === 'none' ? [packageProxy] : [packageProxy, imageRegistry];
