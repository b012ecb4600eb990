import type { ExportedComponent } from '../../build/export-types.ts';
import { drawChart } from './chart.ts';
import { createFilePicker } from './files.ts';
import type { Runtime } from './state.ts';
import { createTable } from './table.ts';

type Draw = () => void;
type Value = (key: string) => unknown;

/** Makes the element of a component; the function that it gives brings it up to date. */
export function createWidget(component: ExportedComponent, runtime: Runtime, root: HTMLElement): Draw {
  const value: Value = (key) => runtime.resolve(component.properties[key]?.value);
  const style: Value = (key) => runtime.resolve(component.styles[key]?.value);
  switch (component.type) {
    case 'Text':
      return textWidget(root, value, style);
    case 'Button':
      return buttonWidget(component, runtime, root, value, style);
    case 'Table':
      return createTable(component, runtime, root);
    case 'Chart':
      return chartWidget(root, value);
    case 'TextInput':
      return fieldWidget(component, runtime, root, value, document.createElement('input'));
    case 'TextArea':
      return fieldWidget(component, runtime, root, value, document.createElement('textarea'));
    case 'FilePicker':
      return createFilePicker(component, runtime, root, runtime.say);
    case 'DropdownV2':
      return dropdownWidget(component, runtime, root, value);
    case 'RangeSlider':
      return sliderWidget(component, runtime, root, value);
    default:
      root.textContent = `The preview does not support ${component.type}`;
      return () => {};
  }
}

function textWidget(root: HTMLElement, value: Value, style: Value): Draw {
  return () => {
    const text = String(value('text') ?? '');
    if (value('textFormat') === 'html') root.innerHTML = text;
    else root.textContent = text;
    root.classList.toggle('plain', value('textFormat') !== 'html');
    root.classList.toggle('loading', value('loadingState') === true);
    Object.assign(root.style, {
      fontSize: `${style('textSize')}px`,
      color: String(style('textColor')),
      fontWeight: style('fontWeight') === 'bold' ? '600' : '400',
      background: String(style('backgroundColor') ?? 'transparent'),
      border: style('borderColor') ? `1px solid ${style('borderColor')}` : 'none',
      borderRadius: '8px',
      padding: style('padding') === 'none' ? '0' : '8px',
    });
  };
}

function buttonWidget(
  component: ExportedComponent,
  runtime: Runtime,
  root: HTMLElement,
  value: Value,
  style: Value,
): Draw {
  const button = document.createElement('button');
  button.className = 'button';
  button.onclick = () => void runtime.fire(component.id, 'onClick');
  root.append(button);
  return () => {
    const busy = value('loadingState') === true;
    button.textContent = busy ? '…' : String(value('text') ?? '');
    button.disabled = busy || value('disabledState') === true;
    Object.assign(button.style, {
      background: String(style('backgroundColor')),
      color: String(style('textColor')),
      borderColor: String(style('borderColor')),
    });
  };
}

function chartWidget(root: HTMLElement, value: Value): Draw {
  return () => {
    const title = document.createElement('div');
    title.className = 'chart-title';
    title.textContent = String(value('title'));
    const drawing = document.createElement('div');
    drawing.className = 'drawing';
    root.replaceChildren(title, drawing);
    const { clientWidth, clientHeight } = drawing;
    drawing.innerHTML = drawChart(String(value('jsonDescription') ?? '{}'), clientWidth, clientHeight);
    root.classList.toggle('loading', value('loadingState') === true);
  };
}

/** Puts a label above a field; the function that it gives brings the words up to date. */
function labelled(root: HTMLElement, control: HTMLElement, value: Value): Draw {
  const label = document.createElement('label');
  const words = document.createElement('span');
  label.append(words, control);
  root.append(label);
  return () => {
    words.textContent = String(value('label'));
  };
}

function fieldWidget(
  component: ExportedComponent,
  runtime: Runtime,
  root: HTMLElement,
  value: Value,
  control: HTMLInputElement | HTMLTextAreaElement,
): Draw {
  const exposed = () => runtime.scope.components[component.name] ?? {};
  control.placeholder = String(value('placeholder') ?? '');
  control.oninput = () => {
    runtime.scope.components[component.name] = { value: control.value };
    runtime.changed();
  };
  control.onkeydown = (event) => {
    if ((event as KeyboardEvent).key === 'Enter') void runtime.fire(component.id, 'onEnterPressed');
  };
  const relabel = labelled(root, control, value);
  let given: string | undefined;
  return () => {
    relabel();
    control.placeholder = String(value('placeholder') ?? '');
    const initial = String(value('value') ?? '');
    if (initial !== given) {
      given = initial;
      runtime.scope.components[component.name] = { value: initial };
      runtime.changed();
    }
    const text = String(exposed().value ?? '');
    if (control.value !== text) control.value = text;
  };
}

function dropdownWidget(
  component: ExportedComponent,
  runtime: Runtime,
  root: HTMLElement,
  value: Value,
): Draw {
  const control = document.createElement('select');
  const fixed = component.properties.options?.value as { label: string; value: string }[];
  let offered = '';
  control.onchange = () => {
    runtime.scope.components[component.name] = { value: control.value };
    runtime.changed();
    void runtime.fire(component.id, 'onSelect');
  };
  const relabel = labelled(root, control, value);
  return () => {
    relabel();
    const options = value('advanced') === true ? ((value('schema') ?? []) as typeof fixed) : fixed;
    if (JSON.stringify(options) !== offered) {
      offered = JSON.stringify(options);
      control.replaceChildren(new Option(String(value('placeholder')), ''));
      for (const option of options) control.append(new Option(option.label, option.value));
    }
    control.value = String(runtime.scope.components[component.name]?.value ?? '');
  };
}

function sliderWidget(component: ExportedComponent, runtime: Runtime, root: HTMLElement, value: Value): Draw {
  const control = document.createElement('input');
  control.type = 'range';
  const marks = document.createElement('span');
  marks.className = 'marks';
  const expose = (place: number) => {
    runtime.scope.components[component.name] = { value: place };
    runtime.changed();
  };
  control.oninput = () => expose(control.valueAsNumber);
  const relabel = labelled(root, control, value);
  control.after(marks);
  let given: unknown;
  return () => {
    relabel();
    control.min = String(value('min'));
    control.max = String(value('max'));
    control.step = String(value('stepSize'));
    marks.textContent = ((value('schema') ?? []) as { label: string }[])
      .map(({ label }) => label)
      .join(' · ');
    if (value('value') !== given) {
      given = value('value');
      control.value = String(given);
      expose(control.valueAsNumber);
    }
    const place = String(runtime.scope.components[component.name]?.value ?? given);
    if (control.value !== place) control.value = place;
  };
}
