namespace WorkerTracing;

/// <summary>What one <see cref="BatchTraceProcessor"/> and its exporter are doing.</summary>
public sealed record ExporterStatus
{
    /// <summary>Gets the name of the exporter's type, such as <c>OtlpSpanExporter</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address that the exporter sends to, without credentials. Null where the exporter does not say it.</summary>
    public string? Address { get; init; }

    /// <summary>Gets the protocol, such as <c>http/protobuf</c> or <c>grpc</c>. Null where the exporter does not say it.</summary>
    public string? Protocol { get; init; }

    /// <summary>Gets the number of ended spans that wait for an export.</summary>
    public required long Queued { get; init; }

    /// <summary>Gets the capacity of the queue, in spans.</summary>
    public required int QueueCapacity { get; init; }

    /// <summary>Gets the number of exports in flight.</summary>
    public required int InFlight { get; init; }

    /// <summary>Gets the number of spans that were delivered since the start.</summary>
    public required long Delivered { get; init; }

    /// <summary>Gets the number of spans that were lost since the start, by the reasons of <c>worker_tracing.spans.lost</c>.</summary>
    public required IReadOnlyDictionary<string, long> Lost { get; init; }

    /// <summary>Gets the number of exports in a row that delivered nothing.</summary>
    public required int FailedExports { get; init; }

    /// <summary>Gets the time of the first export of <see cref="FailedExports"/>. Null where there is none.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Gets the error of the last export that failed, or null. It stays after a success.</summary>
    public string? LastError { get; init; }

    /// <summary>Gets the time of <see cref="LastError"/>.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>
    /// Gets the time before which nothing is sent because the backend has refused spans for a passing reason. Null where none is set.
    /// </summary>
    public DateTimeOffset? RetryAt { get; init; }
}
