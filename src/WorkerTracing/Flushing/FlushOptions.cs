namespace WorkerTracing;

/// <summary>What the builder's verbs decide and no configuration does.</summary>
internal sealed class FlushOptions
{
    public bool FlushTracerProvider { get; set; }
}
