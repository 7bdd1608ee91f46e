import { defineConfig } from 'vite';

// The built files lie with everything else that is built. Nothing is inlined: the content policy admits only files of this origin.
export default defineConfig({
  base: './',
  build: { outDir: '../artifacts/console', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
});
