namespace WorkerTracing;

/// <summary>What the builder's verbs decide and no configuration does.</summary>
internal sealed class PipelineOptions
{
    public bool FlushTracerProvider { get; set; }
}
