import { useState } from 'preact/hooks';
import { Problem, troubleOf } from './api';
import { useApi, useAsked } from './context';
import { changedInputs, rangeOf, startOf, wrongWith, type Template, type TemplateInput } from './model/form';
import { useRefusal } from './may';
import { goTo, useAddress } from './router';

/** A new project from a template: which one, then what it needs to know. */
export function NewRun() {
  const { search } = useAddress();
  const wanted = new URLSearchParams(search).get('template');
  const { value, trouble } = useAsked<{ templates: Template[]; home?: string }>('/templates');
  const one = value?.templates.find((template) => template.name === wanted);
  if (trouble) return <><h1>New run</h1><p class="trouble" role="alert">{trouble}</p></>;
  if (!value) return <><h1>New run</h1><p role="status">Reading the templates …</p></>;
  if (one) return <TemplateForm key={one.name} template={one} home={value.home ?? ''} />;
  return (
    <>
      <h1>New run</h1>
      <p class="dim">A template becomes a folder of your own, with a workflow that you may change.</p>
      <div class="cards">
        {value.templates.map((template) => (
          <div key={template.name} class="card"><div class="card-words">
            {(template.problems ?? []).length > 0 ? <b>{template.name}</b> : <a class="pick" href={`/new?template=${encodeURIComponent(template.name)}`}>{template.name}</a>}
            <span>{(template.problems ?? [])[0]?.message ?? template.description}</span>
            <span class="dim">{template.inputs.length === 0 ? 'asks for nothing' : `asks for ${template.inputs.map((input) => input.name).slice(0, 6).join(', ')}${template.inputs.length > 6 ? ' …' : ''}`}</span>
          </div></div>
        ))}
      </div>
    </>
  );
}

function TemplateForm({ template, home }: { template: Template; home: string }) {
  const api = useApi();
  const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(template.inputs.map((input) => [input.name, startOf(input)])));
  const [folder, setFolder] = useState(home === '' ? '' : `${home}/${template.name}`);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const refused = useRefusal();
  const [trouble, setTrouble] = useState<string>();
  const wrong = (input: TemplateInput) => wrongWith(input, values[input.name] ?? '');
  const folderWrong = folder.startsWith('/') ? undefined : 'It is an absolute path, such as /home/ann/talk.';

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    const bad = folderWrong ? 'folder' : template.inputs.find((input) => wrong(input) !== undefined)?.name;
    if (bad !== undefined) return document.getElementById(`input-${bad}`)?.focus();
    const run = ((event as SubmitEvent).submitter as HTMLButtonElement | null)?.value !== 'only';
    setBusy(true);
    setTrouble(undefined);
    try {
      const made = await api.send<{ workspace: string; run?: string }>('POST', '/workspaces', { template: template.name, folder, inputs: changedInputs(template.inputs, values), run });
      goTo(made?.run ? `/runs/${made.run}` : '/runs');
    } catch (error) {
      setTrouble(error instanceof Problem ? error.detail ?? error.title : troubleOf(error));
      setBusy(false);
    }
  };
  return (
    <>
      <p><a href="/new">All templates</a></p>
      <h1>{template.name}</h1>
      <p class="dim">{template.description}</p>
      <form class="form" noValidate onSubmit={(event) => void submit(event)}>
        <label class="field"><span class="needed">Folder of the new project; it must be empty or not there</span>
          <input id="input-folder" value={folder} aria-invalid={tried && folderWrong !== undefined} onInput={(event) => setFolder(event.currentTarget.value)} /></label>
        {tried && folderWrong && <p class="wrong" role="alert">{folderWrong}</p>}
        {template.inputs.map((input) => (
          <Field key={input.name} input={input} value={values[input.name] ?? ''} wrong={tried ? wrong(input) : undefined}
            onInput={(value) => setValues((old) => ({ ...old, [input.name]: value }))} />
        ))}
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <p class="decide">
          <button type="submit" class="accent" id="make-and-run" disabled={busy || refused !== undefined} title={refused}>{busy ? 'Being made …' : 'Make it and run'}</button>
          <button type="submit" value="only" disabled={busy || refused !== undefined} title={refused}>Only make the folder</button>
        </p>
      </form>
    </>
  );
}

function Field({ input, value, wrong, onInput }: { input: TemplateInput; value: string; wrong?: string; onInput: (value: string) => void }) {
  const id = `input-${input.name}`;
  const told = [input.description, rangeOf(input)].filter(Boolean).join('; ');
  if (input.type === 'secret') return <p class="field"><span>{input.name}</span>It is taken from the environment variable {input.env}, never from a page.</p>;
  const common = { id, value, 'aria-invalid': wrong !== undefined, 'aria-describedby': wrong ? `${id}-wrong` : undefined };
  const control = input.type === 'boolean'
    ? <select {...common} onChange={(event) => onInput(event.currentTarget.value)}><option value="true">yes</option><option value="false">no</option></select>
    : input.choices && input.choices.length > 0 && input.type !== 'list'
      ? <select {...common} onChange={(event) => onInput(event.currentTarget.value)}>{value === '' && <option value="" />}{input.choices.map((choice) => <option key={choice}>{choice}</option>)}</select>
      : input.type === 'integer' || input.type === 'number'
        ? <input {...common} type="number" step={input.type === 'integer' ? 1 : 'any'} min={input.least} max={input.most} onInput={(event) => onInput(event.currentTarget.value)} />
        : value.length > 60 || value.includes('\n') || input.type === 'text'
          ? <textarea {...common} rows={Math.min(14, Math.max(3, value.split('\n').length + 1))} onInput={(event) => onInput(event.currentTarget.value)} />
          : <input {...common} onInput={(event) => onInput(event.currentTarget.value)} />;
  return (
    <>
      <label class="field"><span class={input.needed ? 'needed' : undefined}><b>{input.prompt ?? input.name}</b>{told && ` ${told}`}{input.type === 'list' && ' (with commas between)'}</span>{control}</label>
      {wrong && <p class="wrong" id={`${id}-wrong`} role="alert">{wrong}</p>}
    </>
  );
}
