#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) await import('../dist/cli/main.js');
else console.error(`k8s-bm needs Node.js 20.19 or newer; this is ${process.version} (${process.execPath}).`);
if (major < 20 || (major === 20 && minor < 19)) process.exitCode = 1;
