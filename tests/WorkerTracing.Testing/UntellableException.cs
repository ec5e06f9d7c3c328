namespace WorkerTracing.Testing;

/// <summary>An exception that fails whoever asks what it is.</summary>
public sealed class UntellableException : Exception
{
    public override string Message => throw new InvalidOperationException("no message");

    public override string ToString() => throw new InvalidOperationException("no text");
}
