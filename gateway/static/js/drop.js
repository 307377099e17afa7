/** Files that are dragged onto the pop-up. */

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/**
 * @param {(files: File[], folders: number) => void} onFiles
 * The whole of `area` takes the file; a file dropped beside it does nothing, instead of the browser leaving the page for it.
 */
export function takeDrops(area, mark, onFiles) {
  let depth = 0;
  const over = (now) => mark.classList.toggle("over", now);

  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = area.contains(event.target) && area.open ? "copy" : "none";
  });
  addEventListener("drop", (event) => hasFiles(event) && event.preventDefault());
  area.addEventListener("dragenter", (event) => hasFiles(event) && over((depth += 1) > 0));
  area.addEventListener("dragleave", (event) => hasFiles(event) && over((depth -= 1) > 0));
  area.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    depth = 0;
    over(false);
    const folders = [...event.dataTransfer.items].filter((item) => item.webkitGetAsEntry?.()?.isDirectory).length;
    onFiles([...event.dataTransfer.files], folders);
  });
}
