// Builds dist/sample.html: the page fed with sample.json, and beside it the files it speaks of, as far as ffmpeg can make them here.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const mark = '/*SPOOL_DATA*/null/*END_SPOOL_DATA*/';

const page = readFileSync(`${root}dist/report.html`, 'utf8');
if (!page.includes(mark)) throw new Error('dist/report.html has no place for data; run: npm run build');
const data = JSON.parse(readFileSync(process.argv[2] ?? `${root}sample.json`, 'utf8'));
const out = process.argv[3] ?? `${root}dist/sample.html`;
writeFileSync(out, page.replace(mark, () => JSON.stringify(data).replaceAll('<', '\\u003c')));
cpSync(`${root}sample`, `${root}dist/sample`, { recursive: true });
makeMedia(data, `${root}dist/sample`);
console.log(out);

function run(tool, ...args) {
  return spawnSync(tool, args, { stdio: 'ignore' }).status === 0;
}

function makeMedia({ strip, run: { seconds } }, folder) {
  if (existsSync(`${folder}/explainer.mp4`) || !run('rsvg-convert', '--version') || !run('ffmpeg', '-version')) return;
  const ffmpeg = (...args) => run('ffmpeg', '-nostdin', '-y', '-loglevel', 'error', ...args);
  mkdirSync(`${folder}/tmp`, { recursive: true });
  const parts = [];
  for (const cell of strip) {
    const name = cell.path.split('/').pop().replace('.mp4', '');
    const tone = `sine=frequency=${180 + 40 * parts.length}:duration=${cell.seconds},tremolo=f=4:d=0.9,volume=0.3`;
    run('rsvg-convert', '-w', '1280', `${folder}/${name}.svg`, '-o', `${folder}/tmp/${name}.png`);
    ffmpeg('-f', 'lavfi', '-i', tone, `${folder}/${name}.wav`);
    ffmpeg('-loop', '1', '-framerate', '25', '-i', `${folder}/tmp/${name}.png`, '-i', `${folder}/${name}.wav`, '-t', String(cell.seconds),
      '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'stillimage', '-pix_fmt', 'yuv420p', '-c:a', 'aac', `${folder}/${name}.mp4`);
    parts.push(`file '${folder}/${name}.mp4'`);
  }
  writeFileSync(`${folder}/tmp/parts.txt`, parts.join('\n'));
  ffmpeg('-f', 'concat', '-safe', '0', '-i', `${folder}/tmp/parts.txt`, '-c', 'copy', '-movflags', '+faststart', `${folder}/explainer.mp4`);
  ffmpeg('-f', 'lavfi', '-i', `sine=frequency=146:duration=${Math.max(20, seconds)},volume=0.2`, `${folder}/music.wav`);
  rmSync(`${folder}/tmp`, { recursive: true });
}
