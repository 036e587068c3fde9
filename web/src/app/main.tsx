import { render } from 'preact';
import { App } from './App';
import '../style/base.css';
import '../style/frame.css';
import '../style/outline.css';
import '../style/stage.css';
import '../style/strip.css';
import '../style/inspector.css';
import '../style/panel.css';
import '../style/curation.css';
import '../style/narrow.css';
import '../style/app.css';

const host = document.getElementById('page');
if (host) {
  host.textContent = '';
  render(<App />, host);
}
