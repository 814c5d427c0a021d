import { expect, it } from 'vitest';
import { openSecretbox } from '../../src/oci/secretbox.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

// The example of "Cryptography in NaCl" (D. J. Bernstein, 2009), sections 8 to 10.
const key = hex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
const nonce = hex('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37');
const box = hex(`f3ffc7703f9400e52a7dfb4b3d3305d9 8e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a
  c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb373
  2bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5`);
const message =
  hex(`be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc
  3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c6090
  2e52f0a089bc76897040e082f937763848645e0705`);

it('opens the box that its authors show', () => {
  expect(openSecretbox(box, nonce, key)?.equals(message)).toBe(true);
});

it('opens nothing that was changed, and nothing with another key', () => {
  for (let at = 0; at < box.length; at++) {
    const changed = Buffer.from(box);
    changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
    expect(openSecretbox(changed, nonce, key)).toBe(undefined);
  }
  expect(openSecretbox(box, nonce, Buffer.alloc(32))).toBe(undefined);
  expect(openSecretbox(box.subarray(0, 12), nonce, key)).toBe(undefined);
  expect(openSecretbox(box, nonce.subarray(1), key)).toBe(undefined);
});
