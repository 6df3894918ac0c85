// How is the console built, and how does it reach a suite while it is worked on?
//
// `npm run dev` serves it at http://localhost:5173 before the gateway that RONGHE_GATEWAY names, by default that of
// scripts/up.
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const gateway = process.env.RONGHE_GATEWAY ?? 'https://localhost:7180';

// The gateway takes a session's cookie from pages of its own origin alone.
const proxy = {
  target: gateway,
  changeOrigin: true,
  secure: false,
  headers: { origin: gateway },
};

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  server: {
    host: 'localhost',
    proxy: { '/v1': proxy, '/oidc': proxy, '/console.json': proxy, '/openapi.json': proxy },
  },
  build: {
    // The browsers of domestic workplaces are of these generations.
    target: ['chrome87', 'firefox78'],
    // Styles and icons become files: the content policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  test: { include: ['src/**/*.test.ts', 'browsers/*.test.mjs'], environment: 'node' },
});
