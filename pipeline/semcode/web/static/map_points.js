// Points of a map: which is near, which lies inside a line, which comes next in a direction.

const IN_A_CELL = 4; // points that a cell of the grid holds on average

// A grid over points whose places are in [0, 1]; `x` and `y` are arrays of the same length.
export function gridOf(x, y) {
  const side = Math.max(1, Math.ceil(Math.sqrt(x.length / IN_A_CELL)));
  const column = (value) => Math.min(side - 1, Math.max(0, Math.floor(value * side)));
  const starts = new Int32Array(side * side + 1);
  const cells = new Int32Array(x.length);
  for (let i = 0; i < x.length; i += 1) {
    cells[i] = column(y[i]) * side + column(x[i]);
    starts[cells[i] + 1] += 1;
  }
  for (let cell = 0; cell < side * side; cell += 1) starts[cell + 1] += starts[cell];
  const next = starts.slice();
  const order = new Int32Array(x.length);
  for (let i = 0; i < x.length; i += 1) {
    order[next[cells[i]]] = i;
    next[cells[i]] += 1;
  }

  // Call `visit` with each point whose cell touches the box.
  function within(left, top, right, bottom, visit) {
    const first = column(left);
    const last = column(right);
    for (let row = column(top); row <= column(bottom); row += 1) {
      for (let at = starts[row * side + first]; at < starts[row * side + last + 1]; at += 1) visit(order[at]);
    }
  }
  return { x, y, within };
}

// The point nearest to a place, -1 where none is within `reach`; `wide` and `high` are the
// lengths in pixels of one unit, so that near is what looks near.
export function nearest(grid, place, reach, { wide = 1, high = 1, shown = null } = {}) {
  let found = -1;
  let least = reach * reach;
  grid.within(place.x - reach / wide, place.y - reach / high, place.x + reach / wide, place.y + reach / high, (i) => {
    if (shown && !shown(i)) return;
    const far = ((grid.x[i] - place.x) * wide) ** 2 + ((grid.y[i] - place.y) * high) ** 2;
    if (far < least || (far === least && found < 0)) {
      least = far;
      found = i;
    }
  });
  return found;
}

// The points inside a closed line of places, in their order; a line of two places holds none.
export function inside(grid, line) {
  if (line.length < 3) return [];
  const xs = line.map((one) => one.x);
  const ys = line.map((one) => one.y);
  const found = [];
  grid.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (i) => {
    if (holds(line, grid.x[i], grid.y[i])) found.push(i);
  });
  return found.sort((a, b) => a - b);
}

// Even-odd rule: a ray to the right crosses the line an odd number of times.
function holds(line, x, y) {
  let within = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i, i += 1) {
    const [a, b] = [line[i], line[j]];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) within = !within;
  }
  return within;
}

// The point that comes next from one to the left, right, top or bottom: near, and not far aside.
export function towards(grid, from, direction, { wide = 1, high = 1, shown = null } = {}) {
  const [alongX, alongY] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction];
  let found = -1;
  let least = Infinity;
  for (let i = 0; i < grid.x.length; i += 1) {
    if (i === from || (shown && !shown(i))) continue;
    const dx = (grid.x[i] - grid.x[from]) * wide;
    const dy = (grid.y[i] - grid.y[from]) * high;
    const ahead = dx * alongX + dy * alongY;
    const aside = Math.abs(dx * alongY) + Math.abs(dy * alongX);
    if (ahead <= 0 || aside > ahead) continue;
    const far = ahead + 2 * aside;
    if (far < least) {
      least = far;
      found = i;
    }
  }
  return found;
}

// Where a name stands: the point of a group that has most of its own around it, by medians.
export function middles(x, y, group) {
  const members = new Map();
  group.forEach((one, i) => {
    if (!members.has(one)) members.set(one, []);
    members.get(one).push(i);
  });
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return new Map([...members].map(([one, rows]) => [one, {
    x: median(rows.map((i) => x[i])),
    y: median(rows.map((i) => y[i])),
  }]));
}
