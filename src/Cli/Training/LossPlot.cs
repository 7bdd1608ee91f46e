using System.Globalization;
using System.Text;

namespace Ait.Cli.Training;

/// <summary>Loss curves as an SVG picture: a line for each, axes with round numbers.</summary>
internal static class LossPlot
{
    private const int Width = 860;
    private const int Height = 420;
    private const int Left = 64;
    private const int Top = 24;
    private const int Right = 20;
    private const int Bottom = 48;

    private static readonly string[] s_colours = ["#1f6feb", "#d9480f", "#2b8a3e"];

    internal static string Draw(string title, params IReadOnlyList<(string Name, IReadOnlyList<(int Step, double Loss)> Points)> curves)
    {
        List<(int Step, double Loss)> all = [.. curves.SelectMany(curve => curve.Points)];
        double last = Math.Max(1, all.Count == 0 ? 1 : all.Max(point => point.Step));
        double most = Math.Max(0.001, all.Count == 0 ? 1 : all.Max(point => point.Loss));
        double X(double step) => Left + ((Width - Left - Right) * step / last);
        double Y(double loss) => Height - Bottom - ((Height - Top - Bottom) * loss / most);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n<text x=\"{Left}\" y=\"16\">{title}</text>\n");
        foreach (double tick in Ticks(most))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Y(tick):F1}H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{tick:0.###}</text>\n");
        }

        foreach (double tick in Ticks(last))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(tick):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{tick:0.###}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">step</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"14\" y=\"{Height / 2}\" transform=\"rotate(-90 14 {Height / 2})\" text-anchor=\"middle\">loss, nats per token</text>\n");
        for (int i = 0; i < curves.Count; i++)
        {
            string colour = s_colours[i % s_colours.Length];
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"");
            foreach ((int step, double loss) in curves[i].Points)
            {
                svg.Append(CultureInfo.InvariantCulture, $"{X(step):F1},{Y(loss):F1} ");
            }

            svg.Append(CultureInfo.InvariantCulture, $"\"/>\n<text x=\"{Width - Right - 8}\" y=\"{Top + 16 + (16 * i)}\" text-anchor=\"end\" fill=\"{colour}\">{curves[i].Name}</text>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    // Multiples of 1, 2 or 5 times a power of ten, about six of them.
    private static IEnumerable<double> Ticks(double most)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(most / 6)));
        double step = new[] { 1, 2, 5, 10 }.Select(factor => factor * unit).First(candidate => most / candidate <= 7);
        for (int i = 0; i * step <= most * 1.0001; i++)
        {
            yield return i * step;
        }
    }
}
