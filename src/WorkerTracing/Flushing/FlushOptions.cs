namespace WorkerTracing;

/// <summary>Options that only the methods of <see cref="WorkerTracingBuilder"/> set, and no configuration.</summary>
internal sealed class FlushOptions
{
    public bool FlushTracerProvider { get; set; }
}
