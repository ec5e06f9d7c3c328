namespace WorkerTracing.FaultTests;

/// <summary>An object of which nothing can be asked.</summary>
internal sealed class Unspeakable : IFormattable
{
    public string Name => throw new InvalidOperationException("a getter that throws");

    public override string ToString() => throw new InvalidOperationException("a ToString that throws");

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
