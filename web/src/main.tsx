import { render } from 'preact';
import { readEmbedded } from './model/embedded';
import { RunPage } from './RunPage';
import './style/base.css';
import './style/frame.css';
import './style/outline.css';
import './style/stage.css';
import './style/strip.css';
import './style/inspector.css';
import './style/panel.css';
import './style/curation.css';
import './style/narrow.css';

const host = document.getElementById('page');
const data = readEmbedded(document.getElementById('spool-data')?.textContent ?? '');
if (host) {
  host.textContent = '';
  if (data) document.title = `${data.run.workflow} · run ${data.run.id}`;
  render(
    data ? <RunPage data={data} /> : <p class="empty-page">This page holds no run. Make it again with: spool report</p>,
    host,
  );
}
