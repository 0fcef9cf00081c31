#!/usr/bin/env node
import { register } from 'tsx/esm/api';

// The rest is TypeScript, which Node.js 20 does not read by itself.
register();
await import('./sluice.ts');
