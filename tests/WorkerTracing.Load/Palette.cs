namespace WorkerTracing.Load;

/// <summary>The colours of a <see cref="Chart"/>.</summary>
/// <param name="Ink">Text.</param>
/// <param name="Rule">Lines of the grid.</param>
/// <param name="Lines">One for each series.</param>
internal sealed record Palette(string Ink, string Rule, string[] Lines)
{
    public static readonly Palette Light = new("#1f2328", "#d1d9e0", ["#0969da", "#1a7f37", "#bc4c00"]);

    public static readonly Palette Dark = new("#e6edf3", "#30363d", ["#58a6ff", "#3fb950", "#f0883e"]);
}
