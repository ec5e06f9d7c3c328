namespace WorkerTracing;

/// <summary>The states of a trace on its way to the backends.</summary>
internal enum DeliveryState
{
    /// <summary>The job is not sampled, or was filtered out.</summary>
    NotRecorded,

    /// <summary>Spans are queued or in flight.</summary>
    Waiting,

    /// <summary>Every exporter has acknowledged every span of the trace.</summary>
    Delivered,

    /// <summary>The backend took the request but did not confirm every span.</summary>
    Unconfirmed,

    /// <summary>What is not acknowledged is in the files of the flight recorder: this process or the next one sends it.</summary>
    Stored,

    /// <summary>Spans were dropped.</summary>
    Lost,

    /// <summary>No exporter of WorkerTracing has seen the trace, or it was not followed to its end.</summary>
    Unknown,
}
