// The chosen picture with the part to look at: dragging over it fills in the four fields. Without a
// script the fields are typed.

const SMALLEST = 0.05;
const LONGEST = 480;

function cropping(fieldset) {
  const file = document.getElementById(fieldset.dataset.crop);
  const canvas = fieldset.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const fields = ["left", "top", "right", "bottom"].map((name) => fieldset.querySelector(`[name=${name}]`));
  let picture = null;
  let from = null;

  const sides = () => fields.map((field) => Math.min(Math.max(Number(field.value) / 100, 0), 1));

  function draw() {
    if (!picture) return;
    const { width, height } = canvas;
    const [left, top, right, bottom] = sides();
    pen.drawImage(picture, 0, 0, width, height);
    pen.fillStyle = "rgb(0 0 0 / 55%)";
    pen.beginPath();
    pen.rect(0, 0, width, height);
    pen.rect(left * width, top * height, (right - left) * width, (bottom - top) * height);
    pen.fill("evenodd");
  }

  function at(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height].map((part) => Math.min(Math.max(part, 0), 1));
  }

  function drag(event) {
    if (!from) return;
    const to = at(event);
    const near = [0, 1].map((axis) => Math.min(from[axis], to[axis]));
    const far = [0, 1].map((axis) => Math.max(from[axis], to[axis]));
    if (far[0] - near[0] < SMALLEST || far[1] - near[1] < SMALLEST) return;
    [...near, ...far].forEach((side, n) => (fields[n].value = Math.round(side * 100)));
    draw();
  }

  async function show() {
    picture = file.files[0] ? await createImageBitmap(file.files[0]).catch(() => null) : null;
    canvas.hidden = !picture;
    if (!picture) return;
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    draw();
  }

  file.addEventListener("change", show);
  fieldset.addEventListener("input", draw);
  canvas.addEventListener("pointerdown", (event) => {
    from = at(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", drag);
  canvas.addEventListener("pointerup", () => (from = null));
  canvas.addEventListener("pointercancel", () => (from = null));
}

document.querySelectorAll("[data-crop]").forEach(cropping);
