namespace WorkerTracing.Testing;

/// <summary>An object of which nothing can be asked.</summary>
public sealed class Unspeakable : IFormattable
{
    public string Name => throw new InvalidOperationException("a getter that throws");

    public override string ToString() => throw new InvalidOperationException("a ToString that throws");

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
