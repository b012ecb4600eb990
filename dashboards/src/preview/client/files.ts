import type { ExportedComponent } from '../../build/export-types.ts';
import type { Runtime } from './state.ts';

interface Picked {
  name: string;
  type: string;
  base64Data: string;
  dataURL: string;
}

/**
 * Takes files as ToolJet's picker does: what is too large or of another type is refused with a word. Drawn anew, as
 * a modal is when it opens, it is empty.
 */
export function createFilePicker(
  component: ExportedComponent,
  runtime: Runtime,
  root: HTMLElement,
  say: (message: string, type: string) => void,
): () => void {
  const value = (key: string) => runtime.resolve(component.properties[key]?.value);
  const [label, box, input, list] = ['label', 'div', 'input', 'div'].map((tag) =>
    document.createElement(tag),
  ) as [HTMLLabelElement, HTMLDivElement, HTMLInputElement, HTMLDivElement];
  box.className = 'drop';
  list.className = 'picked';
  input.type = 'file';
  input.accept = String(value('fileType'));
  input.multiple = value('enableMultiple') === true;
  label.append(String(value('label')), box);
  box.append(String(value('instructionText')), input, list);
  root.append(label);

  input.onchange = async () => {
    const accepted = [...(input.files ?? [])]
      .filter((file) => isAccepted(file))
      .slice(0, Number(value('maxFileCount')));
    const file = await Promise.all(accepted.map(read));
    runtime.scope.components[component.name] = { file };
    runtime.changed();
    await runtime.fire(component.id, 'onFileLoaded');
  };

  function isAccepted(file: File): boolean {
    const types = String(value('fileType')).split(',');
    const most = Number(value('maxSize'));
    const isKnown = types.some(
      (type) => type === file.type || (type.startsWith('.') && file.name.endsWith(type)),
    );
    if (isKnown && file.size <= most) return true;
    const why = isKnown ? `is larger than ${Math.round(most / 1024)} kB` : 'has an unsupported file type';
    say(`${file.name} ${why}.`, 'error');
    return false;
  }

  return () => {
    const files = (runtime.scope.components[component.name]?.file ?? []) as Picked[];
    if (files.length === 0) input.value = '';
    list.textContent = files.map(({ name }) => name).join(', ');
  };
}

async function read(file: File): Promise<Picked> {
  const reader = new FileReader();
  const loaded = new Promise((resolve) => {
    reader.onload = resolve;
  });
  reader.readAsDataURL(file);
  await loaded;
  const base64Data = String(reader.result).split(',')[1] ?? '';
  return { name: file.name, type: file.type, base64Data, dataURL: base64Data };
}
