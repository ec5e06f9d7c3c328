namespace WorkerTracing.Testing;

/// <summary>An exception whose members throw.</summary>
public sealed class UntellableException : Exception
{
    public override string Message => throw new InvalidOperationException("no message");

    public override string ToString() => throw new InvalidOperationException("no text");
}
