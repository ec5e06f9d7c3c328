namespace WorkerTracing;

/// <summary>What became of a job's trace.</summary>
/// <param name="State">Whether the spans have arrived.</param>
/// <param name="Elapsed">How long the job's flush took, or, without a flush, the time from the end of the job to the confirmation.</param>
/// <param name="Exported">Spans that the exporters have delivered.</param>
/// <param name="Lost">Spans that will not arrive.</param>
/// <param name="Reason">Why spans are waiting, stored or lost: the last error of the exporter.</param>
internal sealed record Delivery(DeliveryState State, TimeSpan? Elapsed = null, long Exported = 0, long Lost = 0, string? Reason = null)
{
    /// <summary>Gets the spans that were on disk and not acknowledged when the job's flush ended.</summary>
    public long Stored { get; init; }

    /// <summary>Gets whether the trace is not followed any longer.</summary>
    public bool IsLast { get; init; }

    public static Delivery Pending { get; } = new(DeliveryState.Waiting);

    public static Delivery NotRecorded { get; } = new(DeliveryState.NotRecorded);

    /// <summary>Gets a value that indicates whether the state can no longer change.</summary>
    public bool IsSettled =>
        IsLast || State is DeliveryState.Delivered or DeliveryState.Lost or DeliveryState.NotRecorded or DeliveryState.Unknown;
}
