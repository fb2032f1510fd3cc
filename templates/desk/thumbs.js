// Thumbnails drawn from the documents' own PDFs, as they come into view. Without PDF.js
// there are none, and everything else works.

import { fileAt } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

const AT_ONCE = 2;
const WIDTH = 220;
let library = null;
let busy = 0;
const queue = [];

function pdfjs() {
  library ??= import("/assets/pdf.min.mjs").then((pdf) => {
    pdf.GlobalWorkerOptions.workerSrc = "/assets/pdf.worker.min.mjs";
    return { pdf, worker: new pdf.PDFWorker() };
  });
  return library;
}

async function draw(book, path, canvas) {
  const { pdf, worker } = await pdfjs();
  const task = pdf.getDocument({ url: fileAt(book, path), worker, isEvalSupported: false, disableAutoFetch: true, disableStream: true, disableRange: true });
  try {
    const page = await (await task.promise).getPage(1);
    const size = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: (WIDTH * Math.min(2, window.devicePixelRatio || 1)) / size.width });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    await page.render({ canvasContext: canvas.getContext("2d"), viewport }).promise;
  } finally {
    task.destroy();
  }
}

function pump() {
  while (busy < AT_ONCE && queue.length) {
    const job = queue.shift();
    if (!job.place.isConnected) continue;
    busy += 1;
    const canvas = h("canvas", { "aria-hidden": "true" });
    draw(job.book, job.path, canvas).then(() => {
      job.place.replaceChildren(canvas);
      job.place.classList.add("drawn");
    }, () => {
      job.place.replaceChildren(h("span", { class: "hint" }, t("drafts.nothumb")));
    }).finally(() => {
      busy -= 1;
      pump();
    });
  }
}

const watch = new IntersectionObserver((seen) => {
  for (const entry of seen) {
    if (!entry.isIntersecting) continue;
    watch.unobserve(entry.target);
    queue.push(entry.target.job);
  }
  pump();
}, { rootMargin: "200px" });

/** A place that its document is drawn into once it is seen. */
export function thumb(book, path) {
  const place = h("span", { class: "thumb" });
  place.job = { book, path, place };
  watch.observe(place);
  return place;
}
