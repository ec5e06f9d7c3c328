namespace WorkerTracing.Benchmarks;

public enum SpanKind
{
    /// <summary>Any span: four short attributes.</summary>
    Custom,

    /// <summary>A model call with a short question and a short answer.</summary>
    Generation,

    /// <summary>A model call whose question is just under the 100,000 bytes that a field may have.</summary>
    LongGeneration,
}
