import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  name: string;
  values: number[];
}

/** Fits beside an axis: 200K, 1.5M. */
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const colours = ['--series-1', '--series-2', '--series-3', '--series-4'];

/** Lines over time, drawn to the width there is; `summary` says the same in words. */
export function Chart({ title, unit, times, series, summary }: { title: string; unit: string; times: number[]; series: Series[]; summary: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = series.map((one) => one.name).join();

  useEffect(() => {
    const holder = place.current;
    if (!holder) return;
    const draw = () => {
      plot.current?.destroy();
      const style = getComputedStyle(holder);
      const ink = style.getPropertyValue('--quiet').trim();
      const line = style.getPropertyValue('--line').trim();
      const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line } };
      plot.current = new uPlot(
        {
          width: holder.clientWidth,
          height: 190,
          cursor: { y: false },
          tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
          legend: { live: false },
          scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
          axes: [{ ...axis, values: (_, marks) => marks.map((mark) => new Date(mark * 1000).toISOString().slice(11, 16)) }, { ...axis, size: 56, values: (_, marks) => marks.map((mark) => (mark >= 1000 ? compact.format(mark) : String(Number(mark.toPrecision(3))))) }],
          series: [
            {},
            ...series.map((one, index) => {
              const colour = style.getPropertyValue(colours[index % colours.length] as string).trim();
              return { label: one.name, stroke: colour, fill: series.length === 1 ? `${colour}22` : '', width: 2, points: { show: false } };
            }),
          ],
        },
        [times, ...series.map((one) => one.values)] as uPlot.AlignedData,
        holder,
      );
    };
    draw();
    const size = new ResizeObserver(() => plot.current?.setSize({ width: holder.clientWidth, height: 190 }));
    size.observe(holder);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      size.disconnect();
      scheme.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names]);

  useEffect(() => {
    plot.current?.setData([times, ...series.map((one) => one.values)] as uPlot.AlignedData);
  }, [times, series]);

  return (
    <figure class="chart">
      <figcaption>{title} <span class="note">{unit}, by UTC</span></figcaption>
      <div ref={place} aria-hidden="true" />
      <p class="note">{summary}</p>
    </figure>
  );
}
