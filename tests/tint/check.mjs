// Puts every shader of a list through Tint, Chrome's WGSL compiler, and makes a pipeline of it. Needs no GPU: Dawn's null backend.
//
//   node check.mjs shaders.json      [{ "name": "topk/row+subgroup", "entry": "main", "wgsl": "..." }, ...]
//
// Prints one line for each that fails; exits with 1 if any does.
import { readFileSync } from 'node:fs';
import { create } from 'webgpu';

const shaders = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const gpu = create(['backend=null']);
const adapter = await gpu.requestAdapter();
// WebGPU's default limits, so that a shader that needs more fails; and no features beyond subgroups.
const device = await adapter.requestDevice({ requiredFeatures: ['subgroups'] });
// Refusals are read from error scopes; whatever escapes them is a failure as well.
let uncaught = 0;
device.addEventListener('uncapturederror', (event) => {
  uncaught += 1;
  console.log(`uncaught: ${event.error.message}`);
});

async function refusals({ entry, wgsl }) {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code: wgsl });
  const info = await module.getCompilationInfo();
  const messages = info.messages.filter((message) => message.type === 'error');
  const found = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}\n      ${wgsl.split('\n')[lineNum - 1]?.trim() ?? ''}`);
  if (found.length === 0) {
    try {
      await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: entry } });
    } catch (error) {
      found.push(`pipeline: ${error.message}`);
    }
  }
  const scoped = await device.popErrorScope();
  if (scoped && found.length === 0) {
    found.push(scoped.message);
  }
  return found;
}

let failed = 0;
for (const shader of shaders) {
  const found = await refusals(shader);
  if (found.length > 0) {
    failed += 1;
    console.log(`${shader.name}\n    ${found.join('\n    ')}`);
  }
}
console.log(`Tint: ${shaders.length - failed} of ${shaders.length} shaders accepted`);
// Dawn's threads would keep node alive.
process.exit(failed + uncaught > 0 ? 1 : 0);
