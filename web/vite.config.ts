import { defineConfig, type Plugin, type UserConfig } from 'vite';

/** Puts the one script and the one style sheet inside the page, so that it opens from a disk as a single file. */
function singleFile(): Plugin {
  return {
    name: 'single-file',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = bundle['report.html'];
      if (page?.type !== 'asset') return;
      let html = String(page.source);
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === 'chunk') {
          const script = file.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
          html = html.replace(/<script type="module"[^>]*src="[^"]*"[^>]*><\/script>\s*/, '');
          html = html.replace('</body>', () => `<script type="module">${script}</script>\n</body>`);
          delete bundle[name];
        } else if (name.endsWith('.css')) {
          html = html.replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${String(file.source)}</style>`);
          delete bundle[name];
        }
      }
      page.source = html;
    },
  };
}

const shared = { target: 'es2022', modulePreload: false, cssCodeSplit: false, assetsInlineLimit: 0, reportCompressedSize: false };
const test = { include: ['tests/**/*.test.ts'], environment: 'node' };

/** `vite build` makes the report, one file; `vite build --mode app` the page of the server, whose script and style are files of their own. */
export default defineConfig(({ mode }) => (mode === 'app' ? {
  base: '/assets/',
  build: {
    ...shared,
    outDir: 'dist/app',
    rolldownOptions: { input: 'app.html', output: { entryFileNames: 'app.js', assetFileNames: 'app[extname]', codeSplitting: false } },
  },
  test,
} : {
  base: './',
  plugins: [singleFile()],
  build: { ...shared, rolldownOptions: { input: 'report.html' } },
  test,
}) as unknown as UserConfig);
