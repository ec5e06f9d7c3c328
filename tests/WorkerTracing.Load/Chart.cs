using System.Globalization;
using System.Text;

namespace WorkerTracing.Load;

/// <summary>Lines over two logarithmic axes, drawn as SVG on a transparent ground.</summary>
internal sealed class Chart(string title, IReadOnlyList<Series> series)
{
    private const double Width = 780;
    private const double Height = 400;
    private const double Left = 60;
    private const double Right = 740;
    private const double Top = 110;
    private const double Bottom = 365;

    private readonly (double Low, double High) _x = Decades(series.SelectMany(static one => one.Points).Select(static point => point.X));
    private readonly (double Low, double High) _y = Decades(series.SelectMany(static one => one.Points).Select(static point => point.Y));

    public string Draw(Palette palette)
    {
        var svg = new StringBuilder();
        Add($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="system-ui, sans-serif" font-size="13"
              fill="{palette.Ink}">
            """);
        Add($"""<title>{title}</title>""");
        Add($"""<text x="{Left}" y="22" font-size="15" font-weight="600">{title}</text>""");
        for (double power = _x.Low; power <= _x.High; power++)
        {
            Add($"""<line x1="{X(power):0.#}" x2="{X(power):0.#}" y1="{Top}" y2="{Bottom}" stroke="{palette.Rule}"/>""");
            Add($"""<text x="{X(power):0.#}" y="{Bottom + 20}" text-anchor="middle">{Math.Pow(10, power):#,0}</text>""");
        }

        for (double power = _y.Low; power <= _y.High; power++)
        {
            Add($"""<line x1="{Left}" x2="{Right}" y1="{Y(power):0.#}" y2="{Y(power):0.#}" stroke="{palette.Rule}"/>""");
            Add($"""<text x="{Left - 8}" y="{Y(power) + 4:0.#}" text-anchor="end">{Math.Pow(10, power):#,0}</text>""");
        }

        for (int i = 0; i < series.Count; i++)
        {
            string points = string.Join(' ', series[i].Points.Select(
                point => string.Create(CultureInfo.InvariantCulture, $"{X(Math.Log10(point.X)):0.#},{Y(Math.Log10(point.Y)):0.#}")));
            Add($"""<polyline points="{points}" fill="none" stroke="{palette.Lines[i]}" stroke-width="2.5" stroke-linejoin="round"/>""");
            int y = 42 + (20 * i);
            Add($"""<line x1="{Left}" x2="{Left + 22}" y1="{y}" y2="{y}" stroke="{palette.Lines[i]}" stroke-width="2.5"/>""");
            Add($"""<text x="{Left + 30}" y="{y + 4}">{series[i].Name}</text>""");
        }

        Add($"</svg>");
        return svg.ToString();

        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static (double Low, double High) Decades(IEnumerable<double> values)
    {
        double[] all = [.. values.Select(Math.Log10)];
        return (Math.Floor(all.Min()), Math.Ceiling(all.Max()));
    }

    private double X(double power) => Left + ((Right - Left) * (power - _x.Low) / (_x.High - _x.Low));

    private double Y(double power) => Bottom - ((Bottom - Top) * (power - _y.Low) / (_y.High - _y.Low));
}
